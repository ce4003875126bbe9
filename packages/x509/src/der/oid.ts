import { bytesToLatin1 } from '@portico/bytes';
import { X509Error } from '../error.js';

/** No identifier in use is longer; the bound keeps the arithmetic over large arcs small. */
export const MAX_OID_LENGTH = 128;

/** When there are so many all are forgotten; certificates in use name some dozens. */
export const MAX_REMEMBERED_OIDS = 256;

/**
 * Dotted forms by their octets (as ISO 8859-1). Certificates name the same few identifiers again and again, and writing their
 * texts would be a fifth of reading one.
 */
const remembered: Map<string, string> = /* @__PURE__ */ new Map();

/**
 * The dotted form of an OBJECT IDENTIFIER's contents, X.690 section 8.19.
 * @throws X509Error `invalid-oid`
 */
export function decodeOid(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (start === end || end - start > MAX_OID_LENGTH || (bytes[end - 1] as number) >= 0x80) {
    throw new X509Error('invalid-oid', { offset: start, expected: `whole arcs in at most ${MAX_OID_LENGTH} octets` });
  }
  const octets = bytesToLatin1(bytes, start, end);
  let text = remembered.get(octets);
  if (text !== undefined) return text;
  text = '';
  // Arcs may be large: those below 2.25 are UUIDs.
  let arc = 0n;
  for (let i = start; i < end; i++) {
    const octet = bytes[i] as number;
    // Within an arc it is never zero, as its first octet is not.
    if (arc === 0n && octet === 0x80) {
      throw new X509Error('invalid-oid', { offset: i, expected: 'the shortest form' });
    }
    arc = arc * 128n + BigInt(octet & 0x7f);
    if (octet > 0x7f) continue;
    // The first two arcs share a number: 40 * first + second, where first is 0, 1 or 2 (section 8.19.4).
    const root = arc < 80n ? arc / 40n : 2n;
    text = text === '' ? `${root}.${arc - 40n * root}` : `${text}.${arc}`;
    arc = 0n;
  }
  if (remembered.size === MAX_REMEMBERED_OIDS) remembered.clear();
  remembered.set(octets, text);
  return text;
}

/**
 * The contents octets for a dotted form.
 * @throws X509Error `invalid-oid`
 */
export function encodeOid(dotted: string): Uint8Array {
  const parts = dotted.split('.');
  if (parts.length < 2 || !parts.every((part) => /^(?:0|[1-9][0-9]*)$/.test(part))) {
    throw new X509Error('invalid-oid', { expected: 'at least two numbers with dots between', got: dotted });
  }
  const arcs = parts.map((part) => BigInt(part));
  const [root, second] = arcs as [bigint, bigint];
  if (root > 2n || (root < 2n && second > 39n)) {
    throw new X509Error('invalid-oid', { expected: 'a first arc up to 2, a second up to 39 below 2', got: dotted });
  }
  const octets = [root * 40n + second, ...arcs.slice(2)].flatMap(encodeArc);
  if (octets.length > MAX_OID_LENGTH) {
    throw new X509Error('invalid-oid', { expected: `at most ${MAX_OID_LENGTH} octets`, got: octets.length });
  }
  return Uint8Array.from(octets);
}

function encodeArc(arc: bigint): number[] {
  const octets = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80);
  return octets;
}
