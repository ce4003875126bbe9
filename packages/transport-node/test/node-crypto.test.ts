import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hexToBytes } from '@portico/bytes';
import type { Hash, KeyAlgorithm, NamedGroup, PrivateKey, PublicKey, SignatureAlgorithm } from '@portico/crypto';
import * as noble from '@portico/crypto/noble';
import { createNodeProvider, defaultProvider } from '@portico/transport-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deterministicRandom } from '../../crypto/test/deterministic-random.js';
import { describeProvider } from '../../crypto/test/provider-conformance.js';
import { Report } from '../../../test/conformance/support/report.mjs';
import { runFile } from '../../../test/conformance/suites/wycheproof.mjs';
import { malformedShares } from '../../crypto/test/malformed-shares.js';
import { chooseAlgorithms } from '../src/node-crypto/create-node-provider.js';
import { doesMlKem, mlkem1024, mlkem512, mlkem768 } from '../src/node-crypto/ml-kem.js';

describe('the provider over node:crypto', () => {
  describeProvider((random) => createNodeProvider({ random }), { reproducible: 'shares' });

  it('is what Node uses where no provider is given, and is one for all', () => {
    expect(defaultProvider().name).toBe('node:crypto');
    expect(defaultProvider()).toBe(defaultProvider());
  });

  it('prefers AES, which processors have instructions for, and hybrids to X25519', () => {
    const { cipherSuites, groups } = defaultProvider();
    expect(cipherSuites.map(({ id }) => id)).toEqual([0x1301, 0x1302, 0x1303, 0x1304, 0x1305]);
    const other = noble.createNobleProvider({ random: deterministicRandom(1) });
    expect(groups.map(({ id }) => id)).toEqual(other.groups.map(({ id }) => id));
    expect(groups[0]?.id).toBe(0x11ec);
  });

  it('has every algorithm that the provider over noble has', () => {
    const other = noble.createNobleProvider({ random: deterministicRandom(1) });
    const names = (algorithms: readonly { name?: string; keyType?: string; curve?: string }[]): string[] =>
      algorithms.map(({ name, keyType, curve }) => name ?? `${keyType} ${curve}`).sort();
    for (const list of ['hashes', 'cipherSuites', 'groups', 'keyAlgorithms'] as const) {
      expect(names(defaultProvider()[list]), list).toEqual(names(other[list]));
    }
  });
});

// The vectors are not part of the project: `npm run conformance -- wycheproof DIR --provider node` runs over any copy.
const folder = fileURLToPath(new URL('../../../../shared/vectors/wycheproof', import.meta.url));
const present = existsSync(folder);

describe.skipIf(!present)(`Wycheproof${present ? '' : ' (no ../shared/vectors/wycheproof here)'}`, () => {
  const files = present ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];

  it.each(files)('%s', async (name) => {
    const report = new Report('wycheproof');
    await runFile(createNodeProvider({ random: deterministicRandom(1) }), join(folder, name), report);
    expect(report.failures).toEqual([]);
    expect(report.passed + report.skipped).toBeGreaterThan(0);
  });
});

