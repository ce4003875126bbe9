import { bytesToHex, concatBytes } from '@portico/bytes';
import type { PrivateKey, PublicKey, RsaPrivateValues } from '@portico/crypto';
import { rsa, rsaPss, sha256, sha384, sha512 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { encodePkcs1, encodePss, verifyPss } from '../src/rsa/encoding.js';
import { generatePrivateKey, isProbablePrime } from '../src/rsa/generate.js';
import { bytesToInteger, integerToBytes, invertModulo, powPublic, powSecret } from '../src/rsa/integer.js';
import { importPrivateKey, signEncodedMessage } from '../src/rsa/private-key.js';
import { readPublicKey } from '../src/rsa/public-key.js';
import { countingRandom, deterministicRandom } from './deterministic-random.js';
import { rsaPrivateValues } from './rsa-values.js';
import hexValues from './vectors/rsa-2048.json' with { type: 'json' };

const values = rsaPrivateValues(hexValues);
const privateKey: PrivateKey = { type: 'rsa', ...values };
const publicKey = rsa.publicKey(privateKey) as PublicKey & { type: 'rsa' };
const signingKey = importPrivateKey(values);
const random = deterministicRandom(3);
const message = Uint8Array.of(1, 2, 3);
const pkcs1 = { type: 'rsa-pkcs1', hash: 'sha256' } as const;
const pss = { type: 'rsa-pss', hash: 'sha256', saltLength: 32 } as const;

const invalidKey = expect.objectContaining({ name: 'CryptoError', reason: 'invalid-key' });

/** The part with another value. */
function changed(bytes: Uint8Array, change: (value: bigint) => bigint): Uint8Array {
  const value = change(bytesToInteger(bytes));
  return integerToBytes(value, Math.ceil(value.toString(16).length / 2));
}

describe('importing an RSA private key', () => {
  it('takes leading zeros, as DER has them', () => {
    const padded = Object.fromEntries(
      Object.entries(values).map(([name, bytes]) => [name, concatBytes(Uint8Array.of(0), bytes as Uint8Array)]),
    ) as unknown as RsaPrivateValues;
    expect(importPrivateKey(padded).n).toBe(signingKey.n);
  });

  const { p, q } = signingKey;
  const lambdaMultiple = (p - 1n) * (q - 1n);
  it.each<[string, Partial<RsaPrivateValues>]>([
    ['another modulus', { modulus: changed(values.modulus, (n) => n + 2n) }],
    ['an even modulus', { modulus: changed(values.modulus, (n) => n + 1n) }],
    ['a modulus of 2047 bits', { modulus: changed(values.modulus, (n) => (n >> 1n) | 1n) }],
    ['a modulus of 8193 bits', { modulus: integerToBytes((1n << 8192n) + 1n, 1025) }],
    ['the exponent 1', { publicExponent: Uint8Array.of(1) }],
    ['an even exponent', { publicExponent: Uint8Array.of(4) }],
    ['an exponent of 2^33', { publicExponent: Uint8Array.of(2, 0, 0, 0, 1) }],
    ['another public exponent', { publicExponent: Uint8Array.of(3) }],
    ['another private exponent', { privateExponent: changed(values.privateExponent, (d) => d + 2n) }],
    [
      'a private exponent above n',
      { privateExponent: changed(values.privateExponent, (d) => d + 2n * lambdaMultiple) },
    ],
    ['a private exponent of 1', { privateExponent: Uint8Array.of(1) }],
    ['the primes 1 and n', { prime1: Uint8Array.of(1), prime2: values.modulus }],
    ['the primes n and 1', { prime1: values.modulus, prime2: Uint8Array.of(1) }],
    ['a prime of 0', { prime1: Uint8Array.of(0) }],
    ['another prime1', { prime1: changed(values.prime1, (prime) => prime + 2n) }],
    ['another prime2', { prime2: changed(values.prime2, (prime) => prime + 2n) }],
    ['the primes exchanged', { prime1: values.prime2, prime2: values.prime1 }],
    ['another exponent1', { exponent1: changed(values.exponent1, (dP) => dP + 2n) }],
    ['exponent1 not reduced', { exponent1: changed(values.exponent1, (dP) => dP + p - 1n) }],
    ['another exponent2', { exponent2: changed(values.exponent2, (dQ) => dQ + 2n) }],
    ['the CRT exponents exchanged', { exponent1: values.exponent2, exponent2: values.exponent1 }],
    ['another coefficient', { coefficient: changed(values.coefficient, (inverse) => inverse + 1n) }],
    ['a coefficient not reduced', { coefficient: changed(values.coefficient, (inverse) => inverse + p) }],
    ['a coefficient of 0', { coefficient: new Uint8Array(0) }],
    ['a part longer than the modulus', { exponent1: concatBytes(new Uint8Array(258 - 128), values.exponent1) }],
  ])('refuses %s', (_, change) => {
    expect(() => importPrivateKey({ ...values, ...change })).toThrow(invalidKey);
    const faulty: PrivateKey = { type: 'rsa', ...values, ...change };
    expect(() => rsa.sign(faulty, pkcs1, message, random)).toThrow(invalidKey);
  });

  it.each(['p', 'q'] as const)('refuses a private exponent that fits the other prime but not %s', (wrong) => {
    const [own, other] = wrong === 'p' ? [p, q] : [q, p];
    const d = bytesToInteger(values.privateExponent);
    // The same modulo (other - 1), another modulo (own - 1), below n, and with CRT exponents that belong to it.
    const bent = (d % (other - 1n)) + 2n * (other - 1n);
    expect(bent % (own - 1n)).not.toBe(d % (own - 1n));
    const faulty = {
      ...values,
      privateExponent: integerToBytes(bent, 256),
      exponent1: integerToBytes(bent % (p - 1n), 128),
      exponent2: integerToBytes(bent % (q - 1n), 128),
    };
    expect(() => importPrivateKey(faulty)).toThrow(invalidKey);
  });

  it('refuses a square, from which no CRT can be made', () => {
    const square = { ...values, modulus: integerToBytes(p * p, 256), prime2: values.prime1 };
    expect(() => importPrivateKey(square)).toThrow(invalidKey);
  });
});

describe('signing with RSA', () => {
  const encoded = encodePkcs1(sha256, message, 256);

  it.each(['p', 'q', 'dP', 'dQ', 'qInverse'] as const)('releases nothing when a fault changes %s', (part) => {
    const faulty = { ...signingKey, [part]: signingKey[part] ^ 4n };
    expect(() => signEncodedMessage(faulty, encoded, random)).toThrow(
      expect.objectContaining({ name: 'CryptoError', reason: 'self-check-failed' }),
    );
  });

  it('makes what the plain power with d makes, whatever the blinding', () => {
    const plain = powPublic(bytesToInteger(encoded), bytesToInteger(values.privateExponent), signingKey.n);
    for (let seed = 0; seed < 5; seed++) {
      expect(bytesToInteger(signEncodedMessage(signingKey, encoded, deterministicRandom(seed)))).toBe(plain);
    }
  });

  it('draws a fresh blinding factor for each signature', () => {
    const source = countingRandom(1);
    rsa.sign(privateKey, pkcs1, message, source.random);
    expect(source.drawn()).toBe(256);
    rsa.sign(privateKey, pkcs1, message, source.random);
    expect(source.drawn()).toBe(512);
    rsa.sign(privateKey, pss, message, source.random);
    expect(source.drawn()).toBe(768 + 32);
  });

  it('draws again when a blinding factor is 0, 1 or has no inverse', () => {
    const draws = [0n, 1n, signingKey.p, signingKey.n].map((value) => integerToBytes(value, 256));
    const good = deterministicRandom(1);
    const signature = signEncodedMessage(signingKey, encoded, (length) => draws.shift() ?? good(length));
    expect(draws.length).toBe(0);
    expect(rsa.verify(publicKey, pkcs1, message, signature)).toBe(true);
  });
});

describe('verifying RSA PKCS#1 v1.5', () => {
  const block = encodePkcs1(sha256, message, 256);
  const digestInfo = block.subarray(256 - 51);

  function verifies(encoded: Uint8Array): boolean {
    return rsa.verify(publicKey, pkcs1, message, signEncodedMessage(signingKey, encoded, random)) as boolean;
  }

  it('accepts exactly one block', () => {
    expect(verifies(block)).toBe(true);
  });

  it.each<[string, () => Uint8Array]>([
    ['any flipped bit of the padding', () => Uint8Array.from(block, (byte, i) => (i === 100 ? byte ^ 1 : byte))],
    ['block type 2', () => Uint8Array.from(block, (byte, i) => (i === 1 ? 2 : byte))],
    // Bleichenbacher 2006: short padding, the digest, and then room to make the whole a perfect cube.
    [
      'short padding and garbage after the digest',
      () => {
        const forged = new Uint8Array(256);
        forged.set([0, 1, ...new Uint8Array(8).fill(0xff), 0]);
        forged.set(digestInfo, 11);
        return forged;
      },
    ],
    [
      'a DigestInfo without the NULL',
      () => {
        const short = Uint8Array.of(0x30, 0x2f, 0x30, 0x0b, ...digestInfo.subarray(4, 15), ...digestInfo.subarray(17));
        const forged = new Uint8Array(256).fill(0xff);
        forged.set([0, 1]);
        forged[255 - short.length] = 0;
        forged.set(short, 256 - short.length);
        return forged;
      },
    ],
    ['another hash', () => encodePkcs1(sha384, message, 256)],
  ])('refuses %s', (_, encoded) => {
    expect(verifies(encoded())).toBe(false);
  });

  it('refuses a signature that is not below the modulus', () => {
    const signature = rsa.sign(privateKey, pkcs1, message, random) as Uint8Array;
    // A modulus of 2048 bits leaves room for s + n only where s is small: look for such a message.
    for (let i = 0; ; i++) {
      const text = Uint8Array.of(i);
      const s = bytesToInteger(rsa.sign(privateKey, pkcs1, text, random) as Uint8Array);
      if (s + signingKey.n >= 1n << 2048n) continue;
      expect(rsa.verify(publicKey, pkcs1, text, integerToBytes(s, 256))).toBe(true);
      expect(rsa.verify(publicKey, pkcs1, text, integerToBytes(s + signingKey.n, 256))).toBe(false);
      break;
    }
    expect(rsa.verify(publicKey, pkcs1, message, concatBytes(Uint8Array.of(0), signature))).toBe(false);
  });
});

describe('verifying RSA-PSS', () => {
  function verifies(encoded: Uint8Array | null, algorithm = pss, key: PublicKey = publicKey): boolean {
    if (encoded === null) throw new Error('the block does not fit');
    const owner = key.type === 'rsa-pss' ? rsaPss : rsa;
    return owner.verify(key, algorithm, message, signEncodedMessage(signingKey, encoded, random)) as boolean;
  }
  const block = encodePss(sha256, message, random(32), 2047) as Uint8Array;

  it('accepts the block of section 9.1.1', () => {
    expect(verifies(block)).toBe(true);
  });

  it.each([0, 20, 31, 33, 64])('refuses a salt of %i bytes where 32 are meant', (length) => {
    const encoded = encodePss(sha256, message, random(length), 2047);
    expect(verifies(encoded)).toBe(false);
    expect(verifies(encoded, { ...pss, saltLength: length } as unknown as typeof pss)).toBe(true);
  });

  it('refuses another trailer and any flipped bit', () => {
    const trailer = block.slice();
    trailer[255] = 0xcc;
    expect(verifies(trailer)).toBe(false);
    // 190 is the byte 01 between padding and salt.
    for (const index of [0, 1, 100, 189, 190, 191, 222, 223, 254]) {
      const flipped = block.slice();
      flipped[index] = (flipped[index] as number) ^ 1;
      expect(verifies(flipped), `byte ${index}`).toBe(false);
    }
  });

  it('refuses bits above the block, whether they share its first byte or have one of their own', () => {
    // The same block with its highest bit set can be signed only where it is still below the modulus.
    for (;;) {
      const unused = encodePss(sha256, message, random(32), 2047) as Uint8Array;
      unused[0] = (unused[0] as number) | 0x80;
      if (bytesToInteger(unused) >= signingKey.n) continue;
      expect(verifies(unused)).toBe(false);
      break;
    }
    // A modulus of 2049 bits has a byte more than its block.
    const whole = encodePss(sha256, message, random(32), 2048) as Uint8Array;
    expect(verifyPss(sha256, message, 32, 2048, concatBytes(Uint8Array.of(0), whole))).toBe(true);
    expect(verifyPss(sha256, message, 32, 2048, concatBytes(Uint8Array.of(1), whole))).toBe(false);
  });

  it('refuses a salt and hash for which the modulus is too small', () => {
    const huge = { type: 'rsa-pss', hash: 'sha512', saltLength: 192 } as const;
    expect(encodePss(sha512, message, random(192), 2047)).toBeNull();
    expect(() => rsa.sign(privateKey, huge, message, random)).toThrow(
      expect.objectContaining({ reason: 'unsupported-algorithm' }),
    );
    expect(rsa.verify(publicKey, huge, message, new Uint8Array(256).fill(1))).toBe(false);
  });

  it('honours the parameters of a PSS key, RFC 4055 section 3.1', () => {
    const restricted = (hash: 'sha256' | 'sha384', minimumSaltLength: number): PublicKey => ({
      ...publicKey,
      type: 'rsa-pss',
      restriction: { hash, minimumSaltLength },
    });
    expect(verifies(block, pss, { ...publicKey, type: 'rsa-pss', restriction: null })).toBe(true);
    expect(verifies(block, pss, restricted('sha256', 32))).toBe(true);
    expect(verifies(block, pss, restricted('sha256', 20))).toBe(true);
    expect(verifies(block, pss, restricted('sha256', 33))).toBe(false);
    expect(verifies(block, pss, restricted('sha384', 32))).toBe(false);
  });

  it('never takes a PSS key for PKCS#1 v1.5, nor one kind of key for the other', () => {
    const pssKey: PublicKey = { ...publicKey, type: 'rsa-pss', restriction: null };
    const signature = rsa.sign(privateKey, pkcs1, message, random) as Uint8Array;
    expect(rsa.verify(publicKey, pkcs1, message, signature)).toBe(true);
    expect(rsaPss.verify(pssKey, pkcs1, message, signature)).toBe(false);
    expect(rsaPss.verify(publicKey, pkcs1, message, signature)).toBe(false);
    expect(rsa.verify(pssKey, pkcs1, message, signature)).toBe(false);
    const refusal = expect.objectContaining({ reason: 'unsupported-algorithm' });
    expect(() => rsaPss.sign({ type: 'rsa-pss', ...values }, pkcs1, message, random)).toThrow(refusal);
    expect(() => rsaPss.sign(privateKey, pss, message, random)).toThrow(invalidKey);
  });
});

describe('public RSA keys', () => {
  const signature = rsa.sign(privateKey, pkcs1, message, random) as Uint8Array;

  it.each<[string, Partial<PublicKey & { type: 'rsa' }>]>([
    ['an even modulus', { modulus: changed(publicKey.modulus, (n) => n + 1n) }],
    ['a modulus of 1024 bits', { modulus: publicKey.modulus.subarray(0, 128) }],
    ['an empty modulus', { modulus: new Uint8Array(0) }],
    ['a modulus of a megabyte', { modulus: new Uint8Array(1 << 20).fill(0xff) }],
    ['the exponent 1', { exponent: Uint8Array.of(1) }],
    ['an empty exponent', { exponent: new Uint8Array(0) }],
    ['an exponent as long as the modulus', { exponent: publicKey.modulus }],
  ])('answer false with %s', (_, change) => {
    expect(rsa.verify({ ...publicKey, ...change }, pkcs1, message, signature)).toBe(false);
  });

  it.each<[string, Uint8Array, Uint8Array]>([
    ['the modulus has 2047 bits', integerToBytes((1n << 2046n) + 1n, 256), Uint8Array.of(3)],
    ['the modulus has more than 8192 bits', integerToBytes((1n << 8192n) + 1n, 1025), Uint8Array.of(3)],
    ['the modulus is even', integerToBytes(1n << 2047n, 256), Uint8Array.of(3)],
    ['the exponent is even', publicKey.modulus, Uint8Array.of(4)],
    ['the exponent is outside 3 to 2^33', publicKey.modulus, Uint8Array.of(1)],
    ['the exponent is outside 3 to 2^33', publicKey.modulus, Uint8Array.of(2, 0, 0, 0, 1)],
    ['the exponent is not below 2^33', publicKey.modulus, Uint8Array.of(1, 0, 0, 0, 0, 1)],
  ])('are refused because %s', (problem, modulus, exponent) => {
    expect(readPublicKey(modulus, exponent)).toContain(problem);
  });

  it('are taken at both ends of what is allowed', () => {
    for (const bits of [2048n, 8192n]) {
      const modulus = integerToBytes((1n << (bits - 1n)) + 1n, Number(bits) / 8 + 1);
      for (const exponent of [Uint8Array.of(3), Uint8Array.of(0, 1, 0xff, 0xff, 0xff, 0xff)]) {
        expect(readPublicKey(modulus, exponent)).toMatchObject({ modulusBits: Number(bits), length: Number(bits) / 8 });
      }
    }
  });

  it('with exponent 1 would make any block its own signature', () => {
    const key: PublicKey = { ...publicKey, exponent: Uint8Array.of(1) };
    expect(rsa.verify(key, pkcs1, message, encodePkcs1(sha256, message, 256))).toBe(false);
  });
});

describe('generating RSA keys', () => {
  it('gives a key that passes its own import checks, with 2048 bits and e = 65537', () => {
    const generated = generatePrivateKey(deterministicRandom(8));
    const key = importPrivateKey(generated);
    expect(key.modulusBits).toBe(2048);
    expect(key.e).toBe(65_537n);
    expect(isProbablePrime(key.p, random)).toBe(true);
    expect(isProbablePrime(key.q, random)).toBe(true);
  });

  it('gives the same key for the same random bytes', () => {
    const run = (): string => bytesToHex(generatePrivateKey(deterministicRandom(5)).modulus);
    expect(run()).toBe(run());
  });

  it('passes over a prime p for which e has no inverse modulo p - 1', () => {
    // The first number above 3·2^1022 of the form 2·65537·k + 1 that is prime.
    const step = 2n * 65_537n;
    let unusable = ((3n << 1022n) / step + 1n) * step + 1n;
    while (!isProbablePrime(unusable, random)) unusable += step;
    const draws = [integerToBytes(unusable, 128)];
    const source = deterministicRandom(6);
    const key = importPrivateKey(generatePrivateKey((length) => draws.shift() ?? source(length)));
    expect([key.p, key.q]).not.toContain(unusable);
  });

  it('knows primes from composites, Carmichael numbers and strong pseudoprimes to base 2', () => {
    for (const prime of [5n, 7n, 11n, 65_537n, 2n ** 127n - 1n, 2n ** 521n - 1n]) {
      expect(isProbablePrime(prime, random), String(prime)).toBe(true);
    }
    for (const composite of [9n, 561n, 1105n, 2047n, 3277n, 62_745n, 3_215_031_751n, (2n ** 61n - 1n) ** 2n]) {
      expect(isProbablePrime(composite, random), String(composite)).toBe(false);
    }
  });
});

describe('integers', () => {
  it('have a secret power that agrees with the plain one', () => {
    for (let i = 0; i < 30; i++) {
      const [base, exponent] = [bytesToInteger(random(20)), bytesToInteger(random(i))];
      const modulus = bytesToInteger(random(24)) | 1n;
      expect(powSecret(base % modulus, exponent, modulus, 8 * i)).toBe(powPublic(base % modulus, exponent, modulus));
    }
  });

  it('have inverses exactly where they are coprime', () => {
    expect(invertModulo(3n, 7n)).toBe(5n);
    expect(invertModulo(6n, 9n)).toBeNull();
    expect(invertModulo(0n, 9n)).toBeNull();
    for (let i = 0; i < 20; i++) {
      const value = bytesToInteger(random(16));
      const inverse = invertModulo(value, 2n ** 127n - 1n) as bigint;
      expect((value * inverse) % (2n ** 127n - 1n)).toBe(1n);
    }
  });
});
