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
  /** KeyUpdate messages without application data between them, answers to our own apart. */
  readonly keyUpdatesInARow: number;
  /** KeyUpdate messages that we send in one connection; a request beyond is ignored. */
  readonly keyUpdatesSent: number;
  /** NewSessionTicket messages without application data between them. */
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
  sessionTickets: 64, // Section 4.7.1: servers send one to four at a time, and each costs a key derivation.
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

/*
 * What is the same in every configuration, or its default there.
 */
/**
 * Bytes of all names of an ALPN list: with its length field it fits an extension of 2^16 - 1 bytes (RFC 7301 section 3.1).
 */
export const MAX_PROTOCOL_NAME_LIST_LENGTH = 65_533;
/** Bytes of a protocol name: its length is one byte (RFC 7301 section 3.1). */
export const MAX_PROTOCOL_NAME_LENGTH = 255;
/**
 * How many offered names are looked at: a ProtocolNameList can hold 32,766, and nobody means more than a few. Later names
 * are as if they had not been offered.
 */
export const MAX_PROTOCOL_NAMES_EXAMINED = 64;
/**
 * How many groups of a ClientHello are looked at: an extension has room for 32,766, and IANA has names for about sixty.
 * Later ones are as if they had not been offered.
 */
export const MAX_GROUPS_EXAMINED = 128;
/** How many key shares are: clients send one to three. Later ones are as if they had not been sent. */
export const MAX_KEY_SHARES_EXAMINED = 16;
/** What most servers use; RFC 9846 section 4.7.1 allows seven days. */
export const DEFAULT_TICKET_LIFETIME_SECONDS = 7200;
/** Tickets after a full handshake: as most servers send. */
export const DEFAULT_TICKET_COUNT = 2;
/** A client of HTTP/1.1 may want six (RFC 9846 appendix C.4); each costs a seal and a few hundred bytes. */
export const MAX_TICKET_COUNT = 16;
/** Characters of a policy’s name: it stands in every ticket and session. */
export const LONGEST_POLICY = 64;
/** Bytes of a stapled OCSP response: extension_data (RFC 9846 section 4.3) less its type and its length. */
export const MAX_STAPLED_LENGTH: number = 0xffff - 4;
/** Bytes of an external PSK: at least 128 bits (RFC 9257 section 6). */
export const SHORTEST_EXTERNAL_PSK = 16;
/** Bytes of an external PSK’s identity: pre_shared_key has at most 65535, and an age and two lengths beside it. */
export const LONGEST_PSK_IDENTITY = 65_528;
/** Bytes of a key that protects tickets or cookies: what is derived from it has 256 bits. */
export const SHORTEST_TICKET_KEY = 32;
/** Bytes of such a key’s name in UTF-8: it stands in every ticket and cookie. */
export const LONGEST_KEY_NAME = 32;
/** Sessions in a client’s store, each of a few KiB with its certificates. */
export const DEFAULT_SESSIONS_STORED = 256;
/** Sessions of one server name there: servers send one to four tickets on a connection. */
export const DEFAULT_SESSIONS_PER_NAME = 8;
/** How long a cookie is taken: a slow round trip and a retransmission. */
export const DEFAULT_COOKIE_SECONDS = 60;
/** A cookie that lives longer is one that others may use (RFC 9846 section 4.3.2). */
export const LONGEST_COOKIE_SECONDS = 3600;
/**
 * No ticket lives longer (RFC 9846 section 4.7.1), and no chain of tickets outlives its certificates’ check by more.
 */
export const MAX_SESSION_LIFETIME_SECONDS = 604_800;
/**
 * Milliseconds by which a ticket may come from the future: servers that share keys have clocks that differ a little. More
 * is a clock that was set back, which would make every ticket live longer.
 */
