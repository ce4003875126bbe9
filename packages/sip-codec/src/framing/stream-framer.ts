import { SipError } from '../error.js';
import { checkChunk, privateBytes } from './chunk.js';
import { SipFrame, SipFramingFailure, type SipFramer, type SipItem } from './frame.js';
import { HeadScanner, NO_LENGTH, type Strictness } from './head-scanner.js';
import { BetweenReader, type KeepAliveRole } from './keep-alive.js';
import type { SipLimits } from './limits.js';
import { wordsUnder } from './scan.js';

/** The smallest buffer for the beginning of a message: most heads fit in. */
const SMALLEST_CAPACITY = 1024;

/** A connection on which messages follow each other closely gets a buffer for several, so as not to make many. */
const BUSY_CAPACITY = 8192;

/** Of a larger chunk this much at a time is joined to a message that was begun earlier. */
const PIECE = 4096;

const NO_BYTES = new Uint8Array(0);

/** What most pushes of small chunks return. */
const NO_ITEMS: readonly SipItem[] = /* @__PURE__ */ Object.freeze([]);

/**
 * Messages on a byte stream, RFC 3261 section 18.3. Three places for the bytes of a message:
 * whole in the caller's chunk → a view of the chunk; begun in one chunk → that tail is copied to the pending buffer,
 * and what completes it is appended there; nothing begun → no buffer at all.
 */
export class StreamFramer implements SipFramer {
  readonly #strictness: Strictness;
  readonly #head: HeadScanner;
  readonly #between: BetweenReader;
  #inMessage = false;
  /** Bytes of the message in hand, once its head is complete; 0 before. */
  #total = 0;

  /** An empty list for the next push that has something to return. */
  #items: SipItem[] = [];

  #pending: Uint8Array = NO_BYTES;
  #pendingWords: Int32Array | undefined;
  #pendingStart = 0;
  #pendingEnd = 0;

  failed: SipError | null = null;

  constructor(role: KeepAliveRole, strictness: Strictness, limits: SipLimits) {
    this.#strictness = strictness;
    this.#head = new HeadScanner(limits, strictness);
    this.#between = new BetweenReader(role, strictness === 'strict' ? 'refused' : 'skipped');
  }

