import { describe, expect, it } from 'vitest';
import { MAX_CIPHERTEXT_LENGTH } from '../src/limits.js';
import { RecordDeframer } from '../src/record/deframer.js';
import { createPair, dataOf, failureOf, runNow } from './support/pair.js';
import { toyClient, toyServer } from './support/toy-credentials.js';

describe('a peer that is slow to read', () => {
  it('adds nothing to our output by asking for new keys again and again: all get one answer, with our next data', () => {
    const pair = runNow(createPair(toyClient(), toyServer()));
    for (let i = 0; i < 200; i++) {
      pair.client.updateKeys({ requestPeer: true });
      pair.client.send(Uint8Array.of(i));
      pair.serverEvents.push(...pair.server.receive(pair.client.takeOutput()));
      expect(pair.server.pendingOutputLength).toBe(0);
    }
    expect(failureOf(pair.serverEvents)).toBeNull();
    expect(dataOf(pair.serverEvents)).toHaveLength(200);
    const [answer, data] = [5 + 5 + 1 + 16, 5 + 3 + 1 + 16];
    pair.server.send(new Uint8Array(3));
    expect(pair.server.pendingOutputLength).toBe(answer + data);
  });
});

describe('a peer that is slow to write', () => {
  it('has the bytes of one unfinished record held, and not a byte of what a chunk held before it', () => {
    const deframer = new RecordDeframer();
    const record = new Uint8Array(5 + MAX_CIPHERTEXT_LENGTH);
    record.set([23, 3, 3, MAX_CIPHERTEXT_LENGTH >> 8, MAX_CIPHERTEXT_LENGTH & 0xff]);
    for (let at = 0; at < record.length; at++) {
      deframer.push(record.subarray(at, at + 1));
      const whole = deframer.next();
      if (at + 1 < record.length) expect([whole, deframer.unread.length]).toEqual([null, 0]);
      // What was collected is as long as the record: it was not grown beyond it.
      else expect(whole?.bytes.buffer.byteLength).toBe(record.length);
    }
    expect(deframer.hasPartialRecord).toBe(false);
  });

  it('may not begin a record that is longer than one may be: nothing is collected for it', () => {
    const deframer = new RecordDeframer();
    const length = MAX_CIPHERTEXT_LENGTH + 1;
    deframer.push(Uint8Array.of(23, 3, 3, length >> 8, length & 0xff));
    expect(() => deframer.next()).toThrow(expect.objectContaining({ reason: 'record-too-long' }));
  });
});