export const TICKET_CLOCK_TOLERANCE = 60_000;
/** Keys of early data that are remembered, each of about 200 bytes. */
export const DEFAULT_REPLAY_KEYS = 100_000;
/** Characters of a server name: DNS names have at most 253, and a trailing dot may follow. */
export const MAX_HOST_NAME_LENGTH = 255;
/** Bytes of a PskBinderEntry (RFC 9846 section 4.3.11). */
export const SHORTEST_BINDER = 32;
/**
 * Bytes of a ticket: a longer one would make a ClientHello that some server, or our own limit for messages, refuses.
 */
export const MAX_TICKET_LENGTH = 16_384;
/** Bytes of early data that a ticket allows: one record, as most servers. */
export const DEFAULT_EARLY_DATA_SIZE = 16_384;
/** Milliseconds: "on the order of ten seconds" on the Internet (RFC 9846 section 8.3). */
export const DEFAULT_FRESHNESS_WINDOW = 10_000;
/** Milliseconds: a replay store holds what came in twice that time. */
export const LONGEST_FRESHNESS_WINDOW = 60_000;
/**
 * How many identities of a hello are looked up, each of which costs a decryption or a question to a store; clients send
 * one or two. Later ones are as if they had not been offered.
 */
export const MAX_PSK_IDENTITIES_EXAMINED = 5;
/**
 * Bytes of early data that are skipped at least: a client may hold a ticket of another server under the same name, which
 * allowed one flight of it.
 */
export const LEAST_SKIPPED_EARLY_DATA = 65_536;
/** max_early_data_size is a uint32 (RFC 9846 section 4.7.1). */
export const MAX_EARLY_DATA_SIZE = 0xffff_ffff;
/** Bytes by which a record of early data is longer than what is in it: content type, tag and header (section 5.2). */
export const RECORD_OVERHEAD = 22;
/**
 * Bytes of early data in a record, as a server reckons with when it allows for the records’ overhead: clients write in
 * pieces of a sixteenth of the full size on average.
 */
export const USUAL_EARLY_FRAGMENT = 1024;
/** Records of early data that may be smaller, or hold padding alone. */
export const SMALL_EARLY_RECORDS = 64;
/** Milliseconds: keys of early data are forgotten together with those that expire in the same second. */
export const REPLAY_BUCKET_MILLISECONDS = 1000;
/** Milliseconds since 1970: times stand in tickets and sessions as 48 bits, which is enough until the year 10889. */
export const LATEST_TIME = 281_474_976_710_655;
/** Bytes of a share that is sent beside a larger one: that of P-521 has 133, those with ML-KEM begin at 800. */
export const LONGEST_SMALL_SHARE = 256;
/** Bytes of a signature: CertificateVerify.signature<0..2^16-1> (RFC 9846 section 4.5.2). */
export const MAX_SIGNATURE_LENGTH = 0xffff;
/** Tickets that a client asks for: two uint8 (RFC 9149 section 3). */
export const MAX_TICKETS_REQUESTED = 0xff;
/** Characters of an exporter’s label: with "tls13 " in front 255 bytes (RFC 9846 section 7.1). */
export const MAX_EXPORTER_LABEL_LENGTH = 249;
/** Hashes of keying material in one export: HKDF-Expand makes at most so many blocks (RFC 5869 section 2.3). */
export const MAX_EXPORTED_HASHES = 255;
/** Records kept back under each key: a message of at most five one-byte fragments that ends its use, and alerts. */
export const RECORDS_IN_RESERVE = 8;
/** Sequence numbers are 64 bits on the wire; a double counts exactly to here, which no connection reaches. */
export const LARGEST_SEQUENCE_NUMBER: number = Number.MAX_SAFE_INTEGER;

/** @throws TlsError `invalid-configuration` for a limit that is not a positive integer */
export function resolveLimits(overrides: Partial<TlsLimits> | undefined): TlsLimits {
  const limits: TlsLimits = { ...DEFAULT_TLS_LIMITS, ...overrides };
  for (const [name, value] of Object.entries(limits) as [keyof TlsLimits, number][]) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TlsError('invalid-configuration', {
        subject: `limits.${name}`,
        expected: 'a positive integer',
        got: value,
      });
    }
  }
  return Object.freeze(limits);
}
