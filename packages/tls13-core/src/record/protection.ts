import { copyBytes } from '@portico/bytes';
import type { AeadOpener, AeadSealer, CipherSuite } from '@portico/crypto';
import { TlsError } from '../error.js';
import { LARGEST_RECORD_SIZE_LIMIT, LARGEST_SEQUENCE_NUMBER } from '../limits.js';
import { CONTENT_TYPE, LEGACY_RECORD_VERSION, RECORD_HEADER_LENGTH } from './content-type.js';

/** What one direction's keys come to: the AEAD key and the IV of RFC 9846 section 7.3. */
export interface TrafficKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** A record's content after the AEAD and the padding are off. */
export interface OpenedRecord {
  readonly type: number;
  /** Fresh memory. */
  readonly content: Uint8Array;
}

/** Protects records of one direction under one key, RFC 9846 section 5.2. */
export class RecordSealer {
  readonly #sealer: AeadSealer;
  readonly #nonce: RecordNonce;
  readonly #tagLength: number;
  readonly #limit: number;

  constructor(suite: CipherSuite, keys: TrafficKeys) {
    this.#sealer = suite.createSealer(keys.key);
    this.#nonce = new RecordNonce(keys.iv);
    this.#tagLength = suite.tagLength;
    this.#limit = recordsPerKey(suite);
  }

  /** Records that may still be sealed before the limit of RFC 9846 section 5.5. */
  get recordsLeft(): number {
    return this.#limit - this.#nonce.sequenceNumber;
  }

  /** Bytes that a record takes beyond its content. */
  get overhead(): number {
    return RECORD_HEADER_LENGTH + 1 + this.#tagLength;
  }

  /**
   * Writes one protected record into `output` at `at`, whatever was there: header, content, content type, padding, tag.
   * Returns the offset after the record.
   * @throws TlsError `key-usage-limit` where the caller did not change keys in time
   */
  sealInto(output: Uint8Array, at: number, type: number, content: Uint8Array, padding = 0): number {
    this.#demandKeys();
    const sealedLength = content.length + 1 + padding + this.#tagLength;
    const start = at + RECORD_HEADER_LENGTH;
    const end = start + sealedLength;
    writeRecordHeader(output, at, CONTENT_TYPE.application_data, LEGACY_RECORD_VERSION, sealedLength);
    output.set(content, start);
    output[start + content.length] = type;
    if (padding > 0) output.fill(0, start + content.length + 1, end - this.#tagLength);
    this.#sealer.sealInPlace(this.#nonce.current(), output.subarray(at, start), output.subarray(start, end));
    this.#nonce.advance();
    return end;
  }

  #demandKeys(): void {
    if (this.recordsLeft <= 0) throw new TlsError('key-usage-limit', { expected: 'a key update before the limit' });
  }

  destroy(): void {
    this.#sealer.destroy();
    this.#nonce.destroy();
  }
}

/** Records that one key may protect at all, RFC 9846 section 5.5. */
export function recordsPerKey({ confidentialityLimit }: CipherSuite): number {
  return Math.min(confidentialityLimit, LARGEST_SEQUENCE_NUMBER);
}

/** Opens records of one direction under one key, RFC 9846 section 5.2. */
export class RecordOpener {
  readonly #opener: AeadOpener;
  readonly #nonce: RecordNonce;

  constructor(suite: CipherSuite, keys: TrafficKeys) {
    this.#opener = suite.createOpener(keys.key);
    this.#nonce = new RecordNonce(keys.iv);
  }

  /**
   * Removes protection and padding. Only a record that opens uses up its sequence number. `longest` is the most that
   * content, type and padding may come to.
   * @throws TlsError `bad-record-mac`, `record-too-long` or `inner-content-type-missing`
   */
  open(record: Uint8Array, longest: number = LARGEST_RECORD_SIZE_LIMIT): OpenedRecord {
    const header = record.subarray(0, RECORD_HEADER_LENGTH);
    const inner = this.#opener.open(this.#nonce.current(), header, record.subarray(RECORD_HEADER_LENGTH));
    if (inner === null) throw new TlsError('bad-record-mac');
    this.#nonce.advance();
    // Section 5.4: the padded plaintext counts, not just the content.
    if (inner.length > longest) {
      throw new TlsError('record-too-long', {
        subject: 'TLSInnerPlaintext',
        expected: `at most ${longest} bytes`,
        got: inner.length,
      });
    }
    let end = inner.length - 1;
    while (inner[end] === 0) end--;
    if (end < 0) throw new TlsError('inner-content-type-missing');
    return { type: inner[end] as number, content: inner.subarray(0, end) };
  }

  destroy(): void {
    this.#opener.destroy();
    this.#nonce.destroy();
  }
}

/** The per-record nonce, RFC 9846 section 5.3: the sequence number XORed into the right end of the IV. */
class RecordNonce {
  readonly #iv: Uint8Array;
  readonly #nonce: Uint8Array;
  #sequenceNumber = 0;

  constructor(iv: Uint8Array) {
    this.#iv = copyBytes(iv);
    this.#nonce = copyBytes(iv);
  }

  get sequenceNumber(): number {
    return this.#sequenceNumber;
  }

  /** The nonce for the next record; overwritten by the call after it. */
  current(): Uint8Array {
    const nonce = this.#nonce;
    const iv = this.#iv;
    const last = nonce.length - 1;
    for (let i = 0, rest = this.#sequenceNumber; i < 8; i++, rest = Math.floor(rest / 256)) {
      nonce[last - i] = (iv[last - i] as number) ^ (rest & 0xff);
    }
    return nonce;
  }

  advance(): void {
    this.#sequenceNumber++;
  }

  destroy(): void {
    this.#iv.fill(0);
    this.#nonce.fill(0);
  }
}

/** The five bytes in front of a record. */
export function writeRecordHeader(output: Uint8Array, at: number, type: number, version: number, length: number): void {
  output[at] = type;
  output[at + 1] = version >> 8;
  output[at + 2] = version & 0xff;
  output[at + 3] = length >> 8;
  output[at + 4] = length & 0xff;
}
