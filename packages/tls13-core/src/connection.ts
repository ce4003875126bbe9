import { bytesToUtf8, ByteQueue } from '@portico/bytes';
import type { CipherSuite } from '@portico/crypto';
import { alertFromCode, encodeAlert } from './alert.js';
import { alertForReason, TlsError } from './error.js';
import type { HandshakeInfo, TlsEvent } from './events.js';
import { Connected } from './handshake/connected.js';
import type { HandshakeResult } from './handshake/context.js';
import type { FinishedVerified } from './handshake/proof.js';
import type { CallbackGuard, Flow } from './handshake/flow.js';
import { MessageReassembler } from './handshake/reassembler.js';
import { FlowRunner, type RunOutcome } from './handshake/runner.js';
import type { HandshakeSink, ProtectedEpoch } from './handshake/sink.js';
import { KeyMaterial } from './key-schedule/key-material.js';
import { exportKeyingMaterial, nextTrafficSecret, trafficKeys } from './key-schedule/key-schedule.js';
import type { TlsLimits } from './limits.js';
import { KEY_UPDATE_REQUEST } from './messages/key-update.js';
import { encodeHandshakeMessage } from './messages/message.js';
import { CONTENT_TYPE, contentTypeName, RECORD_HEADER_LENGTH } from './record/content-type.js';
import { RecordDeframer, type RawRecord } from './record/deframer.js';
import { RecordOpener, RecordSealer } from './record/protection.js';
import { RecordWriter } from './record/record-writer.js';

/** What a connection gives to the flow that it carries. */
interface Carrier {
  readonly sink: HandshakeSink;
  readonly guard: CallbackGuard;
  readonly keyMaterial: KeyMaterial;
}

/** Starts a side's flow over the connection that carries it. */
export type FlowStart = (carrier: Carrier) => Flow<HandshakeResult>;

interface ConnectionOptions {
  readonly side: 'client' | 'server';
  readonly limits: TlsLimits;
  readonly maxFragmentLength: number;
  /** Whether a handshake without proof of who the peer is may complete. */
  readonly peerAuthentication: 'demanded' | 'optional';
  readonly start: FlowStart;
}

/** What is kept of the handshake for as long as the connection lives. */
interface ApplicationKeys {
  readonly suite: CipherSuite;
  readonly exporterSecret: Uint8Array;
  receive: Uint8Array;
  send: Uint8Array;
}

/**
 * A TLS 1.3 connection without input and output of its own: bytes in, bytes and events out. It holds no timer and no
 * socket, and the same inputs give the same outputs.
 */
export class TlsConnection {
  readonly #side: 'client' | 'server';
  readonly #peerAuthentication: 'demanded' | 'optional';
  readonly #limits: TlsLimits;
  readonly #deframer = new RecordDeframer();
  readonly #messages: MessageReassembler;
  readonly #writer: RecordWriter;
  #opener: RecordOpener | null = null;
  #runner: FlowRunner<HandshakeResult> | null;
  #connected: Connected | null = null;
  readonly #keyMaterial = new KeyMaterial();
  #keys: ApplicationKeys | null = null;
  #info: HandshakeInfo | null = null;
  #events: TlsEvent[] = [];

  #ended: 'no' | 'closed' | 'failed' = 'no';
  #sentClose = false;
  #receivedClose = false;
  #inCallback = false;
  #busy = false;
  /** What a callback asked for while the connection was at work. */
  #wanted: 'nothing' | 'close' | 'abort' = 'nothing';
  #waiting: Promise<TlsEvent[]> | null = null;
  /** Input that came while an answer was awaited. */
  readonly #parked = new ByteQueue();

