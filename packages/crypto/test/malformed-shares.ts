import { concatBytes, hexToBytes } from '@portico/bytes';
import type { GroupName } from '@portico/crypto';

/** A key exchange that is not a hybrid, with the lengths of its shares and of its secret in bytes. */
interface Part {
  readonly kind: 'xdh' | 'nist' | 'kem';
  readonly first: number;
  readonly answer: number;
  readonly secret: number;
}

/** RFC 7748 section 6, RFC 9846 sections 4.3.8.2 and 7.4.2, FIPS 203 table 3. */
const PARTS = {
  x25519: { kind: 'xdh', first: 32, answer: 32, secret: 32 },
  x448: { kind: 'xdh', first: 56, answer: 56, secret: 56 },
  secp256r1: { kind: 'nist', first: 65, answer: 65, secret: 32 },
  secp384r1: { kind: 'nist', first: 97, answer: 97, secret: 48 },
  secp521r1: { kind: 'nist', first: 133, answer: 133, secret: 66 },
  MLKEM512: { kind: 'kem', first: 800, answer: 768, secret: 32 },
  MLKEM768: { kind: 'kem', first: 1184, answer: 1088, secret: 32 },
  MLKEM1024: { kind: 'kem', first: 1568, answer: 1568, secret: 32 },
} as const satisfies Record<string, Part>;

type PartName = keyof typeof PARTS;

/** Which parts stand in a group's shares and secret, in their order (draft-ietf-tls-ecdhe-mlkem). */
export const GROUP_PARTS: { readonly [N in GroupName]: readonly PartName[] } = {
  x25519: ['x25519'],
  x448: ['x448'],
  secp256r1: ['secp256r1'],
  secp384r1: ['secp384r1'],
  secp521r1: ['secp521r1'],
  MLKEM512: ['MLKEM512'],
  MLKEM768: ['MLKEM768'],
  MLKEM1024: ['MLKEM1024'],
  X25519MLKEM768: ['MLKEM768', 'x25519'],
  SecP256r1MLKEM768: ['secp256r1', 'MLKEM768'],
  SecP384r1MLKEM1024: ['secp384r1', 'MLKEM1024'],
};

/** Bytes of a group's first share, its answer, or its secret. */
export function groupLength(name: GroupName, what: 'first' | 'answer' | 'secret'): number {
  return GROUP_PARTS[name].reduce((sum, part) => sum + PARTS[part][what], 0);
}

export type Malformed = readonly [what: string, share: Uint8Array];

/** First shares or answers that a peer could try, by what is wrong with them: in a hybrid with either part. */
export function malformedShares(name: GroupName, valid: Uint8Array, side: 'first' | 'answer'): readonly Malformed[] {
  const malformed: Malformed[] = [
    ['empty', new Uint8Array(0)],
    ['one byte short', valid.subarray(0, -1)],
    ['one byte long', Uint8Array.of(...valid, 0)],
  ];
  let offset = 0;
  for (const part of GROUP_PARTS[name]) {
    const end = offset + PARTS[part][side];
    for (const [what, share] of malformedPart(part, valid.subarray(offset, end), side)) {
      malformed.push([`${part}: ${what}`, concatBytes(valid.subarray(0, offset), share, valid.subarray(end))]);
    }
    offset = end;
  }
  return malformed;
}

function malformedPart(name: PartName, valid: Uint8Array, side: 'first' | 'answer'): readonly Malformed[] {
  const { kind } = PARTS[name];
  switch (kind) {
    case 'xdh':
      return SMALL_ORDER_POINTS[name as 'x25519' | 'x448'].map((hex): Malformed => [hex, hexToBytes(hex)]);
    case 'nist':
      return malformedPoints(valid);
    case 'kem':
      // Every ciphertext of the right length is as good as another (implicit rejection, FIPS 203 section 6.3).
      return side === 'first' ? malformedKeys(valid) : [];
  }
}

function malformedPoints(valid: Uint8Array): readonly Malformed[] {
  const size = (valid.length - 1) / 2;
  const withFirst = (byte: number, bytes: Uint8Array): Uint8Array => Uint8Array.of(byte, ...bytes.subarray(1));
  const offCurve = valid.slice();
  offCurve[offCurve.length - 1] = (offCurve[offCurve.length - 1] as number) ^ 1;
  const [x, y] = [valid.subarray(1, 1 + size), valid.subarray(1 + size)];
  return [
    ['compressed', Uint8Array.of(0x02 | ((y[size - 1] as number) & 1), ...x)],
    ['hybrid form', withFirst(0x06 | ((y[size - 1] as number) & 1), valid)],
    ['compressed form with both coordinates', withFirst(0x02, valid)],
    ['point at infinity', Uint8Array.of(0x00)],
    ['zeros', new Uint8Array(valid.length)],
    ['zero coordinates', withFirst(0x04, new Uint8Array(valid.length))],
    ['coordinates above the prime', withFirst(0x04, new Uint8Array(valid.length).fill(0xff))],
    ['off the curve', offCurve],
    ['coordinates swapped', Uint8Array.of(0x04, ...y, ...x)],
  ];
}

/** The modulus check of FIPS 203 section 7.2, at either coefficient of three bytes, at both ends and in the middle. */
function malformedKeys(valid: Uint8Array): readonly Malformed[] {
  const coefficients = ((valid.length - 32) * 2) / 3;
  return [0, 1, coefficients / 2 + 1, coefficients - 2, coefficients - 1].flatMap((index) =>
    [3329, 4095].map((value): Malformed => [`coefficient ${index} is ${value}`, withCoefficient(valid, index, value)]),
  );
}

/** An encapsulation key with another value for a coefficient of 12 bits, little-endian (FIPS 203 section 4.2.1). */
export function withCoefficient(key: Uint8Array, index: number, value: number): Uint8Array {
  const changed = key.slice();
  const at = Math.floor(index / 2) * 3;
  const middle = changed[at + 1] as number;
  if (index % 2 === 0) {
    changed[at] = value & 0xff;
    changed[at + 1] = (middle & 0xf0) | (value >> 8);
  } else {
    changed[at + 1] = (middle & 0x0f) | ((value & 0x0f) << 4);
    changed[at + 2] = value >> 4;
  }
  return changed;
}

/** Points of small order on the curve and its twist, with the encodings above the prime (RFC 7748 section 7). */
const SMALL_ORDER_POINTS = {
  x25519: [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ],
  x448: [
    '00'.repeat(56),
    `01${'00'.repeat(55)}`,
    // p - 1, p and p + 1.
    `fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}`,
    `${'ff'.repeat(28)}fe${'ff'.repeat(27)}`,
    `${'00'.repeat(28)}${'ff'.repeat(28)}`,
  ],
} as const;
