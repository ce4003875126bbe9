import { bytesToHex, concatBytes, hexToBytes } from '@portico/bytes';
import type { NamedGroup } from '@portico/crypto';
import { createHybridGroup } from '@portico/crypto';
import * as noble from '@portico/crypto/noble';
import { secp256r1, x25519, x448 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { deterministicRandom } from './deterministic-random.js';

/** Share and secret for a given private key: a group's first draw is its private key, what follows only blinds. */
async function exchange(
  group: NamedGroup,
  privateKey: string,
  peerShare: string,
): Promise<{ share: string; secret: string }> {
  const draws = [hexToBytes(privateKey)];
  const started = await group.start((length) => draws.shift() ?? new Uint8Array(length).fill(0x77));
  return { share: bytesToHex(started.share), secret: bytesToHex(await started.finish(hexToBytes(peerShare))) };
}

describe('x25519', () => {
  it('gives shares and secret of RFC 7748 section 6.1', async () => {
    const alice = '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a';
    const alicePublic = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
    const bob = '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb';
    const bobPublic = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
    const secret = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(await exchange(x25519, alice, bobPublic)).toEqual({ share: alicePublic, secret });
    expect(await exchange(x25519, bob, alicePublic)).toEqual({ share: bobPublic, secret });
  });

  it('gives the values of RFC 7748 section 5.2 after 1 and 1,000 iterations', async () => {
    let k = '09'.padEnd(64, '0');
    let u = k;
    const seen: string[] = [];
    for (let i = 0; i < 1000; i++) {
      const { secret } = await exchange(x25519, k, u);
      [k, u] = [secret, k];
      seen.push(k);
    }
    expect(seen[0]).toBe('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
    expect(seen[999]).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  });

  it('ignores the highest bit of a share, RFC 7748 section 5', async () => {
    const privateKey = '77'.repeat(32);
    const share = '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a';
    const marked = hexToBytes(share);
    marked[31] = (marked[31] as number) | 0x80;
    expect(await exchange(x25519, privateKey, bytesToHex(marked))).toEqual(await exchange(x25519, privateKey, share));
  });
});

describe('x448', () => {
  it('gives shares and secret of RFC 7748 section 6.2', async () => {
    const alice =
      '9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b';
    const alicePublic =
      '9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0';
    const bob =
      '1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d';
    const bobPublic =
      '3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609';
    const secret =
      '07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d';
    expect(await exchange(x448, alice, bobPublic)).toEqual({ share: alicePublic, secret });
    expect(await exchange(x448, bob, alicePublic)).toEqual({ share: bobPublic, secret });
  });

  it('gives the value of RFC 7748 section 5.2 after 1 and 50 iterations, and shares of the ladder itself', async () => {
    const base = '05'.padEnd(112, '0');
    let k = base;
    let u = base;
    for (let i = 0; i < 50; i++) {
      const { secret, share } = await exchange(x448, k, u);
      // Shares come from the tables of edwards448: the same as the ladder gives for the base point.
      expect(share).toBe((await exchange(x448, k, base)).secret);
      [k, u] = [secret, k];
      if (i === 0) {
        expect(k).toBe(
          '3f482c8a9f19b01e6c46ee9711d9dc14fd4bf67af30765c2ae2b846a4d23a8cd0db897086239492caf350b51f833868b9bc2b3bca9cf4113',
        );
      }
    }
  });
});

describe('hybrids', () => {
  const HYBRIDS = [
    { hybrid: noble.x25519MlKem768, id: 0x11ec, parts: [noble.mlkem768, noble.x25519] },
    { hybrid: noble.secp256r1MlKem768, id: 0x11eb, parts: [noble.secp256r1, noble.mlkem768] },
    { hybrid: noble.secp384r1MlKem1024, id: 0x11ed, parts: [noble.secp384r1, noble.mlkem1024] },
  ] as const;

  it.each(HYBRIDS)(
    '$hybrid.name: shares and secrets of both parts, one behind the other',
    async ({ hybrid, ...rest }) => {
      const [first, second] = rest.parts;
      const [hybridSource, source] = [deterministicRandom(6), deterministicRandom(6)];
      const whole = await hybrid.start(hybridSource);
      const exchanges = [await first.start(source), await second.start(source)] as const;
      expect(whole.share).toEqual(concatBytes(exchanges[0].share, exchanges[1].share));
      const answer = await hybrid.respond(whole.share, hybridSource);
      const answers = [
        await first.respond(exchanges[0].share, source),
        await second.respond(exchanges[1].share, source),
      ] as const;
      expect(answer.share).toEqual(concatBytes(answers[0].share, answers[1].share));
      expect(answer.secret).toEqual(concatBytes(answers[0].secret, answers[1].secret));
      expect(await whole.finish(answer.share)).toEqual(answer.secret);
      expect(hybrid.id).toBe(rest.id);
    },
  );

  it('answers at once where both parts do, later where one does, and both are destroyed', async () => {
    const slow = {
      ...x25519,
      start: async (random: (length: number) => Uint8Array) => x25519.start(random),
      respond: async (share: Uint8Array, random: (length: number) => Uint8Array) => x25519.respond(share, random),
    };
    const name = 'X25519MLKEM768';
    for (const part of [x25519, slow]) {
      const group = createHybridGroup({ name, id: 0x11ec, parts: [noble.mlkem768, part] });
      const started = group.start(deterministicRandom(1));
      expect(started instanceof Promise).toBe(part === slow);
      const exchangeOfBoth = await started;
      const { share, secret } = await group.respond(exchangeOfBoth.share, deterministicRandom(2));
      expect(await exchangeOfBoth.finish(share)).toEqual(secret);
      exchangeOfBoth.destroy();
      const refusal = expect.objectContaining({ reason: 'used-after-destroy' });
      expect(() => exchangeOfBoth.finish(share)).toThrow(refusal);
    }
  });
});

describe('ML-KEM', () => {
  it.each([noble.mlkem512, noble.mlkem768, noble.mlkem1024])(
    '$name: a ciphertext for another key gives another secret and no error, FIPS 203 section 6.3',
    async (group) => {
      const random = deterministicRandom(8);
      const [mine, other] = [await group.start(random), await group.start(random)];
      const answer = await group.respond(other.share, random);
      expect(await other.finish(answer.share)).toEqual(answer.secret);
      const rejected = await mine.finish(answer.share);
      expect(rejected).not.toEqual(answer.secret);
      expect(await mine.finish(answer.share)).toEqual(rejected);
    },
  );
});

describe('secp256r1', () => {
  it('gives the shares of the HelloRetryRequest trace, RFC 8448 section 5', async () => {
    const client = {
      privateKey: 'ab5473467e19346ceb0a0414e41da21d4d2445bc3025afe97c4e8dc8d513da39',
      share:
        '04a6da7392ec591e17abfd535964b99894d13befb221b3def2ebe3830eac8f0151812677c4d6d2237e85cf01d6910cfb83954e76ba7352830534159897e8065780',
    };
    const server = {
      privateKey: '8c510601f9765bfb8ed693449a48989859b5cfa879cb9f5443c41c5ff10634ed',
      share:
        '04583e054b7a66672ae020ad9d2686fcc85b5ad41a134a0f03ee72b893052bd85b4c8de6776f5b04ac07d83540eab3e3d9c547bc6528c4317d294686093a6cad7d',
    };
    const atClient = await exchange(secp256r1, client.privateKey, server.share);
    const atServer = await exchange(secp256r1, server.privateKey, client.share);
    expect(atClient.share).toBe(client.share);
    expect(atServer.share).toBe(server.share);
    expect(atClient.secret).toBe(atServer.secret);
  });

  it('pads a secret whose x-coordinate begins with zeros, RFC 9846 section 7.4.2', async () => {
    // The smallest multiple of the base point whose x-coordinate begins with a zero byte, found by counting.
    const base =
      '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5';
    for (let scalar = 2; ; scalar++) {
      const { secret } = await exchange(secp256r1, scalar.toString(16).padStart(64, '0'), base);
      expect(secret.length).toBe(64);
      if (secret.startsWith('00')) break;
    }
  });
});
