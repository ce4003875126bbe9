import { isBlank } from './content-length.js';
import { KEEPALIVE_PING, KEEPALIVE_PONG, type SipItem } from './frame.js';

/**
 * Our part in the keep-alive of RFC 5626 section 4.4.1. `answer`: the accepting side, CRLFCRLF is a ping. `ask`: the
 * connecting side, CRLF is a pong. `off`: such line ends are skipped (RFC 3261 section 7.5).
 */
export type KeepAliveRole = 'answer' | 'ask' | 'off';

const CR = 0x0d;
const LF = 0x0a;

/** What stands between two messages. */
export type BetweenMessages = 'needs-more' | 'message-begins' | 'bare-cr' | 'bare-lf' | 'fold-before-start-line';

/**
 * Reads the line ends in front of a start line, holding no byte: how far into CRLFCRLF we are is all that has to be
 * remembered, so that a flood of line ends costs no memory.
 */
export class BetweenReader {
  readonly #role: KeepAliveRole;
  readonly #bareLf: 'refused' | 'skipped';
  /** Bytes of CRLFCRLF seen. */
  #matched = 0;

  constructor(role: KeepAliveRole, bareLf: 'refused' | 'skipped') {
    this.#role = role;
    this.#bareLf = bareLf;
  }

  /** Offset of the first byte that is not part of a line end; the message or the fault begins there. */
  offset = 0;

  /** Whether nothing of CRLFCRLF has been seen, so that a message may begin with the next byte. */
  get atRest(): boolean {
    return this.#matched === 0;
  }

  /** Reads `start`..`end`, adding keep-alives to `items`. */
  read(bytes: Uint8Array, start: number, end: number, items: SipItem[]): BetweenMessages {
    let matched = this.#matched;
    let i = start;
    let result: BetweenMessages = 'needs-more';
    for (; i < end; i++) {
      const byte = bytes[i] as number;
      if ((matched & 1) === 1) {
        if (byte !== LF) {
          result = 'bare-cr';
          break;
        }
        matched++;
        if (this.#role === 'answer') {
          if (matched === 4) {
            items.push(KEEPALIVE_PING);
            matched = 0;
          }
        } else {
          if (this.#role === 'ask') items.push(KEEPALIVE_PONG);
          matched = 0;
        }
      } else if (byte === CR) {
        matched++;
      } else if (byte === LF && this.#bareLf === 'skipped') {
        matched = 0;
      } else {
        // A lone CRLF in front of a start line is dropped.
        matched = 0;
        // To a reader that unfolds first, a line that begins so belongs to what was in front of it.
        result = byte === LF ? 'bare-lf' : isBlank(byte) ? 'fold-before-start-line' : 'message-begins';
        break;
      }
    }
    this.#matched = matched;
    this.offset = i;
    return result;
  }
}
