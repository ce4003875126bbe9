import type { MaybePromise } from '@portico/crypto';
import { TlsError } from '../error.js';
import type { HandshakeType } from '../messages/handshake-type.js';
import type { Received } from '../messages/message.js';

/** What a handshake waits for. The names of the expected messages are the state of RFC 9846 appendix A. */
export type Need =
  | { readonly kind: 'message'; readonly expected: readonly HandshakeType[]; readonly forgettable?: boolean }
  | {
      readonly kind: 'answer';
      readonly promise: PromiseLike<unknown>;
      readonly wipe: WipeLate | null;
      readonly expected?: undefined;
      readonly forgettable?: undefined;
    };

/** Forgets an answer that is key material and comes when the connection has ended. */
export type WipeLate = (answer: unknown) => void;

/** A handshake in progress: reads top to bottom, and stops where something is needed from outside. */
export type Flow<T> = Generator<Need, T, unknown>;

/** Waits for the next handshake message, which must be one of those. */
export function* read<T extends HandshakeType>(...expected: T[]): Flow<{ [K in T]: Received<K> }[T]> {
  return (yield { kind: 'message', expected }) as { [K in T]: Received<K> }[T];
}

/** Waits for the answer to a HelloRetryRequest, and says whether another connection could take it as well. */
export function* readSecondClientHello(
  needs: 'needs this connection' | 'needs the cookie only',
): Flow<Received<'client_hello'>> {
  const forgettable = needs === 'needs the cookie only';
  return (yield { kind: 'message', expected: ['client_hello'], forgettable }) as Received<'client_hello'>;
}

/** Waits for a value of ours, if it is not there yet. Key material that comes too late is wiped. */
export function* answer<T>(value: MaybePromise<T>, wipe: ((late: T) => void) | null = null): Flow<T> {
  if (!isPromiseLike(value)) return value;
  return (yield { kind: 'answer', promise: value, wipe: wipe as WipeLate | null }) as T;
}

/** Marks the time during which the application's code runs, so that calls back into the connection can be told. */
export interface CallbackGuard {
  run<T>(call: () => T): T;
}

/**
 * Asks the application: a verdict, a signature, a credential. A callback that throws or rejects is our failure, not the
 * peer's.
 * @throws TlsError `callback-failed`
 */
export function* ask<T>(guard: CallbackGuard, subject: string, call: () => MaybePromise<T>): Flow<T> {
  try {
    return yield* answer(guard.run(call));
  } catch (cause) {
    throw new TlsError('callback-failed', { subject, cause });
  }
}

/**
 * Asks the application for something that it must know at once.
 * @throws TlsError `callback-failed`
 */
export function askNow<T>(guard: CallbackGuard, subject: string, call: () => T): T {
  try {
    return guard.run(call);
  } catch (cause) {
    throw new TlsError('callback-failed', { subject, cause });
  }
}

function isPromiseLike<T>(value: MaybePromise<T>): value is PromiseLike<T> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && 'then' in value;
}

/** Asks a store that the connection can do without: one that throws or rejects is one that knows nothing. */
export function* answerOrNothing<T>(
  guard: CallbackGuard,
  call: () => MaybePromise<T>,
  wipe: ((late: T) => void) | null = null,
): Flow<T | null> {
  try {
    return yield* answer(guard.run(call), wipe);
  } catch {
    return null;
  }
}

/** Tells such a store something, and does not wait for it. */
export function forget(guard: CallbackGuard, call: () => MaybePromise<unknown>): void {
  try {
    const answered = guard.run(call);
    if (isPromiseLike(answered)) answered.then(undefined, () => undefined);
  } catch {
    // As good as a store that forgets.
  }
}
