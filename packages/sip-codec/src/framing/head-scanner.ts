import { SipError, type SipErrorReason } from '../error.js';
import { TOKEN } from '../grammar/characters.js';
import { isBlank, mayBeContentLength, readContentLength } from './content-length.js';
import { DeclaredLength, type Strictness } from './declared-length.js';
import type { SipLimits } from './limits.js';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const SMALL_A = 0x61;

/** No offset yet. */
const NONE = -1;

/** Marks that most heads have room in. */
const MARKS_OF_ONE = 32;

/** Where messages follow each other, they share a table of so many. */
const MARKS_OF_MANY = 256;

const NO_MARKS: number[] = [];

/** Further than any offset. */
const NO_END = 0x3fffffff;

/** Lengths of the two line ends. */
const BARE_LF = 1;
const CRLF = 2;

/**
 * Finds the end of one message's head (RFC 3261 section 7) and its declared length, resumably: every byte is looked at
 * once, whatever the chunking. All state is relative to the first byte of the message, so that the caller may move the
 * bytes to another buffer between two calls.
 *
 * Faults are reported in the order of their offsets, which is what makes every chunking give the same verdict. A fault
 * of the Content-Length is reported at the end of the head, when all that is needed for an answer has been read.
 */
export class HeadScanner {
  readonly #startLineLimit: number;
  readonly #headerLineLimit: number;
  readonly #headerBlockLimit: number;
  readonly #headerCountLimit: number;
  readonly #strictness: Strictness;
  readonly #declared: DeclaredLength;

  /** Bytes looked at. */
  #scanned = 0;
  /** First byte of the line that is being looked at. */
  #lineStart = 0;
  /** First byte of the field that this line may belong to; 0 is the start line. Said anew with the first byte of a message. */
  #fieldStart = 0;
  /** Relative offset at which the limit of the header block is reached; nothing while in the start line. */
  #blockEnd = NO_END;
  /** Length of this message's line ends; 0 while the start line is not complete. */
  #lineEnd = 0;
  /** First byte of a field that may be a Content-Length and may still go on. */
  #lengthField = NONE;

  /** Bytes of the head with its empty line; 0 while it is not complete. */
  headLength = 0;
  /**
   * From `marksStart` to `marksEnd`: where each header field begins, and where the empty line does, of a complete head.
   * Tables only grow, so that what frames say of theirs stays.
   */
  marks: number[] = NO_MARKS;
  marksStart = 0;
  marksEnd = 0;
  /** Of a head that is complete or broken, bytes at the front that are good: what an error answer is built from. */
  intactLength = 0;

  constructor(limits: SipLimits, strictness: Strictness) {
    this.#startLineLimit = limits.startLine;
    this.#headerLineLimit = limits.headerLine;
    this.#headerBlockLimit = limits.headerBlock;
    this.#headerCountLimit = limits.headerCount;
    this.#strictness = strictness;
    this.#declared = new DeclaredLength(limits, strictness);
  }

  /** The declared length of a complete head, or NO_LENGTH. */
  get declaredLength(): number {
    return this.#declared.value;
  }

  /** Bytes of complete fields, for a message that is cut: the last field may go on, so it does not count. */
  get completeLength(): number {
    return this.#fieldStart;
  }

  /** Gets ready for the next message. */
  reset(): void {
    this.#scanned = 0;
    this.#lineStart = 0;
    this.#blockEnd = NO_END;
    if (this.marks.length - this.marksEnd < MARKS_OF_ONE) {
      this.marks = new Array<number>(this.marks === NO_MARKS ? MARKS_OF_ONE : MARKS_OF_MANY);
      this.marksEnd = 0;
    }
    this.marksStart = this.marksEnd;
    this.#lineEnd = 0;
    this.#lengthField = NONE;
    this.headLength = 0;
    this.#declared.reset();
  }

  /** No message is in hand: nothing is kept for the next one. */
  rest(): void {
    this.marks = NO_MARKS;
  }

