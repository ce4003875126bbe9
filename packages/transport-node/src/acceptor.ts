import type { Duplex } from 'node:stream';
import { createHash } from 'node:crypto';
import {
  createCertificateVerifier,
  createTlsServer,
  parseServerConfig,
  type ParsedServerConfig,
  type ServerAlpnConfig,
  type ServerConfig,
} from '@portico/tls13-core';
import { createPeerCheck, type PeerCheck } from './peer-check.js';
import { signatureMemoryOf } from './remembered-signatures.js';
import { createSecureContext, type SecureContext, type SecureContextOptions } from './secure-context.js';
import { ServerContexts, type SniCallback } from './server-contexts.js';
import { ServerSessions, type ServerSessionOptions } from './server-sessions.js';
import type { TicketKeysInput } from './ticket-keys.js';
import { TLSSocket, type TLSSocketOptions } from './tls-socket.js';

/** What a server's TLS side needs, whatever it does with its connections. */
export interface ServerTlsOptions extends SecureContextOptions, ServerSessionOptions {
  /** Asks clients for a certificate. */
  readonly requestCert?: boolean;
  /** False lets clients in whose certificate is missing or not trusted; `authorized` says so. True by default. */
  readonly rejectUnauthorized?: boolean;
  readonly SNICallback?: SniCallback;
  readonly secureContext?: SecureContext;
  /** Milliseconds since 1970; certificates of clients are judged at this time, and tickets expire by it. */
  readonly now?: () => number;
}

/** What `updateCredentials` changes: what is absent stays as it is. */
export interface CredentialUpdate extends SecureContextOptions {
  readonly secureContext?: SecureContext;
  /** The first seals, all open: with the key of before behind the new one no session is lost. */
  readonly ticketKeys?: TicketKeysInput;
}

export interface AcceptorOptions {
  readonly tls: ServerTlsOptions;
  readonly alpn?: ServerAlpnConfig;
  /** Whether key log lines are wanted, asked for each connection; they go to the socket's and this listener. */
  readonly keyLog: () => ((line: Buffer, socket: TLSSocket) => void) | null;
}

/** Makes a server's connections: one configuration, checked once, for all of them. */
export class Acceptor {
  readonly contexts: ServerContexts;
  readonly sessions: ServerSessions;
  readonly #options: AcceptorOptions;
  readonly #now: () => number;
  #base: ServerConfig;
  #parsed: ParsedServerConfig;

  /** @throws SocketError as `createSecureContext`, and for session options; TlsError `invalid-configuration` */
  constructor(options: AcceptorOptions) {
    const { tls } = options;
    this.#options = options;
    this.#now = tls.now ?? Date.now;
    this.contexts = new ServerContexts(tls.secureContext ?? createSecureContext(tls), tls.SNICallback);
    this.sessions = new ServerSessions(this.contexts.own, tls, this.#now);
    this.#base = this.#configFrom(this.contexts.own);
    this.#parsed = parseServerConfig(this.#base);
  }

  /** For connections from now on; those that there are go on as they began. Nothing changes where it throws. */
  updateCredentials({ ticketKeys, secureContext, ...changed }: CredentialUpdate): void {
    const context = secureContext ?? this.contexts.own.with(changed);
    const base = this.#configFrom(context);
    const parsed = parseServerConfig(base);
    if (ticketKeys !== undefined) this.sessions.keys.set(ticketKeys);
    this.contexts.own = context;
    this.#base = base;
    this.#parsed = parsed;
  }

  /** Starts a connection over a transport whose client speaks first. */
  accept(transport: Duplex, options: Omit<TLSSocketOptions, 'engine' | 'role' | 'peerCheck' | 'sessions'>): TLSSocket {
    const { config, check, attach } = this.#configFor();
    const socket = new TLSSocket(transport, {
      ...options,
      engine: createTlsServer(config),
      role: 'server',
      peerCheck: check,
    });
    attach(socket);
    return socket;
  }

  #configFrom({ provider, cipherSuites, groups, limits }: SecureContext): ServerConfig {
    const { alpn } = this.#options;
    const tickets = this.sessions.anonymous();
    return {
      provider,
      credentials: (hello) => this.contexts.credentialsFor(hello),
      ...(alpn === undefined ? {} : { alpn }),
      ...(cipherSuites === undefined ? {} : { cipherSuites }),
      ...(groups === undefined ? {} : { groups }),
      ...(limits === undefined ? {} : { limits }),
      ...(tickets === null ? {} : { tickets }),
    };
  }

  /** What differs between connections, a verdict's record and a key log, makes a configuration of its own. */
  #configFor(): {
    config: ServerConfig | ParsedServerConfig;
    check: PeerCheck | null;
    attach: (socket: TLSSocket) => void;
  } {
    const keyLog = this.#options.keyLog();
    const { requestCert } = this.#options.tls;
    if (requestCert !== true && keyLog === null) return { config: this.#parsed, check: null, attach: () => {} };
    let config = this.#base;
    let check: PeerCheck | null = null;
    let attach = (_socket: TLSSocket): void => {};
    if (requestCert === true) ({ config, check } = this.#withClientCertificate(config));
    if (keyLog !== null) {
      let socket: TLSSocket | null = null;
      attach = (made) => (socket = made);
      config = {
        ...config,
        keyLog: (line) => {
          if (socket === null) return;
          const bytes = Buffer.from(`${line}\n`);
          socket.emit('keylog', bytes);
          keyLog(bytes, socket);
        },
      };
    }
    return { config, check, attach };
  }

  #withClientCertificate(config: ServerConfig): { config: ServerConfig; check: PeerCheck } {
    const { own } = this.contexts;
    const { provider, trustAnchors } = own;
    const untrusted = this.#options.tls.rejectUnauthorized === false ? 'report' : 'refuse';
    const { check, verifyPeer } = createPeerCheck({
      verify: createCertificateVerifier({
        provider,
        trustAnchors,
        now: this.#now,
        path: { memory: signatureMemoryOf(provider) },
      }),
      untrusted,
    });
    const tickets = this.sessions.authenticated(check);
    const certificates = own.hasOwnAnchors ? trustAnchors.map((anchor) => anchor.certificate.subject.raw) : null;
    return {
      check,
      config: {
        ...config,
        ...(tickets === null ? {} : { tickets }),
        clientAuthentication: {
          mode: untrusted === 'refuse' ? 'require' : 'request',
          verifyPeer,
          // A ticket is taken only by a server that trusts the same CAs and does the same with clients it does not trust.
          policy: createHash('sha256').update(`${untrusted} ${own.trustFingerprint}`).digest('hex'),
          // The platform's 150 names would say nothing and take 15 KB.
          ...(certificates === null ? {} : { certificateAuthorities: certificates }),
        },
      },
    };
  }
}
