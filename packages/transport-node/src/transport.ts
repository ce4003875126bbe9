import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where a connection's two ends are; undefined where the transport is no network socket and does not say. */
export interface Endpoints {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly localFamily: string | undefined;
}

/** Reads the addresses; a socket forgets them when it is destroyed, so that whoever logs later asks early. */
export function endpointsOf(transport: Duplex): Endpoints {
  const { remoteAddress, remotePort, remoteFamily, localAddress, localPort, localFamily } =
    transport as Partial<Endpoints>;
  return { remoteAddress, remotePort, remoteFamily, localAddress, localPort, localFamily };
}

/** What `net.Socket` has beyond `Duplex`; a tunnel or a test's Duplex has none of it. */
export function asSocket(transport: Duplex): Socket | null {
  return transport instanceof Socket ? transport : null;
}

/** Makes a transport ours: its end comes when we say so, and small writes leave at once. */
export function takeOver(transport: Duplex, connected: () => void): void {
  // We end it ourselves, after what is still to be sent.
  transport.allowHalfOpen = true;
  const socket = asSocket(transport);
  // A handshake is two small writes in a row; Nagle's algorithm would hold back the second for a round trip.
  socket?.setNoDelay(true);
  if (socket?.connecting === true) socket.once('connect', connected);
}

/** How long a closed connection waits for the peer to read what was sent last. */
const LINGER_MILLISECONDS = 1000;

/**
 * Ends a transport so that the last bytes arrive. Destroying it at once with input unread makes the kernel send a
 * reset, and a reset lets the peer throw away what it has not read yet: the alert that says what was wrong. So: end,
 * read on and drop, destroy when the peer has closed too or after a second. Of a peer that has said close_notify nothing
 * more comes: then a socket is done when its kernel has everything, which spares the wait for the peer's end.
 */
export function endAndLinger(transport: Duplex, peer: 'open' | 'closed'): void {
  if (transport.destroyed) return;
  const last = peer === 'closed' && asSocket(transport) !== null ? 'finish' : 'end';
  if (transport.writable) transport.end();
  if (last === 'finish' ? transport.writableFinished : transport.readableEnded) {
    transport.destroy();
    return;
  }
  const destroy = (): void => {
    clearTimeout(timer);
    transport.destroy();
  };
  const timer = setTimeout(destroy, LINGER_MILLISECONDS);
  timer.unref();
  transport.once(last, destroy);
  transport.once('close', destroy);
  transport.resume();
}
