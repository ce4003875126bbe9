import type { ApplicationKeys } from './key-schedule/application-keys.js';
import { KEY_UPDATE_REQUEST } from './messages/key-update.js';
import { encodeHandshakeMessage } from './messages/message.js';
import type { RecordReader } from './record/record-reader.js';
import type { RecordWriter } from './record/record-writer.js';

/** Records kept back under each key for a KeyUpdate and an alert. */
const RECORDS_IN_RESERVE = 4;

/** New keys for either direction of an open connection, RFC 9846 section 4.7.3. */
export class KeyUpdates {
  readonly #keys: ApplicationKeys;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  #owesAnswer = false;
  #awaitsPeer = false;

  constructor(keys: ApplicationKeys, reader: RecordReader, writer: RecordWriter) {
    this.#keys = keys;
    this.#reader = reader;
    this.#writer = writer;
  }

  /** The peer's next record is under its next keys. The KeyUpdate that said so must have been the end of its record. */
  receive(peerWantsOurs: boolean): void {
    this.#reader.useOpener(this.#keys.nextOpener());
    this.#awaitsPeer = false;
    // One answer to any number of requests, before the next application data.
    if (peerWantsOurs) this.#owesAnswer = true;
  }

  /** Sends the answer that is owed, if one is. */
  answer(): void {
    if (!this.#owesAnswer) return;
    this.#owesAnswer = false;
    this.#send('update_not_requested');
  }

  /** Changes our keys; a request goes out only where no earlier one is open. */
  update(request: keyof typeof KEY_UPDATE_REQUEST): void {
    const requests = request === 'update_requested' && !this.#awaitsPeer;
    // What answers the peer's request is an update that asks for nothing.
    if (requests) this.#awaitsPeer = true;
    else this.#owesAnswer = false;
    this.#send(requests ? 'update_requested' : 'update_not_requested');
  }

  /** Section 5.5: new keys before the limit, with room for the KeyUpdate itself and an alert. */
  makeRoomFor(records: number): void {
    if (this.#writer.recordsLeft - records < RECORDS_IN_RESERVE) this.#send('update_not_requested');
  }

  #send(request: keyof typeof KEY_UPDATE_REQUEST): void {
    const requestUpdate = KEY_UPDATE_REQUEST[request];
    this.#writer.write('handshake', encodeHandshakeMessage('key_update', { requestUpdate }));
    this.#writer.useSealer(this.#keys.nextSealer());
  }
}
