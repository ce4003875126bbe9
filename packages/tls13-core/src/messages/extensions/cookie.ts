import { opaque, type Codec } from '@portico/bytes';

/** cookie, RFC 9846 section 4.3.2: `opaque cookie<1..2^16-1>`. */
export const cookieCodec: Codec<Uint8Array> = /* @__PURE__ */ opaque(1, 0xffff);
