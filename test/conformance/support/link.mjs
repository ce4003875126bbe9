/** After a failure the peer gets this long to read our alert: closing over unread input would reset it away. */
const LINGER_MS = 1000;

/**
 * Joins a connection to a `node:net` socket. Every event goes into the record and then to `onEvent`; `onEnd` is called
 * once, when nothing more can come. A peer can end this in any way and at any byte; it never throws.
 */
export class Link {
  #connection;
  #socket;
  #record;
  #onEvent;
  #onEnd;
  #afresh;
  #ended = false;

  /** With `afresh` a connection that may be forgotten is, and what that makes takes its place. */
  constructor({ connection, socket, record, onEvent, onEnd, afresh = null }) {
    this.#afresh = afresh;
    this.#connection = connection;
    this.#socket = socket;
    this.#record = record;
    this.#onEvent = onEvent;
    this.#onEnd = onEnd;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      if (!this.#ended) this.#handle(this.#connection.receive(chunk));
    });
    socket.on('end', () => this.#handle(this.#connection.endOfInput()));
    socket.on('drain', () => this.#regulate());
    // A reset is the peer's way to hang up; 'close' follows.
    socket.on('error', (error) => this.#noteTransport(error.code ?? error.message));
    socket.on('close', () => this.#end());
    this.#handle([]);
  }

  /** The one that is in use now. */
  get connection() {
    return this.#connection;
  }

  send(bytes) {
    if (this.#ended || this.#connection.state !== 'open') return;
    this.#connection.send(bytes);
    this.#record.bytesSent += bytes.length;
    this.#flush();
  }

  /** 0-RTT of a client, before anything has come. */
  sendEarly(bytes) {
    this.#connection.sendEarly(bytes);
    this.#flush();
  }

  /** A server's answer to early data, which need not wait for the end of the handshake. */
  sendEarlyAnswer(bytes) {
    if (this.#ended) return;
    this.#connection.send(bytes);
    this.#record.bytesSent += bytes.length;
    this.#flush();
  }

  updateKeys(options) {
    if (this.#ended || this.#connection.state !== 'open') return;
    this.#connection.updateKeys(options);
    this.#record.keyUpdatesSent++;
    this.#flush();
  }

  /** Sends close_notify and, with nothing left to hear, the end of the socket. */
  close() {
    if (this.#ended) return;
    if (this.#connection.state !== 'failed' && this.#record.alertSent === null) this.#record.alertSent = 'close_notify';
    this.#connection.close();
    this.#flush();
    if (this.#connection.state === 'open') this.#socket.end();
    else this.#finish();
  }

  /** For time limits: ends at once and says why. */
  abort(reason) {
    if (this.#ended) return;
    this.#noteTransport(reason);
    this.#connection.abort();
    this.#socket.destroy();
    this.#end();
  }

  #handle(events) {
    for (const event of events) {
      this.#record.note(event);
      if (event.type !== 'failed') this.#onEvent(event);
    }
    if (this.#ended) return;
    this.#flush();
    if (this.#afresh !== null && this.#connection.mayBeForgotten) {
      this.#connection.abort();
      this.#connection = this.#afresh();
      this.#record.forgotten++;
    }
    const { state, waiting } = this.#connection;
    if (state === 'failed' || state === 'closed') {
      this.#finish();
      return;
    }
    if (waiting !== null) void waiting.then((later) => this.#handle(later));
    this.#regulate();
  }

  /** Reads only while the connection takes input and the peer takes output. */
  #regulate() {
    if (this.#ended) return;
    if (this.#connection.waiting !== null || this.#socket.writableNeedDrain) this.#socket.pause();
    else this.#socket.resume();
  }

  #flush() {
    if (this.#connection.pendingOutputLength === 0) return;
    const output = this.#connection.takeOutput();
    if (!this.#socket.writableEnded && !this.#socket.destroyed) this.#socket.write(output);
  }

  #finish() {
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
    this.#end();
  }

  #noteTransport(message) {
    this.#record.error ??= { kind: 'transport', reason: message, message };
  }

  #end() {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection.abort();
    this.#onEnd();
  }
}
