import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { Acceptor, type CredentialUpdate, type ServerTlsOptions } from './acceptor.js';
import { Admission } from './admission.js';
import { socketError } from './errors.js';
import { attachRoute, detachRoute } from './hand-over.js';
import { PortConnection, type PortContext } from './port-connection.js';
import { publish, PortTally, type PortCounters, type PortLogger } from './port-events.js';
import { checkLimit, resolvePortLimits, type PortLimits } from './port-limits.js';
import { RouteTable, type ReadyRoute, type Route } from './routes.js';
import type { SecureContext, SecureContextOptions } from './secure-context.js';
import type { TicketKeysInput } from './ticket-keys.js';
import { endpointsOf } from './transport.js';

export interface PortServerOptions {
  readonly tls: ServerTlsOptions & {
    /** Receives lines of the key log format. Whoever reads them can read the connections. */
    readonly keyLog?: (line: Buffer) => void;
  };
  /** In order of preference: of the names that a client offers, the one that comes first here is taken. */
  readonly routes: readonly Route[];
  /** Decides for clients that send no ALPN by their first line. False by default. */
  readonly sniffing?: boolean;
  /** A route's name for clients that send no ALPN, where the port does not sniff. They are refused by default. */
  readonly withoutAlpn?: string;
  /** A route's name for clients that send no ALPN and then nothing, where the port sniffs. Closed by default. */
  readonly onSilence?: string;
  /** A route's name for clients whose ALPN names are all unknown. Refused by default, as RFC 7301 section 3.2 has it. */
  readonly onNoOverlap?: string;
  readonly limits?: Partial<PortLimits>;
  readonly logger?: PortLogger;
}

export interface ListenTarget {
  readonly port?: number;
  readonly host?: string;
  /** A Unix domain socket instead. */
  readonly path?: string;
  readonly backlog?: number;
}

export interface CloseOptions {
  /** Milliseconds that what is going on may take to finish, `Infinity` for as long as it takes; 5 seconds by default. */
  readonly graceMs?: number;
}

const DEFAULT_GRACE = 5_000;
/** For a close_notify to leave; a peer that does not read will not read it later either. */
const GOODBYE_MILLISECONDS = 200;
const MAX_SWEEP_INTERVAL = 30_000;

/** One TLS port for several protocols. Made by `createPortServer`. */
export class PortServer {
  readonly #net: NetServer;
  readonly #context: PortContext;
  readonly #connections = new Set<PortConnection>();
  readonly #sweep: NodeJS.Timeout;
  #closing: Promise<void> | null = null;
  /** Resolves `close` when the last connection is gone. */
  #emptied: (() => void) | null = null;

  /** @throws SocketError `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`, and those of `createSecureContext` */
  constructor(options: PortServerOptions) {
    this.#context = contextFor(options);
    this.#net = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
    for (const route of this.#context.routes.routes) attachRoute(route);
    this.#sweep = setInterval(() => this.#closeIdle(), sweepInterval(this.#context)).unref();
  }

  /**
   * Listens, on 127.0.0.1 unless told otherwise.
   * @throws SocketError, as a rejection: `EADDRINUSE` and whatever else `net.Server` reports; `ERR_SERVER_CLOSED` after
   * `close`
   */
  listen(target: ListenTarget = {}): Promise<AddressInfo | string> {
    if (this.#closing !== null) {
      return Promise.reject(socketError('ERR_SERVER_CLOSED', 'The port was closed; make another one to listen again'));
    }
    return new Promise((resolve, reject) => {
      this.#net.once('error', reject);
      const { path, backlog } = target;
      const where = path === undefined ? { port: target.port ?? 0, host: target.host ?? '127.0.0.1' } : { path };
      this.#net.listen({ ...where, ...(backlog === undefined ? {} : { backlog }) }, () => {
        this.#net.off('error', reject);
        resolve(this.#net.address() as AddressInfo | string);
      });
    });
  }

  /** Where it listens; null where it does not. */
  address(): AddressInfo | string | null {
    return this.#net.address();
  }

  get listening(): boolean {
    return this.#net.listening;
  }

  get counters(): PortCounters {
    const { tally, admission } = this.#context;
    return tally.snapshot(admission.connections, admission.handshakes);
  }

