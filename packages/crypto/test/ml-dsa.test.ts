import { asciiToBytes, bytesEqual } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { mldsa44, mldsa65, mldsa87 } from '../src/noble.js';
import type { KeyAlgorithm, MlDsaName, PrivateKey, PublicKey } from '../src/provider.js';
import { randomBytes, seededRandom } from '../../../test/support/random.js';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';

const random = (length: number): Uint8Array => new Uint8Array(length).fill(length);
const message = asciiToBytes('message');
const SETS = [
  { algorithm: mldsa44, noble: ml_dsa44 },
  { algorithm: mldsa65, noble: ml_dsa65 },
  { algorithm: mldsa87, noble: ml_dsa87 },
].map((set) => ({ ...set, name: set.algorithm.keyType as MlDsaName }));

describe.each(SETS)('$name', ({ algorithm, noble, name }) => {
  const seed = new Uint8Array(32).fill(7);
  const expanded = noble.keygen(seed).secretKey;
  const key = (parts: { seed?: Uint8Array | null; expandedKey?: Uint8Array | null }): PrivateKey => ({
    type: name,
    seed: null,
    expandedKey: null,
    ...parts,
  });
  const publicKey = algorithm.publicKey(key({ seed })) as PublicKey;

  it('has one public key, from the seed, the expanded key and both', () => {
    for (const parts of [{ expandedKey: expanded }, { seed, expandedKey: expanded }]) {
      expect(algorithm.publicKey(key(parts))).toEqual(publicKey);
    }
  });

  it('signs with each, another signature each time that its randomness is another', async () => {
    const one = await algorithm.sign(key({ seed }), { type: name }, message, random);
    const other = await algorithm.sign(key({ expandedKey: expanded }), { type: name }, message, seededBytes(3));
    expect(other).not.toEqual(one);
    for (const signature of [one, other]) {
      expect(algorithm.verify(publicKey, { type: name }, message, signature)).toBe(true);
      expect(algorithm.verify(publicKey, { type: name }, asciiToBytes('Message'), signature)).toBe(false);
      expect(algorithm.verify(publicKey, { type: name }, message, signature.subarray(1))).toBe(false);
    }
  });

  it('leaves the caller’s key as it was', async () => {
    const copies = { seed: seed.slice(), expandedKey: expanded.slice() };
    const alone = { expandedKey: expanded.slice() };
    // Of these, `slice` would be a view.
    const buffers = { seed: Buffer.from(seed), expandedKey: Buffer.from(expanded) };
    const aloneInBuffer = { expandedKey: Buffer.from(expanded) };
    for (const parts of [copies, alone, buffers, aloneInBuffer]) {
      await algorithm.sign(key(parts), { type: name }, message, random);
      algorithm.publicKey(key(parts));
      expect(bytesEqual(parts.expandedKey, expanded)).toBe(true);
    }
    for (const parts of [copies, buffers]) expect(bytesEqual(parts.seed, seed)).toBe(true);
  });

  it.each([
    ['neither form', {}],
    ['a short seed', { seed: seed.subarray(1) }],
    ['a long seed', { seed: new Uint8Array(33) }],
    ['a short expanded key', { expandedKey: expanded.subarray(1) }],
    ['two forms of different keys', { seed: new Uint8Array(32), expandedKey: expanded }],
    [
      'an expanded key whose hash is of another public key',
      { expandedKey: expanded.map((byte, i) => (i === 64 ? byte ^ 1 : byte)) },
    ],
  ])('refuses %s', (_, parts) => {
    expect(() => algorithm.publicKey(key(parts))).toThrow(expect.objectContaining({ reason: 'invalid-key' }) as Error);
  });

  it('is not verified under another key, algorithm or set', async () => {
    const signature = await algorithm.sign(key({ seed }), { type: name }, message, random);
    const others: KeyAlgorithm[] = SETS.filter((set) => set.name !== name).map((set) => set.algorithm);
    for (const other of others) {
      expect(other.verify(publicKey, { type: name }, message, signature)).toBe(false);
      expect(algorithm.verify(publicKey, { type: other.keyType as MlDsaName }, message, signature)).toBe(false);
    }
  });
});

function seededBytes(seed: number): (length: number) => Uint8Array {
  const next = seededRandom(seed);
  return (length) => randomBytes(next, length);
}
