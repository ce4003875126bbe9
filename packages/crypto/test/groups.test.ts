import { bytesToHex, hexToBytes } from '@portico/bytes';
import type { NamedGroup } from '@portico/crypto';
import { secp256r1, x25519 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';

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
