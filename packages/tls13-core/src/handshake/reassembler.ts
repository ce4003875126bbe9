import { ByteQueue } from '@portico/bytes';
import { TlsError } from '../error.js';
import type { TlsLimits } from '../limits.js';
import {
  HANDSHAKE_HEADER_LENGTH,
  HANDSHAKE_TYPE_CODES,
  handshakeTypeName,
  type HandshakeType,
} from '../messages/handshake-type.js';
import { decodeHandshakeMessage, type ReceivedMessage } from '../messages/message.js';
import type { Trace } from '../record/trace.js';

/** Puts handshake messages together from the fragments that records carry (RFC 9846 section 5.1). */
export class MessageReassembler {
  readonly #queue = new ByteQueue();
  readonly #limits: TlsLimits;
  readonly #trace: Trace | null;

  constructor(limits: TlsLimits, trace: Trace | null = null) {
    this.#limits = limits;
    this.#trace = trace;
  }

  /** Whether nothing is held: no part of a message, and no message that was not read. */
  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  push(fragment: Uint8Array): void {
    this.#queue.push(fragment);
  }

  clear(): void {
    this.#queue.clear();
  }

  /**
   * The next message, or null when more bytes are needed. The type is judged as soon as it is there, the length before
   * anything is collected for it.
   * @throws TlsError `unexpected-message`, `message-too-long`, `malformed-message`
   */
  next(expected: readonly HandshakeType[]): ReceivedMessage | null {
    const code = this.#queue.at(0);
    if (code === undefined) return null;
    if (!expected.some((name) => HANDSHAKE_TYPE_CODES[name] === code)) {
      throw unexpected(expected, handshakeTypeName(code) ?? `handshake type ${code}`);
    }
    const type = handshakeTypeName(code) as HandshakeType;
    if (this.#queue.length < HANDSHAKE_HEADER_LENGTH) return null;
    const [, high, middle, low] = this.#queue.peek(HANDSHAKE_HEADER_LENGTH) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const length = (high << 16) | (middle << 8) | low;
    const longest =
      type === 'certificate' ? this.#limits.certificateMessageLength : this.#limits.handshakeMessageLength;
    if (length > longest) {
      throw new TlsError('message-too-long', {
        subject: type,
        expected: `at most ${longest} bytes`,
        got: length,
      });
    }
    if (this.#queue.length < HANDSHAKE_HEADER_LENGTH + length) return null;
    const message = decodeHandshakeMessage(type, this.#queue.take(HANDSHAKE_HEADER_LENGTH + length));
    this.#trace?.({ kind: 'message', direction: 'received', bytes: message.raw });
    if (!expected.includes(message.type)) throw unexpected(expected, message.type);
    return message;
  }
}

function unexpected(expected: readonly HandshakeType[], got: string): TlsError {
  return new TlsError('unexpected-message', { expected: expected.join(' or ') || 'no handshake message', got });
}
