import { TlsError } from './error.js';
import type { ApplicationKeys } from './key-schedule/application-keys.js';
import { RECORDS_IN_RESERVE } from './limits.js';
import { KEY_UPDATE_LENGTH, KEY_UPDATE_REQUEST } from './messages/key-update.js';
import { encodeHandshakeMessage } from './messages/message.js';
import type { RecordLayers } from './record-sink.js';
import type { RecordReader } from './record/record-reader.js';
import type { OutputMemory, RecordWriter } from './record/record-writer.js';

/** New keys for either direction of an open connection, RFC 9846 section 4.7.3. */
export class KeyUpdates {
  readonly #keys: ApplicationKeys;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  /** How often our keys may change. */
  readonly #limit: number;
  #sent = 0;
  #owesAnswer = false;
  #awaitsPeer = false;

  constructor(keys: ApplicationKeys, { reader, writer, limits }: RecordLayers) {
    this.#keys = keys;
    this.#reader = reader;
    this.#writer = writer;
    this.#limit = limits.keyUpdatesSent;
  }

  /** The peer's next record is under its next keys. The KeyUpdate that said so must have been the end of its record. */
  receive(peerWantsOurs: boolean): void {
    this.#reader.useOpener(this.#keys.nextOpener());
    this.#awaitsPeer = false;
    // One answer to any number of requests, before the next application data: not before we have any.
    if (peerWantsOurs) this.#owesAnswer = true;
  }

  /** Whether a request of ours is open: the next KeyUpdate answers it. */
  get awaitsPeer(): boolean {
    return this.#awaitsPeer;
  }

  /**
   * Sends application data, behind the one answer to all requests that came while we were silent, and under new keys
   * wherever the current ones come near the limit of section 5.5.
   * @throws TlsError `too-much-pending-output` and `key-usage-limit` before anything is written, `invalid-argument`
   */
  writeApplicationData(content: Uint8Array, allocate?: OutputMemory): void {
    const writer = this.#writer;
    const answers = this.#owesAnswer && this.#mayUpdate;
    // How often the keys change before all of it is sent.
    const records = Math.max(1, Math.ceil(content.length / writer.maxFragmentLength));
    const perKey = usable(this.#keys.recordsPerKey);
    const first = answers ? perKey : Math.max(0, writer.recordsLeft - RECORDS_IN_RESERVE);
    const updates = (answers ? 1 : 0) + Math.max(0, Math.ceil((records - first) / perKey));
    this.#demandUpdates(updates, writer.lengthInRecords(content.length));
    if (answers) this.#change('update_not_requested');
    let rest = content;
    do {
      if (writer.recordsLeft <= RECORDS_IN_RESERVE) this.#change('update_not_requested');
      const fits = rest.subarray(0, usable(writer.recordsLeft) * writer.maxFragmentLength);
      writer.writeApplicationData(fits, allocate);
      rest = rest.subarray(fits.length);
    } while (rest.length > 0);
  }

  /**
   * Changes our keys; a request goes out only where no earlier one is open.
   * @throws TlsError `key-usage-limit`, `too-much-pending-output`
   */
  update(request: keyof typeof KEY_UPDATE_REQUEST): void {
    this.#demandUpdates(1, 0);
    this.#change(request);
  }

  /** Whether the keys may change as often, and the output hold that and so many bytes of records beside it. */
  #demandUpdates(updates: number, besides: number): void {
    if (updates > this.#limit - this.#sent) {
      throw new TlsError('key-usage-limit', { expected: `at most ${this.#limit} updates` });
    }
    this.#writer.demandRoomFor(besides + updates * this.#writer.lengthInRecords(KEY_UPDATE_LENGTH));
  }

  #change(request: keyof typeof KEY_UPDATE_REQUEST): void {
    const requests = request === 'update_requested' && !this.#awaitsPeer;
    // What answers the peer's request is an update that asks for nothing.
    if (requests) this.#awaitsPeer = true;
    else this.#owesAnswer = false;
    const requestUpdate = KEY_UPDATE_REQUEST[requests ? 'update_requested' : 'update_not_requested'];
    this.#writer.writeMessage(encodeHandshakeMessage('key_update', { requestUpdate }));
    this.#writer.useSealer(this.#keys.nextSealer());
    this.#sent++;
  }

  /** A sender may not go beyond the last epoch, and a request that would make it is ignored. */
  get #mayUpdate(): boolean {
    return this.#sent < this.#limit;
  }
}

/** Records of application data for which a key is used; each carries some. */
function usable(records: number): number {
  return Math.max(1, records - RECORDS_IN_RESERVE);
}
