import { ByteQueue } from '@portico/bytes';
import { alertFromCode, encodeAlert } from './alert.js';
import { CallGuard } from './call-guard.js';
import { alertForReason, TlsError } from './error.js';
import type { HandshakeInfo, TlsEvent } from './events.js';
import { Connected } from './handshake/connected.js';
import type { HandshakeResult } from './handshake/context.js';
import type { CallbackGuard, Flow } from './handshake/flow.js';
import { handshakeInfo } from './handshake/handshake-info.js';
import type { FinishedVerified } from './handshake/proof.js';
import { MessageReassembler } from './handshake/reassembler.js';
import { FlowRunner, type RunOutcome } from './handshake/runner.js';
import type { HandshakeSink } from './handshake/sink.js';
import { ApplicationKeys, createOpener, createSealer } from './key-schedule/application-keys.js';
import { KeyMaterial } from './key-schedule/key-material.js';
import type { TlsLimits } from './limits.js';
import { KEY_UPDATE_REQUEST } from './messages/key-update.js';
import { encodeHandshakeMessage } from './messages/message.js';
import { RecordReader, type RecordContent } from './record/record-reader.js';
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

/**
 * A TLS 1.3 connection without input and output of its own: bytes in, bytes and events out. It holds no timer and no
 * socket, and the same inputs give the same outputs.
 */
export class TlsConnection {
  readonly #side: 'client' | 'server';
  readonly #peerAuthentication: 'demanded' | 'optional';
  readonly #limits: TlsLimits;
  readonly #messages: MessageReassembler;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  #runner: FlowRunner<HandshakeResult> | null;
  #connected: Connected | null = null;
  readonly #keyMaterial = new KeyMaterial();
  #keys: ApplicationKeys | null = null;
  #info: HandshakeInfo | null = null;
  #events: TlsEvent[] = [];

  #ended: 'no' | 'closed' | 'failed' = 'no';
  #sentClose = false;
  #receivedClose = false;
  readonly #guard = new CallGuard();
  #waiting: Promise<TlsEvent[]> | null = null;
  /** Input that came while an answer was awaited. */
  readonly #parked = new ByteQueue();

  #emptyRecords = 0;
  #warningAlerts = 0;
  #owesKeyUpdate = false;
  #awaitsPeerKeyUpdate = false;

  constructor({ side, limits, maxFragmentLength, peerAuthentication, start }: ConnectionOptions) {
    this.#side = side;
    this.#peerAuthentication = peerAuthentication;
    this.#limits = limits;
    this.#messages = new MessageReassembler(limits);
    this.#reader = new RecordReader({ side, limits, insideMessage: () => !this.#messages.isEmpty });
    this.#writer = new RecordWriter({ maxFragmentLength, maxPending: limits.pendingOutput });
    const carrier = { sink: this.#sink(), guard: this.#guard, keyMaterial: this.#keyMaterial };
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
    this.#guard.refuseReentrant('receive');
    // Events of a failure before any input, in the constructor, are told here.
    if (this.#ended !== 'no' || this.#receivedClose) return this.#takeEvents();
    if (this.#waiting !== null) {
      this.#park(chunk);
      return this.#takeEvents();
    }
    this.#guarded(() => {
      this.#reader.push(chunk);
      this.#readRecords();
    });
    return this.#takeEvents();
  }

