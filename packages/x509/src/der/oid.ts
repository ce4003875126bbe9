import { X509Error } from '../error.js';

/** No identifier in use is longer; the bound keeps the arithmetic over large arcs small. */
export const MAX_OID_LENGTH = 128;

/** Arcs stay exact numbers below this; larger ones (UUIDs under 2.25) take BigInt. */
const LARGE_ARC = 2 ** 46;

/**
 * The dotted form of an OBJECT IDENTIFIER's contents, X.690 section 8.19.
 * @throws X509Error `invalid-oid`
 */
export function decodeOid(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (start === end || end - start > MAX_OID_LENGTH || (bytes[end - 1] as number) >= 0x80) {
    throw new X509Error('invalid-oid', { offset: start, expected: `whole arcs in at most ${MAX_OID_LENGTH} octets` });
  }
  let text = null as string | null;
  let small = 0;
  let large: bigint | null = null;
  let atArcStart = true;
  for (let i = start; i < end; i++) {
    const octet = bytes[i] as number;
    if (atArcStart && octet === 0x80) {
      throw new X509Error('invalid-oid', { offset: i, expected: 'the shortest form' });
    }
    if (large === null && small >= LARGE_ARC) large = BigInt(small);
    if (large === null) small = small * 128 + (octet & 0x7f);
    else large = large * 128n + BigInt(octet & 0x7f);
    atArcStart = octet < 0x80;
    if (!atArcStart) continue;
    if (text === null) {
      // The first two arcs share a number: 40 * first + second, where first is 0, 1 or 2 (section 8.19.4).
      const root = small >= 80 ? 2 : small >= 40 ? 1 : 0;
      text = `${root}.${large === null ? small - 40 * root : large - 80n}`;
    } else {
      text += `.${large ?? small}`;
    }
    small = 0;
    large = null;
  }
  // The last arc has ended, so there is one.
  return text as string;
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
