import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { EarlyDataPort } from '../src/early-data-port.js';
import { TlsError } from '../src/error.js';
import { Connected } from '../src/handshake/connected.js';
import { verifyBinder } from '../src/handshake/proof.js';
import { MessageReassembler } from '../src/handshake/reassembler.js';
import type { EarlyDataReceiver } from '../src/handshake/sink.js';
import { finishedVerifyData } from '../src/key-schedule/key-schedule.js';
import { DEFAULT_TLS_LIMITS } from '../src/limits.js';
import { decodeHandshakeMessage, encodeHandshakeMessage } from '../src/messages/message.js';
import { recordSink } from '../src/record-sink.js';
import { RecordReader } from '../src/record/record-reader.js';
import { RecordWriter } from '../src/record/record-writer.js';
import { RecordSealer } from '../src/record/protection.js';
import { ScriptedServer } from './support/scripted-server.js';
import { toyClient } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

function reasonOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof TlsError ? error.reason : String(error);
  }
}

/** Checks that a connection never reaches, because another stands before them. They hold all the same. */
describe('a signature', () => {
  it('is not taken for valid where the provider has lost the means to verify it', () => {
    const provider = toyProvider(1);
    const keyAlgorithms = [...provider.keyAlgorithms];
    const server = new ScriptedServer(toyClient({ provider: { ...provider, keyAlgorithms } }));
    keyAlgorithms.length = 0;
    expect(server.handshake().failure).toBe('certificate-unsupported');
  });
});

describe('after the handshake', () => {
  it('no message of the handshake is handled, even where one got so far', () => {
    const raw = encodeHandshakeMessage('encrypted_extensions', { extensions: [] });
    const message = decodeHandshakeMessage('encrypted_extensions', raw);
    for (const side of ['client', 'server'] as const) {
      expect(reasonOf(() => new Connected(side, DEFAULT_TLS_LIMITS, null).handle(message, 'unasked'))).toBe(
        'unexpected-message',
      );
    }
  });
});

describe('a ticket', () => {
  it('of no use leaves nothing to do', () => {
    const body = { ticketLifetime: 1, ticketAgeAdd: 1, ticketNonce: new Uint8Array(0), ticket: Uint8Array.of(1) };
    const raw = encodeHandshakeMessage('new_session_ticket', { ...body, extensions: [] });
    const message = decodeHandshakeMessage('new_session_ticket', raw);
    const seen: unknown[] = [];
    const receiver = { receive: (_ticket: unknown, terms: unknown) => (seen.push(terms), null), destroy: () => null };
    for (const receives of [null, receiver]) {
      expect(new Connected('client', DEFAULT_TLS_LIMITS, receives).handle(message, 'unasked')).toEqual({
        type: 'nothing',
      });
    }
    expect(seen).toEqual([{ maxEarlyDataSize: 0, acrossNames: 'same-name' }]);
  });
});

describe('keys for early data', () => {
  const early: EarlyDataReceiver = {
    take: () => undefined,
    exporter: { export: () => new Uint8Array(0), destroy: () => undefined },
  };

  function sinkOfServer() {
    const limits = DEFAULT_TLS_LIMITS;
    const reader = new RecordReader({ side: 'server', limits, insideMessage: () => false });
    const writer = new RecordWriter({ maxFragmentLength: 1000, maxPending: limits.pendingOutput });
    const layers = { side: 'server', limits, messages: new MessageReassembler(limits), reader, writer } as const;
    return recordSink(layers, new EarlyDataPort(() => undefined));
  }

  it('are used only with proof of a binder', () => {
    const [suite] = toyProvider(1).cipherSuites as [CipherSuite];
    const { hash } = suite;
    const secret = new Uint8Array(hash.outputLength).fill(3);
    const transcriptHash = hash.digest(secret);
    const received = finishedVerifyData(hash, secret, transcriptHash);
    const proof = verifyBinder({ hash, binderKey: secret, transcriptHash, received });
    expect(reasonOf(() => sinkOfServer().useEarlyReadSecret(proof, suite, secret, early))).toBeNull();
    const forged = { made: false, transcriptHash, binder: received } as never;
    expect(reasonOf(() => sinkOfServer().useEarlyReadSecret(forged, suite, secret, early))).toBe('internal-error');
  });
});

describe('a key', () => {
  const suite = toyProvider(1).cipherSuites.find(
    ({ confidentialityLimit }) => confidentialityLimit < Infinity,
  ) as CipherSuite;
  const keys = { key: new Uint8Array(suite.keyLength).fill(1), iv: new Uint8Array(suite.ivLength).fill(2) };

  it('seals as many records as section 5.5 allows and not one more', () => {
    const sealer = new RecordSealer(suite, keys);
    const output = new Uint8Array(sealer.overhead);
    for (let i = 0; i < suite.confidentialityLimit; i++) sealer.sealInto(output, 0, 23, new Uint8Array(0));
    expect(sealer.recordsLeft).toBe(0);
    expect(reasonOf(() => sealer.sealInto(output, 0, 23, new Uint8Array(0)))).toBe('key-usage-limit');
  });
});
