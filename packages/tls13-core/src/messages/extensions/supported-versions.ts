import { list, u16, type Codec } from '@portico/bytes';

/** TLS 1.3 on the wire. */
export const TLS_1_3 = 0x0304;
/** What legacy_version fields hold. */
export const TLS_1_2 = 0x0303;

/** supported_versions in ClientHello, RFC 9846 section 4.3.1: `ProtocolVersion versions<2..254>`. */
export const clientSupportedVersionsCodec: Codec<readonly number[]> = /* @__PURE__ */ list(u16, 2, 254);

/** supported_versions in ServerHello and HelloRetryRequest: one version. */
export const serverSupportedVersionsCodec: Codec<number> = u16;
