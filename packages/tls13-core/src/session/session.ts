import {
  BytesError,
  bytesToUtf8,
  type Codec,
  copyBytes,
  decode,
  encodeSecret,
  list,
  opaque,
  struct,
  u16,
  u32,
  u8,
  utf8ToBytes,
} from '@portico/bytes';
import type { ClientConfig } from '../config.js';
import { TlsError } from '../error.js';
import { acrossNamesCodec, type AcrossNames } from './across-names.js';
import { timeCodec } from './lifetime.js';

/**
 * What a session was authenticated under: the name that the application gives to it, or, where it gives none, the very
 * functions that judged the server and chose the client's credential.
 */
export type SessionPolicy =
  | string
  | {
      readonly verifyPeer: ClientConfig['verifyPeer'];
      readonly selectCredential: NonNullable<ClientConfig['selectCredential']> | null;
    };

/** Everything that a client keeps of a connection to resume it. Times are in milliseconds since 1970. */
export interface SessionContents {
  /** Code point of the suite under which the ticket came; its hash is the PSK's. */
  readonly cipherSuite: number;
  readonly psk: Uint8Array;
  readonly ticket: Uint8Array;
  readonly ticketAgeAdd: number;
  readonly receivedAt: number;
  /** The end of the ticket's lifetime, or of the original authentication's where that is sooner. */
  readonly expiresAt: number;
  /** See `authenticationExpiry`: the same for all tickets that come of one full handshake. */
  readonly authenticationExpiresAt: number;
  /** `serverName` of the configuration. */
  readonly serverName: string | null;
  readonly policy: SessionPolicy;
  /** DER, leaf first, of the original handshake. */
  readonly peerCertificates: readonly Uint8Array[];
  /** Code point of what the server signed the original handshake with. */
  readonly peerSignatureScheme: number;
  /** Identity of the external PSK that the server is known by; null where it showed a certificate. */
  readonly externalIdentity: Uint8Array | null;
  /** The protocol that the connection had: 0-RTT needs the same one. Null where it had none. */
  readonly alpn: Uint8Array | null;
  /** max_early_data_size of the ticket, in bytes; 0 where it allows no 0-RTT. */
  readonly maxEarlyDataSize: number;
  /** Whether the server said that it takes the ticket under every name of its certificate. */
  readonly acrossNames: AcrossNames;
}

/**
 * What a client needs to resume a session, from a `session-ticket` event. Whoever has it can pose as the server to the
 * client that uses it and, where a client certificate was shown, as that client: keep it as one keeps a private key. It is
 * offered once, as two connections with the same ticket can be told by anybody to come from one client (RFC 9846
 * appendix C.4); a client that is given it again does a full handshake. Nothing can know that two sessions were parsed
 * from the same bytes: parse each serialised session once, and keep it for one connection.
 */
export class Session {
  readonly #contents: SessionContents;
  #wasOffered = false;

  constructor(contents: SessionContents) {
    this.#contents = contents;
  }

  /** The name of the server that it is for; it is not offered to any other. */
  get serverName(): string | null {
    return this.#contents.serverName;
  }

  /** When it is of no use any more, in milliseconds since 1970. */
  get expiresAt(): number {
    return this.#contents.expiresAt;
  }

  /** How many bytes of early data the server allows with it; 0 for none (RFC 9846 section 4.7.1). */
  get maxEarlyDataSize(): number {
    return this.#contents.maxEarlyDataSize;
  }

  /** Whether the server takes it under its certificate's other names too (draft-ietf-tls-cross-sni-resumption). */
  get isResumableAcrossNames(): boolean {
    return this.#contents.acrossNames === 'any-name';
  }

  /** Whether a client has offered it to a server, as each session is once. */
  get wasOffered(): boolean {
    return this.#wasOffered;
  }

  /** For the handshake, which is the only one to look inside. */
  static contentsOf(session: Session): SessionContents {
    return session.#contents;
  }

