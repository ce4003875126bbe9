import { hkdfExtract, type CipherSuite, type Hash } from '@portico/crypto';
import type { TrafficKeys } from '../record/protection.js';
import { deriveSecret, hkdfExpandLabel } from './hkdf-label.js';

/** The two directions' secrets of one epoch. */
export interface TrafficSecrets {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** Which kind of PSK a binder is for. */
export type BinderLabel = 'res binder' | 'ext binder' | 'imp binder';

/** First stage of RFC 9846 section 7.1: Early Secret, from a PSK or from zeros. Each stage is made only from the one before. */
export class EarlySecretStage {
  readonly #hash: Hash;
  readonly #secret: Uint8Array;

  constructor(hash: Hash, psk: Uint8Array | null) {
    this.#hash = hash;
    this.#secret = hkdfExtract(hash, new Uint8Array(hash.outputLength), psk ?? new Uint8Array(hash.outputLength));
  }

  /** binder_key; the label keeps PSKs of tickets, external PSKs and imported ones (RFC 9258 section 5.2) apart. */
  binderKey(label: BinderLabel): Uint8Array {
    return deriveSecret(this.#hash, this.#secret, label, this.#hash.digest(new Uint8Array(0)));
  }

  /** client_early_traffic_secret or early_exporter_secret over the ClientHello. */
  derive(label: 'c e traffic' | 'e exp master', transcriptHash: Uint8Array): Uint8Array {
    return deriveSecret(this.#hash, this.#secret, label, transcriptHash);
  }

  /** Adds the shared secret of the key exchange, or zeros where psk_ke has none; both inputs are wiped. */
  toHandshake(secretOfExchange: Uint8Array | null): HandshakeSecretStage {
    const sharedSecret = secretOfExchange ?? new Uint8Array(this.#hash.outputLength);
    const derived = deriveSecret(this.#hash, this.#secret, 'derived', this.#hash.digest(new Uint8Array(0)));
    const secret = hkdfExtract(this.#hash, derived, sharedSecret);
    derived.fill(0);
    sharedSecret.fill(0);
    this.#secret.fill(0);
    return new HandshakeSecretStage(this.#hash, secret);
  }

  destroy(): void {
    this.#secret.fill(0);
  }
}

/** Second stage: Handshake Secret. */
export class HandshakeSecretStage {
  readonly #hash: Hash;
  readonly #secret: Uint8Array;

  constructor(hash: Hash, secret: Uint8Array) {
    this.#hash = hash;
    this.#secret = secret;
  }

  /** client_ and server_handshake_traffic_secret over ClientHello...ServerHello. */
  trafficSecrets(transcriptHash: Uint8Array): TrafficSecrets {
    return {
      client: deriveSecret(this.#hash, this.#secret, 'c hs traffic', transcriptHash),
      server: deriveSecret(this.#hash, this.#secret, 's hs traffic', transcriptHash),
    };
  }

  /** Goes on without another input; this stage is wiped. */
  toMain(): MainSecretStage {
    const derived = deriveSecret(this.#hash, this.#secret, 'derived', this.#hash.digest(new Uint8Array(0)));
    const secret = hkdfExtract(this.#hash, derived, new Uint8Array(this.#hash.outputLength));
    derived.fill(0);
    this.#secret.fill(0);
    return new MainSecretStage(this.#hash, secret);
  }

  destroy(): void {
    this.#secret.fill(0);
  }
}

/** Third stage: Main Secret. */
export class MainSecretStage {
  readonly #hash: Hash;
  readonly #secret: Uint8Array;

  constructor(hash: Hash, secret: Uint8Array) {
    this.#hash = hash;
    this.#secret = secret;
  }

  /** client_ and server_application_traffic_secret_0 over ClientHello...server Finished. */
  trafficSecrets(transcriptHash: Uint8Array): TrafficSecrets {
    return {
      client: deriveSecret(this.#hash, this.#secret, 'c ap traffic', transcriptHash),
      server: deriveSecret(this.#hash, this.#secret, 's ap traffic', transcriptHash),
    };
  }

  /** exporter_secret over ClientHello...server Finished. */
  exporterSecret(transcriptHash: Uint8Array): Uint8Array {
    return deriveSecret(this.#hash, this.#secret, 'exp master', transcriptHash);
  }

  /** resumption_secret over ClientHello...client Finished. */
  resumptionSecret(transcriptHash: Uint8Array): Uint8Array {
    return deriveSecret(this.#hash, this.#secret, 'res master', transcriptHash);
  }

  destroy(): void {
    this.#secret.fill(0);
  }
}

/** Traffic key and IV of a traffic secret, RFC 9846 section 7.3. */
export function trafficKeys(suite: CipherSuite, trafficSecret: Uint8Array): TrafficKeys {
  const none = new Uint8Array(0);
  return {
    key: hkdfExpandLabel(suite.hash, trafficSecret, 'key', none, suite.keyLength),
    iv: hkdfExpandLabel(suite.hash, trafficSecret, 'iv', none, suite.ivLength),
  };
}

/** application_traffic_secret_N+1, RFC 9846 section 7.2. */
export function nextTrafficSecret(hash: Hash, trafficSecret: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, trafficSecret, 'traffic upd', new Uint8Array(0), hash.outputLength);
}

/** The PSK of a ticket, RFC 9846 section 4.7.1. */
export function ticketPsk(hash: Hash, resumptionSecret: Uint8Array, ticketNonce: Uint8Array): Uint8Array {
  return hkdfExpandLabel(hash, resumptionSecret, 'resumption', ticketNonce, hash.outputLength);
}

/**
 * verify_data of a Finished, RFC 9846 section 4.5.3, with the sender's handshake traffic secret as the base key; and a
 * PSK's binder, section 4.3.11.2, with the binder key.
 */
export function finishedVerifyData(hash: Hash, baseKey: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
  const finishedKey = hkdfExpandLabel(hash, baseKey, 'finished', new Uint8Array(0), hash.outputLength);
  const verifyData = hash.hmac(finishedKey, transcriptHash);
  finishedKey.fill(0);
  return verifyData;
}

/** TLS-Exporter, RFC 9846 section 7.5. An absent context and an empty one give the same. `length` in bytes. */
export function exportKeyingMaterial(
  hash: Hash,
  exporterSecret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const derived = deriveSecret(hash, exporterSecret, label, hash.digest(new Uint8Array(0)));
  const material = hkdfExpandLabel(hash, derived, 'exporter', hash.digest(context), length);
  derived.fill(0);
  return material;
}