  /** The transport's end of input. Without a close_notify before it, data may be missing: a failure (RFC 9846 section 6.1). */
  endOfInput(): TlsEvent[] {
    this.#guard.refuseReentrant('endOfInput');
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
    this.#guard.refuseReentrant('send');
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
    if (this.#guard.isBusy) {
      this.#guard.postpone('close');
      return;
    }
    this.#sentClose = true;
    if (this.#info === null) {
      this.#writer.write('alert', encodeAlert('user_canceled'));
      this.#writer.write('alert', encodeAlert('close_notify'));
      this.#end('closed');
      return;
    }
    this.#writer.write('alert', encodeAlert('close_notify'));
    if (this.#receivedClose) this.#end('closed');
  }

  /**
   * Ends the connection at once: nothing more is sent, and keys are forgotten. Late answers are ignored. From inside a
   * callback it takes effect as soon as the call that led there is done.
   */
  abort(): void {
    if (this.#ended !== 'no') return;
    if (this.#guard.isBusy) {
      this.#guard.postpone('abort');
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
    this.#guard.refuseReentrant('updateKeys');
    this.#demandOpen('updateKeys');
    const request = requestPeer && !this.#awaitsPeerKeyUpdate;
    // Section 4.7.3: what answers the peer's request is an update that asks for nothing.
    if (request) this.#awaitsPeerKeyUpdate = true;
    else this.#owesKeyUpdate = false;
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
    return keys.export(label, context ?? new Uint8Array(0), length);
  }

  // ---- Records in ----

  #readRecords(): void {
    while (this.#waiting === null && this.#ended === 'no' && !this.#receivedClose) {
      const record = this.#reader.next();
      if (record === null) return;
      this.#handleRecord(record);
    }
    if (this.#waiting !== null && this.#reader.unread.length > 0) this.#park(this.#reader.unread);
    this.#reader.discard();
  }

  #handleRecord({ type, content }: RecordContent): void {
    switch (type) {
      case 'handshake':
        this.#messages.push(content);
        this.#handleMessages();
        return;
      case 'alert':
        this.#handleAlert(content);
        return;
      case 'application_data':
        this.#handleApplicationData(content);
        return;
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

  #handleAlert(content: Uint8Array): void {
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
    this.#reader.discard();
    this.#events.push({ type: 'peer-closed' });
    if (this.#sentClose) this.#end('closed');
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
      if (action.type === 'announce-session') this.#events.push({ type: 'session-ticket', session: action.session });
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
    this.#reader.allowChangeCipherSpec('over');
    this.#connected = new Connected(this.#side, this.#limits, result.ticketReceiver);
    this.#keys = new ApplicationKeys(result.suite, this.#side, result.trafficSecrets, result.exporterSecret);
    this.#info = handshakeInfo(result);
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
        this.#reader.allowChangeCipherSpec('allowed');
        this.#writer.write('handshake', message);
      },
      sendChangeCipherSpec: () => this.#writer.writeChangeCipherSpec(),
      useHandshakeReadSecret: (suite, secret) => {
        this.#demandRecordBoundary();
        this.#reader.useOpener(createOpener(suite, secret));
      },
      useApplicationReadSecret: (proof, suite, secret) => {
        this.#demandPeerFinished(proof);
        this.#demandRecordBoundary();
        this.#reader.useOpener(createOpener(suite, secret));
      },
      useWriteSecret: (_epoch, suite, secret) => this.#writer.useSealer(createSealer(suite, secret)),
      demandRecordBoundary: () => this.#demandRecordBoundary(),
      skipEarlyData: () => this.#reader.skipEarlyData(),
    };
  }

  /** Section 5.1: messages that precede a key change end with their record. */
  #demandRecordBoundary(): void {
    if (!this.#messages.isEmpty) throw new TlsError('data-across-key-change');
  }

  // ---- KeyUpdate ----

  #updateReceiveKeys(peerWantsOurs: boolean): void {
    this.#demandRecordBoundary();
    this.#reader.useOpener((this.#keys as ApplicationKeys).nextOpener());
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
    const requestUpdate = KEY_UPDATE_REQUEST[request];
    this.#writer.write('handshake', encodeHandshakeMessage('key_update', { requestUpdate }));
    this.#writer.useSealer((this.#keys as ApplicationKeys).nextSealer());
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
    this.#reader.push(this.#parked.take());
    this.#readRecords();
  }

  // ---- Ends ----

  /** Does a piece of work; what goes wrong in it is the connection's failure, never an exception. */
  #guarded(work: () => void): void {
    try {
      this.#guard.run(work);
    } catch (error) {
      this.#fail(
        error instanceof TlsError ? error : new TlsError('internal-error', { cause: error, got: String(error) }),
      );
    }
    const wanted = this.#guard.takePostponed();
    if (wanted === 'close') this.close();
    if (wanted === 'abort') this.abort();
    // A peer that asks again and again and does not read gets one answer: the next waits until the last one is taken.
    const mayAnswer = this.#ended === 'no' && !this.#sentClose && this.#writer.pendingLength === 0;
    if (mayAnswer) this.#flushKeyUpdate();
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
    this.#connected?.destroy();
    this.#connected = null;
    this.#parked.clear();
    this.#reader.discard();
    this.#reader.useOpener(null);
    this.#messages.clear();
    this.#writer.useSealer(null);
    this.#keyMaterial.wipe();
    this.#keys?.destroy();
    this.#keys = null;
  }

  #takeEvents(): TlsEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
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

/** Records kept back under each key for a KeyUpdate and an alert. */
const RECORDS_IN_RESERVE = 4;
