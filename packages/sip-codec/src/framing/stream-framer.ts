import { SipError } from '../error.js';
import { checkChunk, copyAll, copyInto, plainBytes } from './chunk.js';
import { SipFrame, SipFramingFailure, type SipFramer, type SipItem } from './frame.js';
import { NO_LENGTH, type Strictness } from './declared-length.js';
import { HeadScanner } from './head-scanner.js';
import { BetweenReader, type KeepAliveRole } from './keep-alive.js';
import type { SipLimits } from './limits.js';
import { wordsUnder } from './scan.js';

/** The smallest buffer for the beginning of a message: most heads fit in. */
const SMALLEST_CAPACITY = 1024;

/** A connection on which messages follow each other closely gets a buffer for several, so as not to make many. */
const BUSY_CAPACITY = 8192;

/** Of a larger chunk this much at a time is joined to a message that was begun earlier. */
const PIECE = 4096;

const NO_MEMORY = new ArrayBuffer(0);

const NO_BYTES = new Uint8Array(NO_MEMORY);

const CR = 0x0d;

/** What most pushes of small chunks return. */
const NO_ITEMS: readonly SipItem[] = /* @__PURE__ */ Object.freeze([]);

/** What is to be said of a body that is not collected. */
export interface BodyStreaming<More> {
  /** Bodies up to so many bytes are collected like any other. */
  readonly wholeUpTo: number;
  /** The head of a message with such a body, from `start` on in this memory. */
  headers(memory: ArrayBufferLike, start: number, head: HeadScanner): More;
  /** The bytes `start`..`end` of such a body; `left` more are to come. */
  chunk(buffer: Uint8Array, start: number, end: number, left: number): More;
}

/**
 * Messages on a byte stream, RFC 3261 section 18.3. Three places for the bytes of a message:
 * whole in the caller's chunk → a view of the chunk; begun in one chunk → that tail is copied to the pending buffer,
 * and what completes it is appended there; nothing begun → no buffer at all.
 */
export class StreamFramer<More = never> implements SipFramer<More> {
  readonly #strictness: Strictness;
  readonly #head: HeadScanner;
  readonly #between: BetweenReader;
  #inMessage = false;
  /** Bytes of the message in hand, once its head is complete; 0 before. */
  #total = 0;

  readonly #streaming: BodyStreaming<More> | undefined;
  /** Bytes to come of a body that is not collected. */
  #bodyLeft = 0;

  /** What the push in hand has completed. */
  #items: (SipItem | More)[] | undefined;

  #pending: Uint8Array = NO_BYTES;
  #pendingMemory: ArrayBufferLike = NO_MEMORY;
  #pendingWords: Int32Array | undefined;
  #pendingStart = 0;
  #pendingEnd = 0;
  /**
   * Short of this end of the pending bytes, more of a body needs no look, and neither does one more byte of a line that
   * is no control character; 0 where every byte has to be looked at.
   */
  #quietEnd = 0;

  failed: SipError | null = null;

  constructor(role: KeepAliveRole, strictness: Strictness, limits: SipLimits, streaming?: BodyStreaming<More>) {
    this.#streaming = streaming;
    this.#strictness = strictness;
    this.#head = new HeadScanner(limits, strictness);
    this.#between = new BetweenReader(role, strictness === 'strict' ? 'refused' : 'skipped');
  }

  get heldBytes(): number {
    return this.#pending.length;
  }

