import { isIPv6 } from 'node:net';
import type { PortLimits } from './port-limits.js';

/** Something that is in the middle of a handshake and can be told to give it up. */
export interface Handshaking {
  giveUp(): void;
}

interface AddressUse {
  connections: number;
  readonly handshakes: Set<Handshaking>;
}

/**
 * Who may come in. Connections beyond a limit are refused. Handshakes beyond a limit push out the oldest one: a client
 * that means it is done in a round trip or two, so that the oldest is the likeliest to be waiting for nothing, and
 * whoever wants to keep others out must keep opening connections at the rate at which honest clients come.
 */
export class Admission {
  readonly #limits: PortLimits;
  readonly #addresses = new Map<string, AddressUse>();
  /** Oldest first: a Set keeps the order of insertion. */
  readonly #handshakes = new Set<Handshaking>();
  #connections = 0;

  constructor(limits: PortLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Addresses that have a connection. */
  get addresses(): number {
    return this.#addresses.size;
  }

  get handshakes(): number {
    return this.#handshakes.size;
  }

  /** Takes up a connection, or says which limit forbids it. Every `enter` that gave null needs its `leave`. */
  enter(address: string | undefined): 'connection-limit' | 'address-limit' | null {
    if (this.#connections >= this.#limits.connections) return 'connection-limit';
    const key = addressKey(address);
    const use = this.#addresses.get(key) ?? { connections: 0, handshakes: new Set<Handshaking>() };
    if (use.connections >= this.#limits.connectionsPerAddress) return 'address-limit';
    this.#connections++;
    use.connections++;
    this.#addresses.set(key, use);
    return null;
  }

  leave(address: string | undefined): void {
    const key = addressKey(address);
    const use = this.#addresses.get(key);
    if (use === undefined) return;
    this.#connections--;
    use.connections--;
    if (use.connections === 0) this.#addresses.delete(key);
  }

  startHandshake(address: string | undefined, handshake: Handshaking): void {
    const use = this.#addresses.get(addressKey(address));
    if (use === undefined) return;
    if (use.handshakes.size >= this.#limits.handshakesPerAddress) this.#giveUpOldest(use.handshakes);
    if (this.#handshakes.size >= this.#limits.handshakes) this.#giveUpOldest(this.#handshakes);
    use.handshakes.add(handshake);
    this.#handshakes.add(handshake);
  }

  endHandshake(address: string | undefined, handshake: Handshaking): void {
    this.#handshakes.delete(handshake);
    this.#addresses.get(addressKey(address))?.handshakes.delete(handshake);
  }

  /** Giving up ends the handshake, which takes it out of the sets. */
  #giveUpOldest(handshakes: ReadonlySet<Handshaking>): void {
    for (const oldest of handshakes) {
      oldest.giveUp();
      return;
    }
  }
}

/**
 * What counts as one address: an IPv4 address however it is written, and the /64 that an IPv6 site gets at least
 * (RFC 6177), because a host can take any address in it.
 */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return '';
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  const prefix = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