describe('beside the provider over noble', () => {
  const random = deterministicRandom(31);
  const node = createNodeProvider({ random });
  const plain = noble.createNobleProvider({ random });
  const message = Uint8Array.of(1, 2, 3);

  it.each(node.cipherSuites.map((suite) => ({ name: suite.name, suite })))(
    'seals and opens the same records, $name',
    ({ suite }) => {
      const twin = plain.cipherSuites.find(({ id }) => id === suite.id);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 20 }), (data, aad) => {
          const [key, nonce] = [random(suite.keyLength), random(suite.ivLength)];
          const [ours, theirs] = [0, 1].map(() => {
            const buffer = new Uint8Array(data.length + suite.tagLength);
            buffer.set(data);
            return buffer;
          }) as [Uint8Array, Uint8Array];
          suite.createSealer(key).sealInPlace(nonce, aad, ours);
          twin?.createSealer(key).sealInPlace(nonce, aad, theirs);
          expect(ours).toEqual(theirs);
        }),
        { numRuns: 50 },
      );
    },
  );

  it.each(node.groups.map((group) => ({ name: group.name, group })))(
    'draws the same keys and agrees on the same secrets, $name',
    async ({ name, group }) => {
      const twin = plain.groups.find((candidate) => candidate.name === name);
      for (let seed = 0; seed < 5; seed++) {
        const [ours, theirs] = [
          await group.start(deterministicRandom(seed)),
          await twin?.start(deterministicRandom(seed)),
        ];
        // noble draws for blinding between the two keys of a hybrid that begins with a NIST curve.
        const isSame = !name.startsWith('SecP');
        if (isSame) expect(ours.share).toEqual(theirs?.share);
        const [client, server] = isSame ? [theirs, group] : [ours, twin];
        const answer = await server?.respond(ours.share, random);
        expect(await client?.finish(answer?.share as Uint8Array)).toEqual(answer?.secret);
      }
    },
  );

  it('gives plain arrays, whose slices are copies', async () => {
    const isPlain = (bytes: Uint8Array | null | undefined): boolean =>
      bytes instanceof Uint8Array && Object.getPrototypeOf(bytes) === Uint8Array.prototype;
    const [hash] = node.hashes;
    expect(isPlain(node.random(8))).toBe(true);
    expect(isPlain(createNodeProvider().random(8))).toBe(true);
    expect([hash?.digest(message), hash?.hmac(message, message), hash?.create().digest()].every(isPlain)).toBe(true);
    for (const group of node.groups) {
      const exchange = await group.start(random);
      const answer = await group.respond(exchange.share, random);
      expect([exchange.share, answer.share, answer.secret, await exchange.finish(answer.share)].every(isPlain)).toBe(
        true,
      );
    }
    for (const suite of node.cipherSuites) {
      const buffer = new Uint8Array(30);
      const key = new Uint8Array(suite.keyLength);
      suite.createSealer(key).sealInPlace(new Uint8Array(12), message, buffer);
      expect(isPlain(suite.createOpener(key).open(new Uint8Array(12), message, buffer))).toBe(true);
    }
  });

  it('refuses Ed25519 keys of small order and with coordinates above the prime, which OpenSSL takes', async () => {
    const nodeKeys = keysOf(node.keyAlgorithms, 'ed25519');
    const nobleKeys = keysOf(plain.keyAlgorithms, 'ed25519');
    const algorithm: SignatureAlgorithm = { type: 'ed25519' };
    for (const hex of WEAK_ED25519_KEYS) {
      for (const sign of [0x00, 0x80]) {
        const key = hexToBytes(hex);
        key[31] = (key[31] as number) | sign;
        // s = 0 and R = the identity: what the verification equation takes for every message under such a key.
        const signature = new Uint8Array(64);
        signature[0] = 1;
        for (const keys of [nodeKeys, nobleKeys]) {
          for (let attempt = 0; attempt < 16; attempt++) {
            expect(await keys.verify({ type: 'ed25519', key }, algorithm, random(9), signature), hex).toBe(false);
          }
        }
      }
    }
  });

  it('refuses EC keys off the curve, compressed, hybrid and above the prime', async () => {
    for (const keys of node.keyAlgorithms.filter(({ keyType }) => keyType === 'ec')) {
      const privateKey = (await keys.generate?.(random)) as PrivateKey;
      const publicKey = keys.publicKey(privateKey) as Extract<PublicKey, { type: 'ec' }>;
      const algorithm: SignatureAlgorithm = { type: 'ecdsa', hash: 'sha256' };
      const signature = await keys.sign(privateKey, algorithm, message, random);
      expect(await keys.verify(publicKey, algorithm, message, signature)).toBe(true);
      const { point } = publicKey;
      const size = (point.length - 1) / 2;
      const odd = (point[point.length - 1] as number) & 1;
      const offCurve = point.slice();
      offCurve[point.length - 1] = (offCurve[point.length - 1] as number) ^ 1;
      for (const bad of [
        Uint8Array.of(0x02 | odd, ...point.subarray(1, 1 + size)),
        Uint8Array.of(0x06 | odd, ...point.subarray(1)),
        offCurve,
        new Uint8Array(point.length).fill(0xff, 1).fill(4, 0, 1),
        new Uint8Array(1),
      ]) {
        expect(await keys.verify({ ...publicKey, point: bad }, algorithm, message, signature)).toBe(false);
      }
    }
  });

  it('refuses RSA keys that are small, even, or have an exponent of 1, an even or a large one', async () => {
    const keys = keysOf(node.keyAlgorithms, 'rsa');
    const privateKey = (await keys.generate?.(random)) as PrivateKey;
    const publicKey = keys.publicKey(privateKey) as Extract<PublicKey, { type: 'rsa' }>;
    const algorithm: SignatureAlgorithm = { type: 'rsa-pkcs1', hash: 'sha256' };
    const signature = await keys.sign(privateKey, algorithm, message, random);
    expect(await keys.verify(publicKey, algorithm, message, signature)).toBe(true);
    const even = publicKey.modulus.slice();
    even[255] = (even[255] as number) & 0xfe;
    for (const bad of [
      { ...publicKey, modulus: even },
      { ...publicKey, modulus: publicKey.modulus.subarray(1) },
      { ...publicKey, modulus: new Uint8Array(1025).fill(0xff) },
      { ...publicKey, exponent: Uint8Array.of(1) },
      { ...publicKey, exponent: Uint8Array.of(2) },
      { ...publicKey, exponent: Uint8Array.of(2, 0, 0, 0, 1) },
    ]) {
      expect(await keys.verify(bad, algorithm, message, signature)).toBe(false);
    }
    // With e = 1 the encoded message is its own signature: the forgery that the check is there for.
    const block = new Uint8Array(256).fill(0xff);
    block.set([0, 1]);
    block.set(hexToBytes('003031300d060960864801650304020105000420'), 256 - 52);
    block.set((node.hashes[0] as Hash).digest(message), 256 - 32);
    expect(await keys.verify({ ...publicKey, exponent: Uint8Array.of(1) }, algorithm, message, block)).toBe(false);
  });

  it('refuses an RSA private key with one CRT value replaced', async () => {
    const keys = keysOf(node.keyAlgorithms, 'rsa');
    const privateKey = (await keys.generate?.(random)) as Extract<PrivateKey, { type: 'rsa' }>;
    const broken = { ...privateKey, exponent1: privateKey.exponent2 };
    const refusal = expect.objectContaining({ name: 'CryptoError', reason: 'invalid-key' });
    await expect(
      (async () => keys.sign(broken, { type: 'rsa-pss', hash: 'sha256', saltLength: 32 }, message, random))(),
    ).rejects.toThrow(refusal);
    expect(() => keys.publicKey(broken)).toThrow(refusal);
  });

  it('refuses a source that keeps giving unusable scalars', () => {
    const zeros = (length: number): Uint8Array => new Uint8Array(length);
    for (const group of node.groups.filter(({ name }) => /^secp/i.test(name))) {
      expect(() => group.start(zeros)).toThrow(expect.objectContaining({ reason: 'self-check-failed' }));
    }
  });
});

