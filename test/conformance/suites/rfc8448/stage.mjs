// A stage on which one of our handshakes plays a part of a trace. Three things differ from a plain connection, and only
// these: each handshake message of ours goes out, and into the transcript or the hash of a binder, in the trace's wording; messages are joined in
// records as the trace has them; an answer to an extension that only the trace's wording holds is not shown to our
// handshake, which never asked for it.
import { concatBytes } from '@portico/bytes';
import {
  HANDSHAKE_TYPE_CODES,
  handshakeTypeName,
  MESSAGE_HASH_CODE,
} from '../../../../packages/tls13-core/dist/messages/handshake-type.js';
import { decodeHandshakeMessage } from '../../../../packages/tls13-core/dist/messages/message.js';
import { offeredPsks } from './trace.mjs';

/** Messages whose extensions answer ours, at either side (a second ClientHello answers with a cookie). */
const ANSWERS = ['client_hello', 'server_hello', 'hello_retry_request', 'encrypted_extensions'];

export class Stage {
  /** What ours would have said, and what was said instead, both decoded. */
  exchanged = [];
  /** Our message → the trace's bytes for it. The transcript and the output each bring the same array here. */
  #wordings = new Map();
  /** Arrays that came from the peer: in the transcript they stay as they are. */
  #received = new WeakSet();
  #foreignExtensions = new Set();
  #script;
  #recordLengths;
  #pending = [];
  #sink = null;

  constructor({ messages, records }, side) {
    this.#script = messages.filter(({ who }) => who === side);
    this.#recordLengths = records
      .filter(({ who, type }) => who === side && type === 'handshake')
      .map(({ payload }) => payload.length);
  }

  /** A `start` for TlsConnection: `handshake` is our flow over the carrier that it is given. */
  direct(handshake) {
    return (carrier) => {
      this.#sink = carrier.sink;
      return this.#run(handshake({ ...carrier, sink: this.#stagedSink(carrier.sink) }));
    };
  }

  /** The hash for our transcript, which takes our messages in the trace's wording. */
  hash(hash) {
    const staged = (state) => ({
      update: (data) => {
        const asItIs = this.#received.has(data) || data[0] === MESSAGE_HASH_CODE;
        state.update(asItIs ? data : (this.#truncatedWordingOf(data) ?? this.#wordingOf(data)));
      },
      clone: () => staged(state.clone()),
      digest: () => state.digest(),
    });
    const digest = (data) => hash.digest(this.#truncatedWordingOf(data) ?? this.#wordings.get(data) ?? data);
    return { ...hash, create: () => staged(hash.create()), digest };
  }

  /** What a binder covers: of our hello the trace's wording up to its binders, of the peer's as it came; undefined for else. */
  #truncatedWordingOf(data) {
    const [code, high, middle, low] = data;
    const isTruncated = data.length > 4 && data.length - 4 < ((high << 16) | (middle << 8) | low);
    if (code !== HANDSHAKE_TYPE_CODES.client_hello || !isTruncated) return undefined;
    const [next] = this.#script;
    return next?.type === 'client_hello' ? offeredPsks(next)?.prefix : data;
  }

  *#run(flow) {
    let step = flow.next();
    while (step.done !== true) {
      this.#flush();
      const need = step.value;
      const input = yield need;
      step = flow.next(need.kind === 'message' ? this.#hear(input) : input);
    }
    this.#flush();
    return step.value;
  }

  #hear(message) {
    this.#received.add(message.raw);
    const { type, body } = message;
    if (!ANSWERS.includes(type) || body.extensions === null) return message;
    const extensions = body.extensions.filter((extension) => !this.#foreignExtensions.has(extension.type));
    return { ...message, body: { ...body, extensions } };
  }

  #stagedSink(sink) {
    return {
      ...sink,
      sendMessage: (message) => {
        this.#pending.push(this.#wordingOf(message));
      },
      sendChangeCipherSpec: () => {
        this.#flush();
        sink.sendChangeCipherSpec();
      },
      useWriteSecret: (...secret) => {
        this.#flush();
        sink.useWriteSecret(...secret);
      },
    };
  }

  /** Sends what waits, cut as the trace cuts it. */
  #flush() {
    let rest = concatBytes(...this.#pending.splice(0));
    while (rest.length > 0) {
      const length = this.#recordLengths.shift() ?? rest.length;
      this.#sink.sendMessage(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  }

  #wordingOf(message) {
    const known = this.#wordings.get(message);
    if (known !== undefined) return known;
    const ours = decodeHandshakeMessage(handshakeTypeName(message[0]), message);
    const theirs = this.#script.shift();
    if (theirs?.type !== ours.type) {
      throw new Error(`our handshake sends ${ours.type} where the trace has ${theirs?.type ?? 'nothing'}`);
    }
    this.#wordings.set(message, theirs.raw);
    this.exchanged.push({ ours, theirs });
    const own = new Set((ours.body.extensions ?? []).map(({ type }) => type));
    for (const { type } of theirs.body.extensions ?? []) if (!own.has(type)) this.#foreignExtensions.add(type);
    return theirs.raw;
  }
}

/** Whether these handshake bytes begin with a ticket. */
export function isNewSessionTicket(messages) {
  return messages[0] === HANDSHAKE_TYPE_CODES.new_session_ticket;
}
