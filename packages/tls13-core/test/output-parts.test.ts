import { concatBytes } from '@portico/bytes';
import type { AeadSealer, CipherSuite } from '@portico/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordSealer } from '../src/record/protection.js';
import { RecordWriter } from '../src/record/record-writer.js';
import { createPair, dataOf, runNow } from './support/pair.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const [plainSuite] = toyProvider(1).cipherSuites as [CipherSuite, ...CipherSuite[]];

/** The same suite, whose sealers give their output in memory of their own; `cut` says where it is cut. */
function inParts(suite: CipherSuite, cut: number): CipherSuite {
  return {
    ...suite,
    createSealer: (key): AeadSealer => {
      const sealer = suite.createSealer(key);
      return {
        ...sealer,
        sealParts: (nonce, additionalData, content, trailer) => {
          const sealed = concatBytes(content, trailer, new Uint8Array(suite.tagLength));
          sealer.sealInPlace(nonce, additionalData, sealed);
          const at = cut % (sealed.length + 1);
          return [sealed.slice(0, at), sealed.slice(at)];
        },
      };
    },
  };
}

const KEYS = { key: new Uint8Array(16).fill(7), iv: new Uint8Array(12).fill(9) };

function writer(suite: CipherSuite, maxFragmentLength = 16_384, padding: number = 0): RecordWriter {
  const made = new RecordWriter({ maxFragmentLength, maxPending: 1 << 24, padding: () => padding });
  made.useSealer(new RecordSealer(suite, KEYS));
  return made;
}

describe('a record sealed in parts', () => {
  it('is the same as one that is sealed in place, whatever was written before and however it is taken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(16_384, 5000, 999),
        fc.nat(300),
        fc.nat(20_000),
        (lengths, maxFragmentLength, padding, cut) => {
          const [whole, parts, joined] = [
            writer(plainSuite, maxFragmentLength, padding),
            writer(inParts(plainSuite, cut), maxFragmentLength, padding),
            writer(inParts(plainSuite, cut), maxFragmentLength, padding),
          ] as const;
          for (const [index, length] of lengths.entries()) {
            const content = new Uint8Array(length).fill(index + 1);
            for (const each of [whole, parts, joined]) each.writeApplicationData(content);
          }
          expect(parts.pendingLength).toBe(whole.pendingLength);
          const expected = whole.take();
          expect(Buffer.compare(concatBytes(...parts.takeParts()), expected)).toBe(0);
          expect(Buffer.compare(joined.take(), expected)).toBe(0);
          expect(parts.pendingLength).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes nothing of the content with it: the caller may write over it at once', () => {
    const made = writer(inParts(plainSuite, 100));
    const content = new Uint8Array(20_000).fill(1);
    made.writeApplicationData(content);
    content.fill(2);
    const expected = writer(plainSuite);
    expected.writeApplicationData(new Uint8Array(20_000).fill(1));
    expect(Buffer.compare(made.take(), expected.take())).toBe(0);
  });

  it('is not joined with what stands beside it, where it is long', () => {
    const made = writer(inParts(plainSuite, 16_384));
    made.writeApplicationData(new Uint8Array(4 * 16_384));
    // Four contents, and before, between and behind them what is short.
    expect(made.takeParts().map(({ length }) => length)).toEqual([
      5,
      ...Array.from({ length: 3 }, () => [16_384, 17 + 5]).flat(),
      16_384,
      17,
    ]);
    // A short one is: handing on three parts costs more than a copy.
    made.writeApplicationData(new Uint8Array(100));
    expect(made.takeParts().map(({ length }) => length)).toEqual([5 + 100 + 17]);
  });

  it('counts against the limit of the key, and what does not fit is not half written', () => {
    const suite = { ...inParts(plainSuite, 16_384), confidentialityLimit: 3 };
    const made = new RecordWriter({ maxFragmentLength: 16_384, maxPending: 1 << 24 });
    made.useSealer(new RecordSealer(suite, KEYS));
    made.writeApplicationData(new Uint8Array(20_000));
    expect(made.recordsLeft).toBe(1);
    const pending = made.pendingLength;
    expect(() => made.writeApplicationData(new Uint8Array(20_000))).toThrow(
      expect.objectContaining({ reason: 'key-usage-limit' }),
    );
    expect(made.pendingLength).toBe(pending);
  });
});

describe('output in parts', () => {
  it('is what the peer reads, in a row', () => {
    const provider = toyProvider(3);
    const cipherSuites = provider.cipherSuites.map((suite) => inParts(suite, 16_384));
    const pair = runNow(createPair(toyClient({ provider: { ...provider, cipherSuites } }), toyServer()));
    pair.client.send(new Uint8Array(50_000).fill(5));
    pair.client.send(new Uint8Array(50).fill(6));
    const parts = pair.client.takeOutputParts();
    expect(parts.length).toBeGreaterThan(6);
    expect(pair.client.pendingOutputLength).toBe(0);
    for (const part of parts) pair.serverEvents.push(...pair.server.receive(part));
    const data = dataOf(pair.serverEvents);
    expect([data.length, data.indexOf(6)]).toEqual([50_050, 50_000]);
  });
});
