import { describe, expect, it } from 'vitest';
import { ScriptedServer } from './support/scripted-server.js';
import { earlyClient } from './support/sessions.js';
import { toyClient } from './support/toy-credentials.js';

/** What a server has to do after HelloRetryRequest for a client with early data and one without. */
const FLIGHTS: readonly [string, (server: ScriptedServer) => ScriptedServer][] = [
  ['a handshake', (server) => server.handshake()],
  ['HelloRetryRequest and a handshake', (server) => server.helloRetryRequest().handshake()],
];

describe('change_cipher_spec of a client (RFC 9846 appendix E.4)', () => {
  it.each(FLIGHTS)('is sent once or never, with early data and without, in %s', (_what, play) => {
    for (const client of [toyClient, earlyClient]) {
      for (const [middleboxCompatibility, sent] of [
        [true, 1],
        [false, 0],
      ] as const) {
        const server = play(new ScriptedServer(client({ middleboxCompatibility })));
        expect([server.failure, server.heardChangeCipherSpecs]).toEqual([null, sent]);
        expect(server.last('client_hello').legacySessionId).toHaveLength(middleboxCompatibility ? 32 : 0);
      }
    }
  });
});
