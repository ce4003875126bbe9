import { bytesToHex } from '@portico/bytes';
import type { MaybePromise } from '@portico/crypto';
import { TlsError } from '../error.js';
import { DEFAULT_REPLAY_KEYS, REPLAY_BUCKET_MILLISECONDS } from '../limits.js';

/**
 * Remembers early data that was taken, so that none is taken twice (RFC 9846 section 8.2). What throws, rejects or answers
 * anything but `absent` refuses the early data, never the connection.
 */
export interface ReplayStore {
  /**
   * Milliseconds since 1970 from when on everything is remembered. Early data is refused until nothing that could have come
   * before is fresh any more.
   */
  readonly startedAt: number;
  /**
   * Puts a key, and says whether it was absent: in one step that nothing can come between, whoever shares the store. The key
   * is the PSK binder of a ClientHello, after it was verified; it may be forgotten after `expiresAt`, in milliseconds since
   * 1970. `full` is for a store that has no room.
   */
  putIfAbsent(key: Uint8Array, expiresAt: number): MaybePromise<'absent' | 'present' | 'full'>;
}

export interface ReplayStoreOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Keys held at a time, each about 200 bytes; 100000 by default. When it is full, early data is refused. */
  readonly capacity?: number;
}

/**
 * A replay store in memory, for one process. The expiry is part of what a binder covers, so that a replay comes with the
 * same one: keys are kept by the second in which they expire, and whole seconds are forgotten.
 * @throws TlsError `invalid-configuration`
 */
export function createReplayStore({ now, capacity = DEFAULT_REPLAY_KEYS }: ReplayStoreOptions): ReplayStore {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new TlsError('invalid-configuration', { subject: 'replay store, capacity', expected: 'a positive integer' });
  }
  const buckets = new Map<number, Set<string>>();
  let size = 0;
  return {
    startedAt: now(),
    putIfAbsent: (key, expiresAt) => {
      const oldest = Math.floor(now() / REPLAY_BUCKET_MILLISECONDS);
      for (const [second, expired] of buckets) {
        if (second >= oldest) continue;
        buckets.delete(second);
        size -= expired.size;
      }
      const second = Math.floor(expiresAt / REPLAY_BUCKET_MILLISECONDS);
      const bucket = buckets.get(second) ?? new Set();
      const name = bytesToHex(key);
      if (bucket.has(name)) return 'present';
      if (size >= capacity) return 'full';
      buckets.set(second, bucket.add(name));
      size++;
      return 'absent';
    },
  };
}
