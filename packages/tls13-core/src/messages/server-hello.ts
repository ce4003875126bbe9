import { asciiToBytes, bytesEqual, fixed, opaque, struct, u16, u8, type Codec } from '@portico/bytes';
import { optionalExtensionsCodec, type Extension } from './extensions/extension.js';

/** ServerHello, and HelloRetryRequest in its form, RFC 9846 sections 4.2.3 and 4.2.4. */
export interface ServerHello {
  readonly legacyVersion: number;
  readonly random: Uint8Array;
  readonly legacySessionIdEcho: Uint8Array;
  readonly cipherSuite: number;
  readonly legacyCompressionMethod: number;
  /** Null where the block is absent, which no TLS 1.3 server does. */
  readonly extensions: readonly Extension[] | null;
}

export const serverHelloCodec: Codec<ServerHello> = /* @__PURE__ */ struct<ServerHello>({
  legacyVersion: u16,
  random: /* @__PURE__ */ fixed(32),
  legacySessionIdEcho: /* @__PURE__ */ opaque(0, 32),
  cipherSuite: u16,
  legacyCompressionMethod: u8,
  extensions: optionalExtensionsCodec,
});

/** The random that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (section 4.2.3). */
// prettier-ignore
export const HELLO_RETRY_REQUEST_RANDOM: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
  0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
);

/** Last eight bytes of the random of a server that could do TLS 1.3 but chose 1.2, or 1.1 and less (section 4.2.3). */
export const DOWNGRADE_SENTINELS: readonly Uint8Array[] = [
  /* @__PURE__ */ asciiToBytes('DOWNGRD\x01'),
  /* @__PURE__ */ asciiToBytes('DOWNGRD\x00'),
];

export function isHelloRetryRequest(hello: ServerHello): boolean {
  return bytesEqual(hello.random, HELLO_RETRY_REQUEST_RANDOM);
}

/** Whether the random says that a better version was to be had. */
export function hasDowngradeSentinel(hello: ServerHello): boolean {
  const tail = hello.random.subarray(24);
  return DOWNGRADE_SENTINELS.some((sentinel) => bytesEqual(sentinel, tail));
}
