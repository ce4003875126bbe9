import { CryptoError, createProvider, type ProviderParts } from '@portico/crypto';
import * as noble from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { countingRandom, deterministicRandom } from './deterministic-random.js';
import { describeProvider } from './provider-conformance.js';

describe('the noble provider', () => {
  describeProvider((random) => noble.createNobleProvider({ random }), { reproducible: 'shares and signatures' });

  describe('for interpreters', () => {
    describeProvider((random) => noble.createNobleProvider({ random, engine: 'interpreted' }), {
      reproducible: 'shares and signatures',
    });
  });

  it('prefers ChaCha20-Poly1305, which is its fastest, and hybrids to X25519', () => {
    const provider = noble.createNobleProvider({ random: deterministicRandom(1) });
    expect(provider.cipherSuites.map((suite) => suite.id)).toEqual([0x1303, 0x1301, 0x1302, 0x1304, 0x1305]);
    expect(provider.groups.map((group) => group.id)).toEqual([
      ...[0x11ec, 0x11eb, 0x11ed],
      ...[0x001d, 0x0017, 0x0018, 0x0019, 0x001e],
      ...[0x0201, 0x0202, 0x0200],
    ]);
  });

  it('puts X25519 over BigInt first for interpreters, and ML-KEM behind all curves', () => {
    const { groups, keyAlgorithms } = noble.createNobleProvider({
      random: deterministicRandom(1),
      engine: 'interpreted',
    });
    expect(groups.map((group) => group.id)).toEqual([
      ...[0x001d, 0x0017, 0x0018, 0x0019, 0x001e],
      ...[0x11ec, 0x11eb, 0x11ed],
      ...[0x0201, 0x0202, 0x0200],
    ]);
    expect(groups[0]).toBe(noble.x25519BigInt);
    expect(keyAlgorithms.slice(0, 3)).toEqual([noble.ecdsaP256BigInt, noble.ed25519, noble.ecdsaP384BigInt]);
  });

  it('exchanges keys and verifies between both kinds of engine', async () => {
    const pairs = [
      [noble.x25519, noble.x25519BigInt],
      [noble.x25519MlKem768, noble.x25519BigIntMlKem768],
    ] as const;
    for (const [compiled, interpreted] of pairs) {
      for (const [client, server] of [
        [compiled, interpreted],
        [interpreted, compiled],
      ] as const) {
        const exchange = await client.start(deterministicRandom(4));
        const { share, secret } = await server.respond(exchange.share, deterministicRandom(5));
        expect(await exchange.finish(share)).toEqual(secret);
      }
    }
    const use = { type: 'ecdsa', hash: 'sha256' } as const;
    for (const [compiled, interpreted] of [
      [noble.ecdsaP256, noble.ecdsaP256BigInt],
      [noble.ecdsaP384, noble.ecdsaP384BigInt],
    ] as const) {
      const key = await compiled.generate?.(deterministicRandom(6));
      if (key === undefined) throw new Error('expected a key');
      const message = Uint8Array.of(1, 2, 3);
      const signature = await compiled.sign(key, use, message, deterministicRandom(7));
      expect(await interpreted.sign(key, use, message, deterministicRandom(7))).toEqual(signature);
      expect(await interpreted.verify(compiled.publicKey(key), use, message, signature)).toBe(true);
      expect(await interpreted.verify(compiled.publicKey(key), use, Uint8Array.of(4), signature)).toBe(false);
    }
  });

  it('gives ML-KEM alone and CCM only to those who name it', () => {
    const provider = noble.createNobleProvider({ random: deterministicRandom(1) });
    const off = provider.groups.filter(({ byDefault }) => byDefault === 'off');
    expect(off).toEqual([noble.mlkem768, noble.mlkem1024, noble.mlkem512]);
    const suitesOff = provider.cipherSuites.filter(({ byDefault }) => byDefault === 'off');
    expect(suitesOff).toEqual([noble.aes128CcmSha256, noble.aes128Ccm8Sha256]);
  });

  it('limits AES-GCM to 2^24.5 records, RFC 9846 section 5.5', () => {
    expect(noble.aes128GcmSha256.confidentialityLimit).toBe(23_726_566);
    expect(noble.aes256GcmSha384.confidentialityLimit).toBe(23_726_566);
    expect(noble.chacha20Poly1305Sha256.confidentialityLimit).toBe(Infinity);
    // RFC 9147 section 4.5.3.
    expect(noble.aes128CcmSha256.confidentialityLimit).toBe(2 ** 23);
    expect(noble.aes128Ccm8Sha256.confidentialityLimit).toBe(2 ** 23);
  });
});

