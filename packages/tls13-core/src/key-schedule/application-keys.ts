import type { CipherSuite, Hash } from '@portico/crypto';
import { TlsError } from '../error.js';
import { RecordOpener, RecordSealer, recordsPerKey } from '../record/protection.js';
import { exportKeyingMaterial, nextTrafficSecret, trafficKeys, type TrafficSecrets } from './key-schedule.js';
import { MAX_EXPORTED_HASHES, MAX_EXPORTER_LABEL_LENGTH } from '../limits.js';

/** What is kept of a handshake's secrets for as long as the connection lives. */
export class ApplicationKeys {
  readonly #suite: CipherSuite;
  readonly #exporterSecret: Uint8Array;
  #receive: Uint8Array;
  #send: Uint8Array;

  constructor(suite: CipherSuite, side: 'client' | 'server', secrets: TrafficSecrets, exporterSecret: Uint8Array) {
    this.#suite = suite;
    this.#exporterSecret = exporterSecret;
    this.#receive = side === 'client' ? secrets.server : secrets.client;
    this.#send = side === 'client' ? secrets.client : secrets.server;
  }

  /** Records that each generation of sending keys may protect, RFC 9846 section 5.5. */
  get recordsPerKey(): number {
    return recordsPerKey(this.#suite);
  }

  /** The next generation of receiving keys (RFC 9846 section 7.2); the one before is wiped. */
  nextOpener(): RecordOpener {
    this.#receive = this.#ratchet(this.#receive);
    return createOpener(this.#suite, this.#receive);
  }

  /** The next generation of sending keys (RFC 9846 section 7.2); the one before is wiped. */
  nextSealer(): RecordSealer {
    this.#send = this.#ratchet(this.#send);
    return createSealer(this.#suite, this.#send);
  }

  /**
   * Keying material for another protocol (RFC 9846 section 7.5). `length` in bytes.
   * @throws TlsError `invalid-argument` for a label that is not 1 to 249 ASCII characters, or more bytes than 255 hashes
   */
  export(label: string, context: Uint8Array, length: number): Uint8Array {
    const { hash } = this.#suite;
    checkExport(hash, label, length);
    return exportKeyingMaterial(hash, this.#exporterSecret, label, context, length);
  }

  destroy(): void {
    this.#receive.fill(0);
    this.#send.fill(0);
    this.#exporterSecret.fill(0);
  }

  #ratchet(secret: Uint8Array): Uint8Array {
    const next = nextTrafficSecret(this.#suite.hash, secret);
    secret.fill(0);
    return next;
  }
}

/** Receiving keys for a traffic secret; key and IV live on only inside. */
export function createOpener(suite: CipherSuite, secret: Uint8Array): RecordOpener {
  const keys = trafficKeys(suite, secret);
  const opener = new RecordOpener(suite, keys);
  keys.key.fill(0);
  keys.iv.fill(0);
  return opener;
}

/** Sending keys for a traffic secret; key and IV live on only inside. */
export function createSealer(suite: CipherSuite, secret: Uint8Array): RecordSealer {
  const keys = trafficKeys(suite, secret);
  const sealer = new RecordSealer(suite, keys);
  keys.key.fill(0);
  keys.iv.fill(0);
  return sealer;
}

/** @throws TlsError `invalid-argument` for a label or a length that an exporter (section 7.5) cannot have */
export function checkExport(hash: Hash, label: string, length: number): void {
  const longest = MAX_EXPORTED_HASHES * hash.outputLength;
  if (label.length > MAX_EXPORTER_LABEL_LENGTH || !/^[ -~]+$/.test(label)) {
    const expected = `1 to ${MAX_EXPORTER_LABEL_LENGTH} ASCII characters`;
    throw new TlsError('invalid-argument', { subject: 'label', expected });
  }
  if (!Number.isInteger(length) || length < 0 || length > longest) {
    throw new TlsError('invalid-argument', { subject: 'length', expected: `0 to ${longest}`, got: length });
  }
}
