import { SipError } from '../error.js';
import { textToBytes } from '../grammar/text.js';
import { VIA, viaBranch, type Via } from '../headers/via.js';
import type { SipRequest } from '../message/message.js';
import { createBranch, type RandomBytes } from '../message/tag.js';

/** A hash that nobody can steer, such as SHA-256. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/** Bytes of the digest that go into a branch. */
const PART_BYTES = 16;

/** Between the two parts of a branch: hexadecimal digits hold none. */
const SEPARATOR = '.';

/**
 * The second part of a proxy's branch, RFC 5393 section 4.2.1: it varies with the Request-URI, the Route header fields and
 * those that `fields` names, which are all that decide where the request goes; never with the method.
 * @throws SipError `invalid-argument` if the digest is too short
 */
export function loopDetectionPart(request: SipRequest, digest: Digest, fields: readonly string[] = []): string {
  const lines = [request.requestUri];
  for (const name of ['Route', ...fields]) {
    for (const field of request.headers.all(name)) lines.push(`${field.name}: ${field.value}`);
  }
  const hash = digest(textToBytes(lines.join('\n')));
  if (hash.length < PART_BYTES) {
    throw new SipError('invalid-argument', {
      field: 'digest',
      expected: `${PART_BYTES} bytes`,
      got: String(hash.length),
    });
  }
  return Array.from(hash.subarray(0, PART_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A branch in two parts: a unique one, and that which tells loops from spirals (RFC 5393 section 4.2.1).
 * @throws SipError `invalid-argument` if `random` gives another number of bytes
 */
export function createProxyBranch(random: RandomBytes, part: string): string {
  return `${createBranch(random)}${SEPARATOR}${part}`;
}

/**
 * The loop-detection check, RFC 5393 section 4.2.2: each Via that `isOurs` is compared with the part that this request
 * would get. `loop`: answer 482 (Loop Detected); `spiral`: it was here before, on another way; `new`: it was not.
 * @throws SipError of level `header` where a Via is broken
 */
export function detectLoop(
  request: SipRequest,
  part: string,
  isOurs: (via: Via) => boolean,
): 'loop' | 'spiral' | 'new' {
  const ours = (request.headers.read(VIA) ?? []).filter(isOurs);
  const parts = ours.map((via) => viaBranch(via)?.split(SEPARATOR)[1]);
  if (parts.includes(part)) return 'loop';
  return ours.length > 0 ? 'spiral' : 'new';
}
