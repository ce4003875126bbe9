import type { MaybePromise } from '@portico/crypto';
import { TlsError } from '../error.js';
import type { Session } from './session.js';
import { DEFAULT_SESSIONS_STORED, DEFAULT_SESSIONS_PER_NAME } from '../limits.js';

/**
 * Where a client keeps its sessions. All of one store are made under one `resumption.policy`. What throws or rejects is as
 * good as a store that has none: the handshake is a full one.
 */
export interface SessionStore {
  /** A session for that server name, which the store no longer has: each is used once. Null where there is none. */
  take(serverName: string | null): MaybePromise<Session | null>;
  /** Keeps a session, or not. */
  put(session: Session): MaybePromise<unknown>;
}

export interface SessionStoreOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Sessions held at a time, of 1 to 20 KB each; 256 by default. The oldest goes first. */
  readonly capacity?: number;
  /** Sessions held for one server name; 8 by default. */
  readonly capacityPerName?: number;
}

/**
 * Sessions in memory. The newest is taken first, expired ones and those that were offered never.
 * @throws TlsError `invalid-configuration`
 */
export function createSessionStore({
  now,
  capacity = DEFAULT_SESSIONS_STORED,
  capacityPerName = DEFAULT_SESSIONS_PER_NAME,
}: SessionStoreOptions): SessionStore {
  for (const value of [capacity, capacityPerName]) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TlsError('invalid-configuration', {
        subject: 'session store, capacity',
        expected: 'positive integers',
      });
    }
  }
  /** Oldest first. */
  let sessions: Session[] = [];
  const remove = (session: Session): void => {
    sessions = sessions.filter((other) => other !== session);
  };
  return {
    take: (serverName) => {
      const time = now();
      sessions = sessions.filter(({ expiresAt, wasOffered }) => expiresAt > time && !wasOffered);
      const found = sessions.filter((session) => session.serverName === serverName).at(-1) ?? null;
      if (found !== null) remove(found);
      return found;
    },
    put: (session) => {
      remove(session);
      sessions.push(session);
      const ofName = sessions.filter(({ serverName }) => serverName === session.serverName);
      if (ofName.length > capacityPerName) remove(ofName[0] as Session);
      if (sessions.length > capacity) sessions.shift();
    },
  };
}
