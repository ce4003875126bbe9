import { concatBytes } from '@portico/bytes';
import type { CipherSuite, Hash } from '@portico/crypto';
import type { AlertName } from '../../src/alert.js';
import { alertFromCode } from '../../src/alert.js';
import type { TlsConnection } from '../../src/connection.js';
import type { TlsEvent } from '../../src/events.js';
import {
  nextTrafficSecret,
  trafficKeys,
  type MainSecretStage,
  type TrafficSecrets,
} from '../../src/key-schedule/key-schedule.js';
import {
  decodeHandshakeMessage,
  encodeHandshakeMessage,
  type HandshakeBodies,
  type ReceivedMessage,
} from '../../src/messages/message.js';
import { handshakeTypeName, MESSAGE_HASH_CODE, type HandshakeType } from '../../src/messages/handshake-type.js';
import { CONTENT_TYPE, type ContentTypeName } from '../../src/record/content-type.js';
import { RecordOpener, RecordSealer, writeRecordHeader } from '../../src/record/protection.js';

/** How a message may differ from the one that an honest peer would send. */
export interface Forgery<T extends HandshakeType> {
  /** Another body, made from the honest one. */
  readonly body?: (honest: HandshakeBodies[T]) => HandshakeBodies[T];
  /** Other bytes, header included, made from the encoded message. */
  readonly bytes?: (message: Uint8Array) => Uint8Array;
  /** More bytes in the same record, which the transcript does not see. */
  readonly behind?: Uint8Array;
}

/**
 * The other side of a connection under test, played by hand: it keeps the transcript and the keys as an honest peer
 * would, and sends whatever it is told to, in any order. What the connection says is read at once.
 */
export abstract class ScriptedPeer {
  readonly connection: TlsConnection;
  readonly events: TlsEvent[] = [];
  /** Handshake messages of the connection under test. */
  readonly heard: ReceivedMessage[] = [];
  /** Alerts of the connection under test. */
  readonly alerts: AlertName[] = [];
  readonly alertBytes: Uint8Array[] = [];
  readonly #transcript: Uint8Array[] = [];
  #unread: Uint8Array = new Uint8Array(0);
  #fragments: Uint8Array = new Uint8Array(0);
  sealer: RecordSealer | null = null;
  opener: RecordOpener | null = null;
  suite: CipherSuite | null = null;
  handshakeSecrets: TrafficSecrets | null = null;
  /** What this side sends under, and what the other side sends under, once the handshake is over. */
  applicationSecrets: { send: Uint8Array; receive: Uint8Array } | null = null;
  protected main: MainSecretStage | null = null;

  constructor(connection: TlsConnection) {
    this.connection = connection;
  }

  /** The reason for which the connection failed, or null. */
  get failure(): string | null {
    const last = this.events.at(-1);
    return last?.type === 'failed' ? last.error.reason : null;
  }