  /** For the handshake, when a hello is about to hold it. */
  static noteOffered(session: Session): void {
    session.#wasOffered = true;
  }
}

/**
 * A session as bytes, for `parseSession`. They are key material in the clear.
 * @throws TlsError `invalid-argument` for a session whose policy has no name: nothing could tell what it was made under
 */
export function serializeSession(session: Session): Uint8Array {
  const contents = Session.contentsOf(session);
  const { policy, serverName } = contents;
  if (typeof policy !== 'string') {
    throw new TlsError('invalid-argument', {
      subject: 'session',
      expected: 'one made under a named resumption.policy',
    });
  }
  return encodeSecret(serializedSessionCodec, {
    ...contents,
    version: FORMAT_VERSION,
    serverName: serverName === null ? NONE : utf8ToBytes(serverName),
    policy: utf8ToBytes(policy),
    alpn: contents.alpn ?? NONE,
    externalIdentity: contents.externalIdentity ?? NONE,
  });
}

/**
 * A session from the bytes of `serializeSession`. It must come from where nobody else can write: its contents are
 * believed.
 * @throws TlsError `invalid-argument` for anything else
 */
export function parseSession(bytes: Uint8Array): Session {
  try {
    // Copied: the caller may wipe or reuse the array.
    const { version, serverName, policy, alpn, externalIdentity, ...contents } = decode(
      serializedSessionCodec,
      copyBytes(bytes),
    );
    if (version !== FORMAT_VERSION) {
      throw new TlsError('invalid-argument', {
        subject: 'session',
        expected: `version ${FORMAT_VERSION}`,
        got: version,
      });
    }
    return new Session({
      ...contents,
      serverName: serverName.length === 0 ? null : bytesToUtf8(serverName),
      policy: bytesToUtf8(policy),
      alpn: alpn.length === 0 ? null : alpn,
      externalIdentity: externalIdentity.length === 0 ? null : externalIdentity,
    });
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause;
    throw new TlsError('invalid-argument', { subject: 'session', expected: 'what serializeSession gave', cause });
  }
}

/** Whether a session made under one policy may stand for the checks of another. */
export function samePolicy(left: SessionPolicy, right: SessionPolicy): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return left.verifyPeer === right.verifyPeer && left.selectCredential === right.selectCredential;
}

/** Counts up with every change to the format: an older session is then of no use, and a full handshake takes its place. */
const FORMAT_VERSION = 2;

/** No server name, no protocol, no identity: none of them is ever empty. */
const NONE = new Uint8Array(0);

interface SerializedSession extends Omit<SessionContents, 'serverName' | 'policy' | 'alpn' | 'externalIdentity'> {
  readonly version: number;
  readonly serverName: Uint8Array;
  readonly policy: Uint8Array;
  readonly alpn: Uint8Array;
  readonly externalIdentity: Uint8Array;
}

const serializedSessionCodec: Codec<SerializedSession> = /* @__PURE__ */ struct<SerializedSession>({
  version: u8,
  cipherSuite: u16,
  psk: /* @__PURE__ */ opaque(32, 64),
  ticket: /* @__PURE__ */ opaque(1, 0xffff),
  ticketAgeAdd: u32,
  receivedAt: timeCodec,
  expiresAt: timeCodec,
  authenticationExpiresAt: timeCodec,
  serverName: /* @__PURE__ */ opaque(0, 0xffff),
  policy: /* @__PURE__ */ opaque(1, 0xffff),
  peerCertificates: /* @__PURE__ */ list(/* @__PURE__ */ opaque(1, 0xffffff), 0, 0xffffff),
  peerSignatureScheme: u16,
  externalIdentity: /* @__PURE__ */ opaque(0, 0xffff),
  alpn: /* @__PURE__ */ opaque(0, 0xff),
  maxEarlyDataSize: u32,
  acrossNames: acrossNamesCodec,
});
