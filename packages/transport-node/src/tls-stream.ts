import { Duplex } from 'node:stream';
import { asSocket, endAndLinger, endpointsOf, takeOver, type Endpoints } from './transport.js';
import type { HandshakeInfo, Session, TlsError, TlsEvent } from '@portico/tls13-core';
import type { TlsEngine } from './engine.js';
import { fromTlsError, socketError } from './errors.js';
import { FirstBytes, type Inspector } from './first-bytes.js';
import { InactivityTimer } from './inactivity.js';
import { gatherWrites, SlicedPlaintext } from './plaintext-slices.js';
import { TransportWriter } from './transport-writer.js';

export interface TlsStreamOptions {
  readonly engine: TlsEngine;
  /** End our side too when the peer ends its own. As in `node:net`, false by default. */
  readonly allowHalfOpen?: boolean;
  readonly highWaterMark?: number;
  /**
   * Bytes that may wait to be sent beside the largest single write; beyond it the socket is destroyed with
   * `ERR_TLS_WRITE_QUEUE_LIMIT`.
   */
  readonly writeQueueLimit?: number;
}

/**
 * A TLS connection as a stream: plaintext on this side, records on the transport's. It moves bytes between the two,
 * with backpressure both ways, and turns the connection's events into stream events. `TLSSocket` adds the names of
 * `node:tls` to it.
 */
export abstract class TlsStream extends Duplex {
  readonly encrypted: true = true;
  /** True until the handshake is complete. */
  secureConnecting: boolean = true;
  /** Plaintext bytes received. */
  bytesRead = 0;
  /** Bytes that may wait to be sent beside the largest single write. */
  writeQueueLimit: number;

  protected engine: TlsEngine;
  protected readonly transport: Duplex;
  readonly #writer: TransportWriter;
  #endpoints: Endpoints;
  #bytesSent = 0;
  /** The largest write since the queue was last empty. */
  #largestWrite = 0;
  readonly #firstBytes = new FirstBytes((chunk) => this.#push(chunk));
  readonly #inactivity = new InactivityTimer(() => this.emit('timeout'));
  /** The reader asked for more than it has been given. */
  #wanted = false;
  /** Set by close_notify: nothing that follows is data. */
  #peerClosed = false;
  /** The write, or the end, that waits for the handshake. */
  #afterHandshake: (() => void) | null = null;
  /** The write that waits until the transport takes more. */
  #afterDrain: ((error?: Error) => void) | null = null;
  /** A failure that waits until the data before it has been read. */
  #deferredError: Error | null = null;
  #watched: Promise<TlsEvent[]> | null = null;

  constructor(transport: Duplex, options: TlsStreamOptions) {
    super({
      allowHalfOpen: options.allowHalfOpen ?? false,
      ...(options.highWaterMark === undefined ? {} : { highWaterMark: options.highWaterMark }),
    });
    this.engine = options.engine;
    this.transport = transport;
    this.#writer = new TransportWriter(transport);
    this.writeQueueLimit = options.writeQueueLimit ?? Infinity;
    this.#endpoints = endpointsOf(transport);
    this.#attach();
  }

  /** A session of this connection can be resumed in a later one. */
  protected abstract sessionReceived(session: Session): void;

  /** The handshake is complete; runs before any data is delivered. */
  protected abstract handshakeComplete(info: HandshakeInfo): void;

  /** The addresses, also after the connection has closed. */
  protected get endpoints(): Endpoints {
    return this.#endpoints;
  }

  /** Plaintext bytes written, those that still wait included. */
  get bytesWritten(): number {
    return this.#bytesSent + this.writableLength;
  }

  /** When bytes last passed in either direction, in milliseconds of `performance.now()`. */
  get lastActivity(): number {
    return this.#inactivity.lastActivity;
  }

  /** The milliseconds given to `setTimeout`. */
  get timeout(): number {
    return this.#inactivity.milliseconds;
  }

  /** As `net.Socket`: `'timeout'` is emitted after so long without traffic, nothing else happens; 0 turns it off. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#inactivity.set(milliseconds);
    if (listener !== undefined) {
      if (milliseconds === 0) this.removeListener('timeout', listener);
      else this.once('timeout', listener);
    }
    return this;
  }

  /**
   * Lets a function see the first bytes before the reader does: `hold` keeps them back, `watch` passes them on and
   * goes on looking, `release` passes on all and looks no more. At end of input it is asked with null.
   */
  inspectFirstBytes(inspector: Inspector): void {
    this.#firstBytes.inspect(inspector);
    this.#updateReading();
  }

  /** Stops looking: what is held back goes to the reader. */
  releaseFirstBytes(): void {
    this.#firstBytes.release();
    this.#updateReading();
  }

