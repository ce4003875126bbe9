import { concatBytes } from '@portico/bytes';
import { TlsError } from '../error.js';
import { MAX_PLAINTEXT_LENGTH, RECORDS_IN_RESERVE } from '../limits.js';
import {
  CONTENT_TYPE,
  INITIAL_RECORD_VERSION,
  LEGACY_RECORD_VERSION,
  RECORD_HEADER_LENGTH,
  type ContentTypeName,
} from './content-type.js';
import type { PaddingPolicy, RecordToPad } from './padding.js';
import { writeRecordHeader, type RecordSealer } from './protection.js';
import type { Trace } from './trace.js';

/** Gives memory of exactly `length` bytes, whatever they are: all of them will be written. */
export type OutputMemory = (length: number) => Uint8Array;

const freshMemory: OutputMemory = (length) => new Uint8Array(length);

/**
 * Puts messages and data into records under the current sending keys, and holds them until they are taken. Handshake
 * messages are packed: those that stand next to each other under the same keys share records (RFC 9846 section 5.1).
 */
export class RecordWriter {
  #maxFragmentLength: number;
  /** Most content and padding in one protected record. */
  #longest = MAX_PLAINTEXT_LENGTH;
  #padding: PaddingPolicy | null;
  readonly #trace: Trace | null;
  readonly #maxPending: number;
  #sealer: RecordSealer | null = null;
  #chunks: Uint8Array[] = [];
  #pendingLength = 0;
  /** Handshake messages that are not in records yet, in order. */
  #messages: Uint8Array[] = [];
  #wroteFirst = false;

  constructor(options: {
    readonly maxFragmentLength: number;
    readonly maxPending: number;
    readonly padding?: PaddingPolicy | null;
    readonly trace?: Trace | null;
  }) {
    this.#maxFragmentLength = options.maxFragmentLength;
    this.#maxPending = options.maxPending;
    this.#padding = options.padding ?? null;
    this.#trace = options.trace ?? null;
  }

  /** Most content in one record, in bytes. */
  get maxFragmentLength(): number {
    return this.#maxFragmentLength;
  }

  /** Keeps to the peer's record_size_limit, which counts the content type too (RFC 8449 section 4). */
  limitRecords(limit: number): void {
    this.#longest = limit - 1;
    this.#maxFragmentLength = Math.min(this.#maxFragmentLength, this.#longest);
  }

  /** Bytes that wait to be taken. */
  get pendingLength(): number {
    return this.#pendingLength;
  }

  /** Records that the current keys may still protect; Infinity without keys. */
  get recordsLeft(): number {
    return this.#sealer?.recordsLeft ?? Infinity;
  }

  /** Everything after this is sealed with these keys; messages that were given before are not. */
  useSealer(sealer: RecordSealer | null): void {
    this.flush();
    this.#sealer?.destroy();
    this.#sealer = sealer;
    if (sealer !== null) this.#trace?.({ kind: 'keys-changed', direction: 'sent' });
  }

  /** All that waits, in one array. */
  take(): Uint8Array {
    const chunks = this.takeParts();
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : concatBytes(...chunks);
  }

  /** The same as parts that stand in a row: nothing is copied to join them. */
  takeParts(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#pendingLength = 0;
    return chunks;
  }

  /** Forgets what waits. */
  discard(): void {
    this.#messages = [];
    this.#chunks = [];
    this.#pendingLength = 0;
  }

  /** Bytes of the records, padding apart, that so much content takes now; of no content there is one. */
  lengthInRecords(contentLength: number, maxFragmentLength: number = this.#maxFragmentLength): number {
    const overhead = this.#sealer?.overhead ?? RECORD_HEADER_LENGTH;
    return contentLength + Math.max(1, Math.ceil(contentLength / maxFragmentLength)) * overhead;
  }

  /**
   * Whether so many bytes of records may still wait to be taken.
   * @throws TlsError `too-much-pending-output`
   */
  demandRoomFor(recordsLength: number): void {
    const length = this.#pendingLength + recordsLength;
    if (length > this.#maxPending) {
      throw new TlsError('too-much-pending-output', {
        expected: `at most ${this.#maxPending} bytes`,
        got: length,
      });
    }
  }

