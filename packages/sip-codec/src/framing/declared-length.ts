import { SipError, type SipErrorReason } from '../error.js';
import { MALFORMED_LENGTH, OTHER_FIELD } from './content-length.js';
import type { SipLimits } from './limits.js';

export type Strictness = 'strict' | 'lenient';

/** No Content-Length field was seen. */
export const NO_LENGTH = -1;

/**
 * What the Content-Length fields of one head, and lines that others may take for one, say together (RFC 3261 section
 * 20.14). A fault is kept until the head is
 * over, when all that is needed for an answer has been read; the first one is the one to name.
 */
export class DeclaredLength {
  readonly #limit: number;
  readonly #strictness: Strictness;
  #fault: SipErrorReason | undefined;
  #faultAt = 0;

  /** The declared length, or NO_LENGTH. */
  value: number = NO_LENGTH;

  constructor(limits: SipLimits, strictness: Strictness) {
    this.#limit = limits.body;
    this.#strictness = strictness;
  }

  reset(): void {
    this.value = NO_LENGTH;
    this.#fault = undefined;
  }

  /** A field that begins at `at`, as `readContentLength` read it. */
  note(length: number, at: number): void {
    if (length === OTHER_FIELD) return;
    if (length !== MALFORMED_LENGTH && this.value === NO_LENGTH) {
      this.value = length;
    } else if (this.#fault === undefined) {
      if (length === MALFORMED_LENGTH) this.#fault = 'content-length-malformed';
      // Even equal ones: a reader in front of us may have joined or dropped one (RFC 4475 section 3.3.9).
      else if (this.#strictness === 'strict' || this.value !== length) this.#fault = 'content-length-repeated';
      this.#faultAt = at;
    }
  }

  /**
   * A line of the header block that begins at `at` with what no name can begin with (`field-name = token`): a reader that
   * trims it may see a Content-Length there. By the lenient rules it is the fault of that line alone.
   */
  noteNameless(at: number): void {
    if (this.#strictness === 'lenient' || this.#fault !== undefined) return;
    this.#fault = 'field-without-name';
    this.#faultAt = at;
  }

  /**
   * The head of `headLength` bytes is over.
   * @throws SipError `content-length-malformed`, `content-length-repeated`, `field-without-name` or `body-too-large`
   */
  judge(headLength: number): void {
    const field = 'Content-Length';
    const offset = this.#faultAt;
    if (this.#fault === 'field-without-name') {
      throw new SipError(this.#fault, { offset, rule: 'header-name', expected: 'a token' });
    }
    if (this.#fault !== undefined) throw new SipError(this.#fault, { offset, rule: field, field });
    if (this.value <= this.#limit) return;
    throw new SipError('body-too-large', {
      offset: headLength,
      field,
      expected: `at most ${this.#limit} bytes`,
      got: String(this.value),
    });
  }
}
