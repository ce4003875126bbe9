import { createHash, randomBytes } from 'node:crypto';
import type { CryptoProvider } from '@portico/crypto';
import { createTicketProtector, type TicketKey, type TicketProtector } from '@portico/tls13-core';
import { socketError } from './errors.js';

/** Ticket keys as `node:tls` takes them, or several: the first seals, all open, so that a change loses no session. */
export type TicketKeysInput = Uint8Array | readonly Uint8Array[];

/** As in `node:tls`: 16 bytes that name the key, which stand in every ticket, and 32 that are the key. */
export const TICKET_KEYS_LENGTH = 48;
const NAME_LENGTH = 16;

/**
 * A server's ticket keys: random ones unless given. All servers with the same keys and the same context, in whatever
 * process or machine, open each other's tickets.
 */
export class TicketKeys {
  readonly #provider: CryptoProvider;
  /** `sessionIdContext`: tickets of one context are unknown in another. */
  readonly #context: string;
  #sealing: Buffer;
  #protector: TicketProtector;

  /** @throws SocketError `ERR_INVALID_ARG_VALUE` */
  constructor(provider: CryptoProvider, given: TicketKeysInput | undefined, context: string) {
    this.#provider = provider;
    this.#context = context;
    const keys = given === undefined ? [randomBytes(TICKET_KEYS_LENGTH)] : readKeys(given);
    this.#sealing = keys[0] as Buffer;
    this.#protector = this.#protectorOf(keys);
  }

  /** Seals and opens under the keys of the moment: a connection that began before a change sends tickets of after it. */
  readonly protector: TicketProtector = {
    seal: (state) => this.#protector.seal(state),
    open: (ticket) => this.#protector.open(ticket),
  };

  /** The key that seals, 48 bytes. Whoever has it can read the connections that its tickets resume. */
  get(): Buffer {
    return Buffer.from(this.#sealing);
  }

  /** @throws SocketError `ERR_INVALID_ARG_VALUE`; nothing has changed then */
  set(given: TicketKeysInput): void {
    const keys = readKeys(given);
    this.#protector = this.#protectorOf(keys);
    this.#sealing = keys[0] as Buffer;
  }

  #protectorOf(keys: readonly Buffer[]): TicketProtector {
    try {
      return createTicketProtector({ provider: this.#provider, keys: keys.map((key) => this.#named(key)) });
    } catch (cause) {
      throw socketError('ERR_INVALID_ARG_VALUE', `Ticket keys: ${(cause as Error).message}`, cause);
    }
  }

  #named(key: Buffer): TicketKey {
    const name = createHash('sha256').update(key.subarray(0, NAME_LENGTH)).update(this.#context).digest('hex');
    return { name: name.slice(0, 2 * NAME_LENGTH), key: new Uint8Array(key.subarray(NAME_LENGTH)) };
  }
}

function readKeys(given: TicketKeysInput): readonly Buffer[] {
  const list = given instanceof Uint8Array ? [given] : given;
  const right =
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((key) => key instanceof Uint8Array && key.length === TICKET_KEYS_LENGTH);
  if (!right) {
    throw socketError(
      'ERR_INVALID_ARG_VALUE',
      `Session ticket keys must be a ${TICKET_KEYS_LENGTH}-byte buffer, or several`,
    );
  }
  return (list as readonly Uint8Array[]).map((key) => Buffer.from(key));
}
