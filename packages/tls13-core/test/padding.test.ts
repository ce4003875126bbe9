import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padToFullRecords, padToMultipleOf, type PaddingPolicy, type RecordToPad } from '../src/record/padding.js';
import { createPair, dataOf, failureOf, runNow, type Pair } from './support/pair.js';
import { recordsOf } from './support/records.js';
import {
  TOY_CLIENT,
  TOY_SERVER,
  toyClient,
  toyServer,
  toyServerWithClientAuthentication,
} from './support/toy-credentials.js';

const TAG_LENGTH = 16;

function padded(padding: PaddingPolicy): Pair {
  return runNow(
    createPair(
      toyClient({ padding, selectCredential: () => TOY_CLIENT }),
      toyServerWithClientAuthentication('require', { padding }),
    ),
  );
}

describe('padding, section 5.4', () => {
  it('to a multiple leaves nothing but multiples, in handshake, data and alerts alike', () => {
    const lengths: number[] = [];
    const pair = createPair(toyClient({ padding: padToMultipleOf(256) }), toyServer({ padding: padToMultipleOf(256) }));
    const note = (bytes: Uint8Array): readonly Uint8Array[] => {
      lengths.push(...recordsOf(bytes).flatMap(([type, length]) => (type === 23 ? [length - 1 - TAG_LENGTH] : [])));
      return [bytes];
    };
    runNow(pair, note);
    for (const length of [1, 255, 256, 257, 20_000]) pair.client.send(new Uint8Array(length));
    pair.client.close();
    pair.server.close();
    runNow(pair, note);
    expect([pair.client.state, pair.server.state]).toEqual(['closed', 'closed']);
    expect(lengths.length).toBeGreaterThan(8);
    expect(lengths.filter((length) => length % 256 !== 0 || length === 0)).toEqual([]);
  });

  it('to full records makes all of them as long as they may be', () => {
    const pair = padded(padToFullRecords);
    pair.client.send(Uint8Array.of(1));
    pair.client.send(new Uint8Array(16_384));
    const output = pair.client.takeOutput();
    expect(recordsOf(output)).toEqual([
      [23, 16_384 + 1 + TAG_LENGTH],
      [23, 16_384 + 1 + TAG_LENGTH],
    ]);
    pair.serverEvents.push(...pair.server.receive(output));
    expect(dataOf(pair.serverEvents)).toHaveLength(1 + 16_384);
  });

  it('is as much as a function says and there is room for, and takes nothing from the data', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 600 }), fc.nat(20_000)), { maxLength: 5 }),
        fc.integer({ min: 1, max: 300 }),
        (writes, maxFragmentLength) => {
          const asked: RecordToPad[] = [];
          let wanted = 0;
          const padding: PaddingPolicy = (record) => {
            asked.push(record);
            return wanted;
          };
          const pair = runNow(createPair(toyClient({ padding, maxFragmentLength }), toyServer()));
          for (const [data, bytes] of writes) {
            wanted = bytes;
            asked.length = 0;
            pair.client.send(data);
            const output = pair.client.takeOutput();
            expect(recordsOf(output)).toEqual(
              asked.map(({ contentLength, room }) => [23, contentLength + Math.min(bytes, room) + 1 + TAG_LENGTH]),
            );
            expect(asked.every(({ contentLength, room }) => contentLength + room === 16_384)).toBe(true);
            pair.serverEvents.push(...pair.server.receive(output));
          }
          expect(failureOf(pair.serverEvents)).toBeNull();
          expect(dataOf(pair.serverEvents)).toEqual(Uint8Array.from(writes.flatMap(([data]) => [...data])));
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([-1, 1.5, Number.NaN, '4' as never])(
    'of %s bytes is our own failure, and the alert goes out without it',
    (wrong) => {
      let padding: PaddingPolicy = () => 0;
      const pair = padded((record) => padding(record));
      padding = () => wrong;
      expect(() => pair.client.send(Uint8Array.of(1))).toThrow('callback-failed');
      pair.client.close();
      runNow(pair);
      expect(pair.serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
    },
  );

  it('fails the handshake where the function throws there', () => {
    const broken = (): number => {
      throw new Error('no idea');
    };
    const pair = runNow(createPair(toyClient({ padding: broken }), toyServer()));
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual(['callback-failed', 'alert-received']);
  });

  it('that fails at an alert is left out of it: the failure stays what it was, and closing closes', () => {
    const broken = ({ type }: RecordToPad): number => {
      if (type === 'alert') throw new Error('no idea');
      return 0;
    };
    const failing = padded(broken);
    expect(failureOf(failing.client.receive(Uint8Array.of(22, 3, 3, 0, 1, 0)))).toBe('unprotected-record');
    expect(failing.client.state).toBe('failed');
    runNow(failing);
    expect(failureOf(failing.serverEvents)).toBe('alert-received');

    const closing = padded(broken);
    closing.client.close();
    runNow(closing);
    expect(closing.serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
  });

  it('that fails at what stands in front of the alert of another failure changes nothing about it', () => {
    const fail = (): never => {
      throw new Error('no idea');
    };
    const signer = { ...TOY_SERVER.signer, sign: fail };
    // EncryptedExtensions and Certificate wait for CertificateVerify when it fails.
    const server = toyServer({ padding: fail, credentials: [{ ...TOY_SERVER, signer }] });
    const pair = runNow(createPair(toyClient(), server));
    expect(pair.serverEvents.at(-1)).toMatchObject({ type: 'failed', error: { subject: 'sign' } });
    expect(pair.server.state).toBe('failed');
    expect(failureOf(pair.clientEvents)).toBe('alert-received');
  });

  it('cannot call the connection', () => {
    let call: () => void = () => undefined;
    const pair = padded(() => {
      call();
      return 0;
    });
    call = () => pair.client.send(Uint8Array.of(2));
    expect(() => pair.client.send(Uint8Array.of(1))).toThrow('callback-failed');
  });

  it.each([1, 2, 16_384])('may be to a multiple of %i', (blockLength) => {
    const padding = padToMultipleOf(blockLength)({ type: 'alert', contentLength: 3, room: 16_381 });
    expect((3 + padding) % blockLength).toBe(0);
    expect(padding).toBeLessThan(blockLength);
  });

  it.each([0, 16_385, 1.5, Number.NaN])('to a multiple of %s is refused', (blockLength) => {
    expect(() => padToMultipleOf(blockLength)).toThrow(RangeError);
  });
});