describe('blinding', () => {
  // The scalar itself, and then 16 bytes of blinding for each secret multiplication; the ladder of X25519 does the same
  // for all scalars and needs none.
  it.each([
    { group: noble.x25519, start: 32, finish: 0 },
    { group: noble.x25519BigInt, start: 32 + 16, finish: 0 },
    { group: noble.x448, start: 56 + 16, finish: 0 },
    { group: noble.secp256r1, start: 32 + 16, finish: 16 },
    { group: noble.secp384r1, start: 48 + 16, finish: 16 },
    { group: noble.secp521r1, start: 66 + 16, finish: 16 },
  ])('of $group.name draws from the injected source', async ({ group, start, finish }) => {
    const source = countingRandom(1);
    const exchange = await group.start(source.random);
    expect(source.drawn()).toBe(start);
    const { share } = await group.start(deterministicRandom(2));
    await exchange.finish(share);
    expect(source.drawn()).toBe(start + finish);
  });

  it.each([noble.ecdsaP256, noble.ecdsaP384, noble.ecdsaP521])('of $curve signatures does, too', async (keys) => {
    const source = countingRandom(1);
    const key = await keys.generate?.(deterministicRandom(2));
    if (key?.type !== 'ec') throw new Error('expected an ec key');
    await keys.sign(key, { type: 'ecdsa', hash: 'sha256' }, new Uint8Array(3), source.random);
    // The hedge of the nonce, the multiplication, and noble's blinded inversion of the nonce.
    expect(source.drawn()).toBeGreaterThanOrEqual(key.scalar.length + 16 + key.scalar.length);
  });

  it('refuses a source that keeps giving unusable scalars', () => {
    const zeros = (length: number): Uint8Array => new Uint8Array(length);
    for (const group of [noble.secp256r1, noble.secp384r1, noble.secp521r1]) {
      expect(() => group.start(zeros)).toThrow(expect.objectContaining({ reason: 'self-check-failed' }));
    }
  });

  it('does not write into what the source gave', async () => {
    const given: Uint8Array[] = [];
    const source = deterministicRandom(9);
    const copies: Uint8Array[] = [];
    const exchange = await noble.x25519.start((length) => {
      const bytes = source(length);
      given.push(bytes);
      copies.push(bytes.slice());
      return bytes;
    });
    exchange.destroy();
    expect(given).toEqual(copies);
  });
});

describe('createProvider', () => {
  const parts: ProviderParts = {
    name: 'small',
    random: deterministicRandom(1),
    hashes: [noble.sha256],
    cipherSuites: [noble.aes128GcmSha256],
    groups: [noble.x25519],
    keyAlgorithms: [noble.ecdsaP256, noble.ecdsaP384, noble.ed25519],
  };

  it('keeps the order given and cannot be changed afterwards', () => {
    const provider = createProvider(parts);
    expect(provider.keyAlgorithms).toEqual(parts.keyAlgorithms);
    expect(Object.isFrozen(provider)).toBe(true);
    expect(Object.isFrozen(provider.groups)).toBe(true);
  });

  it.each(['hashes', 'cipherSuites', 'groups', 'keyAlgorithms'] as const)('refuses empty and repeated %s', (list) => {
    const refusal = expect.objectContaining({ name: 'CryptoError', reason: 'invalid-provider' });
    expect(() => createProvider({ ...parts, [list]: [] })).toThrow(refusal);
    expect(() => createProvider({ ...parts, [list]: [parts[list][0], parts[list][0]] })).toThrow(refusal);
  });

  it.each([
    ['too few bytes', () => new Uint8Array(3)],
    ['too many bytes', (length: number) => new Uint8Array(length + 1)],
    ['an array', (length: number) => Array.from({ length }, () => 0) as unknown as Uint8Array],
    ['nothing', () => undefined as unknown as Uint8Array],
  ])('refuses a random source that gives %s', (_, random) => {
    expect(() => createProvider({ ...parts, random }).random(32)).toThrow(CryptoError);
  });
});

describe('algorithms that only verify', () => {
  it.each([
    { signing: noble.ecdsaP256, verifying: noble.ecdsaP256Verification, use: { type: 'ecdsa', hash: 'sha256' } },
    { signing: noble.ecdsaP384, verifying: noble.ecdsaP384Verification, use: { type: 'ecdsa', hash: 'sha384' } },
    { signing: noble.rsa, verifying: noble.rsaVerification, use: { type: 'rsa-pss', hash: 'sha256', saltLength: 32 } },
    { signing: noble.rsa, verifying: noble.rsaVerification, use: { type: 'rsa-pkcs1', hash: 'sha512' } },
  ] as const)('verify $use.type of $signing.keyType keys and refuse to sign', async ({ signing, verifying, use }) => {
    const key = await signing.generate?.(deterministicRandom(2));
    if (key === undefined) throw new Error('expected a key');
    const message = Uint8Array.of(1, 2, 3);
    const signature = await signing.sign(key, use, message, deterministicRandom(3));
    expect(await verifying.verify(signing.publicKey(key), use, message, signature)).toBe(true);
    expect(await verifying.verify(signing.publicKey(key), use, Uint8Array.of(4), signature)).toBe(false);
    expect(verifying.generate).toBeUndefined();
    const refusal = expect.objectContaining({ reason: 'unsupported-algorithm' });
    expect(() => verifying.sign(key, use, message, deterministicRandom(3))).toThrow(refusal);
    expect(() => verifying.publicKey(key)).toThrow(refusal);
  });
});