  /** Takes a transport that came from elsewhere: a tunnel, another server's socket. */
  accept(transport: Duplex): void {
    const { tally, admission, logger } = this.#context;
    const { remoteAddress } = endpointsOf(transport);
    tally.accepted++;
    if (transport.destroyed) return; // It has had its 'close': there is nothing to take, and nothing would end it.
    transport.on('error', () => {}); // A reset before we look is no reason to fall over.
    const refusal = this.#closing === null ? admission.enter(remoteAddress) : 'closing';
    if (refusal !== null) {
      tally.refused(refusal);
      logger.warn?.('connection refused', { reason: refusal, remoteAddress });
      publish('refused', { id: null, reason: refusal, remoteAddress });
      transport.destroy();
      return;
    }
    const connection: PortConnection = new PortConnection(this.#context, transport, () => {
      admission.leave(remoteAddress);
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.#emptied?.();
    });
    this.#connections.add(connection);
  }

  /** Another certificate for a host name, or for `*.example.com`. */
  addContext(hostname: string, context: SecureContext | SecureContextOptions): void {
    this.#context.acceptor.contexts.add(hostname, context);
  }

  /**
   * Other certificates, keys, CAs or ticket keys for the connections from now on; those that there are go on. Contexts
   * of `addContext` stay as they are.
   * @throws SocketError as `createSecureContext`, `ERR_INVALID_ARG_VALUE` for ticket keys; nothing has changed then
   */
  updateCredentials(update: CredentialUpdate): void {
    this.#context.acceptor.updateCredentials(update);
  }

  /** The 48 bytes of the ticket key that seals, to be shared with other servers; whoever has it can read connections. */
  getTicketKeys(): Buffer {
    return this.#context.acceptor.sessions.keys.get();
  }

  /**
   * Other ticket keys: the first seals, all open.
   * @throws SocketError `ERR_INVALID_ARG_VALUE`
   */
  setTicketKeys(keys: TicketKeysInput): void {
    this.#context.acceptor.sessions.keys.set(keys);
  }

  /** Does not keep the process alive by listening; connections do. */
  unref(): this {
    this.#net.unref();
    return this;
  }

  ref(): this {
    this.#net.ref();
    return this;
  }

  /**
   * Accepts no more and ends what there is: h2 sessions with GOAWAY, HTTP/1.1 after the answer in progress, handlers by
   * their `onClosing`. After the grace the rest is closed with close_notify, and soon destroyed. Resolves when every
   * connection is gone; called again, it waits for the same.
   * @throws SocketError `ERR_OUT_OF_RANGE` for the grace, before anything is closed
   */
  close(options: CloseOptions = {}): Promise<void> {
    const { graceMs = DEFAULT_GRACE } = options;
    checkLimit('graceMs', graceMs, 'time');
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(grace: number): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    if (this.#connections.size > 0) {
      const emptied = new Promise<void>((resolve) => (this.#emptied = resolve));
      for (const connection of [...this.#connections]) connection.drain();
      let timer: NodeJS.Timeout | undefined;
      const endAll = (): void => {
        timer = setTimeout(() => this.#each((connection) => connection.destroyNow()), GOODBYE_MILLISECONDS);
        this.#each((connection) => connection.endNow());
      };
      if (grace !== Infinity) timer = setTimeout(endAll, grace);
      await emptied;
      clearTimeout(timer);
    }
    clearInterval(this.#sweep);
    for (const route of this.#context.routes.routes) detachRoute(route);
    await stopped;
  }

  #each(act: (connection: PortConnection) => void): void {
    for (const connection of [...this.#connections]) act(connection);
  }

  #closeIdle(): void {
    const now = performance.now();
    this.#each((connection) => connection.closeIfIdle(now));
  }
}

/**
 * Serves several protocols on one TLS port: each connection goes to the route whose ALPN name was negotiated
 * (RFC 7301), or, where the port sniffs, to the one whose first line the client sent.
 * @throws SocketError `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`, and those of `createSecureContext`
 */
export function createPortServer(options: PortServerOptions): PortServer {
  return new PortServer(options);
}

function contextFor(options: PortServerOptions): PortContext {
  const { tls, sniffing = false } = options;
  const routes = new RouteTable(options.routes);
  const limits = resolvePortLimits(options.limits);
  const named = (name: string | undefined): ReadyRoute | null => (name === undefined ? null : routes.byName(name));
  const withoutAlpn = named(options.withoutAlpn);
  const onNoOverlap = named(options.onNoOverlap);
  if (tls.secureContext === undefined && tls.cert === undefined && tls.SNICallback === undefined) {
    throw socketError('ERR_INVALID_ARG_VALUE', 'tls needs cert and key, a secureContext or an SNICallback');
  }
  return {
    acceptor: new Acceptor({
      tls,
      alpn: {
        protocols: routes.protocols,
        onNoOverlap: onNoOverlap === null ? 'alert' : 'continue',
        // Nothing will be done with a client that says no protocol: tell it so during the handshake.
        required: !sniffing && withoutAlpn === null && onNoOverlap === null,
      },
      keyLog: () => tls.keyLog ?? null,
    }),
    admission: new Admission(limits),
    routes,
    limits,
    tally: new PortTally(),
    logger: options.logger ?? {},
    sniffing,
    withoutAlpn,
    onSilence: named(options.onSilence),
    onNoOverlap,
    onRoute: new Map(),
  };
}

/** Often enough that no connection is idle for a quarter longer than it may be. */
function sweepInterval({ routes, limits }: PortContext): number {
  const timeouts = routes.routes.flatMap(({ route }) => [route.limits?.idleTimeout, route.limits?.stalledTimeout]);
  const quarters = [...timeouts, limits.stalledTimeout].map((timeout = 0) => timeout / 4);
  return Math.max(10, Math.min(MAX_SWEEP_INTERVAL, ...quarters.filter((quarter) => quarter > 0)));
}
