import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import type { ConnectionInfo, RoutedBy } from './connection-info.js';
import { socketError } from './errors.js';
import { checkRouteLimits, type RouteLimits } from './port-limits.js';
import { protocolOfAlpn, type SniffedProtocol, type WireProtocol } from './sniff.js';
import type { TLSSocket } from './tls-socket.js';

interface RouteNames {
  /** For logs, counters and `connectionInfo`; the first of `alpn`, or what is sniffed, where it is not given. */
  readonly name?: string;
  /** The wire names that lead here, in order of preference. */
  readonly alpn?: readonly string[];
  /** Other wire names for the same, from peers that say it wrongly: `sip` for `sip/2`. Less preferred. */
  readonly aliases?: readonly string[];
  /** Takes connections without ALPN whose first line is this protocol's, where the port sniffs. */
  readonly sniff?: SniffedProtocol;
  /**
   * What its connections speak: one whose first line is plainly another protocol's is closed. By default what `sniff`
   * and `alpn` say; `anything` checks nothing.
   */
  readonly expects?: WireProtocol | 'anything';
  readonly limits?: RouteLimits;
}

/** A route that a function of ours or yours serves. */
export interface HandlerRoute extends RouteNames {
  /**
   * Given the connection when it is decided; the first bytes are still unread. Where it throws, or gives a
   * promise that rejects, the connection is destroyed; what else it returns is nobody's business.
   */
  readonly handle: (connection: TLSSocket, info: ConnectionInfo) => unknown;
  /**
   * The port closes: finish what is going on and end the connection. Without it the connection is ended at once, after
   * what was written.
   */
  readonly onClosing?: (connection: TLSSocket, info: ConnectionInfo) => unknown;
  /** Whether the handler ends its side itself after the peer has. False by default. */
  readonly allowHalfOpen?: boolean;
}

/**
 * A route that a server of `node:http`, `node:https` or `node:http2` serves. It need not listen, and need not know of
 * TLS: `http.createServer` and `http2.createServer` are right, the secure ones work too.
 */
export interface ServerRoute extends RouteNames {
  readonly server: NetServer;
}

export type Route = HandlerRoute | ServerRoute;

/** A route with everything decided that does not depend on a connection. */
export interface ReadyRoute {
  readonly name: string;
  readonly route: Route;
  readonly expects: WireProtocol | null;
}

/** Which route a connection takes. */
export class RouteTable {
  readonly routes: readonly ReadyRoute[];
  /** All wire names, the server's preference first. */
  readonly protocols: readonly string[];
  readonly #byWireName = new Map<string, { route: ReadyRoute; routedBy: RoutedBy }>();
  readonly #bySniff = new Map<SniffedProtocol, ReadyRoute>();

  /**
   * @throws SocketError `ERR_INVALID_ARG_VALUE` for a table in which a name leads to two routes, or to none;
   * `ERR_OUT_OF_RANGE` for a limit
   */
  constructor(routes: readonly Route[]) {
    if (routes.length === 0) invalid('a port needs at least one route');
    const names = new Set<string>();
    this.routes = routes.map((route) => {
      const ready = this.#add(route);
      if (names.has(ready.name)) invalid(`two routes are called "${ready.name}"`);
      names.add(ready.name);
      return ready;
    });
    this.protocols = [...this.#byWireName.keys()];
  }

  byWireName(name: string): { readonly route: ReadyRoute; readonly routedBy: RoutedBy } | undefined {
    return this.#byWireName.get(name);
  }

  bySniff(protocol: SniffedProtocol): ReadyRoute | undefined {
    return this.#bySniff.get(protocol);
  }

  /** @throws SocketError `ERR_INVALID_ARG_VALUE` */
  byName(name: string): ReadyRoute {
    return this.routes.find((route) => route.name === name) ?? invalid(`no route is called "${name}"`);
  }

  #add(route: Route): ReadyRoute {
    const { alpn = [], aliases = [], sniff } = route;
    const name = route.name ?? alpn[0] ?? sniff ?? invalid('a route needs a name, an ALPN name or something to sniff');
    if ('server' in route ? !(route.server instanceof NetServer) : typeof route.handle !== 'function') {
      invalid(`route "${name}" needs a handle function or a server`);
    }
    checkRouteLimits(name, route.limits);
    const ready: ReadyRoute = Object.freeze({ name, route, expects: expectation(route) });
    for (const wireName of alpn) this.#claim(wireName, ready, 'alpn');
    for (const wireName of aliases) this.#claim(wireName, ready, 'alias');
    if (sniff !== undefined) {
      if (this.#bySniff.has(sniff)) invalid(`two routes sniff ${sniff}`);
      this.#bySniff.set(sniff, ready);
    }
    return ready;
  }

  #claim(wireName: string, route: ReadyRoute, routedBy: RoutedBy): void {
    if (this.#byWireName.has(wireName)) invalid(`the ALPN name "${wireName}" stands twice in the routes`);
    this.#byWireName.set(wireName, { route, routedBy });
  }
}

/** Where a route's names promise different protocols, as `h2` and `http/1.1` to one server, nothing can be expected. */
function expectation({ expects, sniff, alpn = [] }: RouteNames): WireProtocol | null {
  if (expects !== undefined) return expects === 'anything' ? null : expects;
  const promised = new Set<WireProtocol | null>(alpn.map(protocolOfAlpn));
  if (sniff !== undefined) promised.add(sniff);
  const [only] = promised;
  return promised.size === 1 && only !== undefined ? only : null;
}

/** Whether a server speaks HTTP/1.1 alone. */
export function isHttp1Server(server: NetServer): server is HttpServer | HttpsServer {
  return server instanceof HttpServer || server instanceof HttpsServer;
}

function invalid(message: string): never {
  throw socketError('ERR_INVALID_ARG_VALUE', message);
}
