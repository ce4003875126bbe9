import { TlsError } from '../error.js';
import { MAX_CIPHERTEXT_LENGTH, MAX_PLAINTEXT_LENGTH } from '../limits.js';
import { contentTypeName, CONTENT_TYPE, RECORD_HEADER_LENGTH } from './content-type.js';

/** One record as it came, header included. A view: of the chunk where it lay whole in one, else of the deframer's copy. */
export interface RawRecord {
  readonly type: number;
  /** Header and payload; the header is the AEAD's additional data. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts a byte stream into records (RFC 9846 section 5.1). Holds the bytes of at most one unfinished record, and a
 * length that is too long is refused before anything is collected for it.
 */
export class RecordDeframer {
  #chunk: Uint8Array = EMPTY;
  #offset = 0;
  /** The unfinished record; null where there is none. Grown from header size to record size once that is known. */
  #partial: Uint8Array | null = null;
  #partialLength = 0;
  #first = true;

  /** Gives the next bytes. Everything given before must have been read with `next` until it returned null. */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /** The bytes given and not yet read, as a view. */
  get unread(): Uint8Array {
    return this.#chunk.subarray(this.#offset);
  }

  /** Whether part of a record was read. */
  get hasPartialRecord(): boolean {
    return this.#partialLength > 0;
  }

  /** Forgets the rest of the chunk. */
  discard(): void {
    this.push(EMPTY);
  }

  /**
   * The next whole record, or null when more bytes are needed.
   * @throws TlsError `record-too-long`, `not-tls` or `unexpected-record-type`
   */
  next(): RawRecord | null {
    return this.#partial === null ? this.#nextFromChunk() : this.#nextFromPartial(this.#partial);
  }

  #nextFromChunk(): RawRecord | null {
    const chunk = this.#chunk;
    const start = this.#offset;
    const available = chunk.length - start;
    if (available < RECORD_HEADER_LENGTH) {
      if (available > 0) this.#keep(RECORD_HEADER_LENGTH);
      else this.discard();
      return null;
    }
    const end = start + RECORD_HEADER_LENGTH + this.#payloadLength(chunk, start);
    if (end > chunk.length) {
      this.#keep(end - start);
      return null;
    }
    this.#offset = end;
    return { type: chunk[start] as number, bytes: chunk.subarray(start, end) };
  }

  #nextFromPartial(partial: Uint8Array): RawRecord | null {
    const wanted = Math.min(partial.length - this.#partialLength, this.#chunk.length - this.#offset);
    partial.set(this.#chunk.subarray(this.#offset, this.#offset + wanted), this.#partialLength);
    this.#offset += wanted;
    this.#partialLength += wanted;
    if (this.#partialLength < partial.length) {
      this.discard();
      return null;
    }
    if (partial.length === RECORD_HEADER_LENGTH) {
      const payloadLength = this.#payloadLength(partial, 0);
      if (payloadLength > 0) {
        const whole = new Uint8Array(RECORD_HEADER_LENGTH + payloadLength);
        whole.set(partial);
        this.#partial = whole;
        return this.#nextFromPartial(whole);
      }
    }
    this.#partial = null;
    this.#partialLength = 0;
    return { type: partial[0] as number, bytes: partial };
  }

  #keep(recordLength: number): void {
    this.#partial = new Uint8Array(recordLength);
    this.#partialLength = this.#chunk.length - this.#offset;
    this.#partial.set(this.#chunk.subarray(this.#offset));
    this.discard();
  }

  /** Judges a header before anything is collected for it. */
  #payloadLength(bytes: Uint8Array, start: number): number {
    const type = bytes[start] as number;
    const major = bytes[start + 1] as number;
    const length = ((bytes[start + 3] as number) << 8) | (bytes[start + 4] as number);
    if (this.#first && (contentTypeName(type) === undefined || major !== 0x03)) {
      throw new TlsError('not-tls', { expected: 'a TLS record', got: `a first byte of 0x${type.toString(16)}` });
    }
    this.#first = false;
    if (contentTypeName(type) === undefined) {
      throw new TlsError('unexpected-record-type', { expected: 'a content type of TLS 1.3', got: type });
    }
    // Section 5.1 and 5.2: only what is protected may exceed 2^14.
    const longest = type === CONTENT_TYPE.application_data ? MAX_CIPHERTEXT_LENGTH : MAX_PLAINTEXT_LENGTH;
    if (length > longest) {
      throw new TlsError('record-too-long', { expected: `at most ${longest} bytes`, got: length });
    }
    return length;
  }
}

const EMPTY = new Uint8Array(0);
