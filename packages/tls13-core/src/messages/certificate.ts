import { list, opaque, struct, type Codec } from '@portico/bytes';
import { extensionsCodec, type Extension } from './extensions/extension.js';

/** CertificateEntry, RFC 9846 section 4.5.1. */
export interface CertificateEntry {
  /** A certificate in DER. */
  readonly certificateData: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Certificate, RFC 9846 section 4.5.1. */
export interface Certificate {
  readonly certificateRequestContext: Uint8Array;
  readonly certificateList: readonly CertificateEntry[];
}

export const certificateCodec: Codec<Certificate> = /* @__PURE__ */ struct<Certificate>({
  certificateRequestContext: /* @__PURE__ */ opaque(0, 0xff),
  certificateList: /* @__PURE__ */ list(
    /* @__PURE__ */ struct<CertificateEntry>({
      certificateData: /* @__PURE__ */ opaque(1, 0xffffff),
      extensions: extensionsCodec,
    }),
    0,
    0xffffff,
  ),
});
