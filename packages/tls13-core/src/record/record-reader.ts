import { TlsError } from '../error.js';
import { LARGEST_RECORD_SIZE_LIMIT, type TlsLimits } from '../limits.js';
import { CONTENT_TYPE, contentTypeName, RECORD_HEADER_LENGTH, type ContentTypeName } from './content-type.js';
import { RecordDeframer, type RawRecord } from './deframer.js';
import type { RecordOpener } from './protection.js';
import type { Trace } from './trace.js';

/** What a record held, after everything that is the record layer's own was judged. */
export interface RecordContent {
  readonly type: Exclude<ContentTypeName, 'change_cipher_spec'>;
  /** Fresh memory where the record was protected, else a view of the input. */
  readonly content: Uint8Array;
}

interface RecordReaderOptions {
  readonly side: 'client' | 'server';
  readonly limits: TlsLimits;
  /** Whether part of a handshake message was read and the rest is still to come. */
  readonly insideMessage: () => boolean;
  readonly trace?: Trace | null;
}

/** Reads records under the current receiving keys, and holds them to RFC 9846 sections 5 to 5.4. */
export class RecordReader {
  readonly #limits: TlsLimits;
  readonly #insideMessage: () => boolean;
  readonly #trace: Trace | null;
  readonly #deframer = new RecordDeframer();
  #opener: RecordOpener | null = null;
  #peerMayChangeCipherSpec: boolean;
  /** Until the peer's first protected record: a client may refuse our flight before it has keys to say so with. */
  #peerMayAlertInTheClear: boolean;
  #changeCipherSpecs = 0;
  /** Most that a protected record may hold, type and padding included. */
  #longest = LARGEST_RECORD_SIZE_LIMIT;
  /** Bytes of refused early data that may still be passed over; 0 when none can come. */
  #skippableEarlyData = 0;

  constructor({ side, limits, insideMessage, trace = null }: RecordReaderOptions) {
    this.#trace = trace;
    this.#limits = limits;
    this.#insideMessage = insideMessage;
    this.#peerMayChangeCipherSpec = side === 'client';
    this.#peerMayAlertInTheClear = side === 'server';
  }

  /** Gives the next bytes; what was given before must have been read with `next`, or `discard`ed. */
  push(chunk: Uint8Array): void {
    this.#deframer.push(chunk);
  }

  /** The bytes given and not yet read, as a view. */
  get unread(): Uint8Array {
    return this.#deframer.unread;
  }

  /** Whether part of a record was read. */
  get hasPartialRecord(): boolean {
    return this.#deframer.hasPartialRecord;
  }

  /** Forgets the bytes given and not yet read. */
  discard(): void {
    this.#deframer.discard();
  }

  /** Everything after this is opened with these keys; null forgets the keys. */
  useOpener(opener: RecordOpener | null): void {
    this.#opener?.destroy();
    this.#opener = opener;
    if (opener !== null) this.#trace?.({ kind: 'keys-changed', direction: 'received' });
  }

  /** Holds the peer to our record_size_limit (RFC 8449 section 4). */
  limitRecords(longest: number): void {
    this.#longest = longest;
  }

  /** A change_cipher_spec may come from a client's first hello to the peer's Finished (section 5). */
  allowChangeCipherSpec(allowed: 'allowed' | 'over'): void {
    this.#peerMayChangeCipherSpec = allowed === 'allowed';
  }

  /** From here on records that cannot be read are passed over as early data, up to so many bytes (section 4.3.10). */
  skipEarlyData(ciphertextAllowance: number): void {
    this.#skippableEarlyData = ciphertextAllowance;
  }

  /**
   * The next record's content, or null when more bytes are needed.
   * @throws TlsError with the reason that fits
   */
  next(): RecordContent | null {
    for (;;) {
      const record = this.#deframer.next();
      if (record === null) return null;
      const content = this.#read(record);
      if (this.#trace !== null) this.#show(this.#trace, record, content);
      if (content !== null) return content;
    }
  }

  /** What was dropped without being opened is not told. */
  #show(trace: Trace, { type, bytes }: RawRecord, content: RecordContent | null): void {
    const dropped = type === CONTENT_TYPE.change_cipher_spec ? 'change_cipher_spec' : null;
    const contentType = content?.type ?? dropped;
    if (contentType === null) return;
    trace({
      kind: 'record',
      direction: 'received',
      contentType,
      protection: type === CONTENT_TYPE.application_data ? 'protected' : 'plaintext',
      length: bytes.length,
      contentLength: content?.content.length ?? 1,
    });
  }

