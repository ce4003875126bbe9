import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { TlsError } from '../../src/error.js';
import { DEFAULT_TLS_LIMITS } from '../../src/limits.js';
import { RecordOpener, RecordSealer } from '../../src/record/protection.js';
import { RecordReader } from '../../src/record/record-reader.js';
import type { Traced } from '../../src/record/trace.js';
import { plainRecord } from '../support/scripted-peer.js';
import { toyProvider } from '../support/toy-provider.js';

const [suite] = toyProvider(1).cipherSuites as [CipherSuite];
const KEYS = { key: new Uint8Array(suite.keyLength).fill(1), iv: new Uint8Array(suite.ivLength).fill(2) };
const OTHER_KEYS = { ...KEYS, key: new Uint8Array(suite.keyLength).fill(3) };
const CHANGE_CIPHER_SPEC = plainRecord(20, Uint8Array.of(1));

function sealed(type: number, content: Uint8Array, keys = KEYS): Uint8Array {
  const sealer = new RecordSealer(suite, keys);
  const record = new Uint8Array(sealer.overhead + content.length);
  sealer.sealInto(record, 0, type, content);
  return record;
}

function reader(
  side: 'client' | 'server' = 'server',
  { inside = false, trace = null }: { inside?: boolean; trace?: ((seen: Traced) => void) | null } = {},
): RecordReader {
  return new RecordReader({ side, limits: DEFAULT_TLS_LIMITS, insideMessage: () => inside, trace });
}

function withKeys(made: RecordReader): RecordReader {
  made.useOpener(new RecordOpener(suite, KEYS));
  return made;
}

function read(from: RecordReader, record: Uint8Array): unknown {
  from.push(record);
  try {
    return from.next();
  } catch (error) {
    if (!(error instanceof TlsError)) return error;
    const { reason, subject, expected, got } = error;
    return Object.fromEntries(
      Object.entries({ reason, subject, expected, got }).filter(([, text]) => text !== undefined),
    );
  }
}

describe('a record that is refused', () => {
  const inside = { expected: 'the rest of a handshake message' };

  it.each<[string, RecordReader, Uint8Array, unknown]>([
    [
      'an alert between the fragments of a message',
      reader('server', { inside: true }),
      plainRecord(21, Uint8Array.of(1, 0)),
      { reason: 'interleaved-record', ...inside, got: 'alert' },
    ],
    [
      'change_cipher_spec there',
      reader('client', { inside: true }),
      CHANGE_CIPHER_SPEC,
      { reason: 'interleaved-record', ...inside, got: 'change_cipher_spec' },
    ],
    [
      'a type that nobody knows there, under protection',
      withKeys(reader('server', { inside: true })),
      sealed(99, Uint8Array.of(1)),
      { reason: 'interleaved-record', ...inside, got: '99' },
    ],
    [
      'a type that nobody knows, under protection',
      withKeys(reader()),
      sealed(99, Uint8Array.of(1)),
      { reason: 'unexpected-record-type', got: '99' },
    ],
    [
      'change_cipher_spec under protection',
      withKeys(reader()),
      sealed(20, Uint8Array.of(1)),
      { reason: 'unexpected-record-type', got: 'change_cipher_spec' },
    ],
    ['an empty alert', withKeys(reader()), sealed(21, new Uint8Array(0)), { reason: 'empty-record', subject: 'alert' }],
    [
      'one that is not protected where it should be',
      withKeys(reader()),
      plainRecord(22, Uint8Array.of(1)),
      { reason: 'unprotected-record', expected: 'a protected record', got: 'handshake' },
    ],
    [
      'data before there are keys',
      reader(),
      plainRecord(23, Uint8Array.of(1)),
      { reason: 'unprotected-record', expected: 'a handshake record', got: 'application_data' },
    ],
  ])('says why: %s', (_what, from, record, refusal) => {
    expect(read(from, record)).toEqual(refusal);
  });
});

describe('change_cipher_spec', () => {
  it('may come to a client from the beginning, to a server after the first ClientHello, until it is over', () => {
    expect(read(reader('client'), CHANGE_CIPHER_SPEC)).toBeNull();
    const server = reader('server');
    expect(read(server, CHANGE_CIPHER_SPEC)).toMatchObject({ reason: 'unexpected-change-cipher-spec' });
    server.allowChangeCipherSpec('allowed');
    expect(read(server, CHANGE_CIPHER_SPEC)).toBeNull();
    server.allowChangeCipherSpec('over');
    expect(read(server, CHANGE_CIPHER_SPEC)).toMatchObject({ reason: 'unexpected-change-cipher-spec' });
  });
});

describe('early data that is passed over', () => {
  const foreign = sealed(23, Uint8Array.of(1), OTHER_KEYS);

  it('is what does not open, as much as is allowed, and nothing that fails for another reason', () => {
    const skipping = withKeys(reader());
    skipping.skipEarlyData(2 * foreign.length);
    expect([read(skipping, foreign), read(skipping, foreign)]).toEqual([null, null]);
    expect(read(skipping, foreign)).toEqual({ reason: 'bad-record-mac' });

    const limited = withKeys(reader());
    limited.skipEarlyData(10_000);
    limited.limitRecords(3);
    expect(read(limited, sealed(23, new Uint8Array(3)))).toMatchObject({ reason: 'record-too-long', got: '4' });
  });

  it('is no excuse for an AEAD that fails by itself', () => {
    for (const failure of [new Error('no such key'), Object.assign(new Error('ours'), { reason: 'bad-record-mac' })]) {
      const open = (): never => {
        throw failure;
      };
      const broken = reader();
      broken.useOpener(new RecordOpener({ ...suite, createOpener: () => ({ open, destroy: () => undefined }) }, KEYS));
      broken.skipEarlyData(10_000);
      expect(read(broken, foreign)).toBe(failure);
    }
  });

  it('is over with the first record that opens', () => {
    const skipping = withKeys(reader());
    skipping.skipEarlyData(10_000);
    expect(read(skipping, sealed(23, Uint8Array.of(5)))).toEqual({
      type: 'application_data',
      content: Uint8Array.of(5),
    });
    expect(read(skipping, foreign)).toEqual({ reason: 'bad-record-mac' });
  });
});

describe('a trace of records', () => {
  it('shows what was read and what was dropped, but nothing that was passed over unread', () => {
    const seen: Traced[] = [];
    const client = reader('client', { trace: (event) => seen.push(event) });
    client.skipEarlyData(10_000);
    const record = { kind: 'record', direction: 'received' } as const;
    expect(read(client, sealed(23, Uint8Array.of(1), OTHER_KEYS))).toBeNull();
    expect(seen).toEqual([]);
    read(client, CHANGE_CIPHER_SPEC);
    read(client, plainRecord(22, Uint8Array.of(1, 2)));
    client.useOpener(new RecordOpener(suite, KEYS));
    read(client, sealed(23, new Uint8Array(0)));
    client.useOpener(null);
    expect(seen).toEqual([
      { ...record, contentType: 'change_cipher_spec', protection: 'plaintext', length: 6, contentLength: 1 },
      { ...record, contentType: 'handshake', protection: 'plaintext', length: 7, contentLength: 2 },
      { kind: 'keys-changed', direction: 'received' },
      { ...record, contentType: 'application_data', protection: 'protected', length: 22, contentLength: 0 },
    ]);
  });
});