  /**
   * Whether the current keys, which cannot be changed, may protect as much content and whatever has to follow it (RFC 9846
   * section 5.5).
   * @throws TlsError `key-usage-limit`
   */
  demandKeysFor(contentLength: number): void {
    if (Math.ceil(contentLength / this.#maxFragmentLength) > this.recordsLeft - RECORDS_IN_RESERVE) {
      throw new TlsError('key-usage-limit', { expected: 'the end of the handshake first' });
    }
  }

  /** One whole handshake message, which waits for more to share a record with until the next `flush`. */
  writeMessage(message: Uint8Array): void {
    this.#messages.push(message);
    this.#trace?.({ kind: 'message', direction: 'sent', bytes: message });
  }

  /** Puts the messages that wait into as few records as they fit in. */
  flush(): void {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    this.#messages = [];
    this.#writeRecords('handshake', messages.length === 1 ? (messages[0] as Uint8Array) : concatBytes(...messages));
  }

  /** One alert, which is never fragmented (RFC 9846 section 5.1). */
  writeAlert(alert: Uint8Array): void {
    this.flush();
    this.#trace?.({ kind: 'alert', direction: 'sent', bytes: alert });
    this.#writeRecords('alert', alert, alert.length);
  }

  /**
   * Application data, in as many records as it takes; nothing of it is one empty record.
   * @throws TlsError `invalid-argument` for memory of another length than was asked for
   */
  writeApplicationData(content: Uint8Array, allocate: OutputMemory = freshMemory): void {
    this.flush();
    this.#writeRecords('application_data', content, this.#maxFragmentLength, allocate);
  }

  /** The one record that is never protected (RFC 9846 section 5). */
  writeChangeCipherSpec(): void {
    this.flush();
    const output = new Uint8Array(RECORD_HEADER_LENGTH + 1);
    writeRecordHeader(output, 0, CONTENT_TYPE.change_cipher_spec, LEGACY_RECORD_VERSION, 1);
    output[RECORD_HEADER_LENGTH] = 1;
    this.#append(output);
    this.#trace?.({
      kind: 'record',
      direction: 'sent',
      contentType: 'change_cipher_spec',
      protection: 'plaintext',
      length: output.length,
      contentLength: 1,
    });
  }

  #writeRecords(
    type: ContentTypeName,
    content: Uint8Array,
    maxFragmentLength = this.#maxFragmentLength,
    allocate: OutputMemory = freshMemory,
  ): void {
    const paddings = this.#paddings(type, content.length, maxFragmentLength);
    const paddingLength = paddings === null ? 0 : paddings.reduce((sum, padding) => sum + padding, 0);
    const sealer = this.#sealer;
    const length = this.lengthInRecords(content.length, maxFragmentLength) + paddingLength;
    const output = allocate(length);
    if (output.length !== length) {
      throw new TlsError('invalid-argument', {
        subject: 'memory for output',
        expected: `${length} bytes`,
        got: output.length,
      });
    }
    // Section 5.1: a first ClientHello SHOULD say 0x0301; everything after it must not.
    const version =
      !this.#wroteFirst && type === 'handshake' && content[0] === CLIENT_HELLO_CODE
        ? INITIAL_RECORD_VERSION
        : LEGACY_RECORD_VERSION;
    let at = 0;
    let offset = 0;
    let index = 0;
    do {
      const fragment = content.subarray(offset, offset + maxFragmentLength);
      const start = at;
      if (sealer === null) at = writePlaintext(output, at, CONTENT_TYPE[type], version, fragment);
      else at = sealer.sealInto(output, at, CONTENT_TYPE[type], fragment, paddings?.[index]);
      this.#trace?.({
        kind: 'record',
        direction: 'sent',
        contentType: type,
        protection: sealer === null ? 'plaintext' : 'protected',
        length: at - start,
        contentLength: fragment.length,
      });
      offset += fragment.length;
      index++;
    } while (offset < content.length);
    this.#append(output);
  }

  /**
   * The padding of each record; null for none at all. A policy that fails is not asked again, and an alert, which may be
   * the last word, goes out without it.
   * @throws TlsError `callback-failed` for a policy that fails, or gives no number of bytes
   */
  #paddings(type: ContentTypeName, contentLength: number, maxFragmentLength: number): number[] | null {
    const policy = this.#padding;
    if (policy === null || this.#sealer === null) return null;
    this.#padding = null;
    const paddings: number[] = [];
    let rest = contentLength;
    try {
      do {
        const length = Math.min(rest, maxFragmentLength);
        paddings.push(askForPadding(policy, { type, contentLength: length, room: this.#longest - length }));
        rest -= length;
      } while (rest > 0);
    } catch (error) {
      if (type === 'alert') return null;
      throw error;
    }
    this.#padding = policy;
    return paddings;
  }

  #append(output: Uint8Array): void {
    this.#chunks.push(output);
    this.#pendingLength += output.length;
    this.#wroteFirst = true;
  }
}

const CLIENT_HELLO_CODE = 1;

function askForPadding(policy: PaddingPolicy, record: RecordToPad): number {
  const padding = policy(record);
  if (!Number.isInteger(padding) || padding < 0) {
    throw new TlsError('callback-failed', { subject: 'padding', expected: '0 or more bytes', got: padding });
  }
  return Math.min(padding, record.room);
}

function writePlaintext(output: Uint8Array, at: number, type: number, version: number, fragment: Uint8Array): number {
  writeRecordHeader(output, at, type, version, fragment.length);
  output.set(fragment, at + RECORD_HEADER_LENGTH);
  return at + RECORD_HEADER_LENGTH + fragment.length;
}