  #peerMayChangeCipherSpec: boolean;
  /** Until the peer's first protected record: a client may refuse our flight before it has keys to say so with. */
  #peerMayAlertInTheClear: boolean;
  #changeCipherSpecs = 0;
  #emptyRecords = 0;
  #warningAlerts = 0;
  /** Bytes of refused early data that may still be passed over; 0 when none can come. */
  #skippableEarlyData = 0;
  #owesKeyUpdate = false;
  #awaitsPeerKeyUpdate = false;

  constructor({ side, limits, maxFragmentLength, peerAuthentication, start }: ConnectionOptions) {
    this.#side = side;
    this.#peerAuthentication = peerAuthentication;
    this.#limits = limits;
    this.#messages = new MessageReassembler(limits);
    this.#writer = new RecordWriter({ maxFragmentLength, maxPending: limits.pendingOutput });
    this.#peerMayChangeCipherSpec = side === 'client';
    this.#peerMayAlertInTheClear = side === 'server';
    const carrier = { sink: this.#sink(), guard: this.#guard(), keyMaterial: this.#keyMaterial };
    this.#runner = new FlowRunner(start(carrier), this.#messages);
    this.#guarded(() => this.#advance((runner) => runner.run()));
  }

  /** `open` from the end of the handshake until both directions are closed. */
  get state(): 'handshaking' | 'open' | 'closed' | 'failed' {
    if (this.#ended !== 'no') return this.#ended;
    return this.#info === null ? 'handshaking' : 'open';
  }

  /** What the handshake agreed on; null before it is complete. */
  get info(): HandshakeInfo | null {
    return this.#info;
  }

  /**
   * Settles when the application's answer (a verdict, a signature, a credential) has come, with the events that follow;
   * it never rejects. Null when no answer is awaited. Another answer may be awaited after it.
   */
  get waiting(): Promise<TlsEvent[]> | null {
    return this.#waiting;
  }

  /** False while an answer is awaited: input given all the same is held, up to `limits.parkedInput`. */
  get wantsInput(): boolean {
    return this.#waiting === null && this.#ended === 'no' && !this.#receivedClose;
  }

  /** Bytes that `takeOutput` would give. */
  get pendingOutputLength(): number {
    return this.#writer.pendingLength;
  }

  /** The messages that the handshake waits for: the state of RFC 9846 appendix A. Empty when it waits for no message. */
  get expectedMessages(): readonly string[] {
    return this.#runner?.expected ?? this.#connected?.expected ?? [];
  }

  /**
   * Takes bytes from the peer, all of them, and says what they meant. A failure is the last event; its alert is in the
   * output.
   * @throws TlsError `reentrant-call` from inside a callback
   */
  receive(chunk: Uint8Array): TlsEvent[] {
    this.#refuseInCallback('receive');
    // Events of a failure before any input, in the constructor, are told here.
    if (this.#ended !== 'no' || this.#receivedClose) return this.#takeEvents();
    if (this.#waiting !== null) {
      this.#park(chunk);
      return this.#takeEvents();
    }
    this.#guarded(() => {
      this.#deframer.push(chunk);
      this.#readRecords();
    });
    return this.#takeEvents();
  }

  /** The transport's end of input. Without a close_notify before it, data may be missing: a failure (RFC 9846 section 6.1). */
  endOfInput(): TlsEvent[] {
    this.#refuseInCallback('endOfInput');
    if (this.#ended !== 'no') return this.#takeEvents();
    if (this.#receivedClose) {
      if (this.#sentClose) this.#end('closed');
      return [];
    }
    this.#fail(new TlsError('end-of-input', { expected: 'close_notify first' }));
    return this.#takeEvents();
  }

  /**
   * Protects application data; the records are in the output.
   * @throws TlsError `wrong-state` before the handshake is complete, after `close` and after a failure;
   *   `too-much-pending-output`; `reentrant-call`
   */
  send(plaintext: Uint8Array): void {
    this.#refuseInCallback('send');
    this.#demandOpen('send');
    if (plaintext.length === 0) return;
    this.#flushKeyUpdate();
    this.#stayWithinKeyLimit(this.#writer.recordCount(plaintext.length));
    this.#writer.write('application_data', plaintext);
  }

  /** All bytes that are to be written to the transport now, in one array that belongs to the caller. */
  takeOutput(): Uint8Array {
    return this.#writer.take();
  }

  /**
   * Closes our direction with close_notify; the peer's stays open until its own (RFC 9846 section 6.1). During the
   * handshake it is cancelled, with user_canceled before. Called again, or after a failure, it does nothing.
   */
  close(): void {
    if (this.#ended !== 'no' || this.#sentClose) return;
    if (this.#inCallback || this.#busy) {
      if (this.#wanted === 'nothing') this.#wanted = 'close';
      return;
    }
    this.#sentClose = true;
    if (this.#info === null) {
      this.#writer.write('alert', encodeAlert('user_canceled'));
      this.#writer.write('alert', encodeAlert('close_notify'));
      this.#end('closed');
      return;
    }
    this.#flushKeyUpdate();
    this.#writer.write('alert', encodeAlert('close_notify'));
    if (this.#receivedClose) this.#end('closed');
  }

  /**
   * Ends the connection at once: nothing more is sent, and keys are forgotten. Late answers are ignored. From inside a
   * callback it takes effect as soon as the call that led there is done.
   */
  abort(): void {
    if (this.#ended !== 'no') return;
    if (this.#inCallback || this.#busy) {
      this.#wanted = 'abort';
      return;
    }
    this.#writer.discard();
    this.#end('closed');
  }

  /**
   * Changes our sending keys (RFC 9846 section 4.7.3). With `requestPeer` the peer is asked to change its own too,
   * unless an earlier request is still open.
   * @throws TlsError `wrong-state`, `reentrant-call`
   */
  updateKeys({ requestPeer = false }: { readonly requestPeer?: boolean } = {}): void {
    this.#refuseInCallback('updateKeys');
    this.#demandOpen('updateKeys');
    const request = requestPeer && !this.#awaitsPeerKeyUpdate;
    if (request) this.#awaitsPeerKeyUpdate = true;
    this.#owesKeyUpdate = false;
    this.#sendKeyUpdate(request ? 'update_requested' : 'update_not_requested');
  }

  /**
   * Keying material for another protocol (RFC 9846 section 7.5). `length` in bytes.
   * @throws TlsError `wrong-state` before the handshake is complete and after the end; `invalid-argument` for a label
   *   that is not 1 to 249 ASCII characters, or more bytes than 255 hashes
   */
  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array {
    const keys = this.#keys;
    if (keys === null) throw new TlsError('wrong-state', { subject: 'exportKeyingMaterial', got: this.state });
    const { hash } = keys.suite;
    const longest = MAX_EXPORTED_HASHES * hash.outputLength;
    if (!EXPORTER_LABEL.test(label)) {
      throw new TlsError('invalid-argument', { subject: 'label', expected: '1 to 249 ASCII characters' });
    }
    if (!Number.isInteger(length) || length < 0 || length > longest) {
      throw new TlsError('invalid-argument', { subject: 'length', expected: `0 to ${longest}`, got: String(length) });
    }
    return exportKeyingMaterial(hash, keys.exporterSecret, label, context ?? new Uint8Array(0), length);
  }

  // ---- Records in ----

  #readRecords(): void {
    while (this.#waiting === null && this.#ended === 'no' && !this.#receivedClose) {
      const record = this.#deframer.next();
      if (record === null) return;
      this.#handleRecord(record);
    }
    if (this.#waiting === null) this.#deframer.discard();
    else if (this.#deframer.unread.length > 0) {
      this.#park(this.#deframer.unread);
      this.#deframer.discard();
    }
  }

  #handleRecord(record: RawRecord): void {
    if (record.type === CONTENT_TYPE.change_cipher_spec) {
      this.#handleChangeCipherSpec(record);
      return;
    }
    if (this.#opener === null) {
      this.#handlePlaintextRecord(record);
      return;
    }
    // Appendix A.1: alerts derived from what follows ServerHello may come in the clear.
    if (record.type === CONTENT_TYPE.alert && this.#peerMayAlertInTheClear) {
      this.#handleContent(record.type, record.bytes.subarray(RECORD_HEADER_LENGTH));
      return;
    }
    // Section 5.2: once keys are in place, only application_data comes on the outside.
    if (record.type !== CONTENT_TYPE.application_data) {
      throw new TlsError('unprotected-record', {
        expected: 'a protected record',
        got: contentTypeName(record.type) ?? '',
      });
    }
    let opened: { readonly type: number; readonly content: Uint8Array };
    try {
      opened = this.#opener.open(record.bytes);
    } catch (error) {
      if (this.#skipAsEarlyData(record, error)) return;
      throw error;
    }
    this.#skippableEarlyData = 0;
    this.#peerMayAlertInTheClear = false;
    this.#handleContent(opened.type, opened.content);
  }

  #handlePlaintextRecord({ type, bytes }: RawRecord): void {
    const content = bytes.subarray(RECORD_HEADER_LENGTH);
    if (type === CONTENT_TYPE.application_data) {
      // Section 4.3.10: early data behind a hello that got a HelloRetryRequest.
      if (this.#skipAsEarlyData({ type, bytes }, null)) return;
      throw new TlsError('unprotected-record', { expected: 'a handshake record', got: 'application_data' });
    }
    // Section 4.3.10: skipping ends at the second ClientHello, wherever early data was refused by a HelloRetryRequest.
    this.#skippableEarlyData = 0;
    this.#handleContent(type, content);
  }

  #handleContent(type: number, content: Uint8Array): void {
    const name = contentTypeName(type);
    if (name !== 'handshake' && !this.#messages.isEmpty) {
      // Section 5.1: nothing may stand between the fragments of a handshake message.
      throw new TlsError('interleaved-record', {
        expected: 'the rest of a handshake message',
        got: name ?? String(type),
      });
    }
    switch (name) {
      case 'handshake':
        if (content.length === 0) throw new TlsError('empty-record', { subject: 'handshake' });
        this.#messages.push(content);
        this.#handleMessages();
        return;
      case 'alert':
        this.#handleAlert(content);
        return;
      case 'application_data':
        this.#handleApplicationData(content);
        return;
      case 'change_cipher_spec':
      case undefined:
        throw new TlsError('unexpected-record-type', { got: name ?? String(type) });
    }
  }

  #handleApplicationData(content: Uint8Array): void {
    if (this.#connected === null) throw new TlsError('application-data-before-finished');
    if (content.length === 0) {
      this.#emptyRecords++;
      if (this.#emptyRecords > this.#limits.emptyRecordsInARow) {
        throw new TlsError('too-many-empty-records', {
          expected: `at most ${this.#limits.emptyRecordsInARow} in a row`,
        });
      }
      return;
    }
    this.#emptyRecords = 0;
    this.#connected.noteApplicationData();
    this.#events.push({ type: 'data', data: content });
  }

  /** Section 5: one byte of 1, unprotected, between the first ClientHello and the peer's Finished; then it is dropped. */
  #handleChangeCipherSpec({ bytes }: RawRecord): void {
    const right = bytes.length === RECORD_HEADER_LENGTH + 1 && bytes[RECORD_HEADER_LENGTH] === 1;
    if (!right || !this.#peerMayChangeCipherSpec) throw new TlsError('unexpected-change-cipher-spec');
    if (!this.#messages.isEmpty) {
      throw new TlsError('interleaved-record', {
        expected: 'the rest of a handshake message',
        got: 'change_cipher_spec',
      });
    }
    this.#changeCipherSpecs++;
    if (this.#changeCipherSpecs > this.#limits.changeCipherSpecRecords)
      throw new TlsError('too-many-change-cipher-specs');
  }

  #handleAlert(content: Uint8Array): void {
    if (content.length === 0) throw new TlsError('empty-record', { subject: 'alert' });
    if (content.length !== 2)
      throw new TlsError('malformed-alert', { expected: '2 bytes', got: String(content.length) });
    const alert = alertFromCode(content[1] as number);
    if (alert.name === 'user_canceled') {
      // Section 6.1: ignored, as close_notify follows.
      this.#warningAlerts++;
      if (this.#warningAlerts > this.#limits.warningAlerts) throw new TlsError('too-many-warning-alerts');
      return;
    }
    if (alert.name !== 'close_notify' || this.#info === null) throw new TlsError('alert-received', { alert });
    this.#receivedClose = true;
    this.#deframer.discard();
    this.#events.push({ type: 'peer-closed' });
    if (this.#sentClose) this.#end('closed');
  }

  /** Section 4.3.10: refused early data is passed over, within a bound, until the first record that opens. */
  #skipAsEarlyData({ bytes }: RawRecord, error: unknown): boolean {
    if (this.#skippableEarlyData === 0 || (error !== null && !isBadRecordMac(error))) return false;
    if (bytes.length > this.#skippableEarlyData) return false;
    this.#skippableEarlyData -= bytes.length;
    return true;
  }

  // ---- Handshake ----

  #handleMessages(): void {
    if (this.#runner !== null) this.#advance((runner) => runner.run());
    // A Finished and what follows it are under different keys: connected messages come in later records.
    while (this.#connected !== null && this.#ended === 'no') {
      const message = this.#messages.next(this.#connected.expected);
      if (message === null) return;
      const action = this.#connected.handle(message);
      if (action.type === 'update-receive-keys') this.#updateReceiveKeys(action.peerWantsOurs);
    }
  }

  #advance(step: (runner: FlowRunner<HandshakeResult>) => RunOutcome<HandshakeResult>): void {
    const runner = this.#runner as FlowRunner<HandshakeResult>;
    const outcome = step(runner);
    switch (outcome.state) {
      case 'needs-message':
        return;
      case 'needs-answer':
        this.#await(outcome.promise);
        return;
      case 'done':
        this.#complete(outcome.result);
        return;
    }
  }

  /** Data flows from here on, and only to a handshake that brought its proofs. */
  #complete(result: HandshakeResult): void {
    this.#demandPeerFinished(result.finished);
    if (this.#peerAuthentication === 'demanded' && result.peer?.made !== true) {
      throw new TlsError('internal-error', { expected: 'proof of who the peer is' });
    }
    this.#runner = null;
    this.#keyMaterial.release();
    this.#peerMayChangeCipherSpec = false;
    this.#connected = new Connected(this.#side, this.#limits);
    const { client, server } = result.trafficSecrets;
    this.#keys = {
      suite: result.suite,
      exporterSecret: result.exporterSecret,
      receive: this.#side === 'client' ? server : client,
      send: this.#side === 'client' ? client : server,
    };
    this.#info = Object.freeze({
      version: 'TLSv1.3',
      cipherSuite: result.suite.name,
      group: result.group,
      alpn: result.alpn,
      alpnText: result.alpn === null ? null : textOrNull(result.alpn),
      alpnOffered: result.alpnOffered,
      serverName: result.serverName,
      peerCertificates: result.peerCertificates,
      peerSignatureScheme: result.peerSignatureScheme,
      localSignatureScheme: result.localSignatureScheme,
      helloRetryRequested: result.helloRetryRequested,
      resumed: false,
    } satisfies HandshakeInfo);
    this.#events.push({ type: 'handshake-complete', info: this.#info });
  }

  #demandPeerFinished(proof: FinishedVerified): void {
    const peerSide = this.#side === 'client' ? 'server' : 'client';
    if (!proof.made || proof.sender !== peerSide) {
      throw new TlsError('internal-error', { expected: "proof of the peer's Finished" });
    }
  }

  #sink(): HandshakeSink {
    return {
      sendMessage: (message) => {
        this.#peerMayChangeCipherSpec = true;
        this.#writer.write('handshake', message);
      },
      sendChangeCipherSpec: () => this.#writer.writeChangeCipherSpec(),
      useHandshakeReadSecret: (suite, secret) => this.#useReadSecret(suite, secret),
      useApplicationReadSecret: (proof, suite, secret) => {
        this.#demandPeerFinished(proof);
        this.#useReadSecret(suite, secret);
      },
      useWriteSecret: (_epoch: ProtectedEpoch, suite, secret) => {
        const keys = trafficKeys(suite, secret);
        this.#writer.useSealer(new RecordSealer(suite, keys));
        wipe(keys.key, keys.iv);
      },
      demandRecordBoundary: () => this.#demandRecordBoundary(),
      skipEarlyData: () => {
        this.#skippableEarlyData = MAX_SKIPPED_EARLY_DATA;
      },
    };
  }

  #useReadSecret(suite: CipherSuite, secret: Uint8Array): void {
    this.#demandRecordBoundary();
    const keys = trafficKeys(suite, secret);
    this.#opener?.destroy();
    this.#opener = new RecordOpener(suite, keys);
    wipe(keys.key, keys.iv);
  }

  /** Section 5.1: messages that precede a key change end with their record. */
  #demandRecordBoundary(): void {
    if (!this.#messages.isEmpty) throw new TlsError('data-across-key-change');
  }

  // ---- KeyUpdate ----

  #updateReceiveKeys(peerWantsOurs: boolean): void {
    const keys = this.#keys as ApplicationKeys;
    const next = nextTrafficSecret(keys.suite.hash, keys.receive);
    keys.receive.fill(0);
    keys.receive = next;
    this.#useReadSecret(keys.suite, next);
    this.#awaitsPeerKeyUpdate = false;
    // Section 4.7.3: one answer to any number of requests, before the next application data.
    if (peerWantsOurs && !this.#sentClose) this.#owesKeyUpdate = true;
    this.#events.push({ type: 'peer-keys-updated', requestedOurs: peerWantsOurs });
  }

  #flushKeyUpdate(): void {
    if (!this.#owesKeyUpdate) return;
    this.#owesKeyUpdate = false;
    this.#sendKeyUpdate('update_not_requested');
  }

  #sendKeyUpdate(request: keyof typeof KEY_UPDATE_REQUEST): void {
    const keys = this.#keys as ApplicationKeys;
    const requestUpdate = KEY_UPDATE_REQUEST[request];
    this.#writer.write('handshake', encodeHandshakeMessage('key_update', { requestUpdate }));
    const next = nextTrafficSecret(keys.suite.hash, keys.send);
    keys.send.fill(0);
    keys.send = next;
    const derived = trafficKeys(keys.suite, next);
    this.#writer.useSealer(new RecordSealer(keys.suite, derived));
    wipe(derived.key, derived.iv);
  }

  /** Section 5.5: new keys before the limit, with room for the KeyUpdate itself and an alert. */
  #stayWithinKeyLimit(records: number): void {
    if (this.#writer.recordsLeft - records < RECORDS_IN_RESERVE) this.#sendKeyUpdate('update_not_requested');
  }

  // ---- Answers of the application ----

  #await(promise: PromiseLike<unknown>): void {
    const settle = (step: (runner: FlowRunner<HandshakeResult>) => RunOutcome<HandshakeResult>): TlsEvent[] => {
      // Late, after the end: nobody waits for it any more.
      if (this.#ended !== 'no') return this.#takeEvents();
      this.#waiting = null;
      this.#guarded(() => {
        this.#advance(step);
        if (this.#waiting === null) this.#unpark();
      });
      return this.#takeEvents();
    };
    this.#waiting = Promise.resolve(promise).then(
      (value) => settle((runner) => runner.resolve(value)),
      (error: unknown) => settle((runner) => runner.reject(error)),
    );
  }

  #park(chunk: Uint8Array): void {
    if (this.#parked.length + chunk.length > this.#limits.parkedInput) {
      this.#fail(new TlsError('too-much-parked-input', { expected: `at most ${this.#limits.parkedInput} bytes` }));
      return;
    }
    this.#parked.push(chunk);
  }

  #unpark(): void {
    this.#handleMessages();
    if (this.#parked.length === 0) return;
    this.#deframer.push(this.#parked.take());
    this.#readRecords();
  }

  // ---- Ends ----

  #guarded(work: () => void): void {
    this.#busy = true;
    try {
      work();
    } catch (error) {
      this.#fail(
        error instanceof TlsError ? error : new TlsError('internal-error', { cause: error, got: String(error) }),
      );
    } finally {
      this.#busy = false;
    }
    const wanted = this.#wanted;
    this.#wanted = 'nothing';
    if (wanted === 'close') this.close();
    if (wanted === 'abort') this.abort();
    if (this.#owesKeyUpdate && this.#ended === 'no' && !this.#sentClose) this.#flushKeyUpdate();
  }

  #fail(error: TlsError): void {
    if (this.#ended !== 'no') return;
    const alert = alertForReason(error.reason);
    if (alert !== 'none' && !this.#sentClose) this.#writer.write('alert', encodeAlert(alert));
    this.#events.push({ type: 'failed', error });
    this.#end('failed');
  }

  #end(how: 'closed' | 'failed'): void {
    this.#ended = how;
    this.#waiting = null;
    this.#runner = null;
    this.#connected = null;
    this.#parked.clear();
    this.#deframer.discard();
    this.#messages.clear();
    this.#opener?.destroy();
    this.#opener = null;
    this.#writer.useSealer(null);
    this.#keyMaterial.wipe();
    if (this.#keys !== null) wipe(this.#keys.receive, this.#keys.send, this.#keys.exporterSecret);
    this.#keys = null;
  }

  #takeEvents(): TlsEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #guard(): CallbackGuard {
    return {
      run: (call) => {
        this.#inCallback = true;
        try {
          return call();
        } finally {
          this.#inCallback = false;
        }
      },
    };
  }

  #refuseInCallback(call: string): void {
    if (this.#inCallback || this.#busy) {
      throw new TlsError('reentrant-call', { subject: call, expected: 'no call from inside a callback' });
    }
  }

  #demandOpen(call: string): void {
    if (this.#info === null || this.#ended !== 'no' || this.#sentClose) {
      throw new TlsError('wrong-state', {
        subject: call,
        expected: 'an open connection',
        got: this.#sentClose ? 'closed by us' : this.state,
      });
    }
  }
}

function wipe(...secrets: Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

function isBadRecordMac(error: unknown): boolean {
  return error instanceof TlsError && error.reason === 'bad-record-mac';
}

function textOrNull(name: Uint8Array): string | null {
  try {
    return bytesToUtf8(name);
  } catch {
    return null;
  }
}

/** Ciphertext of refused early data that is passed over: a peer's ticket from elsewhere may have allowed one flight of it. */
const MAX_SKIPPED_EARLY_DATA = 65_536;
/** HKDF-Expand makes at most 255 blocks (RFC 5869 section 2.3). */
const MAX_EXPORTED_HASHES = 255;
/** HkdfLabel.label is "tls13 " and the label, 255 bytes at most (RFC 9846 section 7.1). */
const EXPORTER_LABEL = /^[\x20-\x7e]{1,249}$/;
/** Records kept back under each key for a KeyUpdate and an alert. */
const RECORDS_IN_RESERVE = 4;
