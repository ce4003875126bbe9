// The records of a trace, sealed and opened by our record layer under the keys that our key schedule made.
import { bytesEqual } from '@portico/bytes';
import { createOpener, createSealer } from '../../../../packages/tls13-core/dist/key-schedule/application-keys.js';
import { DEFAULT_TLS_LIMITS, MAX_PLAINTEXT_LENGTH } from '../../../../packages/tls13-core/dist/limits.js';
import { HANDSHAKE_TYPE_CODES } from '../../../../packages/tls13-core/dist/messages/handshake-type.js';
import { RecordReader } from '../../../../packages/tls13-core/dist/record/record-reader.js';
import { RecordWriter } from '../../../../packages/tls13-core/dist/record/record-writer.js';
import { messageOf } from './trace.mjs';

/** The secret of each side's epochs. */
const SECRETS = {
  client: { early: 'c e traffic', handshake: 'c hs traffic', application: 'c ap traffic' },
  server: { handshake: 's hs traffic', application: 's ap traffic' },
};

/** One side's writer, and the reader that its peer would have. */
export class RecordDirection {
  #who;
  #schedule;
  #finished;
  #wasFinished = false;
  #epoch = 'plaintext';
  #reader;
  #writer = new RecordWriter({ maxFragmentLength: MAX_PLAINTEXT_LENGTH, maxPending: DEFAULT_TLS_LIMITS.pendingOutput });

  constructor(trace, schedule, who) {
    this.#who = who;
    this.#schedule = schedule;
    this.#finished = messageOf(trace, who, 'finished').raw;
    const side = who === 'client' ? 'server' : 'client';
    this.#reader = new RecordReader({ side, limits: DEFAULT_TLS_LIMITS, insideMessage: () => false });
    this.#reader.allowChangeCipherSpec('allowed');
  }

  /** What our code makes of a record: bytes from the payload, and a payload from the bytes. */
  convert({ type, payload, bytes }) {
    this.#changeEpoch(this.#epochOf(type, payload));
    if (type === 'change_cipher_spec') this.#writer.writeChangeCipherSpec();
    else if (type === 'application_data') this.#writer.writeApplicationData(payload);
    else if (type === 'alert') this.#writer.writeAlert(payload);
    else {
      this.#writer.writeMessage(payload);
      this.#writer.flush();
    }
    if (bytesEqual(payload.subarray(-this.#finished.length), this.#finished)) this.#wasFinished = true;
    return { payload: this.#open(type, bytes), 'complete record': this.#writer.take() };
  }

  /** The content that the peer's reader gives; it keeps a change_cipher_spec to itself once it was judged. */
  #open(type, bytes) {
    this.#reader.push(bytes);
    const content = this.#reader.next();
    if (type === 'change_cipher_spec' && content === null) return bytes.subarray(-1);
    if (content?.type !== type) throw new Error(`got ${content?.type ?? 'nothing'} from a record of ${type}`);
    return content.content;
  }

  /** Which keys protect it (RFC 9846 sections 2 and 4.3.10). */
  #epochOf(type, payload) {
    const {
      client_hello: clientHello,
      server_hello: serverHello,
      end_of_early_data: endOfEarlyData,
    } = HANDSHAKE_TYPE_CODES;
    if (type === 'change_cipher_spec') return this.#epoch;
    if (type === 'handshake' && (payload[0] === clientHello || payload[0] === serverHello)) return 'plaintext';
    if (this.#wasFinished) return 'application';
    const early = type === 'application_data' || (type === 'handshake' && payload[0] === endOfEarlyData);
    return early ? 'early' : 'handshake';
  }

  #changeEpoch(epoch) {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    const secret = this.#schedule.secrets[SECRETS[this.#who][epoch]]?.expanded;
    if (secret === undefined) throw new Error(`the ${this.#who} has no secret for ${epoch} records`);
    this.#writer.useSealer(createSealer(this.#schedule.suite, secret));
    this.#reader.useOpener(createOpener(this.#schedule.suite, secret));
  }
}
