import {
  asciiToBytes,
  ByteReader,
  bytesEqual,
  BytesError,
  ByteWriter,
  concatBytes,
  constantTimeEqual,
  copyBytes,
} from '@portico/bytes';
import { hkdfExpand, hkdfExtract, type CryptoProvider, type Hash } from '@portico/crypto';
import type { RetryCookies } from '../config.js';
import { TlsError } from '../error.js';
import { checkedKeys } from './named-keys.js';
import { DEFAULT_COOKIE_SECONDS, LONGEST_COOKIE_SECONDS, LONGEST_KEY_NAME } from '../limits.js';

/** A key under which cookies are made. */
export interface CookieKey {
  /** Tells keys apart; it stands in the clear in every cookie. 1 to 32 bytes, as text in UTF-8. */
  readonly name: string;
  /** At least 32 bytes of a good random source. */
  readonly key: Uint8Array;
}

export interface CookieProtectorOptions {
  readonly provider: CryptoProvider;
  /** The first makes cookies, all take them. To rotate, put a new one in front and drop the last after a holding time. */
  readonly keys: readonly CookieKey[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a client may take to come back, in seconds, 1 to 3600; 60 by default. */
  readonly holdingSeconds?: number;
}

/**
 * Cookies for HelloRetryRequest (RFC 9846 section 4.3.2) that any server with the same keys takes, without keeping
 * anything. A cookie is `version, key name, time, state` in the clear and a MAC over them: it holds hashes, no secrets.
 * @throws TlsError `invalid-configuration` for no key, a short or all-zero one, or a name that is too long or stands twice
 */
export function createCookieProtector({
  provider,
  keys,
  now,
  holdingSeconds = DEFAULT_COOKIE_SECONDS,
}: CookieProtectorOptions): RetryCookies {
  if (!Number.isInteger(holdingSeconds) || holdingSeconds < 1 || holdingSeconds > LONGEST_COOKIE_SECONDS) {
    throw new TlsError('invalid-configuration', {
      subject: 'holdingSeconds',
      expected: `an integer from 1 to ${LONGEST_COOKIE_SECONDS}`,
      got: holdingSeconds,
    });
  }
  const [hash] = provider.hashes as [Hash];
  const known = checkedKeys('cookie keys', keys).map(({ name, key }) => ({ name, key: macKey(hash, key) }));
  const [making] = known as [(typeof known)[0]];
  const macOf = (key: Uint8Array, content: Uint8Array): Uint8Array => hash.hmac(key, content);

  return {
    seal: (state) => {
      const writer = new ByteWriter(1 + 1 + LONGEST_KEY_NAME + TIME_LENGTH + state.length);
      writer.u8(FORMAT_VERSION);
      writer.prefixed(1, making.name);
      const seconds = Math.floor(now() / 1000);
      writer.u16(Math.floor(seconds / 2 ** 32));
      writer.u32(seconds % 2 ** 32);
      writer.bytes(state);
      const content = writer.toBytes();
      return concatBytes(content, macOf(making.key, content));
    },
    open: (cookie) => {
      const content = cookie.subarray(0, Math.max(0, cookie.length - hash.outputLength));
      const read = readContent(content);
      const named = known.find(({ name }) => read !== null && bytesEqual(name, read.name));
      if (read === null || named === undefined) return null;
      if (!constantTimeEqual(macOf(named.key, content), cookie.subarray(content.length))) return null;
      // Clocks of several servers may differ either way.
      return Math.abs(Math.floor(now() / 1000) - read.seconds) > holdingSeconds ? 'expired' : copyBytes(read.state);
    },
  };
}

const FORMAT_VERSION = 1;
const TIME_LENGTH = 6;

/** A key of the application's may serve for tickets too: the label keeps the two apart. */
function macKey(hash: Hash, key: Uint8Array): Uint8Array {
  const pseudorandomKey = hkdfExtract(hash, new Uint8Array(hash.outputLength), key);
  return hkdfExpand(hash, pseudorandomKey, asciiToBytes('portico retry cookie'), hash.outputLength);
}

/** Null for what is no cookie of this format. */
function readContent(
  content: Uint8Array,
): { readonly name: Uint8Array; readonly seconds: number; readonly state: Uint8Array } | null {
  const reader = new ByteReader(content);
  try {
    if (reader.u8() !== FORMAT_VERSION) return null;
    const name = reader.prefixed(1);
    const seconds = reader.u16() * 2 ** 32 + reader.u32();
    return { name, seconds, state: reader.bytes(reader.remaining) };
  } catch (error) {
    if (error instanceof BytesError) return null;
    throw error;
  }
}
