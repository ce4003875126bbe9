import { concatBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordDeframer } from '../../src/record/deframer.js';
import { plainRecord } from '../support/scripted-peer.js';

const HEADER_LENGTH = 5;
const HANDSHAKE = plainRecord(22, Uint8Array.of(1, 2, 3));
const NOTHING = plainRecord(23, new Uint8Array(0));

/** Every record that comes of those chunks. */
function recordsOf(deframer: RecordDeframer, chunks: readonly Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) => {
    deframer.push(chunk);
    const records: Uint8Array[] = [];
    for (let record = deframer.next(); record !== null; record = deframer.next()) {
      expect(record.type).toBe(record.bytes[0]);
      records.push(record.bytes.slice());
    }
    // Asking once more changes nothing.
    expect(deframer.next()).toBeNull();
    return records;
  });
}

describe('records out of a stream', () => {
  it('are the same however it is cut, empty ones too', () => {
    const record = fc
      .tuple(fc.constantFrom(20, 21, 22, 23), fc.uint8Array({ maxLength: 40 }))
      .map(([type, content]) => plainRecord(type, content));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), fc.array(fc.nat(300), { maxLength: 12 }), (records, cuts) => {
        const stream = concatBytes(...records);
        const ends = [...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
        const chunks = ends.map((end, index) => stream.slice(ends[index - 1] ?? 0, end));
        expect(recordsOf(new RecordDeframer(), chunks)).toEqual(records);
        expect(
          recordsOf(
            new RecordDeframer(),
            [...stream].map((byte) => Uint8Array.of(byte)),
          ),
        ).toEqual(records);
      }),
      { numRuns: 60 },
    );
  });

  it('are views of the chunk in which they lie whole, wherever a chunk before it ended', () => {
    const deframer = new RecordDeframer();
    expect(recordsOf(deframer, [HANDSHAKE, new Uint8Array(0)])).toHaveLength(1);
    const chunk = concatBytes(HANDSHAKE, NOTHING);
    deframer.push(chunk);
    for (const start of [0, HANDSHAKE.length]) {
      const { bytes } = deframer.next() as { readonly bytes: Uint8Array };
      expect([bytes.buffer === chunk.buffer, bytes.byteOffset]).toEqual([true, start]);
    }
  });

  it('begin with the first byte of one and are over with its last', () => {
    const deframer = new RecordDeframer();
    expect(deframer.hasPartialRecord).toBe(false);
    const seen = [...HANDSHAKE].map((byte) => {
      recordsOf(deframer, [Uint8Array.of(byte)]);
      return deframer.hasPartialRecord;
    });
    expect(seen).toEqual([...HANDSHAKE.keys()].map((at) => at < HANDSHAKE.length - 1));
  });

  it.each([0, 1, HEADER_LENGTH, HANDSHAKE.length - 1])('let go of a chunk that ends %i bytes into one', (length) => {
    const deframer = new RecordDeframer();
    for (const before of [new Uint8Array(0), HANDSHAKE]) {
      const chunk = concatBytes(before, HANDSHAKE.subarray(0, length));
      expect(recordsOf(deframer, [chunk])).toHaveLength(before.length === 0 ? 0 : 1);
      expect([deframer.unread.length, deframer.unread.buffer === chunk.buffer]).toEqual([0, false]);
      expect(recordsOf(deframer, [HANDSHAKE.subarray(length)])).toEqual([HANDSHAKE]);
    }
  });

  it('let go of a chunk that goes on with one and does not end it', () => {
    const deframer = new RecordDeframer();
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 7],
    ] as const) {
      const chunk = HANDSHAKE.slice(from, to);
      expect(recordsOf(deframer, [chunk])).toEqual([]);
      expect([deframer.unread.length, deframer.unread.buffer === chunk.buffer]).toEqual([0, false]);
    }
    expect(recordsOf(deframer, [HANDSHAKE.subarray(7)])).toEqual([HANDSHAKE]);
  });

  it('are forgotten with the rest of a chunk, and what comes then is read', () => {
    const deframer = new RecordDeframer();
    deframer.push(concatBytes(HANDSHAKE, NOTHING, HANDSHAKE));
    deframer.next();
    expect(deframer.unread).toEqual(concatBytes(NOTHING, HANDSHAKE));
    deframer.discard();
    expect(deframer.unread).toHaveLength(0);
    expect(deframer.next()).toBeNull();
    expect(recordsOf(deframer, [NOTHING])).toEqual([NOTHING]);
  });
});

describe('a header is refused before anything is collected for it', () => {
  const reasonOf = (...chunks: readonly Uint8Array[]): unknown => {
    try {
      return recordsOf(new RecordDeframer(), chunks).length;
    } catch (error) {
      const { reason, expected, got } = error as {
        readonly reason: string;
        readonly expected: string;
        readonly got: string;
      };
      return [reason, expected, got];
    }
  };
  const header = (type: number, major: number, length: number): Uint8Array =>
    Uint8Array.of(type, major, 3, length >> 8, length & 0xff);

  it('as no TLS at all by the first record: for its type and for its version', () => {
    expect(reasonOf(header(0x47, 3, 1))).toEqual(['not-tls', 'a TLS record', 'a first byte of 0x47']);
    expect(reasonOf(header(22, 2, 1))).toEqual(['not-tls', 'a TLS record', 'a first byte of 0x16']);
    expect(reasonOf(header(22, 3, 1))).toBe(0);
  });

  it('as no record of TLS 1.3 by a later one, whose version says nothing', () => {
    expect(reasonOf(HANDSHAKE, header(24, 3, 1))).toEqual([
      'unexpected-record-type',
      'a content type of TLS 1.3',
      '24',
    ]);
    expect(reasonOf(HANDSHAKE, header(22, 9, 1))).toBe(1);
  });

  it.each([
    [22, 16_384],
    [21, 16_384],
    [23, 16_640],
  ])('of type %i, for more than %i bytes', (type, most) => {
    expect(reasonOf(header(type, 3, most))).toBe(0);
    const refusal = ['record-too-long', `at most ${most} bytes`, String(most + 1)];
    expect(reasonOf(header(type, 3, most + 1))).toEqual(refusal);
    expect(reasonOf(...[...header(type, 3, most + 1)].map((byte) => Uint8Array.of(byte)))).toEqual(refusal);
  });
});