  get eventTypes(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** The transcript hash of all that was sent and heard; zeros before a suite is chosen. */
  transcriptHash(): Uint8Array {
    return this.suite === null ? new Uint8Array(32) : this.suite.hash.digest(concatBytes(...this.#transcript));
  }

  /** The hash of all that was sent and heard and of a part of the next message: what a binder covers. */
  transcriptHashWith(hash: Hash, part: Uint8Array): Uint8Array {
    return hash.digest(concatBytes(...this.#transcript, part));
  }

  addToTranscript(message: Uint8Array): void {
    this.#transcript.push(message);
  }

  dropLastFromTranscript(): void {
    this.#transcript.pop();
  }

  /** Section 4.1: message_hash in the place of the first ClientHello. */
  replaceFirstHello(): void {
    const { hash } = this.suite as CipherSuite;
    const digest = hash.digest(concatBytes(...this.#transcript));
    this.#transcript.length = 0;
    this.#transcript.push(concatBytes(Uint8Array.of(MESSAGE_HASH_CODE, 0, 0, digest.length), digest));
  }

  /** The last message of that type which the connection sent. */
  last<T extends HandshakeType>(type: T): HandshakeBodies[T] {
    const found = this.heard.findLast((message) => message.type === type);
    if (found === undefined) throw new Error(`no ${type} was heard`);
    return found.body as unknown as HandshakeBodies[T];
  }

  /** Encodes a message, takes it into the transcript and sends it under the current keys. */
  message<T extends HandshakeType>(type: T, body: HandshakeBodies[T], forgery: Forgery<T> = {}): this {
    return this.deliver(this.record('handshake', this.forge(type, body, forgery)));
  }

  /** The same without sending it. */
  forge<T extends HandshakeType>(type: T, body: HandshakeBodies[T], forgery: Forgery<T> = {}): Uint8Array {
    const honest = encodeHandshakeMessage(type, forgery.body === undefined ? body : forgery.body(body));
    const message = forgery.bytes === undefined ? honest : forgery.bytes(honest);
    this.addToTranscript(message);
    return forgery.behind === undefined ? message : concatBytes(message, forgery.behind);
  }

  /** One record under the current keys, or in the clear where there are none. */
  record(type: ContentTypeName | number, content: Uint8Array, padding = 0): Uint8Array {
    const code = typeof type === 'number' ? type : CONTENT_TYPE[type];
    if (this.sealer === null) return plainRecord(code, content);
    if (padding === 0) {
      const output = new Uint8Array(content.length + this.sealer.overhead);
      this.sealer.sealInto(output, 0, code, content);
      return output;
    }
    // Content, type and padding look like longer content of type 0 with nothing behind it.
    const padded = concatBytes(content, Uint8Array.of(code), new Uint8Array(padding - 1));
    const output = new Uint8Array(padded.length + this.sealer.overhead);
    this.sealer.sealInto(output, 0, 0, padded);
    return output;
  }

  send(type: ContentTypeName | number, content: Uint8Array, padding = 0): this {
    return this.deliver(this.record(type, content, padding));
  }

  /** A record in the clear, whatever keys there are. */
  sendPlain(type: ContentTypeName | number, content: Uint8Array): this {
    return this.deliver(plainRecord(typeof type === 'number' ? type : CONTENT_TYPE[type], content));
  }

  /** change_cipher_spec as section 5 allows it. */
  changeCipherSpec(): this {
    return this.sendPlain('change_cipher_spec', Uint8Array.of(1));
  }

  applicationData(content: Uint8Array = Uint8Array.of(0x64, 0x61, 0x74, 0x61)): this {
    return this.send('application_data', content);
  }

  alert(name: 'close_notify' | 'user_canceled' | 'internal_error'): this {
    const code = { close_notify: 0, user_canceled: 90, internal_error: 80 }[name];
    return this.send('alert', Uint8Array.of(name === 'internal_error' ? 2 : 1, code));
  }

  /** KeyUpdate, after which this side sends under the next keys unless told to `keepOldKeys`. */
  keyUpdate(requestUpdate = 0, then: 'change-keys' | 'keep-old-keys' = 'change-keys'): this {
    const record = this.record('handshake', encodeHandshakeMessage('key_update', { requestUpdate }));
    if (then === 'change-keys' && this.applicationSecrets !== null) {
      const { suite, applicationSecrets } = this as { suite: CipherSuite; applicationSecrets: { send: Uint8Array } };
      applicationSecrets.send = nextTrafficSecret(suite.hash, applicationSecrets.send);
      this.sealer = new RecordSealer(suite, trafficKeys(suite, applicationSecrets.send));
    }
    return this.deliver(record);
  }

  /** Gives bytes to the connection and reads what it answers. */
  deliver(bytes: Uint8Array): this {
    this.events.push(...this.connection.receive(bytes));
    return this.listen();
  }

  /** Awaits the application's answers, then reads what the connection said. */
  async settled(): Promise<this> {
    while (this.connection.waiting !== null) this.events.push(...(await this.connection.waiting));
    return this.listen();
  }

  /** Reads the connection's output. */
  listen(): this {
    this.#unread = concatBytes(this.#unread, this.connection.takeOutput());
    for (;;) {
      if (this.#unread.length < 5) return this;
      const end = 5 + (((this.#unread[3] as number) << 8) | (this.#unread[4] as number));
      if (this.#unread.length < end) return this;
      const record = this.#unread.subarray(0, end);
      this.#unread = this.#unread.subarray(end);
      this.#hearRecord(record);
    }
  }

  #hearRecord(record: Uint8Array): void {
    const outer = record[0] as number;
    const isPlain = this.opener === null || outer !== CONTENT_TYPE.application_data;
    const { type, content } = isPlain
      ? { type: outer, content: record.slice(5) }
      : (this.opener as RecordOpener).open(record);
    if (type === CONTENT_TYPE.alert) {
      this.alerts.push(alertFromCode(content[1] as number).name as AlertName);
      this.alertBytes.push(content);
    }
    if (type === CONTENT_TYPE.application_data) this.heardData.push(content);
    if (type === CONTENT_TYPE.change_cipher_spec) this.heardChangeCipherSpecs++;
    if (type === CONTENT_TYPE.handshake) this.#hearFragment(content);
  }

  readonly heardData: Uint8Array[] = [];
  heardChangeCipherSpecs = 0;

  #hearFragment(content: Uint8Array): void {
    this.#fragments = concatBytes(this.#fragments, content);
    for (;;) {
      const [code = 0, high = 0, middle = 0, low = 0] = this.#fragments;
      const end = 4 + ((high << 16) | (middle << 8) | low);
      if (this.#fragments.length < 4 || this.#fragments.length < end) return;
      const message = decodeHandshakeMessage(handshakeTypeName(code) as HandshakeType, this.#fragments.slice(0, end));
      this.#fragments = this.#fragments.subarray(end);
      this.heard.push(message);
      if (message.type === 'key_update') this.#hearKeyUpdate();
      else if (message.type !== 'new_session_ticket') {
        this.addToTranscript(message.raw);
        this.hearMessage(message);
      }
    }
  }

  #hearKeyUpdate(): void {
    const { suite, applicationSecrets } = this as { suite: CipherSuite; applicationSecrets: { receive: Uint8Array } };
    applicationSecrets.receive = nextTrafficSecret(suite.hash, applicationSecrets.receive);
    this.opener = new RecordOpener(suite, trafficKeys(suite, applicationSecrets.receive));
  }

  /** Changes keys where the message asks for it. */
  protected abstract hearMessage(message: ReceivedMessage): void;

  protected useSendSecret(secret: Uint8Array): void {
    this.sealer = new RecordSealer(this.suite as CipherSuite, trafficKeys(this.suite as CipherSuite, secret));
  }

  protected useReceiveSecret(secret: Uint8Array): void {
    this.opener = new RecordOpener(this.suite as CipherSuite, trafficKeys(this.suite as CipherSuite, secret));
  }
}

/** An unprotected record. */
export function plainRecord(type: number, content: Uint8Array): Uint8Array {
  const output = new Uint8Array(5 + content.length);
  writeRecordHeader(output, 0, type, 0x0303, content.length);
  output.set(content, 5);
  return output;
}
