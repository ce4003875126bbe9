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

/** First stage of RFC 9846 section 7.1: Early Secret, from a PSK. Each stage is made only from the one before. */
export class EarlySecretStage {
  readonly #hash: Hash;
  readonly #secret: Uint8Array;

  constructor(hash: Hash, psk: Uint8Array) {
    this.#hash = hash;
    this.#secret = hkdfExtract(hash, new Uint8Array(hash.outputLength), psk);
  }

  /** binder_key; the label keeps PSKs of tickets, external PSKs and imported ones (RFC 9258 section 5.2) apart. */
  binderKey(label: BinderLabel): Uint8Array {
    return deriveSecret(this.#hash, this.#secret, label, emptyHash(this.#hash));
  }

  /** client_early_traffic_secret or early_exporter_secret over the ClientHello. */
  derive(label: 'c e traffic' | 'e exp master', transcriptHash: Uint8Array): Uint8Array {
    return deriveSecret(this.#hash, this.#secret, label, transcriptHash);
  }

  /** Adds the shared secret of the key exchange, or zeros where psk_ke has none; both inputs are wiped. */
  toHandshake(secretOfExchange: Uint8Array | null): HandshakeSecretStage {
    const derived = saltAfter(this.#hash, this.#secret);
    const stage = extractHandshakeSecret(this.#hash, derived, secretOfExchange);
    derived.fill(0);
    this.#secret.fill(0);
    return stage;
  }

  destroy(): void {
    this.#secret.fill(0);
  }
}

/** What the Handshake Secret is extracted with where there is no PSK, by hash: made of zeros, and so no secret. */
const SALTS_WITHOUT_PSK = /* @__PURE__ */ new WeakMap<Hash, Uint8Array>();

/** The second stage where there is no PSK: the first is the same for everybody then. The shared secret is wiped. */
export function handshakeSecretWithoutPsk(hash: Hash, sharedSecret: Uint8Array | null): HandshakeSecretStage {
  let salt = SALTS_WITHOUT_PSK.get(hash);
  if (salt === undefined) {
    const zeros = new Uint8Array(hash.outputLength);
    salt = saltAfter(hash, hkdfExtract(hash, zeros, zeros));
    SALTS_WITHOUT_PSK.set(hash, salt);
  }
  return extractHandshakeSecret(hash, salt, sharedSecret);
}

/** What the next stage is extracted with. */
function saltAfter(hash: Hash, secret: Uint8Array): Uint8Array {
  return deriveSecret(hash, secret, 'derived', emptyHash(hash));
}

/** The transcript hash of no messages. */
function emptyHash(hash: Hash): Uint8Array {
  return hash.digest(new Uint8Array(0));
}

function extractHandshakeSecret(hash: Hash, salt: Uint8Array, exchanged: Uint8Array | null): HandshakeSecretStage {
  const sharedSecret = exchanged ?? new Uint8Array(hash.outputLength);
  const secret = hkdfExtract(hash, salt, sharedSecret);
  sharedSecret.fill(0);
  return new HandshakeSecretStage(hash, secret);
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
    const derived = saltAfter(this.#hash, this.#secret);
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
  const derived = deriveSecret(hash, exporterSecret, label, emptyHash(hash));
  const material = hkdfExpandLabel(hash, derived, 'exporter', hash.digest(context), length);
  derived.fill(0);
  return material;
}
