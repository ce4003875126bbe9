import type { ServerConfig } from '../../src/config.js';
import { createCookieProtector, type CookieKey } from '../../src/session/cookie-protector.js';
import { TestClock } from './sessions.js';
import { toyServer } from './toy-credentials.js';
import { toyProvider } from './toy-provider.js';

export const COOKIE_KEY: CookieKey = { name: 'one', key: new Uint8Array(32).fill(0xc0) };
export const OTHER_COOKIE_KEY: CookieKey = { name: 'one', key: new Uint8Array(32).fill(0xc1) };

/** The clock of all `cookieServer`s, which begin at its time, whatever an earlier one made of it. */
export const cookieTestClock: TestClock = new TestClock();

/** A server that gives cookies, by default only to clients that it asks for another group. */
export function cookieServer({
  keys = [COOKIE_KEY],
  demand = 'when-needed',
  later = 0,
  ...config
}: Partial<ServerConfig> & {
  readonly keys?: readonly CookieKey[];
  readonly demand?: 'when-needed' | 'always';
  /** How much later it is for this server, in milliseconds. */
  readonly later?: number;
} = {}): ServerConfig {
  const now = (): number => cookieTestClock.time + later;
  const cookies = createCookieProtector({ provider: toyProvider(0xc00), keys, now });
  return toyServer({ helloRetry: { cookies, demand }, ...config });
}