  /** Ends our side, and destroys the socket when everything has been sent. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Gives up a handshake: the peer is told with user_canceled (RFC 9846 section 6.1) where that is still possible. */
  cancelHandshake(error: Error): void {
    if (this.destroyed) return;
    this.engine.close();
    this.flush();
    endAndLinger(this.transport, 'open');
    this.destroy(error);
  }

  override read(size?: number): unknown {
    const chunk: unknown = super.read(size);
    if (this.#deferredError !== null && this.readableLength === 0) {
      const error = this.#deferredError;
      process.nextTick(() => this.destroy(error));
    }
    return chunk;
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | ((error: Error | null | undefined) => void),
    callback?: (error: Error | null | undefined) => void,
  ): boolean {
    // Whatever was left out, Writable sorts it out: node:http writes with an undefined encoding and a callback.
    const before = this.writableLength;
    const more = super.write(chunk, encoding as BufferEncoding, callback);
    this.#largestWrite = Math.max(before === 0 ? 0 : this.#largestWrite, this.writableLength - before);
    // A peer that reads slowly, or not at all, must not fill our memory with what a careless writer sends it. One write
    // may be of any size: the writer had that memory already, and a stream has no other way to send it.
    if (this.writableLength - this.#largestWrite > this.writeQueueLimit && !this.destroyed) {
      this.destroy(socketError('ERR_TLS_WRITE_QUEUE_LIMIT', `More than ${this.writeQueueLimit} bytes wait to be sent`));
    }
    return more;
  }

  override _read(): void {
    this.#wanted = true;
    this.#updateReading();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send([chunk], callback);
  }

