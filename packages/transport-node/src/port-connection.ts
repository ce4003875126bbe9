import type { Duplex } from 'node:stream';
import type { Acceptor } from './acceptor.js';
import type { Admission } from './admission.js';
import {
  describeConnection,
  nextConnectionId,
  rememberConnection,
  type ConnectionInfo,
  type RoutedBy,
} from './connection-info.js';
import { socketError } from './errors.js';
import { handOver, type HandedOver } from './hand-over.js';
import { publish, type PortLogger, type PortTally, type RefusalReason } from './port-events.js';
import type { PortLimits } from './port-limits.js';
import type { ReadyRoute, RouteTable } from './routes.js';
import { isForeign, sniff } from './sniff.js';
import type { Inspection } from './first-bytes.js';
import type { TLSSocket } from './tls-socket.js';
import { endpointsOf } from './transport.js';

/** What all connections of a port share. */
export interface PortContext {
  readonly acceptor: Acceptor;
  readonly admission: Admission;
  readonly routes: RouteTable;
  readonly limits: PortLimits;
  readonly tally: PortTally;
  readonly logger: PortLogger;
  readonly sniffing: boolean;
  /** For clients without ALPN, where the port does not sniff; null closes. */
  readonly withoutAlpn: ReadyRoute | null;
  /** For clients without ALPN that say nothing, where the port sniffs; null closes. */
  readonly onSilence: ReadyRoute | null;
  /** For clients whose ALPN names are all unknown; null refuses them with an alert. */
  readonly onNoOverlap: ReadyRoute | null;
  /** Connections on a route now. */
  readonly onRoute: Map<ReadyRoute, number>;
}

/** One connection of a port, from the transport to its end: handshake, choice of a route, hand-over, close. */
export class PortConnection {
  readonly id: string = nextConnectionId();
  readonly #port: PortContext;
  readonly #transport: Duplex;
  readonly #address: string | undefined;
  readonly #socket: TLSSocket;
  #phase: 'handshake' | 'undecided' | 'routed' | 'over' = 'handshake';
  /** Of the handshake, then of the sniffing. */
  #timer: NodeJS.Timeout;
  #route: ReadyRoute | null = null;
  #info: ConnectionInfo | null = null;
  #handedOver: HandedOver | null = null;
  /** Found idle and told to end. */
  #idle = false;

