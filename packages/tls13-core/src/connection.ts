import { encodeAlert, encodeErrorAlert, type ErrorAlert } from './alert.js';
import { CallGuard } from './call-guard.js';
import type { ConnectionOptions } from './connection-options.js';
import { ContentJudge } from './content-judge.js';
import type { EarlyDataPort } from './early-data-port.js';
import { alertForReason, TlsError } from './error.js';
import { Established } from './established.js';
import type { HandshakeInfo, TlsEvent } from './events.js';
import type { HandshakeResult } from './handshake/context.js';
import { askNow, type WipeLate } from './handshake/flow.js';
import { handshakeInfo } from './handshake/handshake-info.js';
import { MessageReassembler } from './handshake/reassembler.js';
import { FlowRunner, type RunOutcome } from './handshake/runner.js';
import { KeyMaterial } from './key-schedule/key-material.js';
import { ParkedInput } from './parked-input.js';
import { demandPeerFinished, recordSink, type RecordLayers } from './record-sink.js';
import { RecordReader, type RecordContent } from './record/record-reader.js';
import { RecordWriter, type OutputMemory } from './record/record-writer.js';
import type { Trace } from './record/trace.js';
import { guardedTrace } from './trace-guard.js';

/**
 * A TLS 1.3 connection without input and output of its own: bytes in, bytes and events out. It holds no timer and no
 * socket, and the same inputs give the same outputs.
 */
export class TlsConnection {
  readonly #peerAuthentication: 'demanded' | 'optional';
  readonly #layers: RecordLayers;
  readonly #messages: MessageReassembler;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  readonly #judge: ContentJudge;
  readonly #trace: Trace | null;
  /** A tracer threw; the connection fails as soon as it is done with what it is at. */
  #traceFailure: TlsError | null = null;
  #runner: FlowRunner<HandshakeResult> | null;
  #established: Established | null = null;
  readonly #keyMaterial = new KeyMaterial();
  #info: HandshakeInfo | null = null;
  #events: TlsEvent[] = [];

  #ended: 'no' | 'closed' | 'failed' = 'no';
  #sentClose = false;
  #receivedClose = false;
  /** What an abort from inside a callback is to send. */
  #postponedAlert: Uint8Array | null = null;
  readonly #guard = new CallGuard();
  readonly #early: EarlyDataPort | null;
  #waiting: Promise<TlsEvent[]> | null = null;
  readonly #parked: ParkedInput;

