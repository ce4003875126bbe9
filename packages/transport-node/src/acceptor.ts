import type { Duplex } from 'node:stream';
import {
  createCertificateVerifier,
  createTlsServer,
  parseServerConfig,
  type ParsedServerConfig,
  type ServerAlpnConfig,
  type ServerConfig,
} from '@portico/tls13-core';
import { createPeerCheck, type PeerCheck } from './peer-check.js';
import { createSecureContext, type SecureContext, type SecureContextOptions } from './secure-context.js';
import { ServerContexts, type SniCallback } from './server-contexts.js';
import { TLSSocket, type TLSSocketOptions } from './tls-socket.js';

/** What a server's TLS side needs, whatever it does with its connections. */
export interface ServerTlsOptions extends SecureContextOptions {
  /** Asks clients for a certificate. */
  readonly requestCert?: boolean;
  /** False lets clients in whose certificate is missing or not trusted; `authorized` says so. True by default. */
  readonly rejectUnauthorized?: boolean;
  readonly SNICallback?: SniCallback;
  readonly secureContext?: SecureContext;
  /** Milliseconds since 1970; certificates of clients are judged at this time. */
  readonly now?: () => number;
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
  readonly #options: AcceptorOptions;
  readonly #base: ServerConfig;
  readonly #parsed: ParsedServerConfig;

  /** @throws SocketError as `createSecureContext`; TlsError `invalid-configuration` */
  constructor(options: AcceptorOptions) {
    const { tls } = options;
    this.#options = options;
    this.contexts = new ServerContexts(tls.secureContext ?? createSecureContext(tls), tls.SNICallback);
    const { provider, cipherSuites, groups, limits } = this.contexts.own;
    this.#base = {
      provider,
      credentials: (hello) => this.contexts.credentialsFor(hello),
      ...(options.alpn === undefined ? {} : { alpn: options.alpn }),
      ...(cipherSuites === undefined ? {} : { cipherSuites }),
      ...(groups === undefined ? {} : { groups }),
      ...(limits === undefined ? {} : { limits }),
    };
    this.#parsed = parseServerConfig(this.#base);
  }

  /** Starts a connection over a transport whose client speaks first. */
  accept(transport: Duplex, options: Omit<TLSSocketOptions, 'engine' | 'role' | 'peerCheck'>): TLSSocket {
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

  /** What differs between connections, a verdict's record and a key log, makes a configuration of its own. */
  #configFor(): {
    config: ServerConfig | ParsedServerConfig;
    check: PeerCheck | null;
    attach: (socket: TLSSocket) => void;
  } {
    const { ca, requestCert, rejectUnauthorized, now } = this.#options.tls;
    const keyLog = this.#options.keyLog();
    if (requestCert !== true && keyLog === null) return { config: this.#parsed, check: null, attach: () => {} };
    let config = this.#base;
    let check: PeerCheck | null = null;
    let attach = (_socket: TLSSocket): void => {};
    if (requestCert === true) {
      const { provider, trustAnchors } = this.contexts.own;
      const untrusted = rejectUnauthorized === false ? 'report' : 'refuse';
      const peer = createPeerCheck({
        verify: createCertificateVerifier({ provider, trustAnchors, now: now ?? Date.now }),
        untrusted,
      });
      check = peer.check;
      config = {
        ...config,
        clientAuthentication: {
          mode: untrusted === 'refuse' ? 'require' : 'request',
          verifyPeer: peer.verifyPeer,
          // The platform's 150 names would say nothing and take 15 KB.
          ...(ca === undefined
            ? {}
            : { certificateAuthorities: trustAnchors.map((anchor) => anchor.certificate.subject.raw) }),
        },
      };
    }
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
}
