import { bytesToHex, utf8ToBytes } from '@portico/bytes';
import {
  CryptoError,
  keyAlgorithmFor,
  keyFitsScheme,
  SIGNATURE_SCHEMES,
  type CipherSuite,
  type CryptoProvider,
  type KeyAlgorithm,
  type NamedGroup,
  type PrivateKey,
  type PublicKey,
  type RandomBytes,
  type SignatureScheme,
} from '@portico/crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { deterministicRandom } from './deterministic-random.js';
import { groupLength, malformedShares } from './malformed-shares.js';

/** Shares are private keys first drawn, so that handshakes replay; a signature may take its nonce from elsewhere. */
export type Reproducible = 'shares' | 'shares and signatures';

/**
 * What every provider must do, whatever it is made of. The only assumption about its inside is `reproducible`: what
 * the same injected random bytes give again.
 */
export function describeProvider(
  createProvider: (random: RandomBytes) => CryptoProvider,
  options: { readonly reproducible: Reproducible },
): void {
  const provider = createProvider(deterministicRandom(1));

  describe.each(provider.hashes.map((hash) => ({ name: hash.name, hash })))('hash $name', ({ hash, name }) => {
    it('gives the digest and the HMAC of FIPS 180-4 and RFC 4231', () => {
      expect(bytesToHex(hash.digest(utf8ToBytes('abc')))).toBe(KNOWN_HASHES[name].abc);
      expect(bytesToHex(hash.hmac(utf8ToBytes('Jefe'), utf8ToBytes('what do ya want for nothing?')))).toBe(
        KNOWN_HASHES[name].hmac,
      );
      expect(hash.digest(new Uint8Array(0)).length).toBe(hash.outputLength);
    });

    it('gives the same digest whatever the cuts, and a clone goes its own way', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), fc.uint8Array(), (data, at, other) => {
          const cut = at % (data.length + 1);
          const state = hash.create();
          state.update(data.subarray(0, cut));
          const clone = state.clone();
          state.update(data.subarray(cut));
          clone.update(other);
          expect(state.digest()).toEqual(hash.digest(data));
          expect(clone.digest()).toEqual(hash.digest(Uint8Array.of(...data.subarray(0, cut), ...other)));
        }),
        { numRuns: 50 },
      );
    });
  });

  describe.each(provider.cipherSuites.map((suite) => ({ name: suite.name, suite })))('suite $name', ({ suite }) => {
    describeSuite(provider, suite);
  });

  describe.each(provider.groups.map((group) => ({ name: group.name, group })))('group $name', ({ group }) => {
    describeGroup(group);
  });

  describe.each(provider.keyAlgorithms.map((keys) => ({ name: `${keys.keyType} ${keys.curve ?? ''}`.trim(), keys })))(
    'keys $name',
    ({ keys }) => {
      describeKeys(provider, keys, options);
    },
  );
}