const hasMlKem = [mlkem512, mlkem768, mlkem1024].every(doesMlKem);

describe.skipIf(!hasMlKem)(`ML-KEM of node:crypto${hasMlKem ? '' : ' (Node has it since 24.7)'}`, () => {
  const random = deterministicRandom(41);
  const twins = [
    { name: 'MLKEM512', native: mlkem512, twin: noble.mlkem512 },
    { name: 'MLKEM768', native: mlkem768, twin: noble.mlkem768 },
    { name: 'MLKEM1024', native: mlkem1024, twin: noble.mlkem1024 },
  ];

  it.each(twins)('makes the keys of noble and agrees with it both ways, $name', async ({ native, twin }) => {
    for (let seed = 0; seed < 5; seed++) {
      const ours = await native.start(deterministicRandom(seed));
      const theirs = await twin.start(deterministicRandom(seed));
      expect(ours.share).toEqual(theirs.share);
      const toOurs = await twin.respond(ours.share, random);
      expect(await ours.finish(toOurs.share)).toEqual(toOurs.secret);
      const toTheirs = await native.respond(theirs.share, random);
      expect(await theirs.finish(toTheirs.share)).toEqual(toTheirs.secret);
      const given = [toTheirs.share, toTheirs.secret, ours.share];
      expect(given.every((bytes) => Object.getPrototypeOf(bytes) === Uint8Array.prototype)).toBe(true);
    }
  });

  it.each(twins)('refuses malformed shares, and works no more once destroyed, $name', async ({ native }) => {
    const exchange = await native.start(random);
    for (const [what, share] of malformedShares(native.name, exchange.share, 'first')) {
      expect(() => native.respond(share, random), what).toThrow(expect.objectContaining({ reason: 'invalid-share' }));
    }
    const { share } = await native.respond(exchange.share, random);
    expect(() => exchange.finish(share.subarray(1))).toThrow(expect.objectContaining({ reason: 'invalid-share' }));
    exchange.destroy();
    expect(() => exchange.finish(share)).toThrow(expect.objectContaining({ reason: 'used-after-destroy' }));
    const short = (length: number): Uint8Array => new Uint8Array(length - 1);
    expect(() => native.start(short)).toThrow(expect.objectContaining({ reason: 'invalid-length' }));
  });

  it('is what the default provider uses, but for answers with injected randomness, which replay', async () => {
    const groupsWith = (options: Parameters<typeof createNodeProvider>[0]): readonly NamedGroup[] =>
      createNodeProvider(options).groups;
    const find = (groups: readonly NamedGroup[]): NamedGroup =>
      groups.find(({ name }) => name === 'MLKEM768') as NamedGroup;
    const { share } = await mlkem768.start(random);
    expect(find(groupsWith({}))).toBe(mlkem768);
    const answers = [1, 2].map(() => find(groupsWith({ random })).respond(share, deterministicRandom(6)));
    expect(answers[0]).toEqual(answers[1]);
    expect(mlkem768.respond(share, deterministicRandom(6))).not.toEqual(answers[0]);
  });
});

