import { bytesEqual, fixed, hexToBytes, opaque, struct, u16, u8, type Codec } from '@portico/bytes';
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
export const HELLO_RETRY_REQUEST_RANDOM: Uint8Array = /* @__PURE__ */ hexToBytes(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
);

/** Last eight bytes of the random of a server that could do TLS 1.3 but chose 1.2, or 1.1 and less (section 4.2.3). */
export const DOWNGRADE_SENTINELS: readonly Uint8Array[] = [
  /* @__PURE__ */ hexToBytes('444f574e47524401'),
  /* @__PURE__ */ hexToBytes('444f574e47524400'),
];

export function isHelloRetryRequest(hello: ServerHello): boolean {
  return bytesEqual(hello.random, HELLO_RETRY_REQUEST_RANDOM);
}

/** Whether the random says that a better version was to be had. */
export function hasDowngradeSentinel(hello: ServerHello): boolean {
  const tail = hello.random.subarray(24);
  return DOWNGRADE_SENTINELS.some((sentinel) => bytesEqual(sentinel, tail));
}
