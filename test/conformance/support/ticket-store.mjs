import { randomBytes } from 'node:crypto';

/** Bytes. Long enough that nobody guesses one. */
const HANDLE_LENGTH = 32;
/** States held at a time; the oldest goes first. */
const MAX_STATES = 10_000;

/** A store whose tickets are keys into it, each good for one connection; it answers on a later turn, as a database does. */
export function createTicketStore() {
  const states = new Map();
  return {
    seal: async (state) => {
      const handle = new Uint8Array(randomBytes(HANDLE_LENGTH));
      states.set(Buffer.from(handle).toString('hex'), state);
      if (states.size > MAX_STATES) states.delete(states.keys().next().value);
      return handle;
    },
    open: async (ticket) => {
      const name = Buffer.from(ticket).toString('hex');
      const state = states.get(name) ?? null;
      states.delete(name);
      return state;
    },
  };
}