  constructor(options: ConnectionOptions) {
    const { side, limits, maxFragmentLength, padding = null, peerAuthentication, start } = options;
    const trace = options.trace ? this.#guardedTrace(options.trace) : null;
    this.#trace = trace;
    this.#peerAuthentication = peerAuthentication;
    this.#messages = new MessageReassembler(limits, trace);
    this.#reader = new RecordReader({ side, limits, insideMessage: () => !this.#messages.isEmpty, trace });
    this.#writer = new RecordWriter({
      maxFragmentLength,
      maxPending: limits.pendingOutput,
      trace,
      padding: padding === null ? null : (record) => askNow(this.#guard, 'padding', () => padding(record)),
    });
    this.#layers = { side, limits, messages: this.#messages, reader: this.#reader, writer: this.#writer };
    this.#judge = new ContentJudge(limits);
    this.#parked = new ParkedInput(limits.parkedInput);
    this.#early = options.earlyDataPort?.((event) => this.#events.push(event)) ?? null;
    const sink = recordSink(this.#layers, this.#early);
    const carrier = { sink, guard: this.#guard, keyMaterial: this.#keyMaterial };
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

  /**
   * Whether this server asked for a second ClientHello with a cookie and nothing of it has come: once the output is taken,
   * this connection may be dropped, and one made later with the same `helloRetry.cookies` takes it from there.
   */
  get mayBeForgotten(): boolean {
    return this.#runner?.isForgettable === true && this.#messages.isEmpty && !this.#reader.hasPartialRecord;
  }

  /** Bytes that `takeOutput` would give. */
  get pendingOutputLength(): number {
    return this.#writer.pendingLength;
  }

  /** The messages that the handshake waits for: the state of RFC 9846 appendix A. Empty when it waits for no message. */
  get expectedMessages(): readonly string[] {
    return this.#runner?.expected ?? this.#established?.expected ?? [];
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
      this.#guarded(() => this.#parked.park(chunk));
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
   * Sends application data right behind the ClientHello (0-RTT, RFC 9846 section 2.3): it can be sent again by whoever sees
   * it, and has no forward secrecy. Possible until `earlyDataRemaining` is 0; whether the server took it, the event
   * `early-data-accepted` or `early-data-rejected` says. The records are in the output.
   * @throws TlsError `wrong-state` without a session that allows it, and once the server has answered;
   *   `early-data-too-long` for more than the ticket allows; `key-usage-limit` for more than its keys may protect, which
   *   cannot be changed (section 5.5); `too-much-pending-output`; `reentrant-call`
   */
  sendEarly(plaintext: Uint8Array): void {
    this.#guard.refuseReentrant('sendEarly');
    this.#writer.demandRoomFor(this.#writer.lengthInRecords(plaintext.length));
    this.#writer.demandKeysFor(plaintext.length);
    this.#demandEarly('sendEarly').demandToSend(plaintext.length);
    if (plaintext.length > 0) this.#writer.writeApplicationData(plaintext);
    this.#demandTraced();
  }

  /** How many bytes `sendEarly` takes now. */
  get earlyDataRemaining(): number {
    return this.#early?.remaining ?? 0;
  }

  /**
   * Keying material of early data (RFC 9846 section 7.5), as `exportKeyingMaterial`: at a client from the ClientHello on
   * until the server refuses, at a server once it took early data. It is the same in a replay.
   * @throws TlsError `wrong-state`, `invalid-argument`
   */
  exportEarlyKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array {
    return this.#demandEarly('exportEarlyKeyingMaterial').export(label, context ?? new Uint8Array(0), length);
  }

  /**
   * Protects application data; the records are in the output. A server that took early data may answer it before the
   * handshake is complete: the client is the one that it was, but has not shown that it is there now. `allocate` is asked
   * for the memory that the records go into, for transports that use the same again and again; by default it is fresh.
   * @throws TlsError `wrong-state` before the handshake is complete, after `close` and after a failure;
   *   `too-much-pending-output` and `key-usage-limit`, of which nothing is sent; `reentrant-call`; `invalid-argument` for
   *   memory of another length
   */
  send(plaintext: Uint8Array, allocate?: OutputMemory): void {
    this.#guard.refuseReentrant('send');
    const memory = allocate === undefined ? allocate : (length: number) => this.#guard.run(() => allocate(length));
    if (this.#early?.mayAnswer !== true) {
      const { keyUpdates } = this.#demandOpen('send');
      if (plaintext.length > 0) keyUpdates.writeApplicationData(plaintext, memory);
    } else if (plaintext.length > 0) {
      this.#writer.demandRoomFor(this.#writer.lengthInRecords(plaintext.length));
      this.#writer.demandKeysFor(plaintext.length);
      this.#writer.writeApplicationData(plaintext, memory);
    }
    this.#demandTraced();
  }

  /** All bytes that are to be written to the transport now, in one array that belongs to the caller. */
  takeOutput(): Uint8Array {
    return this.#writer.take();
  }

  /**
   * The same as parts that are to be written in a row, each the caller's: for transports that take several at a time
   * (`writev`), so that nothing is copied to join them.
   */
  takeOutputParts(): Uint8Array[] {
    return this.#writer.takeParts();
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
      this.#writer.writeAlert(encodeAlert('user_canceled'));
      this.#writer.writeAlert(encodeAlert('close_notify'));
      this.#end('closed');
      return;
    }
    this.#writer.writeAlert(encodeAlert('close_notify'));
    if (this.#receivedClose) this.#end('closed');
    this.#failIfTracerDid();
  }

  /**
   * Ends the connection at once, and keys are forgotten. Nothing more is sent; with `alert`, what is in the output stays
   * there and the alert is its last record (`general_error` where the application has a reason of its own, RFC 9846
   * section 6.2), unless we have closed our direction. Late answers are ignored. From inside a callback it takes effect as
   * soon as the call that led there is done.
   * @throws TlsError `invalid-argument` for a closure alert and for a number that is no code
   */
  abort({ alert }: { readonly alert?: ErrorAlert } = {}): void {
    const last = alert === undefined ? null : encodeErrorAlert(alert);
    if (this.#ended !== 'no') return;
    if (this.#guard.isBusy) {
      this.#guard.postpone('abort');
      this.#postponedAlert = last;
      return;
    }
    this.#abort(last);
  }

  #abort(last: Uint8Array | null): void {
    if (this.#ended !== 'no') return;
    if (last === null) this.#writer.discard();
    else if (!this.#sentClose) this.#writer.writeAlert(last);
    this.#end('closed');
  }

  /**
   * Changes our sending keys (RFC 9846 section 4.7.3). With `requestPeer` the peer is asked to change its own too,
   * unless an earlier request is still open.
   * @throws TlsError `wrong-state`, `reentrant-call`, `too-much-pending-output`, `key-usage-limit`
   */
  updateKeys({ requestPeer = false }: { readonly requestPeer?: boolean } = {}): void {
    this.#guard.refuseReentrant('updateKeys');
    this.#demandOpen('updateKeys').keyUpdates.update(requestPeer ? 'update_requested' : 'update_not_requested');
    this.#demandTraced();
  }

  /**
   * Keying material for another protocol (RFC 9846 section 7.5). `length` in bytes.
   * @throws TlsError `wrong-state` before the handshake is complete and after the end; `invalid-argument` for a label
   *   that is not 1 to 249 ASCII characters, or more bytes than 255 hashes
   */
  exportKeyingMaterial(label: string, context: Uint8Array | null, length: number): Uint8Array {
    const established = this.#established;
    if (established === null) throw new TlsError('wrong-state', { subject: 'exportKeyingMaterial', got: this.state });
    return established.export(label, context ?? new Uint8Array(0), length);
  }

  // ---- Records in ----

  #readRecords(): void {
    while (this.#waiting === null && this.#ended === 'no' && !this.#receivedClose) {
      const record = this.#reader.next();
      if (record === null) return;
      this.#handleRecord(record);
    }
    if (this.#waiting !== null && this.#reader.unread.length > 0) this.#parked.park(this.#reader.unread);
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
    if (this.#established === null) {
      if (this.#early === null) throw new TlsError('application-data-before-finished');
      this.#early.take(content.length);
    }
    if (this.#judge.judgeApplicationData(content) === 'dropped') return;
    if (this.#established === null) {
      this.#events.push({ type: 'early-data', data: content });
      return;
    }
    this.#established.noteApplicationData();
    this.#events.push({ type: 'data', data: content });
  }

  #handleAlert(content: Uint8Array): void {
    if (content.length === 2) this.#trace?.({ kind: 'alert', direction: 'received', bytes: content });
    if (this.#judge.judgeAlert(content, this.#info === null ? 'handshaking' : 'open') === 'ignored') return;
    this.#receivedClose = true;
    this.#reader.discard();
    this.#events.push({ type: 'peer-closed' });
    if (this.#sentClose) this.#end('closed');
  }

  // ---- Handshake ----

  #handleMessages(): void {
    if (this.#runner !== null) this.#advance((runner) => runner.run());
    // A Finished and what follows it are under different keys: these messages come in later records.
    this.#established?.handleMessages((event) => this.#events.push(event));
  }

  #advance(step: (runner: FlowRunner<HandshakeResult>) => RunOutcome<HandshakeResult>): void {
    const runner = this.#runner as FlowRunner<HandshakeResult>;
    const outcome = step(runner);
    switch (outcome.state) {
      case 'needs-message':
        return;
      case 'needs-answer':
        this.#await(outcome.promise, outcome.wipe);
        return;
      case 'done':
        this.#complete(outcome.result);
        return;
    }
  }

  /** Data flows from here on, and only to a handshake that brought its proofs. */
  #complete(result: HandshakeResult): void {
    demandPeerFinished(this.#layers.side, result.finished);
    if (this.#peerAuthentication === 'demanded' && result.peer?.made !== true) {
      throw new TlsError('internal-error', { expected: 'proof of who the peer is' });
    }
    this.#runner = null;
    this.#keyMaterial.release();
    this.#reader.allowChangeCipherSpec('over');
    this.#early?.handshakeComplete();
    this.#established = new Established(this.#layers, result);
    this.#info = handshakeInfo(result);
    this.#events.push({ type: 'handshake-complete', info: this.#info });
  }

  // ---- Answers of the application ----

  #await(promise: PromiseLike<unknown>, wipe: WipeLate | null): void {
    const settle = (step: (runner: FlowRunner<HandshakeResult>) => RunOutcome<HandshakeResult>): TlsEvent[] => {
      if (this.#ended !== 'no') return this.#takeEvents();
      this.#waiting = null;
      this.#guarded(() => {
        this.#advance(step);
        if (this.#waiting === null) this.#unpark();
      });
      return this.#takeEvents();
    };
    this.#waiting = Promise.resolve(promise).then(
      (value) => {
        // Late, after the end: nobody waits for it any more, and what is secret in it nobody would forget.
        if (this.#ended !== 'no' && wipe !== null) this.#guarded(() => wipe(value));
        return settle((runner) => runner.resolve(value));
      },
      (error: unknown) => settle((runner) => runner.reject(error)),
    );
  }

  #unpark(): void {
    this.#handleMessages();
    this.#reader.push(this.#parked.take());
    this.#readRecords();
  }

  // ---- Ends ----

  /** Does a piece of work; what goes wrong in it is the connection's failure, never an exception. */
  #guarded(work: () => void): void {
    try {
      this.#guard.run(work);
      // Whatever was said in one go shares records, and nothing waits for more to come.
      this.#writer.flush();
    } catch (error) {
      this.#fail(
        error instanceof TlsError ? error : new TlsError('internal-error', { cause: error, got: String(error) }),
      );
    }
    this.#failIfTracerDid();
    const wanted = this.#guard.takePostponed();
    if (wanted === 'close') this.close();
    if (wanted === 'abort') this.#abort(this.#postponedAlert);
  }

  #guardedTrace(trace: Trace): Trace {
    return guardedTrace(this.#guard, trace, (error) => (this.#traceFailure = error));
  }

  #failIfTracerDid(): void {
    if (this.#traceFailure !== null) this.#fail(this.#traceFailure);
  }

  /** @throws TlsError `callback-failed` where a tracer threw, and the connection has failed */
  #demandTraced(): void {
    this.#failIfTracerDid();
    if (this.#traceFailure !== null) throw this.#traceFailure;
  }

  #fail(error: TlsError): void {
    if (this.#ended !== 'no') return;
    const alert = alertForReason(error.reason);
    try {
      this.#writer.flush();
    } catch {
      // A padding policy that fails as well: what it was asked about is lost, and the alert goes out all the same.
    }
    if (alert !== 'none' && !this.#sentClose) this.#writer.writeAlert(encodeAlert(alert));
    this.#events.push({ type: 'failed', error });
    this.#end('failed');
  }

  #end(how: 'closed' | 'failed'): void {
    this.#ended = how;
    this.#waiting = null;
    this.#runner = null;
    this.#established?.destroy();
    this.#established = null;
    this.#early?.destroy();
    this.#parked.clear();
    this.#reader.discard();
    this.#reader.useOpener(null);
    this.#messages.clear();
    this.#writer.useSealer(null);
    this.#keyMaterial.wipe();
  }

  #takeEvents(): TlsEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #demandEarly(call: string): EarlyDataPort {
    if (this.#early === null)
      throw new TlsError('wrong-state', { subject: call, expected: 'a client with early data' });
    return this.#early;
  }

  #demandOpen(call: string): Established {
    if (this.#established === null || this.#sentClose) {
      throw new TlsError('wrong-state', {
        subject: call,
        expected: 'an open connection',
        got: this.#sentClose ? 'closed by us' : this.state,
      });
    }
    return this.#established;
  }
}
