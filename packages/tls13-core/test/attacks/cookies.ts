import type { TlsErrorReason } from '../../src/error.js';
import { decodeExtension, EXTENSION_CODES, extension } from '../../src/messages/extensions/extension.js';
import { cookieCodec } from '../../src/messages/extensions/cookie.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
import { cookieServer, cookieTestClock, OTHER_COOKIE_KEY } from '../support/cookies.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { toyClient } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';
import { withExtension } from './with-extension.js';

const PROTECTOR = 'session/cookie-protector.ts';
const RETRY = 'handshake/server-retry.ts';

/** The cookie that the server gave. */
function cookieOf(client: ScriptedClient): Uint8Array {
  const { extensions } = client.last('hello_retry_request');
  const data = extensions?.find(({ type }) => type === EXTENSION_CODES.cookie)?.data as Uint8Array;
  return decodeExtension(cookieCodec, data, 'cookie');
}

function withCookie(hello: ClientHello, cookie: Uint8Array | null): ClientHello {
  return withExtension(hello, 'cookie', cookie === null ? null : extension('cookie', cookieCodec, cookie).data);
}

/** A client that was asked for a cookie, and brings that one. */
function secondHello(
  attack: string,
  reason: TlsErrorReason,
  excludedIn: string,
  cookie: (given: Uint8Array) => Uint8Array | null,
): Attack {
  return {
    attack: `after HelloRetryRequest with a cookie: ${attack}`,
    against: 'server',
    section: '4.3.2',
    excludedIn,
    reason,
    run: () => {
      const client = new ScriptedClient(cookieServer()).clientHelloWithoutShare();
      const given = cookieOf(client);
      return client.clientHello({ body: (hello) => withCookie(hello, cookie(given)) });
    },
  };
}

/** The same to a server that has seen nothing of the first hello. */
function toAnotherServer(
  attack: string,
  reason: TlsErrorReason,
  excludedIn: string,
  change: {
    readonly cookie?: (given: Uint8Array) => Uint8Array;
    readonly hello?: (honest: ClientHello) => ClientHello;
    readonly server?: Parameters<typeof cookieServer>[0];
  },
): Attack {
  return {
    attack: `to a server that kept nothing: ${attack}`,
    against: 'server',
    section: '4.3.2',
    excludedIn,
    reason,
    run: () => {
      const first = new ScriptedClient(cookieServer()).clientHelloWithoutShare();
      const given = cookieOf(first);
      const honest = withCookie(first.honestHello(), (change.cookie ?? ((cookie) => cookie))(given));
      const second = new ScriptedClient(cookieServer(change.server));
      return second.clientHello({ body: () => (change.hello ?? ((hello) => hello))(honest) });
    },
  };
}

const flipped =
  (at: number) =>
  (cookie: Uint8Array): Uint8Array =>
    cookie.map((byte, index) => (index === (at + cookie.length) % cookie.length ? byte ^ 1 : byte));

const ATTACKS: readonly Attack[] = [
  secondHello('without it', 'missing-extension', 'handshake/server-hellos.ts receiveClientHello', () => null),
  secondHello('with another', 'invalid-cookie', 'handshake/server-hellos.ts receiveClientHello', flipped(-1)),
  secondHello('after the holding time', 'expired-cookie', `${PROTECTOR} createCookieProtector`, (cookie) => {
    cookieTestClock.advance(61_000);
    return cookie;
  }),
  {
    attack: 'after HelloRetryRequest with a cookie alone: another share of the same group',
    against: 'server',
    section: '4.2.2',
    excludedIn: `${RETRY} checkSecondClientHello`,
    reason: 'client-hello-changed',
    run: () => {
      const client = new ScriptedClient(cookieServer({ demand: 'always' })).clientHello();
      const given = cookieOf(client);
      return client.clientHello({ body: (hello) => withCookie(hello, given) });
    },
  },
  toAnotherServer('a cookie with another MAC', 'invalid-cookie', `${PROTECTOR} createCookieProtector`, {
    cookie: flipped(-1),
  }),
  toAnotherServer('a cookie with another state', 'invalid-cookie', `${PROTECTOR} createCookieProtector`, {
    cookie: flipped(20),
  }),
  toAnotherServer('a cookie with another time', 'invalid-cookie', `${PROTECTOR} createCookieProtector`, {
    cookie: flipped(9),
  }),
  toAnotherServer('a cookie of another key', 'invalid-cookie', `${PROTECTOR} createCookieProtector`, {
    server: { keys: [OTHER_COOKIE_KEY] },
  }),
  toAnotherServer('an expired cookie', 'expired-cookie', `${PROTECTOR} createCookieProtector`, {
    server: { later: 61_000 },
  }),
  toAnotherServer('another random', 'client-hello-changed', `${RETRY} checkSecondClientHello`, {
    hello: (hello) => ({ ...hello, random: hello.random.map((byte) => byte ^ 1) }),
  }),
  toAnotherServer('a suite less', 'client-hello-changed', `${RETRY} checkSecondClientHello`, {
    hello: (hello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(0, 1) }),
  }),
  toAnotherServer('an extension more', 'client-hello-changed', `${RETRY} checkSecondClientHello`, {
    hello: (hello) => ({
      ...hello,
      extensions: [{ type: 0xfafa, data: new Uint8Array(0) }, ...(hello.extensions ?? [])],
    }),
  }),
  toAnotherServer('early data', 'client-hello-changed', `${RETRY} checkSecondClientHello`, {
    hello: (hello) => withExtension(hello, 'early_data', new Uint8Array(0)),
  }),
  toAnotherServer('no share', 'group-not-requested', `${RETRY} checkSecondClientHello`, {
    hello: (hello) => withExtension(hello, 'key_share', Uint8Array.of(0, 0)),
  }),
  toAnotherServer('a cookie for a group that it does not have', 'invalid-cookie', `${RETRY} openRetryRequest`, {
    server: { groups: ['secp384r1'] },
  }),
  toAnotherServer('a cookie for a suite that it does not have', 'invalid-cookie', `${RETRY} openRetryRequest`, {
    server: { cipherSuites: ['TLS_AES_128_GCM_SHA256'] },
  }),
  {
    attack: 'a cookie longer than the limit',
    against: 'client',
    section: '4.3.2',
    excludedIn: 'handshake/client.ts readCookie',
    reason: 'cookie-too-long',
    run: () =>
      new ScriptedServer(toyClient({ limits: { cookieLength: 100 } })).helloRetryRequest(0x0017, {
        body: (retry) => ({
          ...retry,
          extensions: [...(retry.extensions ?? []), extension('cookie', cookieCodec, new Uint8Array(101).fill(1))],
        }),
      }),
  },
];

export const COOKIE_ATTACKS: AttackGroup = { title: 'Cookies', file: 'cookies.ts', attacks: ATTACKS };