describe('where Node lacks an algorithm', () => {
  const everything = {
    ciphers: ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305', 'aes-128-ccm'],
    curves: ['prime256v1', 'secp384r1', 'secp521r1'],
    x25519: true,
    x448: true,
    ed25519: true,
    mlKem: false,
  };

  it('noble serves that one, and the name says so', () => {
    expect(chooseAlgorithms(everything).missing).toEqual([]);
    const some = chooseAlgorithms({
      ciphers: ['aes-128-gcm'],
      curves: ['prime256v1'],
      x25519: false,
      x448: false,
      ed25519: false,
      mlKem: false,
    });
    expect(some.missing).toEqual([
      'TLS_AES_256_GCM_SHA384',
      'TLS_CHACHA20_POLY1305_SHA256',
      'TLS_AES_128_CCM_SHA256',
      'TLS_AES_128_CCM_8_SHA256',
      'x25519',
      'secp384r1',
      'secp521r1',
      'x448',
      'ed25519',
      'ecdsa P-384',
      'ecdsa P-521',
    ]);
    expect(some.groups).toContain(noble.x25519);
    expect(some.keyAlgorithms).toContain(noble.ed25519);
    expect(some.cipherSuites.map(({ name }) => name)).toEqual(
      chooseAlgorithms(everything).cipherSuites.map((s) => s.name),
    );
    expect(some.groups.find(({ name }) => name === 'MLKEM768')?.start).toBe(noble.mlkem768.start);
    // The suites' hash is the provider's own all the same.
    for (const suite of some.cipherSuites) expect(some.hashes).toContain(suite.hash);
  });
});

function keysOf(algorithms: readonly KeyAlgorithm[], keyType: PublicKey['type']): KeyAlgorithm {
  return algorithms.find((algorithm) => algorithm.keyType === keyType) as KeyAlgorithm;
}

/** y-coordinates of the points of small order, and these and others with the prime added where that fits in 255 bits. */
const WEAK_ED25519_KEYS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];