function describeSuite(provider: CryptoProvider, suite: CipherSuite): void {
  const random = deterministicRandom(2);
  const nonce = random(suite.ivLength);
  const additionalData = Uint8Array.of(0x17, 0x03, 0x03, 0x00, 0x20);

  /** The sealed record, in an array of its own. */
  function seal(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array = additionalData): Uint8Array {
    const buffer = new Uint8Array(plaintext.length + suite.tagLength);
    buffer.set(plaintext);
    suite.createSealer(key).sealInPlace(nonce, aad, buffer);
    return buffer;
  }

  it('opens what it sealed, at any length and alignment, and touches nothing around it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.nat(7),
        (data, aad, shift) => {
          const key = random(suite.keyLength);
          const memory = new Uint8Array(shift + data.length + suite.tagLength + 3).fill(0xa5);
          const buffer = memory.subarray(shift, shift + data.length + suite.tagLength);
          buffer.set(data);
          suite.createSealer(key).sealInPlace(nonce, aad, buffer);
          expect(memory.subarray(0, shift).every((byte) => byte === 0xa5)).toBe(true);
          expect(memory.subarray(-3).every((byte) => byte === 0xa5)).toBe(true);
          const sealed = buffer.slice();
          const opened = suite.createOpener(key).open(nonce, aad, buffer);
          expect(opened).toEqual(data);
          // Fresh memory: neither the input nor a view of it.
          expect(buffer).toEqual(sealed);
          expect(opened?.buffer).not.toBe(memory.buffer);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('seals the same whatever it sealed before', () => {
    const key = random(suite.keyLength);
    const sealer = suite.createSealer(key);
    const expected = seal(key, Uint8Array.of(1, 2, 3));
    for (const length of [0, 1, 500, 17_000]) {
      sealer.sealInPlace(nonce, additionalData, new Uint8Array(length + suite.tagLength));
      const buffer = new Uint8Array(3 + suite.tagLength);
      buffer.set([1, 2, 3]);
      sealer.sealInPlace(nonce, additionalData, buffer);
      expect(buffer).toEqual(expected);
    }
  });

  it('refuses every single flipped bit of ciphertext, tag, nonce and additional data', () => {
    const key = random(suite.keyLength);
    const sealed = seal(key, random(19));
    const opener = suite.createOpener(key);
    expect(opener.open(nonce, additionalData, sealed)).not.toBeNull();
    for (const [target, open] of [
      [sealed, (bytes: Uint8Array) => opener.open(nonce, additionalData, bytes)],
      [nonce, (bytes: Uint8Array) => opener.open(bytes, additionalData, sealed)],
      [additionalData, (bytes: Uint8Array) => opener.open(nonce, bytes, sealed)],
    ] as const) {
      for (let bit = 0; bit < 8 * target.length; bit++) {
        const flipped = target.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(open(flipped), `bit ${bit}`).toBeNull();
      }
    }
  });

  it('refuses every shorter record, and one that is shorter than a tag', () => {
    const key = random(suite.keyLength);
    const sealed = seal(key, random(20));
    const opener = suite.createOpener(key);
    for (let length = 0; length < sealed.length; length++) {
      expect(opener.open(nonce, additionalData, sealed.subarray(0, length))).toBeNull();
    }
  });

  it('refuses keys, nonces and buffers of a wrong length', () => {
    const key = random(suite.keyLength);
    for (const length of [0, 15, 17, 24, 31, 33, 64]) {
      expectReason('invalid-length', () => suite.createSealer(new Uint8Array(length)));
      expectReason('invalid-length', () => suite.createOpener(new Uint8Array(length)));
    }
    const otherKeyLength = suite.keyLength === 16 ? 32 : 16;
    expectReason('invalid-length', () => suite.createSealer(new Uint8Array(otherKeyLength)));
    for (const length of [0, 8, 11, 13, 16]) {
      const wrong = new Uint8Array(length);
      expectReason('invalid-length', () => suite.createSealer(key).sealInPlace(wrong, wrong, new Uint8Array(20)));
      expectReason('invalid-length', () => suite.createOpener(key).open(wrong, wrong, new Uint8Array(20)));
    }
    const short = new Uint8Array(suite.tagLength - 1);
    expectReason('invalid-length', () => suite.createSealer(key).sealInPlace(nonce, additionalData, short));
  });

  it('does not depend on the caller keeping the key', () => {
    const key = random(suite.keyLength);
    const expected = seal(key, Uint8Array.of(9));
    const sealer = suite.createSealer(key);
    const opener = suite.createOpener(key);
    key.fill(0);
    const buffer = new Uint8Array(1 + suite.tagLength);
    buffer[0] = 9;
    sealer.sealInPlace(nonce, additionalData, buffer);
    expect(buffer).toEqual(expected);
    expect(opener.open(nonce, additionalData, buffer)).toEqual(Uint8Array.of(9));
  });

  it('refuses to work once destroyed, instead of working with a key of zeros', () => {
    const sealer = suite.createSealer(random(suite.keyLength));
    const opener = suite.createOpener(random(suite.keyLength));
    sealer.destroy();
    opener.destroy();
    const buffer = new Uint8Array(32);
    expectReason('used-after-destroy', () => sealer.sealInPlace(nonce, additionalData, buffer));
    expectReason('used-after-destroy', () => opener.open(nonce, additionalData, buffer));
  });

  it('has a hash of the provider', () => {
    expect(provider.hashes).toContain(suite.hash);
  });
}

function describeGroup(group: NamedGroup): void {
  it('agrees on one secret, whose shares have the lengths of RFC 9846 section 4.3.8.2', async () => {
    for (let seed = 0; seed < 4; seed++) {
      const random = deterministicRandom(seed);
      const exchange = await group.start(random);
      const { share, secret } = await group.respond(exchange.share, random);
      expect(await exchange.finish(share)).toEqual(secret);
      expect([exchange.share.length, share.length, secret.length]).toEqual(
        (['first', 'answer', 'secret'] as const).map((what) => groupLength(group.name, what)),
      );
      expect([group.shareLength, group.answerLength ?? group.shareLength]).toEqual([
        exchange.share.length,
        share.length,
      ]);
    }
  });

  it('makes another share each time', async () => {
    const random = deterministicRandom(7);
    const [first, second] = [await group.start(random), await group.start(random)];
    expect(first.share).not.toEqual(second.share);
  });

  it('gives the same share and secret for the same random bytes', async () => {
    const run = async (): Promise<unknown> => {
      const random = deterministicRandom(11);
      const exchange = await group.start(random);
      const answer = await group.respond(exchange.share, random);
      return [exchange.share, answer, await exchange.finish(answer.share)];
    };
    expect(await run()).toEqual(await run());
  });

  it('refuses every malformed share, as first and as answering side', async () => {
    const random = deterministicRandom(3);
    const exchange = await group.start(random);
    const answer = await group.respond(exchange.share, random);
    for (const [what, share] of malformedShares(group.name, answer.share, 'answer')) {
      await expectRejection('invalid-share', what, async () => exchange.finish(share));
    }
    for (const [what, share] of malformedShares(group.name, exchange.share, 'first')) {
      await expectRejection('invalid-share', what, async () => group.respond(share, random));
    }
    expect(await exchange.finish(answer.share)).toEqual(answer.secret);
  });

  it('refuses to go on once destroyed', async () => {
    const random = deterministicRandom(5);
    const exchange = await group.start(random);
    const { share } = await group.respond(exchange.share, random);
    exchange.destroy();
    await expectRejection('used-after-destroy', 'destroyed', async () => exchange.finish(share));
  });
}

function describeKeys(
  provider: CryptoProvider,
  keys: KeyAlgorithm,
  { reproducible }: { reproducible: Reproducible },
): void {
  const random = deterministicRandom(21);
  const message = utf8ToBytes('OPTIONS sip:portico.example SIP/2.0');
  let privateKey: PrivateKey;
  let publicKey: PublicKey;
  let otherPublicKey: PublicKey;
  const schemes = SIGNATURE_SCHEMES.filter(({ keyType, curve }) => keyType === keys.keyType && curve === keys.curve);

  beforeAll(async () => {
    if (keys.generate === undefined) throw new Error('generate is optional, but this suite needs it');
    privateKey = await keys.generate(random);
    publicKey = keys.publicKey(privateKey);
    otherPublicKey = keys.publicKey(await keys.generate(random));
  }, KEY_GENERATION_TIMEOUT);

  it('is found by its own keys', () => {
    expect(keyAlgorithmFor(provider, privateKey)).toBe(keys);
    expect(keyAlgorithmFor(provider, publicKey)).toBe(keys);
    expect(schemes.length).toBeGreaterThan(0);
    for (const scheme of schemes) expect(keyFitsScheme(publicKey, scheme)).toBe(true);
  });

  it.each(schemes.map((scheme) => ({ name: scheme.name, scheme })))(
    'verifies what it signed with $name',
    async ({ scheme: { algorithm } }) => {
      const signature = await keys.sign(privateKey, algorithm, message, random);
      expect(await keys.verify(publicKey, algorithm, message, signature)).toBe(true);
      expect(await keys.verify(publicKey, algorithm, utf8ToBytes('BYE'), signature)).toBe(false);
      expect(await keys.verify(publicKey, algorithm, message, new Uint8Array(0))).toBe(false);
      expect(await keys.verify(publicKey, algorithm, message, signature.subarray(1))).toBe(false);
      expect(await keys.verify(publicKey, algorithm, message, Uint8Array.of(...signature, 0))).toBe(false);
      expect(await keys.verify(publicKey, algorithm, message, Uint8Array.of(0, ...signature))).toBe(false);
      expect(await keys.verify(otherPublicKey, algorithm, message, signature)).toBe(false);
    },
  );

  it('refuses a signature with any flipped bit', async () => {
    const algorithm = (schemes[0] as (typeof schemes)[number]).algorithm;
    const signature = await keys.sign(privateKey, algorithm, message, random);
    const step = Math.max(1, Math.floor((8 * signature.length) / 64)) | 1;
    for (let bit = 0; bit < 8 * signature.length; bit += step) {
      const flipped = signature.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(await keys.verify(publicKey, algorithm, message, flipped), `bit ${bit}`).toBe(false);
    }
  });

  it('answers false for a signature made with another algorithm', async () => {
    const signed = schemes[0] as (typeof schemes)[number];
    const signature = await keys.sign(privateKey, signed.algorithm, message, random);
    for (const { algorithm, name } of SIGNATURE_SCHEMES) {
      if (JSON.stringify(algorithm) === JSON.stringify(signed.algorithm)) continue;
      expect(await keys.verify(publicKey, algorithm, message, signature), name).toBe(false);
    }
  });

  it.runIf(keys.keyType === 'rsa-pss')(
    'signs and verifies as an RSASSA-PSS key restricts it, RFC 4055 section 3.1',
    async () => {
      const [sha256, sha384] = schemes as [SignatureScheme, SignatureScheme];
      const signature = await keys.sign(privateKey, sha256.algorithm, message, random);
      for (const [hash, minimumSaltLength, fits] of [
        ['sha256', 20, true],
        ['sha256', 32, true],
        ['sha256', 33, false],
        ['sha384', 32, false],
      ] as const) {
        const restriction = { hash, minimumSaltLength };
        const [own, shown] = [{ ...privateKey, restriction } as PrivateKey, { ...publicKey, restriction } as PublicKey];
        expect(keys.publicKey(own)).toEqual(shown);
        expect([keyFitsScheme(own, sha256), keyFitsScheme(shown, sha256)]).toEqual([fits, fits]);
        expect(keyFitsScheme(shown, sha384)).toBe(hash === 'sha384' && minimumSaltLength <= 48);
        expect(await keys.verify(shown, sha256.algorithm, message, signature)).toBe(fits);
        if (fits) {
          const again = await keys.sign(own, sha256.algorithm, message, random);
          expect(await keys.verify(publicKey, sha256.algorithm, message, again)).toBe(true);
        } else {
          await expectRejection('unsupported-algorithm', hash, async () =>
            keys.sign(own, sha256.algorithm, message, random),
          );
        }
      }
    },
  );

  it('refuses to sign with an algorithm or a key that is not its own', async () => {
    for (const { algorithm, name } of SIGNATURE_SCHEMES) {
      if (schemes.some((scheme) => scheme.algorithm.type === algorithm.type)) continue;
      await expectRejection('unsupported-algorithm', name, async () =>
        keys.sign(privateKey, algorithm, message, random),
      );
    }
    const foreign: PrivateKey =
      keys.keyType === 'ed25519'
        ? { type: 'ec', curve: 'P-256', scalar: new Uint8Array(32).fill(1) }
        : { type: 'ed25519', seed: new Uint8Array(32) };
    const { algorithm } = schemes[0] as (typeof schemes)[number];
    await expectRejection('invalid-key', 'foreign', async () => keys.sign(foreign, algorithm, message, random));
    expectReason('invalid-key', () => keys.publicKey(foreign));
  });

  it.runIf(reproducible === 'shares and signatures')(
    'gives the same key and signature for the same random bytes',
    async () => {
      const { algorithm } = schemes[0] as (typeof schemes)[number];
      const run = async (): Promise<unknown> => [
        keys.keyType === 'ec' ? await keys.generate?.(deterministicRandom(4)) : null,
        await keys.sign(privateKey, algorithm, message, deterministicRandom(5)),
      ];
      expect(await run()).toEqual(await run());
    },
  );
}

function expectReason(reason: CryptoError['reason'], operation: () => unknown): void {
  expect(operation).toThrow(expect.objectContaining({ name: 'CryptoError', reason }));
}

async function expectRejection(
  reason: CryptoError['reason'],
  what: string,
  operation: () => Promise<unknown>,
): Promise<void> {
  await expect(operation(), what).rejects.toThrow(expect.objectContaining({ name: 'CryptoError', reason }));
}

/** RSA keys over BigInt take seconds on a busy machine. */
const KEY_GENERATION_TIMEOUT = 120_000;

/** FIPS 180-4 example "abc"; RFC 4231 section 4.3. */
const KNOWN_HASHES = {
  sha256: {
    abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    hmac: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  sha384: {
    abc: 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    hmac: 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
  },
  sha512: {
    abc: 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    hmac: '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
  },
} as const;