  get heldBytes(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array): readonly SipItem[] {
    checkChunk(chunk);
    if (this.failed !== null || this.#continues(chunk)) return NO_ITEMS;
    const items = this.#items;
    if (this.#pendingEnd === this.#pendingStart) this.#readDirect(privateBytes(chunk), 0, items);
    else this.#readPending(chunk, items);
    if (items.length === 0) return NO_ITEMS;
    this.#items = [];
    return items;
  }

  end(): readonly SipItem[] {
    if (this.failed !== null || !this.#inMessage) return [];
    const start = this.#pendingStart;
    const head = this.#head.headLength === 0 ? this.#head.completeLength : this.#head.headLength;
    const reason = this.#total === 0 ? 'head-truncated' : 'body-truncated';
    const items: SipItem[] = [];
    const field = reason === 'body-truncated' ? { field: 'Content-Length' } : {};
    this.#fail(new SipError(reason, { offset: this.#pendingEnd - start, ...field }), this.#pending, start, head, items);
    return items;
  }

  /**
   * The commonest small chunks in few steps: more of a body that goes on after them, or one more byte of a line. Returns
   * whether it was one of these; otherwise nothing has happened.
   */
  #continues(chunk: Uint8Array): boolean {
    const { length } = chunk;
    const end = this.#pendingEnd + length;
    const held = end - this.#pendingStart;
    if (held === length || end > this.#pending.length) return false;
    if (this.#total !== 0) {
      if (held >= this.#total) return false;
      copyInto(this.#pending, this.#pendingEnd, chunk, 0, length);
    } else {
      if (length !== 1) return false;
      const byte = chunk[0] as number;
      if (byte < 0x20 || !this.#head.passOne(held)) return false;
      this.#pending[end - 1] = byte;
    }
    this.#pendingEnd = end;
    return true;
  }

  /** Nothing is pending: messages are views into the chunk. */
  #readDirect(chunk: Uint8Array, from: number, items: SipItem[]): void {
    const rest = this.#run(chunk, wordsUnder(chunk), from, chunk.length, items);
    if (rest === chunk.length || this.failed !== null) {
      this.#dropPending();
      return;
    }
    const tail = chunk.length - rest;
    if (this.#pendingEnd + tail > this.#pending.length) {
      // The old buffer, if any, belongs to the frames that were just made from it.
      this.#allocate(Math.max(tail, Math.min(2 * this.#pending.length, BUSY_CAPACITY)));
    }
    copyInto(this.#pending, this.#pendingEnd, chunk, rest, chunk.length);
    this.#pendingStart = this.#pendingEnd;
    this.#pendingEnd += tail;
  }

  /** A message was begun: its rest is appended to the pending buffer, no more than that where its length is known. */
  #readPending(chunk: Uint8Array, items: SipItem[]): void {
    let position = 0;
    while (position < chunk.length) {
      const left = chunk.length - position;
      const missing = this.#total === 0 ? PIECE : this.#total - (this.#pendingEnd - this.#pendingStart);
      const piece = Math.min(left, missing);
      this.#append(chunk, position, position + piece);
      position += piece;
      if (piece < missing && this.#total !== 0) return;

      const rest = this.#run(this.#pending, this.#pendingWords, this.#pendingStart, this.#pendingEnd, items);
      if (this.failed !== null) {
        this.#dropPending();
        return;
      }
      if (rest === this.#pendingStart) continue;
      // A message was completed, so what is left over came with this chunk.
      if (position < chunk.length) {
        position -= this.#pendingEnd - rest;
        this.#pendingStart = rest;
        this.#pendingEnd = rest;
        this.#readDirect(privateBytes(chunk), position, items);
        return;
      }
      this.#pendingStart = rest;
      if (rest === this.#pendingEnd) this.#dropPending();
    }
  }

  /** Takes messages from `start`..`end` as far as they are complete; returns where the incomplete rest begins. */
  #run(bytes: Uint8Array, words: Int32Array | undefined, start: number, end: number, items: SipItem[]): number {
    const head = this.#head;
    let at = start;
    for (;;) {
      if (!this.#inMessage) {
        const between = this.#between.read(bytes, at, end, items);
        at = this.#between.offset;
        if (between === 'needs-more') return at;
        if (between !== 'message-begins') {
          this.#fail(new SipError(between, { offset: 0 }), bytes, at, 0, items);
          return at;
        }
        this.#inMessage = true;
        head.reset();
      }
      if (this.#total === 0) {
        try {
          if (!head.scan(bytes, words, at, end)) return at;
          this.#total = head.headLength + this.#bodyLength();
        } catch (error) {
          this.#fail(error, bytes, at, head.intactLength, items);
          return at;
        }
      }
      const total = this.#total;
      if (end - at < total) return at;
      items.push(new SipFrame(bytes, at, head.headLength, total));
      at += total;
      this.#total = 0;
      this.#inMessage = false;
      if (at === end) return at;
    }
  }

  /** On a stream nothing but Content-Length says where a message ends (sections 18.3 and 20.14). */
  #bodyLength(): number {
    const declared = this.#head.declaredLength;
    if (declared !== NO_LENGTH) return declared;
    if (this.#strictness === 'lenient') return 0;
    this.#head.intactLength = this.#head.headLength;
    throw new SipError('content-length-missing', { offset: this.#head.headLength, field: 'Content-Length' });
  }

  #fail(error: unknown, bytes: Uint8Array, start: number, intact: number, items: SipItem[]): void {
    if (!(error instanceof SipError)) throw error;
    this.failed = error;
    items.push(new SipFramingFailure(error, bytes.subarray(start, start + intact), true));
    this.#dropPending();
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    const size = to - from;
    const held = this.#pendingEnd - this.#pendingStart;
    if (this.#pendingEnd + size > this.#pending.length) {
      const old = this.#pending;
      const start = this.#pendingStart;
      if (held + size <= old.length) {
        old.copyWithin(0, start, this.#pendingEnd);
        this.#pendingStart = 0;
        this.#pendingEnd = held;
      } else {
        this.#allocate(Math.max(held + size, Math.min(2 * held, this.#total)));
        this.#pending.set(old.subarray(start, start + held));
        this.#pendingEnd = held;
      }
    }
    copyInto(this.#pending, this.#pendingEnd, chunk, from, to);
    this.#pendingEnd += size;
  }

  #allocate(size: number): void {
    let capacity = SMALLEST_CAPACITY;
    while (capacity < size) capacity *= 2;
    this.#pending = new Uint8Array(capacity);
    this.#pendingWords = new Int32Array(this.#pending.buffer);
    this.#pendingStart = 0;
    this.#pendingEnd = 0;
  }

  #dropPending(): void {
    this.#pending = NO_BYTES;
    this.#pendingWords = undefined;
    this.#pendingStart = 0;
    this.#pendingEnd = 0;
  }
}

/** Below this, a loop is quicker than making a view. */
const SHORT_COPY = 16;

function copyInto(target: Uint8Array, at: number, source: Uint8Array, from: number, to: number): void {
  if (to - from <= SHORT_COPY) {
    for (let i = from; i < to; i++) target[at + i - from] = source[i] as number;
  } else if (from === 0 && to === source.length) {
    target.set(source, at);
  } else {
    target.set(source.subarray(from, to), at);
  }
}