  /** What was written in one go shares records and segments: http2 writes frames of a few bytes each. */
  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    callback: (error?: Error | null) => void,
  ): void {
    this.#send(gatherWrites(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.secureConnecting) {
      this.#afterHandshake = () => this._final(callback);
      return;
    }
    if (this.#deferredError !== null) return callback(this.#deferredError);
    this.engine.close();
    this.flush();
    if (!this.transport.writable) return callback();
    this.transport.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#inactivity.set(0);
    this.#firstBytes.forget();
    const hasSent = this.engine.state !== 'handshaking';
    // Section 6.1 wants close_notify before every close. Not where data was still to come: a peer must not take what
    // it has for the whole. node:http ends its idle and its timed-out connections this way.
    if (this.engine.state === 'open' && this.writableLength === 0 && this.transport.writable) {
      this.engine.close();
      this.flush();
    }
    this.engine.abort();
    // What was sent last, an alert or an answer such as 408, is to arrive; a handshake cut off has nothing to say.
    if (hasSent || this.transport.writableEnded) endAndLinger(this.transport, this.#peerClosed ? 'closed' : 'open');
    else this.transport.destroy();
    this.#afterDrain?.(error ?? socketError('ERR_STREAM_DESTROYED', 'The socket was destroyed'));
    this.#afterDrain = null;
    this.#afterHandshake = null;
    this.#writer.forget();
    callback(error);
  }

  #attach(): void {
    const { transport } = this;
    transport.on('data', (chunk: Buffer) => this.#received(chunk));
    transport.on('end', () => this.#inputEnded());
    transport.on('drain', () => {
      const resume = this.#afterDrain;
      this.#afterDrain = null;
      this.#writer.reclaim();
      this.#inactivity.touch();
      resume?.();
    });
    transport.on('error', (error: Error) => this.destroy(error));
    transport.on('close', () => {
      // Without 'end' or 'error' before it: somebody destroyed the transport under us.
      if (!this.destroyed && !transport.readableEnded) {
        this.destroy(socketError('ECONNRESET', 'The transport was closed'));
      }
    });
    const isConnecting = asSocket(transport)?.connecting === true;
    takeOver(transport, () => {
      this.#endpoints = endpointsOf(transport);
      this.flush();
      this.emit('connect');
      this.emit('ready');
    });
    // Until the transport is connected nothing can leave, and `replaceEngine` can still change what is to be said.
    if (!isConnecting) this.flush();
    this.#updateReading();
    this.#watchAnswer();
  }

  /** Another connection in place of one that has said nothing yet; false where it has. */
  protected replaceEngine(make: () => TlsEngine): boolean {
    if (asSocket(this.transport)?.connecting !== true || this.destroyed) return false;
    this.engine.abort();
    this.engine = make();
    return true;
  }

  #received(chunk: Uint8Array): void {
    this.#inactivity.touch();
    if (this.destroyed || this.#peerClosed || this.#deferredError !== null) return;
    this.#handle(this.engine.receive(chunk));
  }

  #inputEnded(): void {
    if (this.destroyed || this.#peerClosed || this.#deferredError !== null) return;
    this.#handle(this.engine.endOfInput());
  }

  #handle(events: readonly TlsEvent[]): void {
    // A Finished, a server's tickets, what listeners write at once and a close_notify that was there already: one write.
    if (this.secureConnecting && events.length > 0) this.#corkUntilIdle();
    // Output first: the other side can go on while our own listeners work.
    this.flush();
    for (const event of events) {
      if (this.destroyed) return;
      this.#dispatch(event);
    }
    this.#watchAnswer();
    this.#updateReading();
  }

  /** Until all that is to be done in this tick is done: microtasks run when its queue is empty. */
  #corkUntilIdle(): void {
    this.transport.cork();
    queueMicrotask(() => this.transport.uncork());
  }

  #dispatch(event: TlsEvent): void {
    switch (event.type) {
      case 'handshake-complete':
        this.#secured(event.info);
        break;
      case 'data':
        this.bytesRead += event.data.length;
        this.#firstBytes.add(Buffer.from(event.data.buffer, event.data.byteOffset, event.data.length));
        break;
      case 'session-ticket':
        this.sessionReceived(event.session);
        break;
      case 'peer-keys-updated':
      case 'early-data': // Never asked for.
      case 'early-data-accepted':
      case 'early-data-rejected':
        break;
      case 'peer-closed':
        this.#peerClosed = true;
        this.#firstBytes.end();
        if (!this.destroyed) this.push(null);
        break;
      case 'failed':
        this.#failed(event.error);
        break;
    }
  }

  #secured(info: HandshakeInfo): void {
    this.secureConnecting = false;
    this.handshakeComplete(info);
    if (this.destroyed) return;
    const waiting = this.#afterHandshake;
    this.#afterHandshake = null;
    waiting?.();
    // As a net.Socket does: read ahead, so that the peer's end is seen even where nobody reads yet.
    this.read(0);
  }

  #failed(error: TlsError): void {
    const failure = fromTlsError(error, this.secureConnecting ? 'handshaking' : 'open');
    // The alert has been written; what was received before the failure is good and is delivered before the error.
    if (this.readableLength === 0) {
      this.destroy(failure);
      return;
    }
    this.#deferredError = failure;
    endAndLinger(this.transport, 'open');
  }

  #push(chunk: Buffer): void {
    if (this.destroyed) return;
    // In this order: a `_read` from inside `push` is a wish of its own, which its answer must not take back.
    this.#wanted = false;
    if (this.push(chunk)) this.#wanted = true;
  }

  #updateReading(): void {
    if (this.destroyed || this.transport.destroyed) return;
    const wanted = this.secureConnecting || this.#wanted || this.#firstBytes.holding;
    // After close_notify there is nothing left to hold back: read on and drop, to see the transport's own end.
    if (this.#peerClosed || (wanted && this.engine.wantsInput)) this.transport.resume();
    else this.transport.pause();
  }

  /** An asynchronous answer (a certificate, a signature, a verdict) is awaited; its events come without input. */
  #watchAnswer(): void {
    const { waiting } = this.engine;
    if (waiting === null || waiting === this.#watched) return;
    this.#watched = waiting;
    void waiting.then((events) => {
      this.#watched = null;
      if (!this.destroyed) this.#handle(events);
    });
  }

  #send(pieces: readonly Uint8Array[], callback: (error?: Error | null) => void): void {
    const plaintext = new SlicedPlaintext(pieces);
    if (this.secureConnecting) this.#afterHandshake = () => this.#sendRest(plaintext, callback);
    else this.#sendRest(plaintext, callback);
  }

  #sendRest(plaintext: SlicedPlaintext, callback: (error?: Error | null) => void): void {
    if (this.destroyed) return callback(socketError('ERR_STREAM_DESTROYED', 'The socket was destroyed'));
    if (this.#deferredError !== null) return callback(this.#deferredError);
    if (!this.transport.writable) return callback(socketError('EPIPE', 'The transport takes no more'));
    try {
      plaintext.nextSlice((piece) => this.engine.send(piece, this.#writer.allocate));
    } catch (error) {
      return callback(error as Error);
    }
    const proceed = (): void => {
      if (!plaintext.isEmpty) return this.#sendRest(plaintext, callback);
      this.#bytesSent += plaintext.length;
      callback();
    };
    if (!this.flush()) this.#afterDrain = (error) => (error === undefined ? proceed() : callback(error));
    else if (!plaintext.isEmpty) setImmediate(proceed);
    else proceed();
  }

  /** Writes what the connection has to say; false when the transport wants us to wait. */
  protected flush(): boolean {
    if (this.engine.pendingOutputLength === 0) return true;
    const { transport } = this;
    if (!transport.writable) {
      this.engine.takeOutput();
      return true;
    }
    this.#inactivity.touch();
    return this.#writer.write(this.engine);
  }
}
