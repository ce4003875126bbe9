import { bytesToHex, hexToBytes } from '@portico/bytes';
import { ed25519 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { deterministicRandom } from './deterministic-random.js';

const algorithm = { type: 'ed25519' } as const;

describe('Ed25519', () => {
  it.each([
    {
      test: 1,
      seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
      message: '',
      signature:
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    },
    {
      test: 2,
      seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      message: '72',
      signature:
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    },
    {
      test: 3,
      seed: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
      message: 'af82',
      signature:
        '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    },
  ])('gives key and signature of RFC 8032 section 7.1 test $test', async ({ seed, key, message, signature }) => {
    const privateKey = { type: 'ed25519', seed: hexToBytes(seed) } as const;
    const publicKey = ed25519.publicKey(privateKey);
    expect(publicKey).toEqual({ type: 'ed25519', key: hexToBytes(key) });
    const made = await ed25519.sign(privateKey, algorithm, hexToBytes(message), deterministicRandom(1));
    expect(bytesToHex(made)).toBe(signature);
    expect(await ed25519.verify(publicKey, algorithm, hexToBytes(message), hexToBytes(signature))).toBe(true);
  });

  it('refuses what ZIP 215 would accept: keys of small order and coordinates above the prime', async () => {
    // With the neutral element as key and as R, S = 0 satisfies the equation for every message.
    const neutral = '01'.padEnd(64, '0');
    const neutralAbovePrime = `ee${'ff'.repeat(30)}7f`;
    for (const key of [neutral, neutralAbovePrime]) {
      for (const r of [neutral, neutralAbovePrime]) {
        const signature = hexToBytes(r + '00'.repeat(32));
        const publicKey = { type: 'ed25519', key: hexToBytes(key) } as const;
        expect(await ed25519.verify(publicKey, algorithm, new Uint8Array(3), signature)).toBe(false);
      }
    }
  });

  it('refuses S above the group order, RFC 8032 section 5.1.7', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const privateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(1) } as const;
    const signature = await ed25519.sign(privateKey, algorithm, new Uint8Array(3), deterministicRandom(1));
    let s = order;
    for (let i = 0; i < 32; i++) s += BigInt(signature[32 + i] as number) << BigInt(8 * i);
    const malleated = signature.slice();
    for (let i = 0; i < 32; i++) malleated[32 + i] = Number((s >> BigInt(8 * i)) & 0xffn);
    expect(await ed25519.verify(ed25519.publicKey(privateKey), algorithm, new Uint8Array(3), signature)).toBe(true);
    expect(await ed25519.verify(ed25519.publicKey(privateKey), algorithm, new Uint8Array(3), malleated)).toBe(false);
  });

  it('answers false for keys and refuses seeds of a wrong length', async () => {
    for (const length of [0, 31, 33, 64]) {
      const publicKey = { type: 'ed25519', key: new Uint8Array(length).fill(1) } as const;
      expect(await ed25519.verify(publicKey, algorithm, new Uint8Array(3), new Uint8Array(64))).toBe(false);
      const privateKey = { type: 'ed25519', seed: new Uint8Array(length) } as const;
      expect(() => ed25519.publicKey(privateKey)).toThrow(expect.objectContaining({ reason: 'invalid-key' }));
    }
  });
});
