import { bytesToHex, hexToBytes } from '@portico/bytes';
import { hkdfExpand, hkdfExtract } from '@portico/crypto';
import { sha256, sha512 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';

const ascending = (from: number, to: number): Uint8Array => Uint8Array.from({ length: to - from }, (_, i) => from + i);

describe('HKDF', () => {
  it.each([
    {
      case: 'RFC 5869 appendix A.1',
      ikm: new Uint8Array(22).fill(0x0b),
      salt: ascending(0, 13),
      info: ascending(0xf0, 0xfa),
      prk: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
      okm: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
    {
      case: 'RFC 5869 appendix A.2',
      ikm: ascending(0, 0x50),
      salt: ascending(0x60, 0xb0),
      info: ascending(0xb0, 0x100),
      prk: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
      okm: 'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    },
    {
      case: 'RFC 5869 appendix A.3',
      ikm: new Uint8Array(22).fill(0x0b),
      salt: new Uint8Array(0),
      info: new Uint8Array(0),
      prk: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
      okm: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    },
  ])('gives the values of $case', ({ ikm, salt, info, prk, okm }) => {
    const key = hkdfExtract(sha256, salt, ikm);
    expect(bytesToHex(key)).toBe(prk);
    expect(bytesToHex(hkdfExpand(sha256, key, info, okm.length / 2))).toBe(okm);
  });

  it('gives a longer output the shorter one as its beginning', () => {
    const key = hexToBytes('00112233');
    const longest = hkdfExpand(sha512, key, key, 200);
    for (const length of [0, 1, 63, 64, 65, 128]) {
      expect(hkdfExpand(sha512, key, key, length)).toEqual(longest.subarray(0, length));
    }
  });

  it('stops at 255 blocks, RFC 5869 section 2.3', () => {
    const key = new Uint8Array(32);
    expect(hkdfExpand(sha256, key, key, 255 * 32).length).toBe(255 * 32);
    for (const length of [255 * 32 + 1, -1, 1.5, Number.NaN]) {
      expect(() => hkdfExpand(sha256, key, key, length)).toThrow(expect.objectContaining({ reason: 'invalid-length' }));
    }
  });
});
