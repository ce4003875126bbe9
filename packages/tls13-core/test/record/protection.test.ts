import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { RecordOpener, RecordSealer } from '../../src/record/protection.js';
import { copiesDuring } from '../support/copies.js';
import { toyProvider } from '../support/toy-provider.js';

const [suite] = toyProvider(1).cipherSuites as [CipherSuite];
// A Buffer, of which `slice` would be a view: the IV and each nonce must be apart.
const IV = Buffer.from(Array.from({ length: suite.ivLength }, (_, at) => 0xf0 + at));
const KEYS = { key: new Uint8Array(suite.keyLength).fill(1), iv: IV };
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** The suite with an AEAD that does nothing but show its nonces: the very array, which is used again. */
function showing(seen: (nonce: Uint8Array) => void): CipherSuite {
  const destroy = (): void => undefined;
  return {
    ...suite,
    createSealer: () => ({ sealInPlace: (nonce) => seen(nonce), destroy }),
    createOpener: () => ({
      open: (nonce, _data, sealed) => {
        seen(nonce);
        return sealed.slice(0, -suite.tagLength);
      },
      destroy,
    }),
  };
}

/** Section 5.3, written down another way: the IV as a number, with the sequence number XORed into it. */
function expectedNonce(sequenceNumber: number): string {
  const iv = IV.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return (iv ^ BigInt(sequenceNumber)).toString(16);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the nonce of a record', () => {
  it('is the IV with the sequence number in its right end, in both directions, far beyond two bytes', () => {
    const nonces = { sealing: [] as string[], opening: [] as string[] };
    // Around one byte of sequence number and around two.
    const watched = (count: number): boolean => count < 300 || count > 65_400;
    const into = (list: string[]): CipherSuite => {
      let count = 0;
      return showing((nonce) => {
        if (watched(count++)) list.push(hex(nonce));
      });
    };
    const sealer = new RecordSealer(into(nonces.sealing), KEYS);
    const opener = new RecordOpener(into(nonces.opening), KEYS);
    const output = new Uint8Array(sealer.overhead);
    const expected: string[] = [];
    for (let count = 0; count < 66_000; count++) {
      sealer.sealInto(output, 0, 23, new Uint8Array(0));
      opener.open(output);
      if (watched(count)) expected.push(expectedNonce(count));
    }
    expect(nonces).toEqual({ sealing: expected, opening: expected });
  });

  it('is wiped with its direction’s keys, and so is the IV', () => {
    for (const make of [RecordSealer, RecordOpener]) {
      const kept = copiesDuring(() => {
        const direction = new make(
          showing(() => undefined),
          KEYS,
        );
        direction.destroy();
      }, suite.ivLength).filter(({ array }) => array !== IV);
      // One that stays the IV, and one that becomes each nonce.
      expect(kept).toHaveLength(2);
      for (const { array } of kept) expect(isZero(array)).toBe(true);
    }
  });
});

describe('a record', () => {
  it.each([0, 1, 7])('with %i bytes of padding is the same whatever stood in its memory', (padding) => {
    const content = Uint8Array.of(1, 2, 3);
    const [clean, used] = [new RecordSealer(suite, KEYS), new RecordSealer(suite, KEYS)];
    const length = clean.overhead + content.length + padding;
    const [record, other] = [new Uint8Array(length), new Uint8Array(length).fill(0xa5)];
    expect(clean.sealInto(record, 0, 22, content, padding)).toBe(length);
    expect(used.sealInto(other, 0, 22, content, padding)).toBe(length);
    expect(other).toEqual(record);
    expect(new RecordOpener(suite, KEYS).open(record)).toEqual({ type: 22, content });
  });

  it('of nothing but padding has no type', () => {
    const sealer = new RecordSealer(suite, KEYS);
    const record = new Uint8Array(sealer.overhead + 3);
    sealer.sealInto(record, 0, 0, new Uint8Array(3));
    expect(() => new RecordOpener(suite, KEYS).open(record)).toThrow('inner-content-type-missing');
  });

  it('is held to a length, padding included, and says both', () => {
    const sealer = new RecordSealer(suite, KEYS);
    const record = new Uint8Array(sealer.overhead + 9);
    sealer.sealInto(record, 0, 23, new Uint8Array(5), 4);
    expect(new RecordOpener(suite, KEYS).open(record, 10)).toEqual({ type: 23, content: new Uint8Array(5) });
    const refusal = { reason: 'record-too-long', subject: 'TLSInnerPlaintext', expected: 'at most 9 bytes', got: '10' };
    expect(() => new RecordOpener(suite, KEYS).open(record, 9)).toThrow(expect.objectContaining(refusal));
  });
});
