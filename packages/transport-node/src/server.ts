import { Server as NetServer, type ListenOptions, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ServerAlpnConfig } from '@portico/tls13-core';
import { bytesToUtf8, utf8ToBytes } from '@portico/bytes';
import { Acceptor, type CredentialUpdate, type ServerTlsOptions } from './acceptor.js';
import { alpnNames, type AlpnOption } from './alpn-option.js';
import { socketError } from './errors.js';
import { checkLimit } from './port-limits.js';
import { createSecureContext, type SecureContext, type SecureContextOptions } from './secure-context.js';
import type { TicketKeysInput } from './ticket-keys.js';
import type { TLSSocket } from './tls-socket.js';

/** The options of `tls.createServer` that mean something in TLS 1.3, and ours. */
export interface ServerOptions extends ServerTlsOptions {
  /** In order of preference. A client that offers none of them is refused with no_application_protocol (RFC 7301). */
  readonly ALPNProtocols?: AlpnOption;
  /** Picks one of the client's names, or undefined to refuse it. Instead of `ALPNProtocols`. */
  readonly ALPNCallback?: (offer: { readonly protocols: readonly string[] }) => string | undefined;
  /** Milliseconds that a handshake may take; 120 seconds by default, as in `node:tls`. */
  readonly handshakeTimeout?: number;
  readonly allowHalfOpen?: boolean;
  readonly pauseOnConnect?: boolean;
  readonly highWaterMark?: number;
}

const DEFAULT_HANDSHAKE_TIMEOUT = 120_000;

/**
 * A TLS server with the methods and events of `tls.Server`: `'secureConnection'` with a TLSSocket, `'tlsClientError'`
 * with the error and the TLSSocket of a handshake that failed, `'keylog'` with a line and its TLSSocket.
 */
export class Server extends NetServer {
  readonly #options: ServerOptions;
  readonly #acceptor: Acceptor;

  constructor(options: ServerOptions = {}, listener?: (socket: TLSSocket) => void) {
    super({ allowHalfOpen: true, noDelay: true });
    if (options.handshakeTimeout !== undefined) checkLimit('handshakeTimeout', options.handshakeTimeout, 'timer');
    const alpn = alpnConfig(options);
    this.#options = options;
    this.#acceptor = new Acceptor({
      tls: options,
      ...(alpn === null ? {} : { alpn }),
      keyLog: () =>
        this.listenerCount('keylog') === 0 ? null : (line, socket) => void this.emit('keylog', line, socket),
    });
    // As in node:tls, `server.emit('connection', duplex)` takes a transport that came from elsewhere.
    this.on('connection', (transport: Socket) => this.#accept(transport));
    if (listener !== undefined) this.on('secureConnection', listener);
  }

  /** Another certificate for a host name, or for `*.example.com`. */
  addContext(hostname: string, context: SecureContext | SecureContextOptions): void {
    this.#acceptor.contexts.add(hostname, context);
  }

  /**
   * Other certificates, keys, CAs or ticket keys for the connections from now on; those that there are go on. Contexts
   * of `addContext` stay as they are.
   * @throws SocketError as `createSecureContext`, `ERR_INVALID_ARG_VALUE` for ticket keys; nothing has changed then
   */
  updateCredentials(update: CredentialUpdate): void {
    this.#acceptor.updateCredentials(update);
  }

  /** The 48 bytes of the ticket key that seals, to be shared with other servers; whoever has it can read connections. */
  getTicketKeys(): Buffer {
    return this.#acceptor.sessions.keys.get();
  }

  /**
   * Other ticket keys: the first seals, all open.
   * @throws SocketError `ERR_INVALID_ARG_VALUE`
   */
  setTicketKeys(keys: TicketKeysInput): void {
    this.#acceptor.sessions.keys.set(keys);
  }

  /** As in `node:tls`: the same with all options anew; what is absent is as it is by default. */
  setSecureContext(options: SecureContextOptions): void {
    this.updateCredentials({ secureContext: createSecureContext(options) });
  }

  #accept(transport: Duplex): void {
    const { allowHalfOpen, highWaterMark, handshakeTimeout, pauseOnConnect } = this.#options;
    const socket = this.#acceptor.accept(transport, {
      ...(allowHalfOpen === undefined ? {} : { allowHalfOpen }),
      ...(highWaterMark === undefined ? {} : { highWaterMark }),
      onSecure: () => {
        clearTimeout(timer);
        socket.off('error', failed);
        socket.off('close', closed);
        // As in node:tls: a peer's reset, where the program does not listen for errors, must not end the process.
        socket.on('error', () => {});
        if (pauseOnConnect === true) socket.pause();
        this.emit('secureConnection', socket);
      },
    });
    socket.server = this;
    const failed = (error: Error): void => {
      clearTimeout(timer);
      socket.off('close', closed);
      this.emit('tlsClientError', error, socket);
    };
    const closed = (): void => {
      failed(
        socketError('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'),
      );
    };
    const timer = setTimeout(() => {
      socket.cancelHandshake(socketError('ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout'));
    }, handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT).unref();
    socket.on('error', failed);
    socket.on('close', closed);
  }
}

/** As `tls.createServer`. The server binds where `listen` says; `ListenOptions` are those of `node:net`. */
export function createServer(listener?: (socket: TLSSocket) => void): Server;
export function createServer(options: ServerOptions, listener?: (socket: TLSSocket) => void): Server;
export function createServer(
  first?: ServerOptions | ((socket: TLSSocket) => void),
  second?: (socket: TLSSocket) => void,
): Server {
  return typeof first === 'function' ? new Server({}, first) : new Server(first, second);
}

export type { ListenOptions };

function alpnConfig({ ALPNProtocols, ALPNCallback }: ServerOptions): ServerAlpnConfig | null {
  if (ALPNCallback !== undefined) {
    if (ALPNProtocols !== undefined) {
      throw socketError('ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS', 'ALPNCallback and ALPNProtocols exclude each other');
    }
    return {
      protocols: [],
      preference: (offered) => {
        const protocols = offered.flatMap((name) => textOf(name));
        const chosen = ALPNCallback({ protocols });
        return chosen === undefined ? null : utf8ToBytes(chosen);
      },
    };
  }
  if (ALPNProtocols === undefined) return null;
  const protocols = alpnNames(ALPNProtocols);
  return protocols.length === 0 ? null : { protocols };
}

function textOf(name: Uint8Array): string[] {
  try {
    return [bytesToUtf8(name)];
  } catch {
    return []; // No text, so no name that the callback could have meant.
  }
}
