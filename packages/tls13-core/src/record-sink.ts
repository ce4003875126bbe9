import type { EarlyDataPort } from './early-data-port.js';
import { TlsError } from './error.js';
import type { FinishedVerified } from './handshake/proof.js';
import type { MessageReassembler } from './handshake/reassembler.js';
import type { HandshakeSink } from './handshake/sink.js';
import { createOpener, createSealer } from './key-schedule/application-keys.js';
import type { TlsLimits } from './limits.js';
import type { RecordReader } from './record/record-reader.js';
import type { RecordWriter } from './record/record-writer.js';

/** What a connection is made of below its handshake. `side` is ours. */
export interface RecordLayers {
  readonly side: 'client' | 'server';
  readonly limits: TlsLimits;
  readonly messages: MessageReassembler;
  readonly reader: RecordReader;
  readonly writer: RecordWriter;
}

/** Where a handshake over records puts what it makes. */
export function recordSink(
  { side, messages, reader, writer }: RecordLayers,
  early: EarlyDataPort | null,
): HandshakeSink {
  return {
    sendMessage: (message) => {
      reader.allowChangeCipherSpec('allowed');
      writer.writeMessage(message);
    },
    sendChangeCipherSpec: () => writer.writeChangeCipherSpec(),
    useEarlyReadSecret: (proof, suite, secret, receiver) => {
      if (!proof.made) throw new TlsError('internal-error', { expected: 'proof of a binder' });
      demandRecordBoundary(messages);
      reader.useOpener(createOpener(suite, secret));
      early?.receiveWith(receiver);
    },
    useHandshakeReadSecret: (suite, secret) => {
      demandRecordBoundary(messages);
      early?.endOfEarlyData();
      reader.useOpener(createOpener(suite, secret));
    },
    useApplicationReadSecret: (proof, suite, secret) => {
      demandPeerFinished(side, proof);
      demandRecordBoundary(messages);
      reader.useOpener(createOpener(suite, secret));
    },
    useWriteSecret: (epoch, suite, secret) => {
      writer.useSealer(createSealer(suite, secret));
      if (epoch === 'application') early?.allowAnswer();
    },
    openEarlyData: (sender) => early?.open(sender),
    closeEarlyData: (outcome) => {
      if (outcome === 'refused') writer.useSealer(null);
      early?.close(outcome);
    },
    expectSecondClientHello: (ciphertextAllowance) => {
      reader.allowChangeCipherSpec('allowed');
      reader.skipEarlyData(ciphertextAllowance);
    },
    limitRecords: ({ toPeer, fromPeer }) => {
      writer.limitRecords(toPeer);
      reader.limitRecords(fromPeer);
    },
    demandRecordBoundary: () => demandRecordBoundary(messages),
    skipEarlyData: (ciphertextAllowance) => reader.skipEarlyData(ciphertextAllowance),
  };
}

/**
 * Messages that precede a key change end with their record (RFC 9846 section 5.1).
 * @throws TlsError `data-across-key-change`
 */
export function demandRecordBoundary(messages: MessageReassembler): void {
  if (!messages.isEmpty) throw new TlsError('data-across-key-change');
}

/** @throws TlsError `internal-error` for anything but the proof of the other side's Finished */
export function demandPeerFinished(side: 'client' | 'server', proof: FinishedVerified): void {
  const peerSide = side === 'client' ? 'server' : 'client';
  if (!proof.made || proof.sender !== peerSide) {
    throw new TlsError('internal-error', { expected: "proof of the peer's Finished" });
  }
}
