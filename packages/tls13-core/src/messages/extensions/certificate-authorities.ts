import { list, opaque, type Codec } from '@portico/bytes';

/** certificate_authorities, RFC 9846 section 4.3.4: DER-encoded distinguished names, `<3..2^16-1>`. */
export const certificateAuthoritiesCodec: Codec<readonly Uint8Array[]> = /* @__PURE__ */ list(
  /* @__PURE__ */ opaque(1, 0xffff),
  3,
  0xffff,
);
