import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asciiToBytes,
  BytesError,
  bytesToLatin1,
  bytesToUtf8,
  bytesToUtf8Replacing,
  hexToBytes,
  utf8ToBytes,
} from '../src/index.js';

/** The host's own decoder is the oracle; the sources never use it. */
const oracle = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function viaOracle(bytes: Uint8Array): string | null {
  try {
    return oracle.decode(bytes);
  } catch {
    return null;
  }
}

function viaOurs(bytes: Uint8Array): string | null {
  try {
    return bytesToUtf8(bytes);
  } catch (error) {
    if (error instanceof BytesError && error.reason === 'invalid-text') return null;
    throw error;
  }
}

/** Bytes that are mostly lead and continuation bytes at the edges of what UTF-8 allows. */
const nearlyUtf8 = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef),
      fc.constantFrom(0xf0, 0xf4, 0xf5, 0xff),
      fc.integer({ min: 0x80, max: 0xbf }),
    ),
    { maxLength: 12 },
  )
  .map((bytes) => Uint8Array.from(bytes));

describe('UTF-8', () => {
  it('decodes and refuses exactly what a strict TextDecoder does', () => {
    fc.assert(
      fc.property(fc.oneof(nearlyUtf8, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        expect(viaOurs(bytes)).toBe(viaOracle(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it('agrees with the oracle on every sequence of one and two bytes, and on every lead with edge continuations', () => {
    const edges = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
    const disagreements: string[] = [];
    const check = (...bytes: number[]): void => {
      const input = Uint8Array.from(bytes);
      if (viaOurs(input) !== viaOracle(input)) disagreements.push(bytes.map((byte) => byte.toString(16)).join(' '));
    };
    for (let first = 0; first < 0x100; first++) {
      check(first);
      for (let second = 0; second < 0x100; second++) check(first, second);
      for (const second of edges) {
        for (const third of edges) {
          check(first, second, third);
          for (const fourth of edges) check(first, second, third, fourth);
        }
      }
    }
    expect(disagreements).toEqual([]);
  });

  it('encodes every string as TextEncoder does, lone surrogates included', () => {
    const anyUnits = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(anyUnits, fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
        expect(utf8ToBytes(text)).toEqual(new TextEncoder().encode(text));
      }),
      { numRuns: 2000 },
    );
    expect(utf8ToBytes('a\ud800b')).toEqual(hexToBytes('61 efbfbd 62'));
  });

  it('keeps a byte order mark: it is a character like any other in a protocol field', () => {
    expect(bytesToUtf8(hexToBytes('efbbbf 61'))).toBe('\ufeffa');
  });

  it('reads a range, and says where in the array a bad sequence begins', () => {
    const bytes = hexToBytes('ff 61 c3a9 ff');
    expect(bytesToUtf8(bytes, 1, 4)).toBe('aé');
    expect(() => bytesToUtf8(bytes, 1, 3)).toThrow('invalid-text at offset 2: expected UTF-8, got 0xc3');
    expect(() => bytesToUtf8(bytes, 1, 5)).toThrow('invalid-text at offset 4');
  });

  it('can stand for each byte that belongs to no character by U+FFFD', () => {
    for (const [hex, text] of [
      ['61', 'a'],
      ['efbbbf 61', '\ufeffa'],
      ['ff 61 c3a9 c3', '\ufffda\u00e9\ufffd'],
      ['e282 e282ac', '\ufffd\ufffd\u20ac'],
      ['c080 eda080 f4908080 f0808080', '\ufffd'.repeat(13)],
      ['f09f9880', '\u{1f600}'],
    ] as const) {
      expect([hex, bytesToUtf8Replacing(hexToBytes(hex))]).toEqual([hex, text]);
    }
    expect(bytesToUtf8Replacing(hexToBytes('ff c3a9 ff'), 1, 2)).toBe('\ufffd');
  });
});

describe('ISO 8859-1 and ASCII', () => {
  it('turns each byte into the character of its code, whatever the length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(Array.from(bytesToLatin1(bytes), (character) => character.charCodeAt(0))).toEqual(Array.from(bytes));
      }),
    );
    const long = Uint8Array.from({ length: 100_000 }, (_, i) => i & 0xff);
    const text = bytesToLatin1(long, 3, 99_999);
    expect(text.length).toBe(99_996);
    expect(text.charCodeAt(99_995)).toBe(99_998 & 0xff);
    expect(text.charCodeAt(4096)).toBe(4099 & 0xff);
  });

  it('writes ASCII and refuses anything else with its place', () => {
    expect(asciiToBytes('sip/2')).toEqual(hexToBytes('736970 2f 32'));
    expect(asciiToBytes('\u007f')).toEqual(Uint8Array.of(0x7f));
    expect(() => asciiToBytes('aé')).toThrow('invalid-text at offset 1: expected ASCII, got U+e9');
    expect(() => asciiToBytes('\u0080')).toThrow(BytesError);
  });
});
