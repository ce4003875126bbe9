import { TlsError } from './error.js';

/** Everything that a peer could make us hold or do is bounded here. Bytes, unless a name says otherwise. */
export interface TlsLimits {
  /** A handshake message's body, certificates apart. */
  readonly handshakeMessageLength: number;
  /** A Certificate message's body. */
  readonly certificateMessageLength: number;
  /** Certificates in one Certificate message. */
  readonly certificateCount: number;
  /** Extensions in one extension block. */
  readonly extensionCount: number;
  /** A cookie of a HelloRetryRequest. */
  readonly cookieLength: number;
  /** Records with empty application data, in a row. */
  readonly emptyRecordsInARow: number;
  /** change_cipher_spec records in one connection. */
  readonly changeCipherSpecRecords: number;
  /** user_canceled alerts in one connection. */
  readonly warningAlerts: number;
  /** KeyUpdate messages without application data between them. */
  readonly keyUpdatesInARow: number;
  /** KeyUpdate messages that we send in one connection; a request beyond is ignored. */
  readonly keyUpdatesSent: number;
  /** NewSessionTicket messages in one connection. */
  readonly sessionTickets: number;
  /** Input held while a callback's answer is awaited. */
  readonly parkedInput: number;
  /** Output not yet taken. */
  readonly pendingOutput: number;
}

/** The defaults, each with its reason. */
export const DEFAULT_TLS_LIMITS: TlsLimits = {
  handshakeMessageLength: 65_536, // A ClientHello with post-quantum shares takes 2 KB; RFC 9846 allows 2^24 - 1.
  certificateMessageLength: 131_072, // Ten certificates of RSA-4096 size with their intermediates take 20 KB.
  certificateCount: 16, // Public chains have two to five.
  extensionCount: 128, // Browsers send about twenty.
  cookieLength: 16_384, // Servers send some hundred bytes; the second hello must stay below what servers take.
  emptyRecordsInARow: 32, // Section 5.1 allows empty application data as cover traffic, but each one costs an AEAD.
  changeCipherSpecRecords: 8, // Appendix E.4: one per flight; two with HelloRetryRequest.
  warningAlerts: 4, // Section 6.1: user_canceled is ignored, so an endless row of them must not be.
  keyUpdatesInARow: 32, // Section 4.7.3: each costs a key derivation.
  keyUpdatesSent: 2 ** 48 - 1, // Section 4.7.3: a sender's last epoch.
  sessionTickets: 64, // Section 4.7.1: servers send one to four.
  parkedInput: 131_072, // Eight full records beyond the one in work.
  pendingOutput: 16_777_216, // A transport takes output after every call; this stops one that never does.
};

/** Full-size plaintext of a record: 2^14, RFC 9846 section 5.1. */
export const MAX_PLAINTEXT_LENGTH = 16_384;
/** Content, content type and padding of a protected record: 2^14 + 1, RFC 9846 section 5.2 and RFC 8449 section 4. */
export const LARGEST_RECORD_SIZE_LIMIT: number = MAX_PLAINTEXT_LENGTH + 1;
/** The least that record_size_limit may say, RFC 8449 section 4. */
export const SMALLEST_RECORD_SIZE_LIMIT = 64;
/** A protected record's payload: 2^14 + 256, RFC 9846 section 5.2. */
export const MAX_CIPHERTEXT_LENGTH = 16_640;

/** @throws TlsError `invalid-configuration` for a limit that is not a positive integer */
export function resolveLimits(overrides: Partial<TlsLimits> | undefined): TlsLimits {
  const limits: TlsLimits = { ...DEFAULT_TLS_LIMITS, ...overrides };
  for (const [name, value] of Object.entries(limits) as [keyof TlsLimits, number][]) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TlsError('invalid-configuration', {
        subject: `limits.${name}`,
        expected: 'a positive integer',
        got: String(value),
      });
    }
  }
  return Object.freeze(limits);
}
