import { createHash } from 'node:crypto';
import {
  parseSession,
  serializeSession,
  type ClientConfig,
  type HandshakeInfo,
  type Session,
} from '@portico/tls13-core';
import type { ReferenceIdentity } from '@portico/x509';
import type { TlsEngine } from './engine.js';
import { socketError, type SocketError } from './errors.js';
import type { createPeerCheck } from './peer-check.js';
import type { SecureContext } from './secure-context.js';

/** What a server was held to; a session made under one policy is of no use under another. */
export interface ClientPolicy {
  readonly context: SecureContext;
  readonly untrusted: 'refuse' | 'report';
  /** Null where a function of the program checks the name; it is asked again when a session is resumed. */
  readonly identity: ReferenceIdentity | null;
  /** A resumed session shows no certificate, so nothing about it is judged anew. */
  readonly revocation: 'judged' | 'not-judged';
}

export interface ClientSessionsOptions {
  readonly policy: ClientPolicy;
  readonly peer: ReturnType<typeof createPeerCheck>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly start: (resumption: Pick<ClientConfig, 'resumption' | 'session'>) => TlsEngine;
}

/** The sessions of one client connection: the one that it offers, and those that it is given. */
export class ClientSessions {
  readonly #options: ClientSessionsOptions;
  #offered: OfferedSession | null = null;

  constructor(options: ClientSessionsOptions) {
    this.#options = options;
  }

  /** A connection that offers the session, bytes of a `'session'` event; without one, or with other bytes, a new one. */
  start(session: Uint8Array | undefined): TlsEngine {
    const { policy, now, start } = this.#options;
    this.#offered = session === undefined ? null : decodeSession(session);
    return start({
      resumption: { now, policy: policyName(policy) },
      ...(this.#offered === null ? {} : { session: this.#offered.session }),
    });
  }

  encode(session: Session): Buffer {
    return encodeSession({ session, authorizationError: this.#options.peer.check.error });
  }

  /** Takes over what is known of the server of a resumed session; the error where the program's check refuses it. */
  resumed(info: HandshakeInfo): SocketError | null {
    const certificates = info.peerCertificates ?? [];
    const verdict = this.#options.peer.resume(this.#offered?.authorizationError ?? null, {
      certificates,
      peer: 'server',
      serverName: info.serverName,
    });
    return verdict.trusted ? null : socketError('ERR_TLS_CERT_ALTNAME_INVALID', verdict.message);
  }
}

/** The policy's name in `resumption.policy`: the same for the same demands, also in another process. */
function policyName({ context, untrusted, identity, revocation }: ClientPolicy): string {
  return createHash('sha256')
    .update(JSON.stringify([untrusted, identity, revocation, context.trustFingerprint, context.credentialFingerprint]))
    .digest('hex');
}

/** A session with what its first handshake said of the server's certificate. */
interface OfferedSession {
  readonly session: Session;
  /** `authorizationError` of then. */
  readonly authorizationError: string | null;
}

const FORMAT_VERSION = 1;

/** Version, length and text of the error (empty for none), the core's session. */
function encodeSession({ session, authorizationError }: OfferedSession): Buffer {
  const error = Buffer.from(authorizationError ?? '', 'latin1');
  return Buffer.concat([Uint8Array.of(FORMAT_VERSION, error.length), error, serializeSession(session)]);
}

/** Null for anything that `encodeSession` did not write: as in `node:tls`, the handshake is a full one then. */
function decodeSession(bytes: Uint8Array): OfferedSession | null {
  const [version, length = 0] = bytes;
  if (version !== FORMAT_VERSION) return null;
  const error = Buffer.from(bytes.subarray(2, 2 + length)).toString('latin1');
  try {
    return { session: parseSession(bytes.subarray(2 + length)), authorizationError: error === '' ? null : error };
  } catch {
    return null;
  }
}
