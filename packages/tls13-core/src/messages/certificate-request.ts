import { opaque, struct, type Codec } from '@portico/bytes';
import { extensionsCodec, type Extension } from './extensions/extension.js';

/** CertificateRequest, RFC 9846 section 4.4.2 (whose lower bound for the extensions is 0). */
export interface CertificateRequest {
  readonly certificateRequestContext: Uint8Array;
  readonly extensions: readonly Extension[];
}

export const certificateRequestCodec: Codec<CertificateRequest> = /* @__PURE__ */ struct<CertificateRequest>({
  certificateRequestContext: /* @__PURE__ */ opaque(0, 0xff),
  extensions: extensionsCodec,
});
