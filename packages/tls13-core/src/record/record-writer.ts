import { concatBytes } from '@portico/bytes';
import { TlsError } from '../error.js';
import {
  CONTENT_TYPE,
  INITIAL_RECORD_VERSION,
  LEGACY_RECORD_VERSION,
  RECORD_HEADER_LENGTH,
  type ContentTypeName,
} from './content-type.js';
import { writeRecordHeader, type RecordSealer } from './protection.js';

/** Puts messages and data into records under the current sending keys, and holds them until they are taken. */
export class RecordWriter {
  readonly #maxFragmentLength: number;
  readonly #maxPending: number;
  #sealer: RecordSealer | null = null;
  #chunks: Uint8Array[] = [];
  #pendingLength = 0;
  #wroteFirst = false;

  constructor(options: { readonly maxFragmentLength: number; readonly maxPending: number }) {
    this.#maxFragmentLength = options.maxFragmentLength;
    this.#maxPending = options.maxPending;
  }

  /** Bytes that wait to be taken. */
  get pendingLength(): number {
    return this.#pendingLength;
  }

  /** Records that the current keys may still protect; Infinity without keys. */
  get recordsLeft(): number {
    return this.#sealer?.recordsLeft ?? Infinity;
  }

  /** Everything after this is sealed with these keys. */
  useSealer(sealer: RecordSealer | null): void {
    this.#sealer?.destroy();
    this.#sealer = sealer;
  }

  /** All that waits, in one array. */
  take(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#pendingLength = 0;
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : concatBytes(...chunks);
  }

  /** Forgets what waits. */
  discard(): void {
    this.#chunks = [];
    this.#pendingLength = 0;
  }

  /** How many records that much content takes. */
  recordCount(length: number): number {
    return Math.max(1, Math.ceil(length / this.#maxFragmentLength));
  }

  /**
   * Writes the content as as many records as it takes. Empty content is one empty record for application data and
   * nothing for the rest (RFC 9846 section 5.1).
   * @throws TlsError `too-much-pending-output` before anything is written
   */
  write(type: ContentTypeName, content: Uint8Array): void {
    if (content.length === 0 && type !== 'application_data') return;
    const overhead = this.#sealer?.overhead ?? RECORD_HEADER_LENGTH;
    const length = content.length + this.recordCount(content.length) * overhead;
    if (type === 'application_data' && this.#pendingLength + length > this.#maxPending) {
      throw new TlsError('too-much-pending-output', {
        expected: `at most ${this.#maxPending} bytes that wait`,
        got: String(this.#pendingLength + length),
      });
    }
    const output = new Uint8Array(length);
    let at = 0;
    let offset = 0;
    do {
      const fragment = content.subarray(offset, offset + this.#maxFragmentLength);
      at = this.#writeRecord(output, at, CONTENT_TYPE[type], fragment);
      offset += fragment.length;
    } while (offset < content.length);
    this.#append(output);
  }

  /** The one record that is never protected (RFC 9846 section 5). */
  writeChangeCipherSpec(): void {
    const output = new Uint8Array(RECORD_HEADER_LENGTH + 1);
    writeRecordHeader(output, 0, CONTENT_TYPE.change_cipher_spec, LEGACY_RECORD_VERSION, 1);
    output[RECORD_HEADER_LENGTH] = 1;
    this.#append(output);
  }

  #writeRecord(output: Uint8Array, at: number, type: number, fragment: Uint8Array): number {
    if (this.#sealer !== null) return this.#sealer.sealInto(output, at, type, fragment);
    // Section 5.1: a first ClientHello SHOULD say 0x0301; everything after it must not.
    const version =
      !this.#wroteFirst && type === CONTENT_TYPE.handshake && fragment[0] === CLIENT_HELLO_CODE
        ? INITIAL_RECORD_VERSION
        : LEGACY_RECORD_VERSION;
    writeRecordHeader(output, at, type, version, fragment.length);
    output.set(fragment, at + RECORD_HEADER_LENGTH);
    return at + RECORD_HEADER_LENGTH + fragment.length;
  }

  #append(output: Uint8Array): void {
    this.#chunks.push(output);
    this.#pendingLength += output.length;
    this.#wroteFirst = true;
  }
}

const CLIENT_HELLO_CODE = 1;
