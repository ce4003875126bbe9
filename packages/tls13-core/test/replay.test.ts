import { concatBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientConfig, ServerConfig } from '../src/config.js';
import type { TlsConnection } from '../src/connection.js';
import type { TlsEvent } from '../src/events.js';
import { createTlsServer } from '../src/server-connection.js';
import { createTicketProtector } from '../src/session/ticket-protector.js';
import { createPair, runNow } from './support/pair.js';
import { anew, connect, START, TICKET_KEY } from './support/sessions.js';
import { TOY_CLIENT, toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** One input of a connection: bytes of the peer, or a call of the application. */
type Input =
  | { readonly type: 'receive'; readonly bytes: Uint8Array }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'update-keys'; readonly requestPeer: boolean }
  | { readonly type: 'close' };

interface Recording {
  readonly inputs: Input[];
  readonly output: Uint8Array;
  readonly events: readonly TlsEvent[];
}

function apply(connection: TlsConnection, input: Input): TlsEvent[] {
  switch (input.type) {
    case 'receive':
      return connection.receive(input.bytes);
    case 'send':
      connection.send(input.bytes);
      return [];
    case 'update-keys':
      connection.updateKeys({ requestPeer: input.requestPeer });
      return [];
    case 'close':
      connection.close();
      return [];
  }
}

function replay(connection: TlsConnection, inputs: readonly Input[]): Recording {
  const output = [connection.takeOutput()];
  const events: TlsEvent[] = [];
  for (const input of inputs) {
    events.push(...apply(connection, input));
    output.push(connection.takeOutput());
  }
  return { inputs: [...inputs], output: concatBytes(...output), events };
}

const RESUMPTION = { now: () => START, policy: 'replayed' };

/** Tickets under keys that every replay has, with salts that are a function of the seed. */
function resumingServer(seed: number): Partial<ServerConfig> {
  return {
    clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }), policy: 'replayed' },
    tickets: {
      protector: createTicketProtector({ provider: toyProvider(seed), keys: [TICKET_KEY] }),
      now: () => START,
    },
  };
}

const { session } = connect(
  toyClient({ selectCredential: () => TOY_CLIENT, resumption: RESUMPTION }),
  toyServer(resumingServer(0)),
);

describe('a connection is a function of its inputs', () => {
  it('replays to the byte from its seed and what was put in', () => {
    const action = fc.oneof(
      fc.record({ side: fc.constantFrom('client', 'server'), length: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ side: fc.constantFrom('client', 'server'), requestPeer: fc.boolean() }),
    );
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(action, { maxLength: 12 }),
        fc.boolean(),
        fc.boolean(),
        (seed, actions, retry, resume) => {
          const clientConfig = (): ClientConfig =>
            toyClient({
              provider: toyProvider(seed),
              selectCredential: () => TOY_CLIENT,
              alpn: { protocols: ['sip/2'] },
              ...(retry ? { keyShares: [] } : {}),
              ...(resume ? { resumption: RESUMPTION, session: anew(session) } : {}),
            });
          const serverConfig = (): ServerConfig =>
            toyServerWithClientAuthentication('require', {
              provider: toyProvider(seed + 1),
              alpn: { protocols: ['sip/2'] },
              ...(resume ? resumingServer(seed + 2) : {}),
            });
          // Record: run a pair, writing down what goes into each side and what comes out.
          const pair = createPair(clientConfig(), serverConfig());
          const recorded = { client: record(pair.client), server: record(pair.server) };
          runNow(pair);
          for (const step of actions) {
            const { connection, inputs } = recorded[step.side as 'client' | 'server'];
            const input: Input =
              'length' in step
                ? { type: 'send', bytes: new Uint8Array(step.length).fill(step.length) }
                : { type: 'update-keys', requestPeer: step.requestPeer };
            inputs.push(input);
            apply(connection, input);
            runNow(pair);
          }
          expect(pair.client.state).toBe('open');
          expect(pair.client.info?.resumed).toBe(resume);

          const client = replay(createTlsClient(clientConfig()), recorded.client.inputs);
          const server = replay(createTlsServer(serverConfig()), recorded.server.inputs);
          expect(client.output).toEqual(concatBytes(...recorded.client.output));
          expect(server.output).toEqual(concatBytes(...recorded.server.output));
          expect(client.events).toEqual(pair.clientEvents);
          expect(server.events).toEqual(pair.serverEvents);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** Notes what a connection receives and what it gives, for as long as it lives. */
function record(connection: TlsConnection): { connection: TlsConnection; inputs: Input[]; output: Uint8Array[] } {
  const recording = { connection, inputs: [] as Input[], output: [] as Uint8Array[] };
  const receive = connection.receive.bind(connection);
  const takeOutput = connection.takeOutput.bind(connection);
  connection.receive = (bytes) => {
    recording.inputs.push({ type: 'receive', bytes: bytes.slice() });
    return receive(bytes);
  };
  connection.takeOutput = () => {
    const bytes = takeOutput();
    recording.output.push(bytes.slice());
    return bytes;
  };
  return recording;
}
