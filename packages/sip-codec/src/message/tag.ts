import { SipError } from '../error.js';
import { BRANCH_COOKIE } from '../headers/via.js';
import type { SipHeaders } from './headers.js';

/** Random bytes in a tag: RFC 3261 section 19.3 wants at least 32 bits. */
const TAG_BYTES = 8;

/** Random bytes in a branch or Call-ID: unique across space and time, sections 8.1.1.4 and 8.1.1.7. */
const UNIQUE_BYTES = 16;

/** Gives that many random bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * A tag for From or To, RFC 3261 section 19.3.
 * @throws SipError `invalid-argument` if `random` gives another number of bytes
 */
export function createTag(random: RandomBytes): string {
  return hex(random, TAG_BYTES);
}

/**
 * A branch for Via, RFC 3261 section 8.1.1.7.
 * @throws SipError `invalid-argument` if `random` gives another number of bytes
 */
export function createBranch(random: RandomBytes): string {
  return `${BRANCH_COOKIE}${hex(random, UNIQUE_BYTES)}`;
}

/**
 * A Call-ID, RFC 3261 section 8.1.1.4.
 * @throws SipError `invalid-argument` if `random` gives another number of bytes
 */
export function createCallId(random: RandomBytes): string {
  return hex(random, UNIQUE_BYTES);
}

/**
 * The To tag of a stateless UAS, RFC 3261 section 8.2.7: the same for each copy of a request, another for other
 * requests. It is not secret; what begins a dialog needs `createTag`.
 */
export function statelessTag(headers: SipHeaders): string {
  // FNV-1a over what tells requests apart, twice with different beginnings: no cryptography is asked for here.
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (const name of ['Via', 'Call-ID', 'CSeq', 'From']) {
    for (const byte of headers.all(name)[0]?.rawValue ?? []) {
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high ^ byte, 0x5bd1e995);
    }
    low = Math.imul(low ^ 0xff, 0x01000193);
    high = Math.imul(high ^ 0xff, 0x5bd1e995);
  }
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}

function hex(random: RandomBytes, length: number): string {
  const bytes = random(length);
  if (bytes.length !== length) {
    throw new SipError('invalid-argument', { field: 'random', expected: `${length} bytes`, got: String(bytes.length) });
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
