import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aes128Ccm8Sha256, aes128CcmSha256 } from '../src/noble.js';
import type { CipherSuite } from '../src/provider.js';

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Uint8Array.from(array));

/** The same by somebody else's AES-CCM. */
function sealedByNode(
  { tagLength }: CipherSuite,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
) {
  const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(aad, { plaintextLength: text.length });
  return new Uint8Array(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]));
}

function seal(
  { createSealer, tagLength }: CipherSuite,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
) {
  const buffer = new Uint8Array(text.length + tagLength);
  buffer.set(text);
  createSealer(key).sealInPlace(nonce, aad, buffer);
  return buffer;
}

describe.each([aes128CcmSha256, aes128Ccm8Sha256])('$name', (suite) => {
  it('seals as node:crypto does, and opens what it sealed, at any length', () => {
    fc.assert(
      fc.property(
        ...([bytes(16), bytes(12), fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 600 })] as const),
        (key, nonce, aad, text) => {
          const sealed = seal(suite, key, nonce, aad, text);
          expect(sealed).toEqual(sealedByNode(suite, key, nonce, aad, text));
          expect(suite.createOpener(key).open(nonce, aad, sealed)).toEqual(Uint8Array.from(text));
        },
      ),
    );
  });

  it('seals a full record, and one after another under one key', () => {
    const key = new Uint8Array(randomBytes(16));
    const sealer = suite.createSealer(key);
    const opener = suite.createOpener(key);
    for (const length of [0, 1, 15, 16, 17, 16_385]) {
      const nonce = new Uint8Array(randomBytes(12));
      const aad = new Uint8Array(randomBytes(5));
      const text = new Uint8Array(randomBytes(length));
      const buffer = new Uint8Array(length + suite.tagLength);
      buffer.set(text);
      sealer.sealInPlace(nonce, aad, buffer);
      expect(buffer).toEqual(sealedByNode(suite, key, nonce, aad, text));
      expect(opener.open(nonce, aad, buffer)).toEqual(text);
    }
  });

  it('opens nothing of which one bit is another', () => {
    const key = new Uint8Array(16).fill(1);
    const nonce = new Uint8Array(12).fill(2);
    const aad = Uint8Array.of(23, 3, 3, 0, 40);
    const sealed = seal(suite, key, nonce, aad, new Uint8Array(24).fill(3));
    const opener = suite.createOpener(key);
    const flipped = (array: Uint8Array, bit: number): Uint8Array =>
      array.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    for (let bit = 0; bit < sealed.length * 8; bit++) expect(opener.open(nonce, aad, flipped(sealed, bit))).toBeNull();
    for (let bit = 0; bit < aad.length * 8; bit++) expect(opener.open(nonce, flipped(aad, bit), sealed)).toBeNull();
    for (let bit = 0; bit < nonce.length * 8; bit++) expect(opener.open(flipped(nonce, bit), aad, sealed)).toBeNull();
    for (let length = 0; length < sealed.length; length++) {
      expect(opener.open(nonce, aad, sealed.subarray(0, length))).toBeNull();
    }
  });

  it('is off by default', () => {
    expect(suite.byDefault).toBe('off');
  });
});
