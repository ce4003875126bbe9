import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@portico/bytes';
import { chacha20Poly1305Sha256 as suite } from '@portico/crypto/noble';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('ChaCha20-Poly1305', () => {
  it('gives the ciphertext and tag of RFC 8439 section 2.8.2', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i);
    const plaintext = utf8ToBytes(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );
    const buffer = new Uint8Array(plaintext.length + 16);
    buffer.set(plaintext);
    const nonce = hexToBytes('070000004041424344454647');
    suite.createSealer(key).sealInPlace(nonce, hexToBytes('50515253c0c1c2c3c4c5c6c7'), buffer);
    expect(bytesToHex(buffer)).toBe(
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691',
    );
  });

  it('agrees with its plain twin, noble chacha20poly1305()', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 400 }),
        (key, nonce, aad, plaintext) => {
          const buffer = new Uint8Array(plaintext.length + 16);
          buffer.set(plaintext);
          suite.createSealer(key).sealInPlace(nonce, aad, buffer);
          expect(buffer).toEqual(chacha20poly1305(key, nonce, aad).encrypt(plaintext));
          expect(suite.createOpener(key).open(nonce, aad, buffer)).toEqual(plaintext);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('opens a Buffer into memory of its own', () => {
    const key = new Uint8Array(32);
    const sealed = Buffer.alloc(24);
    suite.createSealer(key).sealInPlace(new Uint8Array(12), key, sealed);
    const before = Buffer.from(sealed);
    expect(suite.createOpener(key).open(new Uint8Array(12), key, sealed)).toEqual(new Uint8Array(8));
    expect(sealed).toEqual(before);
  });
});