  /**
   * Looks at the bytes of `start`..`end` that it has not seen yet; `start` is the first byte of the message, and `base`
   * the place of the bytes in their buffer. Returns whether the head is complete; then `headLength` and `declaredLength`
   * are set.
   * @throws SipError of level `framing`, with the offset in the message
   */
  scan(bytes: Uint8Array, words: Int32Array | undefined, base: number, start: number, end: number): boolean {
    for (;;) {
      if (words !== undefined && this.#lineEnd !== BARE_LF && this.#lengthField === NONE) {
        if (this.#passOrdinaryLines(bytes, words, base, start, end)) return this.headLength !== 0;
      }
      if (!this.#readLine(bytes, start, end)) return false;
      if (this.headLength !== 0) return true;
    }
  }

  /**
   * The quick way through ordinary lines: the start line, and fields that are whole, on one line, within the limits.
   * Takes the empty line too, if it gets so far: then `headLength` is set. Returns whether nothing is left to look at.
   * Four bytes are searched at once, as in findControl, and here, because a call for each line costs as much as its search.
   */
  #passOrdinaryLines(bytes: Uint8Array, words: Int32Array, base: number, start: number, end: number): boolean {
    // Four words are looked at together; what is behind the end counts for nothing.
    let wordsEnd = (end + base + 3) >> 2;
    // What is seldom needed here is worked out all the same: see docs/decisions/sip-speed.md.
    const lastFour = words.length - 3;
    if (wordsEnd > lastFour) wordsEnd = lastFour;
    const marks = this.marks;
    const lastMark = this.marksStart + this.#headerCountLimit;
    let marksEnd = this.marksEnd;
    const firstLine = start + this.#lineStart;
    let lineStart = firstLine;
    // Compared and not Math.min: that one counts in floating point.
    let lastLineEnd = start + this.#blockEnd;
    const lastPair = end - CRLF;
    if (lastLineEnd > lastPair) lastLineEnd = lastPair;
    // No line that ends in front of it is too long. With one that does not, the exact way goes on.
    const lineLimit = firstLine + this.#headerLineLimit;
    if (lastLineEnd > lineLimit) lastLineEnd = lineLimit;
    let i = start + this.#scanned;
    for (;;) {
      let k = (i + base) >> 2;
      if (k >= wordsEnd || i >= end) break;
      const first = bytes[lineStart] as number;
      // No letter: the end of the head, a fold, or a name that the exact way has to look at, if it is one.
      if ((((first | 0x20) - SMALL_A) & 0xff) > 25) {
        if (first !== CR || i !== lineStart || i > end - CRLF || bytes[i + 1] !== LF) break;
        this.marksEnd = marksEnd;
        this.#finish(bytes, start, i, i + CRLF - start);
        return true;
      }
      // The bytes in front of `i` are made harmless; a shift takes five bits of its count.
      let w = (words[k] as number) | (0x007f7f7f >>> (~(i + base) << 3));
      if (
        (((w - 0x20202020) |
          ((words[k + 1] as number) - 0x20202020) |
          ((words[k + 2] as number) - 0x20202020) |
          ((words[k + 3] as number) - 0x20202020)) &
          0x80808080) ===
        0
      ) {
        k += 4;
        // Roughly: bytes over 0x9f are hits too, so that non-ASCII text goes the exact way.
        while (
          k < wordsEnd &&
          ((((words[k] as number) - 0x20202020) |
            ((words[k + 1] as number) - 0x20202020) |
            ((words[k + 2] as number) - 0x20202020) |
            ((words[k + 3] as number) - 0x20202020)) &
            0x80808080) ===
            0
        )
          k += 4;
        if (k >= wordsEnd) {
          i = (k << 2) - base;
          break;
        }
        w = words[k] as number;
      }
      let hits = (w - 0x20202020) & ~w & 0x80808080;
      while (hits === 0 && k < wordsEnd + 2) {
        w = words[++k] as number;
        hits = (w - 0x20202020) & ~w & 0x80808080;
      }
      i = (k << 2) - base;
      if (hits === 0) {
        i += 4;
        break;
      }
      i += (31 - Math.clz32(hits & -hits)) >> 3;
      if (i > lastLineEnd || bytes[i] !== CR || bytes[i + 1] !== LF) break;
      if (lineStart === start) {
        if (i - start > this.#startLineLimit) break;
        i += CRLF;
        this.#beginBlock(i - start, CRLF);
        lineStart = i;
        if (lastLineEnd > start + this.#blockEnd) lastLineEnd = start + this.#blockEnd;
        continue;
      }
      if (marksEnd >= lastMark) break;
      if (mayBeContentLength(bytes, lineStart, i)) {
        // A continuation line may follow.
        if (i + CRLF >= end || isBlank(bytes[i + CRLF] as number)) break;
        this.#declared.note(readContentLength(bytes, lineStart, i), lineStart - start);
      }
      marks[marksEnd++] = lineStart - start;
      i += CRLF;
      lineStart = i;
    }
    if (i > end) i = end;
    // Words that are not whole have no word view.
    while (i < end && (bytes[i] as number) >= SP) i++;
    this.marksEnd = marksEnd;
    this.#scanned = i - start;
    this.#lineStart = lineStart - start;
    if (i !== lineStart && (bytes[lineStart] as number) > SP) {
      this.#fieldStart = lineStart - start;
    } else if (lineStart !== firstLine) {
      // The next line may continue the last field that went by.
      this.#fieldStart = marksEnd === this.marksStart ? 0 : (marks[marksEnd - 1] as number);
    }
    return i === end && i !== lineStart && i - start <= this.#allowedLength();
  }

  /** The exact way, byte by byte, to the end of one line. Returns whether it got so far. */
  #readLine(bytes: Uint8Array, start: number, end: number): boolean {
    const lineStart = start + this.#lineStart;
    let i = start + this.#scanned;
    if (i === lineStart) {
      if (i === end) return false;
      const byte = bytes[i] as number;
      if (!isBlank(byte) || i === start) this.#fieldStart = i - start;
    }
    const allowed = start + this.#allowedLength();
    for (;;) {
      // In a SIP head such a byte is a line end, a tab or a control character that has to be looked at anyway.
      while (i < end && (bytes[i] as number) >= SP) i++;
      this.#scanned = i - start;
      // An empty line is no field: the limits do not concern it.
      if (i > allowed && i > lineStart) this.#refuseLength();
      if (i === end) return false;
      const byte = bytes[i] as number;
      if (byte !== CR && byte !== LF) {
        i++;
        continue;
      }
      let next = i + 1;
      if (byte === CR) {
        // Whether it is bare cannot be said yet: this one byte is looked at again.
        if (next === end) return false;
        if (bytes[next] !== LF) this.#fail('bare-cr', i - start);
        next++;
      }
      if (this.#lineEnd !== next - i) this.#noteLineEnd(next - i, i - start);
      if (i === lineStart && i !== start) {
        this.#finish(bytes, start, lineStart, next - start);
        return true;
      }
      if (lineStart === start) this.#beginBlock(next - start, next - i);
      else this.#endLine(bytes, start, lineStart, i);
      this.#scanned = next - start;
      this.#lineStart = next - start;
      return true;
    }
  }

  /** The start line is over. */
  #beginBlock(at: number, lineEnd: number): void {
    this.#lineEnd = lineEnd;
    this.#blockEnd = at + this.#headerBlockLimit;
  }

  /**
   * How long the message, of which there are `length` bytes, may grow by bytes that are no control characters before
   * `scan` has to look again; 0 where a line begins or a CR waits for its LF, because there the next byte matters.
   */
  quietLength(length: number): number {
    return this.#scanned !== length || length === this.#lineStart ? 0 : this.#allowedLength();
  }

  /** The message has grown to `length` bytes in that way. */
  passQuiet(length: number): void {
    this.#scanned = length;
  }

  /** How many bytes of the message the limits allow while this field goes on. */
  #allowedLength(): number {
    if (this.#fieldStart === 0) return this.#startLineLimit;
    const line = this.#fieldStart + this.#headerLineLimit;
    return line <= this.#blockEnd ? line : this.#blockEnd;
  }

  /** Content goes on past `allowed`: the limit that was crossed first is the one to name. */
  #refuseLength(): never {
    const start = this.#fieldStart;
    if (start === 0) this.#fail('start-line-too-long', this.#startLineLimit, `at most ${this.#startLineLimit} bytes`);
    if (start + this.#headerLineLimit <= this.#blockEnd) {
      const limit = this.#headerLineLimit;
      this.#fail('header-line-too-long', start + limit, `at most ${limit} bytes`);
    }
    this.#fail('header-block-too-large', this.#blockEnd, `at most ${this.#headerBlockLimit} bytes`);
  }

  /** The first line of a message decides how its lines end; RFC 3261 section 7 knows CRLF only. */
  #noteLineEnd(lineEnd: number, at: number): void {
    if (this.#lineEnd !== 0) this.#fail('mixed-line-ends', at);
    if (lineEnd === BARE_LF && this.#strictness === 'strict') this.#fail('bare-lf', at);
    this.#lineEnd = lineEnd;
  }

  /** `lineStart`..`end` is a line of the header block that is not empty. */
  #endLine(bytes: Uint8Array, start: number, lineStart: number, end: number): void {
    const first = bytes[lineStart] as number;
    if (isBlank(first)) {
      // A reader that unfolds the start line and one that sees a field here would frame two different messages.
      if (this.marksEnd === this.marksStart) this.#fail('fold-after-start-line', lineStart - start);
      return;
    }
    if (this.#lengthField !== NONE) this.#endLengthField(bytes, start, lineStart);
    this.marks[this.marksEnd++] = lineStart - start;
    if (this.marksEnd - this.marksStart > this.#headerCountLimit) {
      this.#fail('too-many-headers', lineStart - start, `at most ${this.#headerCountLimit} fields`);
    }
    if (mayBeContentLength(bytes, lineStart, end)) this.#lengthField = lineStart - start;
    else if (TOKEN[first] === 0) this.#declared.noteNameless(lineStart - start);
  }

  /** A field that may be a Content-Length ends before `end`, with all its continuation lines. */
  #endLengthField(bytes: Uint8Array, start: number, end: number): void {
    this.#declared.note(readContentLength(bytes, start + this.#lengthField, end), this.#lengthField);
    this.#lengthField = NONE;
  }

  /** The empty line was read: judges the length with the whole head in hand. */
  #finish(bytes: Uint8Array, start: number, emptyLine: number, headLength: number): void {
    if (this.#lengthField !== NONE) this.#endLengthField(bytes, start, emptyLine);
    this.headLength = headLength;
    this.marks[this.marksEnd++] = emptyLine - start;
    // The whole head is there, so all of it can serve for an answer.
    this.intactLength = headLength;
    this.#declared.judge(headLength);
  }

  /** The head breaks off in the current field; the fields before it are intact. */
  #fail(reason: SipErrorReason, offset: number, expected?: string): never {
    this.intactLength = this.#fieldStart;
    throw new SipError(reason, { offset, expected });
  }
}
