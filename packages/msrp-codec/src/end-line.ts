import { asciiToBytes, copyBytes } from '@portico/bytes';
import { END_LINE_START } from './grammar.js';
import type { MsrpContinuation } from './message.js';

const CR = 0x0d;
const LF = 0x0a;
/** The CRLF in front of an end-line, which is no part of the body. */
const LEADING_CRLF = 2;

/** The three answers of a scan. */
export type ScanResult =
  | { readonly state: 'more' }
  | {
      readonly state: 'found';
      readonly continuation: MsrpContinuation;
      /** First byte behind it. */ readonly next: number;
    }
  | { readonly state: 'broken'; /** Index of the byte that is wrong. */ readonly at: number };

/**
 * Looks for `CRLF "-------" transact-id flag CRLF` behind a body, chunk by chunk (RFC 4975 section 7.1). The leading
 * CRLF may be the one that ended the headers: a body must not hold its own end-line, so there it can be nothing else.
 *
 * What a chunk may hold of the end-line is not kept as bytes but as a count: if it turns out to be body after all, the
 * pattern itself says what the bytes were. CR is in the pattern only once, at its start, so a mismatch never has to
 * look back (the failure function of Knuth, Morris and Pratt is zero everywhere) and every byte is looked at once.
 */
export class EndLineScanner {
  readonly #pattern: Uint8Array;
  #matched = LEADING_CRLF;
  /** Pattern bytes before this one were never part of the body. */
  #heldFrom = LEADING_CRLF;
  #continuation: MsrpContinuation | null = null;
  #sawFinalCr = false;

  constructor(transactionId: string) {
    this.#pattern = asciiToBytes(`\r\n${END_LINE_START}${transactionId}`);
  }

  /**
   * Scans the chunk from `from`. What is certainly body goes to `body`, never empty: views of the chunk, or a copy of the
   * part of the pattern that an earlier chunk held.
   */
  scan(chunk: Uint8Array, from: number, body: (bytes: Uint8Array) => void): ScanResult {
    const pattern = this.#pattern;
    const give = (bytes: Uint8Array): void => {
      if (bytes.length > 0) body(bytes);
    };
    /** Bytes of the match that earlier chunks brought. */
    let carried = this.#matched;
    let matchStart = from;
    let i = from;
    while (i < chunk.length) {
      if (this.#matched === 0) {
        const cr = chunk.indexOf(CR, i);
        if (cr < 0) break;
        this.#matched = 1;
        this.#heldFrom = 0;
        matchStart = cr;
        i = cr + 1;
        continue;
      }
      const byte = chunk[i] as number;
      if (this.#continuation !== null) {
        if (byte !== (this.#sawFinalCr ? LF : CR)) {
          if (carried === 0) give(chunk.subarray(from, matchStart));
          return { state: 'broken', at: i };
        }
        i++;
        if (!this.#sawFinalCr) {
          this.#sawFinalCr = true;
          continue;
        }
        if (carried === 0) give(chunk.subarray(from, matchStart));
        return { state: 'found', continuation: this.#continuation, next: i };
      }
      if (this.#matched < pattern.length && byte === pattern[this.#matched]) {
        this.#matched++;
        i++;
        continue;
      }
      if (this.#matched === pattern.length) {
        this.#continuation = continuationFlag(byte);
        if (this.#continuation !== null) {
          i++;
          continue;
        }
      }
      // Body after all. The byte that did not fit may be the CR of the next attempt: it is not consumed here.
      if (carried > 0) give(copyBytes(pattern.subarray(this.#heldFrom, carried)));
      carried = 0;
      this.#matched = 0;
    }
    if (this.#matched === 0) give(chunk.subarray(from));
    else if (carried === 0) give(chunk.subarray(from, matchStart));
    return { state: 'more' };
  }
}

/** `continuation-flag = "+" / "$" / "#"`, RFC 4975 section 9. */
export function continuationFlag(byte: number | undefined): MsrpContinuation | null {
  switch (byte) {
    case 0x24:
      return '$';
    case 0x2b:
      return '+';
    case 0x23:
      return '#';
    default:
      return null;
  }
}
