import { fixed, list, opaque, struct, u16, type Codec } from '@portico/bytes';
import { optionalExtensionsCodec, type Extension } from './extensions/extension.js';

/** ClientHello, RFC 9846 section 4.2.2. */
export interface ClientHello {
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  readonly legacySessionId: Uint8Array;
  readonly cipherSuites: readonly number[];
  readonly legacyCompressionMethods: Uint8Array;
  /** Null where the block is absent, which no TLS 1.3 client does. */
  readonly extensions: readonly Extension[] | null;
}

export const clientHelloCodec: Codec<ClientHello> = /* @__PURE__ */ struct<ClientHello>({
  legacyVersion: u16,
  random: /* @__PURE__ */ fixed(32),
  legacySessionId: /* @__PURE__ */ opaque(0, 32),
  cipherSuites: /* @__PURE__ */ list(u16, 2, 0xfffe),
  legacyCompressionMethods: /* @__PURE__ */ opaque(1, 0xff),
  extensions: optionalExtensionsCodec,
});
