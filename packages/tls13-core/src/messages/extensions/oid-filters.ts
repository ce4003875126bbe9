import { list, opaque, struct, type Codec } from '@portico/bytes';

/** OIDFilter, RFC 9846 section 4.3.5. */
export interface OidFilter {
  /** DER of the certificate extension's OBJECT IDENTIFIER. */
  readonly oid: Uint8Array;
  /** DER of the value that the extension must have, or more of. */
  readonly values: Uint8Array;
}

/** oid_filters in CertificateRequest: `OIDFilter filters<0..2^16-1>`. */
export const oidFiltersCodec: Codec<readonly OidFilter[]> = /* @__PURE__ */ list(
  /* @__PURE__ */ struct<OidFilter>({
    oid: /* @__PURE__ */ opaque(1, 0xff),
    values: /* @__PURE__ */ opaque(0, 0xffff),
  }),
  0,
  0xffff,
);