  push(chunk: Uint8Array): readonly (SipItem | More)[] {
    checkChunk(chunk);
    const { length } = chunk;
    const end = this.#pendingEnd + length;
    if (end < this.#quietEnd) {
      if (length === 1) {
        const byte = chunk[0] as number;
        if (byte >= 0x20 || byte === CR || this.#total !== 0) {
          this.#pending[end - 1] = byte;
          this.#pendingEnd = end;
          if (byte === CR && this.#total === 0) this.#waitForLf(end - 1);
          return NO_ITEMS;
        }
      } else if (this.#total !== 0) {
        copyAll(this.#pending, this.#pendingEnd, chunk);
        this.#pendingEnd = end;
        return NO_ITEMS;
      }
    }
    if (this.failed !== null) return NO_ITEMS;
    if (this.#pendingEnd === this.#pendingStart) this.#readDirect(chunk, 0);
    else if (length > PIECE) this.#readLongChunk(chunk);
    else this.#readPending(chunk, end);
    const items = this.#items;
    if (items === undefined) return NO_ITEMS;
    this.#items = undefined;
    return items;
  }

  end(): readonly (SipItem | More)[] {
    if (this.failed !== null || (!this.#inMessage && this.#bodyLeft === 0)) return [];
    const start = this.#pendingStart;
    const { headLength, completeLength } = this.#head;
    // The head of a body that is not collected was given away.
    const head = this.#bodyLeft > 0 ? 0 : headLength === 0 ? completeLength : headLength;
    const reason = this.#inMessage && this.#total === 0 ? 'head-truncated' : 'body-truncated';
    const field = reason === 'body-truncated' ? 'Content-Length' : undefined;
    const seen =
      this.#bodyLeft > 0 ? headLength + this.#head.declaredLength - this.#bodyLeft : this.#pendingEnd - start;
    this.#fail(new SipError(reason, { offset: seen, field }), this.#pending, start, head);
    return this.#items ?? NO_ITEMS;
  }

  /** Nothing is pending: messages are views into the chunk. */
  #readDirect(given: Uint8Array, from: number): void {
    const chunk = plainBytes(given);
    const memory = chunk.buffer;
    const rest = this.#run(chunk, memory, wordsUnder(memory, chunk.length), chunk.byteOffset, from, chunk.length);
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
    this.#beQuiet();
  }

  /** A message was begun: what comes is appended to the pending buffer, and messages are taken from there. */
  #readPending(chunk: Uint8Array, end: number): void {
    this.#leaveQuiet();
    if (end <= this.#pending.length) {
      copyAll(this.#pending, this.#pendingEnd, chunk);
      this.#pendingEnd = end;
    } else this.#append(chunk, 0, chunk.length);
    const bytes = this.#pending;
    const words = this.#pendingWords;
    const start = this.#pendingStart;
    // Most chunks are a part of a head, and nothing comes of them.
    const isPart = this.#inMessage && this.#total === 0 && !this.#readHead(bytes, words, 0, start, this.#pendingEnd);
    const rest = isPart ? start : this.#run(bytes, this.#pendingMemory, words, 0, start, this.#pendingEnd);
    if (this.failed !== null) return;
    this.#pendingStart = rest;
    if (rest === this.#pendingEnd) this.#dropPending();
    // Longer chunks of a head are looked at anyway.
    else if (chunk.length === 1 || this.#total !== 0) this.#beQuiet();
    else this.#quietEnd = 0;
  }

  /** A long chunk gives no more than its part of the message that was begun; what follows is read where it is. */
  #readLongChunk(chunk: Uint8Array): void {
    this.#leaveQuiet();
    const { length } = chunk;
    let position = 0;
    do {
      let piece = length - position;
      if (piece > PIECE) {
        const missing = this.#total === 0 ? PIECE : this.#total - (this.#pendingEnd - this.#pendingStart);
        if (missing < piece) piece = missing;
      }
      this.#append(chunk, position, position + piece);
      position += piece;
      const rest = this.#run(
        this.#pending,
        this.#pendingMemory,
        this.#pendingWords,
        0,
        this.#pendingStart,
        this.#pendingEnd,
      );
      if (this.failed !== null) return;
      const isCompleted = rest !== this.#pendingStart;
      this.#pendingStart = rest;
      if (isCompleted && position < length) {
        position -= this.#pendingEnd - rest;
        this.#pendingEnd = rest;
        this.#readDirect(chunk, position);
        return;
      }
    } while (position < length);
    if (this.#pendingStart === this.#pendingEnd) this.#dropPending();
    else this.#beQuiet();
  }

  /** All in front of a CR at `at` has been looked at; what the CR is shows with the next byte. */
  #waitForLf(at: number): void {
    this.#head.passQuiet(at - this.#pendingStart);
    this.#quietEnd = 0;
  }

  /** What went by without a look counts as looked at. */
  #leaveQuiet(): void {
    if (this.#total === 0 && this.#quietEnd !== 0) this.#head.passQuiet(this.#pendingEnd - this.#pendingStart);
  }

  /** Says how far what comes next needs no look. */
  #beQuiet(): void {
    const held = this.#pendingEnd - this.#pendingStart;
    const quiet = this.#total === 0 ? this.#head.quietLength(held) : this.#total;
    this.#quietEnd = quiet === 0 ? 0 : Math.min(this.#pendingStart + quiet, this.#pending.length + 1);
  }

  /** Takes messages from `start`..`end` as far as they are complete; returns where the incomplete rest begins. */
  #run(
    bytes: Uint8Array,
    memory: ArrayBufferLike,
    words: Int32Array | undefined,
    base: number,
    start: number,
    end: number,
  ): number {
    const head = this.#head;
    let at = start;
    for (;;) {
      if (this.#bodyLeft !== 0) {
        at = this.#passBody(bytes, at, end);
        if (this.#bodyLeft !== 0) return at;
      }
      if (!this.#inMessage) {
        // Nearly always a message begins at once.
        if (at === end || (bytes[at] as number) <= 0x20 || !this.#between.atRest) {
          at = this.#readBetween(bytes, at, end);
          if (!this.#inMessage) return at;
        }
        this.#inMessage = true;
        head.reset();
      }
      if (this.#total === 0 && !this.#readHead(bytes, words, base, at, end)) return at;
      const { headLength } = head;
      const length = this.#total - headLength;
      if (this.#streaming !== undefined && length > this.#streaming.wholeUpTo) {
        this.#emit(this.#streaming.headers(memory, base + at, head));
        at += headLength;
        this.#bodyLeft = length;
        this.#total = 0;
        this.#inMessage = false;
        continue;
      }
      const total = this.#total;
      if (end - at < total) return at;
      this.#emit(new SipFrame(memory, base + at, headLength, total, head.marks, head.marksStart, head.marksEnd));
      at += total;
      this.#total = 0;
      this.#inMessage = false;
      if (at === end) return at;
    }
  }

  /** Reads on in the head of the message at `start`. Returns whether it is complete: then `#total` is set. */
  #readHead(bytes: Uint8Array, words: Int32Array | undefined, base: number, start: number, end: number): boolean {
    const head = this.#head;
    try {
      if (!head.scan(bytes, words, base, start, end)) return false;
      this.#total = head.headLength + this.#bodyLength();
      return true;
    } catch (error) {
      this.#fail(error, bytes, start, head.intactLength);
      return false;
    }
  }

  /** Of a body that is not collected: gives what is there, and returns where it ends. */
  #passBody(bytes: Uint8Array, start: number, end: number): number {
    const stop = Math.min(end, start + this.#bodyLeft);
    if (stop === start) return start;
    this.#bodyLeft -= stop - start;
    // It is set only where bodies are streamed.
    const item = this.#streaming?.chunk(bytes, start, stop, this.#bodyLeft);
    if (item !== undefined) this.#emit(item);
    return stop;
  }

  /** What stands between two messages; returns where a message or a fault begins, or `end`. */
  #readBetween(bytes: Uint8Array, start: number, end: number): number {
    const keepAlives: SipItem[] = [];
    const between = this.#between.read(bytes, start, end, keepAlives);
    const at = this.#between.offset;
    for (const item of keepAlives) this.#emit(item);
    if (between === 'message-begins') this.#inMessage = true;
    else if (between !== 'needs-more') this.#fail(new SipError(between, { offset: 0 }), bytes, at, 0);
    return at;
  }

  #emit(item: SipItem | More): void {
    if (this.#items === undefined) this.#items = [item];
    else this.#items.push(item);
  }

  /** On a stream nothing but Content-Length says where a message ends (sections 18.3 and 20.14). */
  #bodyLength(): number {
    const declared = this.#head.declaredLength;
    if (declared !== NO_LENGTH) return declared;
    if (this.#strictness === 'lenient') return 0;
    throw new SipError('content-length-missing', { offset: this.#head.headLength, field: 'Content-Length' });
  }

  #fail(error: unknown, bytes: Uint8Array, start: number, intact: number): void {
    if (!(error instanceof SipError)) throw error;
    this.failed = error;
    this.#emit(new SipFramingFailure(error, bytes.subarray(start, start + intact), true));
    this.#dropPending();
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    const size = to - from;
    const held = this.#pendingEnd - this.#pendingStart;
    if (this.#pendingEnd + size > this.#pending.length) {
      const old = this.#pending;
      const start = this.#pendingStart;
      // With several messages behind it, a longer buffer saves moving the bytes again and again.
      const isBusy = start !== 0 && old.length < BUSY_CAPACITY;
      if (held + size <= old.length && !isBusy) {
        old.copyWithin(0, start, this.#pendingEnd);
        this.#pendingStart = 0;
        this.#pendingEnd = held;
      } else {
        this.#allocate(Math.max(held + size, isBusy ? BUSY_CAPACITY : Math.min(2 * held, this.#total)));
        copyInto(this.#pending, 0, old, start, start + held);
        this.#pendingEnd = held;
      }
    }
    copyInto(this.#pending, this.#pendingEnd, chunk, from, to);
    this.#pendingEnd += size;
  }

  #allocate(size: number): void {
    let capacity = SMALLEST_CAPACITY;
    while (capacity < size) capacity *= 2;
    this.#pendingMemory = new ArrayBuffer(capacity);
    this.#pending = new Uint8Array(this.#pendingMemory);
    this.#pendingWords = wordsUnder(this.#pendingMemory, capacity);
    this.#pendingStart = 0;
    this.#pendingEnd = 0;
  }

  #dropPending(): void {
    this.#pending = NO_BYTES;
    this.#pendingMemory = NO_MEMORY;
    this.#pendingWords = undefined;
    this.#pendingStart = 0;
    this.#pendingEnd = 0;
    this.#quietEnd = 0;
    this.#head.rest();
  }
}
