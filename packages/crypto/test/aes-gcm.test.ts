import { gcm } from '@noble/ciphers/aes.js';
import { bytesToHex, hexToBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { GcmKey } from '../src/aead/aes-gcm.js';
import { BYTES_BEFORE_LARGE_TABLE, TablePool } from '../src/aead/table-pool.js';

const keys = fc.oneof(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.uint8Array({ minLength: 32, maxLength: 32 }));
const nonces = fc.uint8Array({ minLength: 12, maxLength: 12 });
const additionalData = fc.uint8Array({ maxLength: 70 });
const plaintexts = fc.uint8Array({ maxLength: 400 });

function seal(key: GcmKey, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(plaintext.length + 16);
  buffer.set(plaintext);
  key.seal(nonce, aad, buffer);
  return buffer;
}

/** A key that has moved enough to use a large table. */
function busyKey(key: Uint8Array, pool: TablePool): GcmKey {
  const busy = new GcmKey(key, pool);
  busy.seal(new Uint8Array(12), new Uint8Array(0), new Uint8Array(BYTES_BEFORE_LARGE_TABLE + 16));
  return busy;
}

describe('AES-GCM', () => {
  it('agrees with its plain twin, noble gcm(), with small and large tables', () => {
    const pool = new TablePool(2);
    fc.assert(
      fc.property(keys, nonces, additionalData, plaintexts, (key, nonce, aad, plaintext) => {
        const expected = gcm(key, nonce, aad).encrypt(plaintext);
        for (const ours of [new GcmKey(key, pool), busyKey(key, pool)]) {
          expect(seal(ours, nonce, aad, plaintext)).toEqual(expected);
          expect(ours.open(nonce, aad, expected)).toEqual(plaintext);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('agrees with its twin at every length around a block and at the largest record', () => {
    const key = new GcmKey(new Uint8Array(16).fill(3), new TablePool());
    const nonce = new Uint8Array(12).fill(4);
    const aad = Uint8Array.of(1, 2, 3, 4, 5);
    for (const length of [...Array(50).keys(), 16_384, 16_385, 16_640]) {
      const plaintext = Uint8Array.from({ length }, (_, i) => i * 7);
      const twin = gcm(new Uint8Array(16).fill(3), nonce, aad).encrypt(plaintext);
      expect(seal(key, nonce, aad, plaintext)).toEqual(twin);
    }
  });

  // The Galois/Counter Mode of Operation (McGrew, Viega), appendix B, test cases 4 and 16.
  it.each([
    [
      'feffe9928665731c6d6a8f9467308308',
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47',
    ],
    [
      'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
    ],
  ])('gives the published ciphertext for %s', (key, sealed) => {
    const plaintext = hexToBytes(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
    const gcmKey = new GcmKey(hexToBytes(key), new TablePool());
    const aad = hexToBytes('feedfacedeadbeeffeedfacedeadbeefabaddad2');
    expect(bytesToHex(seal(gcmKey, hexToBytes('cafebabefacedbaddecaf888'), aad, plaintext))).toBe(sealed);
  });

  it('refuses forgeries with a large table, too', () => {
    const key = busyKey(new Uint8Array(32).fill(1), new TablePool());
    const nonce = new Uint8Array(12);
    const sealed = seal(key, nonce, nonce, new Uint8Array(40));
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(key.open(nonce, nonce, flipped)).toBeNull();
    }
  });
});

describe('destroying an AES-GCM key', () => {
  it('overwrites the key schedule and the table', () => {
    const key = new GcmKey(new Uint8Array(16).fill(1), new TablePool());
    const fill = vi.spyOn(Int32Array.prototype, 'fill');
    key.destroy();
    const wiped = fill.mock.contexts.map((array) => (array as Int32Array).length);
    const values = fill.mock.calls.map(([value]) => value);
    fill.mockRestore();
    // Eleven round keys of four words, FIPS 197 section 5.2, and sixteen multiples of H.
    expect(wiped.sort()).toEqual([44, 64]);
    expect(values).toEqual([0, 0]);
  });
});

describe('the pool of large tables', () => {
  const nonce = new Uint8Array(12);
  const none = new Uint8Array(0);

  it('goes on with the right answer when another key takes the table away, and again when it comes back', () => {
    const pool = new TablePool(1);
    const [first, second] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    const keyed = [busyKey(first, pool), busyKey(second, pool)] as const;
    const plaintext = new Uint8Array(1000).fill(0x5a);
    for (let turn = 0; turn < 4; turn++) {
      for (const [index, bytes] of [first, second].entries()) {
        const key = keyed[index] as GcmKey;
        expect(seal(key, nonce, none, plaintext)).toEqual(gcm(bytes, nonce, none).encrypt(plaintext));
        // Enough to earn the table back from the other.
        key.seal(nonce, none, new Uint8Array(BYTES_BEFORE_LARGE_TABLE + 16));
      }
    }
  });

  it('lends no more tables than its capacity and takes back the one that was used longest ago', () => {
    const pool = new TablePool(2);
    const small = new Int32Array(64).fill(1);
    const [a, b, c] = [{}, {}, {}];
    const loanA = pool.borrow(a, small);
    const loanB = pool.borrow(b, small);
    pool.touch(loanA);
    const loanC = pool.borrow(c, small);
    expect(loanC).toBe(loanB);
    expect(loanA.owner).toBe(a);
    expect(loanC.owner).toBe(c);
  });

  it('is not asked before a key has earned it, and gets a wiped table back from a destroyed one', () => {
    let lent = 0;
    class WatchedPool extends TablePool {
      last: { table: Int32Array; owner: object | null } | null = null;
      override borrow(owner: object, small: Int32Array): ReturnType<TablePool['borrow']> {
        lent++;
        const loan = super.borrow(owner, small);
        this.last = loan;
        return loan;
      }
    }
    const pool = new WatchedPool(2);
    const key = new GcmKey(new Uint8Array(16), pool);
    key.seal(nonce, none, new Uint8Array(BYTES_BEFORE_LARGE_TABLE - 1 + 16));
    expect(lent).toBe(0);
    key.seal(nonce, none, new Uint8Array(1 + 16));
    expect(lent).toBe(1);
    expect(pool.last?.table.some((word) => word !== 0)).toBe(true);
    key.destroy();
    expect(pool.last?.owner).toBeNull();
    expect(pool.last?.table.every((word) => word === 0)).toBe(true);
  });

  it('is not disturbed by a key that lost its table and is destroyed afterwards', () => {
    const pool = new TablePool(1);
    const loser = busyKey(new Uint8Array(16).fill(1), pool);
    const winner = busyKey(new Uint8Array(16).fill(2), pool);
    loser.destroy();
    const plaintext = new Uint8Array(100);
    expect(seal(winner, nonce, none, plaintext)).toEqual(
      gcm(new Uint8Array(16).fill(2), nonce, none).encrypt(plaintext),
    );
  });
});
