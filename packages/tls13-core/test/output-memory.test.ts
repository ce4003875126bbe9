import type { CipherSuite } from '@portico/crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordSealer } from '../src/record/protection.js';
import { RecordWriter, type OutputMemory } from '../src/record/record-writer.js';
import { createPair, dataOf, runNow, type Pair } from './support/pair.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const [suite] = toyProvider(1).cipherSuites as [CipherSuite, ...CipherSuite[]];
const KEYS = { key: new Uint8Array(16).fill(7), iv: new Uint8Array(12).fill(9) };

function writer(maxFragmentLength = 16_384, padding = 0): RecordWriter {
  const made = new RecordWriter({ maxFragmentLength, maxPending: 1 << 24, padding: () => padding });
  made.useSealer(new RecordSealer(suite, KEYS));
  return made;
}

/** Memory that was used before, in the middle of a larger array. */
const usedMemory: OutputMemory = (length) => new Uint8Array(length + 20).fill(0xa5).subarray(9, 9 + length);

function openPair(): Pair {
  return runNow(createPair(toyClient(), toyServer()));
}

describe('records in memory that the caller gives', () => {
  it('are the same as in fresh memory, whatever was there before, padding included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(16_384, 5000, 999),
        fc.nat(300),
        (lengths, maxFragmentLength, padding) => {
          const [fresh, used] = [writer(maxFragmentLength, padding), writer(maxFragmentLength, padding)];
          for (const [index, length] of lengths.entries()) {
            const content = new Uint8Array(length).fill(index + 1);
            fresh.writeApplicationData(content);
            used.writeApplicationData(content, usedMemory);
          }
          expect(used.pendingLength).toBe(fresh.pendingLength);
          expect(Buffer.compare(used.take(), fresh.take())).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are what is taken: nothing is copied', () => {
    const pair = openPair();
    const given: Uint8Array[] = [];
    const allocate: OutputMemory = (length) => {
      given.push(usedMemory(length));
      return given[given.length - 1] as Uint8Array;
    };
    pair.client.send(new Uint8Array(50_000).fill(5), allocate);
    pair.client.send(new Uint8Array(50).fill(6), allocate);
    const parts = pair.client.takeOutputParts();
    expect(parts.map((part, index) => part === given[index])).toEqual([true, true]);
    expect(pair.client.pendingOutputLength).toBe(0);
    for (const part of parts) pair.serverEvents.push(...pair.server.receive(part));
    const data = dataOf(pair.serverEvents);
    expect([data.length, data.indexOf(6)]).toEqual([50_050, 50_000]);
  });

  it('are not begun where the memory has another length: nothing is sent, and the connection goes on', () => {
    for (const difference of [-1, 1]) {
      const pair = openPair();
      const allocate: OutputMemory = (length) => new Uint8Array(length + difference);
      expect(() => pair.client.send(new Uint8Array(100), allocate)).toThrow(
        expect.objectContaining({ reason: 'invalid-argument' }),
      );
      expect(pair.client.pendingOutputLength).toBe(0);
      pair.client.send(new Uint8Array(3).fill(4));
      pair.serverEvents.push(...pair.server.receive(pair.client.takeOutput()));
      expect(dataOf(pair.serverEvents)).toEqual(new Uint8Array(3).fill(4));
    }
  });

  it('leave the connection alone while it asks for it', () => {
    const pair = openPair();
    const allocate: OutputMemory = (length) => {
      pair.client.send(new Uint8Array(1));
      return new Uint8Array(length);
    };
    expect(() => pair.client.send(new Uint8Array(100), allocate)).toThrow(
      expect.objectContaining({ reason: 'reentrant-call' }),
    );
    expect(pair.client.pendingOutputLength).toBe(0);
  });
});

describe('output in parts', () => {
  it('counts against the limit of the key, and what does not fit is not half written', () => {
    const made = new RecordWriter({ maxFragmentLength: 16_384, maxPending: 1 << 24 });
    made.useSealer(new RecordSealer({ ...suite, confidentialityLimit: 3 }, KEYS));
    made.writeApplicationData(new Uint8Array(20_000));
    expect(made.recordsLeft).toBe(1);
    const pending = made.pendingLength;
    expect(() => made.writeApplicationData(new Uint8Array(20_000))).toThrow(
      expect.objectContaining({ reason: 'key-usage-limit' }),
    );
    expect(made.pendingLength).toBe(pending);
  });
});