  /** Null for a record that is dropped. */
  #read(record: RawRecord): RecordContent | null {
    if (record.type === CONTENT_TYPE.change_cipher_spec) {
      this.#judgeChangeCipherSpec(record);
      return null;
    }
    if (this.#opener === null) return this.#readPlaintext(record);
    // Appendix A.1: alerts derived from what follows ServerHello may come in the clear.
    if (record.type === CONTENT_TYPE.alert && this.#peerMayAlertInTheClear) {
      return this.#judge(record.type, record.bytes.subarray(RECORD_HEADER_LENGTH));
    }
    // Section 5.2: once keys are in place, only application_data comes on the outside.
    if (record.type !== CONTENT_TYPE.application_data) {
      throw new TlsError('unprotected-record', {
        expected: 'a protected record',
        got: contentTypeName(record.type) ?? String(record.type),
      });
    }
    let opened: { readonly type: number; readonly content: Uint8Array };
    try {
      opened = this.#opener.open(record.bytes, this.#longest);
    } catch (error) {
      if (isBadRecordMac(error) && this.#skipsAsEarlyData(record)) return null;
      throw error;
    }
    this.#skippableEarlyData = 0;
    this.#peerMayAlertInTheClear = false;
    return this.#judge(opened.type, opened.content);
  }

  #readPlaintext(record: RawRecord): RecordContent | null {
    if (record.type === CONTENT_TYPE.application_data) {
      // Section 4.3.10: early data behind a hello that got a HelloRetryRequest.
      if (this.#skipsAsEarlyData(record)) return null;
      throw new TlsError('unprotected-record', { expected: 'a handshake record', got: 'application_data' });
    }
    // Section 4.3.10: skipping ends at the second ClientHello, wherever early data was refused by a HelloRetryRequest.
    this.#skippableEarlyData = 0;
    return this.#judge(record.type, record.bytes.subarray(RECORD_HEADER_LENGTH));
  }

  #judge(type: number, content: Uint8Array): RecordContent {
    const name = contentTypeName(type);
    if (name !== 'handshake') this.#demandNoMessageInside(name ?? String(type));
    if (name === undefined || name === 'change_cipher_spec') {
      throw new TlsError('unexpected-record-type', { got: name ?? String(type) });
    }
    // Section 5.1: only application data may be empty.
    if (content.length === 0 && name !== 'application_data') throw new TlsError('empty-record', { subject: name });
    return { type: name, content };
  }

  /** Section 5: one byte of 1, unprotected, between the first ClientHello and the peer's Finished; then it is dropped. */
  #judgeChangeCipherSpec({ bytes }: RawRecord): void {
    const right = bytes.length === RECORD_HEADER_LENGTH + 1 && bytes[RECORD_HEADER_LENGTH] === 1;
    if (!right || !this.#peerMayChangeCipherSpec) throw new TlsError('unexpected-change-cipher-spec');
    this.#demandNoMessageInside('change_cipher_spec');
    this.#changeCipherSpecs++;
    if (this.#changeCipherSpecs > this.#limits.changeCipherSpecRecords) {
      throw new TlsError('too-many-change-cipher-specs', {
        expected: `at most ${this.#limits.changeCipherSpecRecords}`,
      });
    }
  }

  /** Section 5.1: nothing may stand between the fragments of a handshake message. */
  #demandNoMessageInside(got: string): void {
    if (this.#insideMessage()) {
      throw new TlsError('interleaved-record', { expected: 'the rest of a handshake message', got });
    }
  }

  #skipsAsEarlyData({ bytes }: RawRecord): boolean {
    if (bytes.length > this.#skippableEarlyData) return false;
    this.#skippableEarlyData -= bytes.length;
    return true;
  }
}

function isBadRecordMac(error: unknown): boolean {
  return error instanceof TlsError && error.reason === 'bad-record-mac';
}
