import { bytesEqual, copyBytes, utf8ToBytes } from '@portico/bytes';
import type { HashName } from '@portico/crypto';
import { TlsError } from '../error.js';
import { SHORTEST_EXTERNAL_PSK, LONGEST_PSK_IDENTITY } from '../limits.js';

/** A PSK that comes from outside of TLS, RFC 9846 section 4.3.11. */
export interface ExternalPsk {
  /** 1 to 65528 bytes, which stand in the clear in every ClientHello; text means UTF-8. */
  readonly identity: Uint8Array | string;
  /** At least 16 bytes of a good random source: a password would be guessed by whoever records one handshake. */
  readonly key: Uint8Array;
  /** The one hash that the key is used with; SHA-256 by default. */
  readonly hash?: HashName;
  /** `imported` for what `importExternalPsk` made. `external` by default. */
  readonly kind?: 'external' | 'imported';
}

/** The same, checked and copied. */
export interface CheckedExternalPsk {
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
  readonly hash: HashName;
  readonly binderLabel: 'ext binder' | 'imp binder';
}

/** @throws TlsError `invalid-configuration` */
export function checkExternalPsk({ identity, key, hash = 'sha256', kind }: ExternalPsk): CheckedExternalPsk {
  const bytes = typeof identity === 'string' ? utf8ToBytes(identity) : copyBytes(identity);
  if (bytes.length === 0 || bytes.length > LONGEST_PSK_IDENTITY)
    invalid('identity', `1 to ${LONGEST_PSK_IDENTITY} bytes`);
  if (key.length < SHORTEST_EXTERNAL_PSK) invalid('key', `at least ${SHORTEST_EXTERNAL_PSK} bytes`);
  if (key.every((byte) => byte === 0)) invalid('key', 'random bytes');
  return { identity: bytes, key: copyBytes(key), hash, binderLabel: kind === 'imported' ? 'imp binder' : 'ext binder' };
}

/** Whether a server's answer is about the identity that it was asked for. */
export function isIdentityOf(psk: CheckedExternalPsk, identity: Uint8Array): boolean {
  return bytesEqual(psk.identity, identity);
}

function invalid(field: string, expected: string): never {
  throw new TlsError('invalid-configuration', { subject: `external PSK, ${field}`, expected });
}