  /** The connection counts from here until its transport has closed. */
  constructor(port: PortContext, transport: Duplex, closed: () => void) {
    this.#port = port;
    this.#transport = transport;
    const { remoteAddress, remotePort } = endpointsOf(transport);
    this.#address = remoteAddress;
    publish('open', { id: this.id, remoteAddress, remotePort });
    this.#timer = setTimeout(() => this.#handshakeTimedOut(), port.limits.handshakeTimeout).unref();
    this.#socket = port.acceptor.accept(transport, {
      allowHalfOpen: true,
      writeQueueLimit: port.limits.writeQueue,
      onSecure: (socket) => this.#secured(socket),
    });
    port.admission.startHandshake(this.#address, this);
    this.#socket.on('error', (error) => this.#failed(error));
    transport.once('close', () => {
      this.#over();
      closed();
    });
  }

  /** Made room for a newer handshake. */
  giveUp(): void {
    if (this.#phase === 'handshake') this.#cancelHandshake('handshake-limit');
  }

  /** Closes in good order: what is going on may finish. */
  drain(): void {
    switch (this.#phase) {
      case 'handshake':
        this.#cancelHandshake('closing');
        break;
      case 'undecided':
        this.#refuse('closing');
        break;
      case 'routed':
        try {
          this.#handedOver?.drain();
        } catch (cause) {
          this.#routeFailed(cause);
        }
        break;
      case 'over':
        break;
    }
  }

  /** Says goodbye to a connection that did not end in time. */
  endNow(): void {
    this.#socket.destroySoon();
  }

  /** Waits for nothing more. */
  destroyNow(): void {
    this.#socket.destroy();
    this.#transport.destroy();
  }

  /** Closes a connection that has been silent for its route's time. `now` in milliseconds of `performance.now()`. */
  closeIfIdle(now: number): void {
    const silent = now - this.#socket.lastActivity;
    const stalledTimeout = this.#stalledTimeout();
    if (stalledTimeout > 0 && silent >= stalledTimeout) {
      this.#noteRefusal('stalled');
      return this.destroyNow();
    }
    const timeout = this.#phase === 'routed' ? (this.#handedOver?.idleTimeout ?? 0) : 0;
    if (timeout === 0 || silent < timeout) return;
    // A peer that does not even read our goodbye had its time.
    if (this.#idle) return this.destroyNow();
    this.#idle = this.#handedOver?.idle() === 'closes';
    if (this.#idle) this.#noteRefusal('idle');
  }

  /** 0 for never. */
  #stalledTimeout(): number {
    const port = this.#port.limits.stalledTimeout;
    // Handshakes and sniffing have a clock of their own, those that were refused have only this one.
    if (this.#phase !== 'routed' || this.#route === null) return this.#phase === 'over' ? port : 0;
    const { route } = this.#route;
    const own = route.limits?.stalledTimeout;
    if (own === undefined && 'handle' in route) return 0;
    const timeout = own ?? port;
    return timeout === 0 ? 0 : Math.max(timeout, this.#handedOver?.idleTimeout ?? 0);
  }

  #secured(socket: TLSSocket): void {
    this.#port.tally.handshakesCompleted++;
    this.#port.admission.endHandshake(this.#address, this);
    clearTimeout(this.#timer);
    this.#phase = 'undecided';
    const { alpnProtocol, handshakeInfo } = socket;
    const negotiated = typeof alpnProtocol === 'string' ? this.#port.routes.byWireName(alpnProtocol) : undefined;
    if (negotiated !== undefined) return this.#take(negotiated.route, negotiated.routedBy);
    // Offered names that none of ours matched are a choice already made: nothing is guessed from what follows.
    if (handshakeInfo?.alpnOffered === true) return this.#takeOrRefuse(this.#port.onNoOverlap, 'no-overlap');
    if (this.#port.sniffing) return this.#startSniffing();
    this.#takeOrRefuse(this.#port.withoutAlpn, 'without-alpn');
  }

  #startSniffing(): void {
    let seen = 0;
    this.#timer = setTimeout(() => {
      if (seen > 0) return this.#refuse('undecided');
      this.#takeOrRefuse(this.#port.onSilence, 'silence');
      this.#socket.releaseFirstBytes();
    }, this.#port.limits.sniffTimeout).unref();
    this.#socket.inspectFirstBytes((bytes) => {
      if (this.#phase === 'routed') return 'release';
      if (this.#phase === 'over') return 'drop';
      if (bytes === null) {
        this.#refuse(seen > 0 ? 'undecided' : 'silence');
        return 'drop';
      }
      seen = bytes.length;
      return this.#judge(bytes);
    });
  }

  #judge(bytes: Uint8Array): Inspection {
    const result = sniff(bytes, this.#port.limits.sniffBytes);
    switch (result.type) {
      case 'undecided':
        return 'hold';
      case 'refused':
        this.#refuse(result.refusal);
        return 'drop';
      case 'protocol': {
        this.#port.tally.sniffed(result.protocol);
        const route = this.#port.routes.bySniff(result.protocol) ?? null;
        this.#takeOrRefuse(route, 'sniffing');
        return this.#socket.destroyed ? 'drop' : 'release';
      }
    }
  }

  #takeOrRefuse(route: ReadyRoute | null, routedBy: RoutedBy): void {
    if (route === null) this.#refuse(routedBy === 'silence' ? 'silence' : 'no-route');
    else this.#take(route, routedBy);
  }

  #take(route: ReadyRoute, routedBy: RoutedBy): void {
    const { tally, logger, onRoute } = this.#port;
    clearTimeout(this.#timer);
    const count = onRoute.get(route) ?? 0;
    if (count >= (route.route.limits?.connections ?? Infinity)) return this.#refuse('route-limit');
    onRoute.set(route, count + 1);
    this.#route = route;
    this.#phase = 'routed';
    const socket = this.#socket;
    const handshake = socket.handshakeInfo;
    if (handshake === null) return;
    const info = describeConnection(this.id, socket, handshake, route.name, routedBy);
    this.#info = info;
    rememberConnection(socket, info);
    tally.routed(route.name);
    if (route.route.limits?.writeQueue !== undefined) socket.writeQueueLimit = route.route.limits.writeQueue;
    const { cipherSuite, group } = info.tls;
    const { alpn, serverName, remoteAddress, remotePort } = info;
    logger.info?.('connection routed', {
      id: this.id,
      route: route.name,
      routedBy,
      alpn,
      serverName,
      cipherSuite,
      group,
      remoteAddress,
      remotePort,
    });
    publish('route', { id: this.id, info });
    if (routedBy !== 'sniffing') this.#watchForOtherProtocols(route);
    try {
      this.#handedOver = handOver(route, socket, info, (cause) => this.#routeFailed(cause));
    } catch (cause) {
      this.#routeFailed(cause);
    }
  }

  /** Cross-protocol attacks: a browser that was made to talk to a SIP port, or a phone to a web server, is cut off. */
  #watchForOtherProtocols({ expects }: ReadyRoute): void {
    if (expects === null) return;
    const { sniffBytes } = this.#port.limits;
    this.#socket.inspectFirstBytes((bytes) => {
      if (bytes === null) return 'release';
      const seen = sniff(bytes, sniffBytes);
      if (isForeign(expects, seen)) {
        this.#refuse('foreign-protocol');
        return 'drop';
      }
      return seen.type === 'undecided' ? 'watch' : 'release';
    });
  }

  #handshakeTimedOut(): void {
    this.#cancelHandshake('handshake-timeout');
  }

  #cancelHandshake(reason: RefusalReason): void {
    this.#noteRefusal(reason);
    this.#phase = 'over';
    this.#port.admission.endHandshake(this.#address, this);
    this.#socket.cancelHandshake(socketError('ERR_TLS_HANDSHAKE_TIMEOUT', `Handshake given up: ${reason}`));
  }

  /** Closes a connection that was established: with close_notify, and without a word of any protocol. */
  #refuse(reason: RefusalReason): void {
    clearTimeout(this.#timer);
    this.#noteRefusal(reason);
    this.#phase = 'over';
    this.#socket.destroySoon();
  }

  #noteRefusal(reason: RefusalReason): void {
    this.#port.tally.refused(reason);
    this.#port.logger.debug?.('connection refused', { id: this.id, reason, remoteAddress: this.#address });
    publish('refused', { id: this.id, reason, remoteAddress: this.#address });
  }

  /** A route's mistake is one connection's end, and nobody else's. */
  #routeFailed(cause: unknown): void {
    const error =
      cause instanceof Error ? cause : socketError('ERR_UNHANDLED_ERROR', `The route threw ${String(cause)}`);
    this.#port.logger.warn?.('route failed', { id: this.id, route: this.#info?.route, message: error.message });
    this.#socket.destroy(error);
  }

  #failed(error: Error): void {
    if (this.#phase === 'handshake') this.#port.tally.handshakesFailed++;
    const code: unknown = Reflect.get(error, 'code');
    const fields = {
      id: this.id,
      code,
      message: error.message,
      remoteAddress: this.#address,
      route: this.#route?.name,
    };
    this.#port.logger.debug?.('connection failed', fields);
    publish('error', { id: this.id, error });
  }

  #over(): void {
    clearTimeout(this.#timer);
    this.#port.admission.endHandshake(this.#address, this);
    this.#phase = 'over';
    if (this.#route !== null) {
      const { onRoute } = this.#port;
      onRoute.set(this.#route, (onRoute.get(this.#route) ?? 1) - 1);
      this.#route = null;
    }
    const { bytesRead, bytesWritten } = this.#socket;
    this.#port.logger.debug?.('connection closed', { id: this.id, route: this.#info?.route, bytesRead, bytesWritten });
    publish('close', { id: this.id, bytesRead, bytesWritten });
  }
}
