import { hexToBytes } from '@portico/bytes';
import type { KeyAlgorithm, PrivateKey, SignatureAlgorithm } from '@portico/crypto';
import { ecdsaP256, ecdsaP384, ecdsaP521, sha256, sha384, sha512 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { deterministicRandom } from './deterministic-random.js';

const message = Uint8Array.of(1, 2, 3);
const algorithm = { type: 'ecdsa', hash: 'sha256' } as const;
const ORDER_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** An INTEGER's content: the fewest bytes that keep it positive. */
function integerBytes(value: bigint): number[] {
  const hex = value.toString(16);
  const bytes = [...hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`)];
  return (bytes[0] as number) >= 0x80 ? [0, ...bytes] : bytes;
}

function derSignature(r: number[], s: number[]): Uint8Array {
  const body = [0x02, r.length, ...r, 0x02, s.length, ...s];
  return Uint8Array.of(0x30, body.length, ...body);
}

/** r and s of a DER signature with short lengths. */
function parts(signature: Uint8Array): [bigint, bigint] {
  const rLength = signature[3] as number;
  const toInteger = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return [toInteger(signature.subarray(4, 4 + rLength)), toInteger(signature.subarray(6 + rLength))];
}

async function generateKey(keys: KeyAlgorithm): Promise<PrivateKey & { type: 'ec' }> {
  const key = await keys.generate?.(deterministicRandom(33));
  if (key?.type !== 'ec') throw new Error('expected an ec key');
  return key;
}

describe('ECDSA', () => {
  it.each([ecdsaP256, ecdsaP384, ecdsaP521])(
    'on $curve works with each hash, as certificates may ask',
    async (keys) => {
      const key = await generateKey(keys);
      for (const { name: hash } of [sha256, sha384, sha512]) {
        const signature = await keys.sign(key, { type: 'ecdsa', hash }, message, deterministicRandom(1));
        for (const { name: other } of [sha256, sha384, sha512]) {
          expect(await keys.verify(keys.publicKey(key), { type: 'ecdsa', hash: other }, message, signature)).toBe(
            other === hash,
          );
        }
      }
    },
  );

  it('hedges the nonce: other randomness, other signature, both valid', async () => {
    const key = await generateKey(ecdsaP256);
    const first = await ecdsaP256.sign(key, algorithm, message, deterministicRandom(1));
    const second = await ecdsaP256.sign(key, algorithm, message, deterministicRandom(2));
    expect(first).not.toEqual(second);
    for (const signature of [first, second]) {
      expect(await ecdsaP256.verify(ecdsaP256.publicKey(key), algorithm, message, signature)).toBe(true);
    }
  });

  it('does not repeat the nonce for another message when the random source is broken', async () => {
    const key = await generateKey(ecdsaP256);
    const broken = (length: number): Uint8Array => new Uint8Array(length);
    const [r1] = parts(await ecdsaP256.sign(key, algorithm, Uint8Array.of(1), broken));
    const [r2] = parts(await ecdsaP256.sign(key, algorithm, Uint8Array.of(2), broken));
    expect(r1).not.toBe(r2);
  });

  it('accepts both s and n - s, as TLS does', async () => {
    const key = await generateKey(ecdsaP256);
    const [r, s] = parts(await ecdsaP256.sign(key, algorithm, message, deterministicRandom(1)));
    for (const half of [s, ORDER_P256 - s]) {
      const signature = derSignature(integerBytes(r), integerBytes(half));
      expect(await ecdsaP256.verify(ecdsaP256.publicKey(key), algorithm, message, signature)).toBe(true);
    }
  });

  it('accepts no encoding but DER and no number outside 1 to n-1', async () => {
    const key = await generateKey(ecdsaP256);
    const publicKey = ecdsaP256.publicKey(key);
    const signature = await ecdsaP256.sign(key, algorithm, message, deterministicRandom(1));
    const [r, s] = parts(signature);
    const [rBytes, sBytes] = [integerBytes(r), integerBytes(s)];
    const body = signature.subarray(2);
    const malformed: Record<string, Uint8Array> = {
      empty: new Uint8Array(0),
      'r padded': derSignature([0, ...rBytes], sBytes),
      's padded': derSignature(rBytes, [0, ...sBytes]),
      'r negative': derSignature(integerBytes(r).slice(rBytes[0] === 0 ? 1 : 0), [0xff, ...sBytes]),
      'r zero': derSignature([0], sBytes),
      's zero': derSignature(rBytes, [0]),
      'r plus n': derSignature(integerBytes(r + ORDER_P256), sBytes),
      's plus n': derSignature(rBytes, integerBytes(s + ORDER_P256)),
      'no content': derSignature([], []),
      'trailing byte': Uint8Array.of(...signature, 0),
      'trailing byte inside': Uint8Array.of(0x30, body.length + 1, ...body, 0),
      'long length': Uint8Array.of(0x30, 0x81, body.length, ...body),
      'indefinite length': Uint8Array.of(0x30, 0x80, ...body, 0, 0),
      'set instead of sequence': Uint8Array.of(0x31, body.length, ...body),
      'raw r and s': Uint8Array.of(...rBytes.slice(-32), ...sBytes.slice(-32)),
    };
    expect(await ecdsaP256.verify(publicKey, algorithm, message, signature)).toBe(true);
    for (const [what, bytes] of Object.entries(malformed)) {
      expect(await ecdsaP256.verify(publicKey, algorithm, message, bytes), what).toBe(false);
    }
  });

  it('answers false for points that are compressed, off the curve or of another curve', async () => {
    const key = await generateKey(ecdsaP256);
    const publicKey = ecdsaP256.publicKey(key);
    if (publicKey.type !== 'ec') throw new Error('expected an ec key');
    const signature = await ecdsaP256.sign(key, algorithm, message, deterministicRandom(1));
    const { point } = publicKey;
    const compressed = Uint8Array.of(0x02 | ((point[64] as number) & 1), ...point.subarray(1, 33));
    const offCurve = point.slice();
    offCurve[64] = (offCurve[64] as number) ^ 1;
    for (const bad of [compressed, offCurve, new Uint8Array(0), Uint8Array.of(0), new Uint8Array(65)]) {
      expect(await ecdsaP256.verify({ type: 'ec', curve: 'P-256', point: bad }, algorithm, message, signature)).toBe(
        false,
      );
    }
    expect(await ecdsaP256.verify({ ...publicKey, curve: 'P-384' }, algorithm, message, signature)).toBe(false);
    expect(await ecdsaP384.verify(publicKey, algorithm, message, signature)).toBe(false);
  });

  it('refuses scalars that are zero, too large, or not padded to field size', () => {
    const scalars = [
      new Uint8Array(32),
      Uint8Array.from(integerBytes(ORDER_P256).slice(-32)),
      new Uint8Array(32).fill(0xff),
      new Uint8Array(31).fill(1),
      new Uint8Array(33).fill(1),
    ];
    for (const scalar of scalars) {
      const key: PrivateKey = { type: 'ec', curve: 'P-256', scalar };
      const refusal = expect.objectContaining({ reason: 'invalid-key' });
      expect(() => ecdsaP256.publicKey(key)).toThrow(refusal);
      expect(() => ecdsaP256.sign(key, algorithm as SignatureAlgorithm, message, deterministicRandom(1))).toThrow(
        refusal,
      );
    }
  });
});
