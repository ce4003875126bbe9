import { describe, expect, it } from 'vitest';
import type { TlsConnection } from '../src/connection.js';
import { copiesDuring, leftOf, type Copy } from './support/copies.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { serverWithTickets } from './support/sessions.js';
import { toyClient, toyServerWithClientAuthentication } from './support/toy-credentials.js';

const WRONG_FINISHED = { body: () => ({ verifyData: new Uint8Array(32) }) };
const LABELS = [
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
  'SERVER_TRAFFIC_SECRET_0',
  'EXPORTER_SECRET',
];

/** Notes what a connection copies while it reads: its peer in these tests has the same secrets, and keeps them. */
function watch(connection: TlsConnection): Copy[] {
  const copies: Copy[] = [];
  const receive = connection.receive.bind(connection);
  connection.receive = (bytes) => {
    let events: ReturnType<typeof receive> = [];
    copies.push(...copiesDuring(() => (events = receive(bytes))));
    return events;
  };
  return copies;
}

function expectWiped(lines: readonly string[], copies: readonly Copy[]): void {
  expect(lines.map((line) => line.split(' ')[0])).toEqual(LABELS);
  const left = lines.map((line) => leftOf(line.split(' ')[2] as string, copies));
  expect(left).toEqual(LABELS.map(() => ({ held: true, left: 0 })));
}

/** The latest that a handshake can fail: when every secret of it has been made. */
describe('a handshake that fails at its end leaves none of its secrets', () => {
  it('at a client whose application cannot say who it is', () => {
    const lines: string[] = [];
    const selectCredential = (): never => {
      throw new Error('no token');
    };
    const server = new ScriptedServer(toyClient({ keyLog: (line) => lines.push(line), selectCredential }));
    const copies = watch(server.connection);
    server.serverHello().encryptedExtensions().certificateRequest().certificate().certificateVerify().finished();
    expect(server.failure).toBe('callback-failed');
    expectWiped(lines, copies);
  });

  it.each<[string, (client: ScriptedClient) => ScriptedClient, string]>([
    ['whose client shows no certificate', (client) => client.emptyCertificate(), 'certificate-required'],
    [
      'whose client’s Finished is wrong',
      (client) => client.certificate().certificateVerify().finished(WRONG_FINISHED),
      'bad-finished',
    ],
  ])('at a server %s', (_what, play, failure) => {
    const lines: string[] = [];
    const config = toyServerWithClientAuthentication('require', { keyLog: (line) => lines.push(line) });
    const client = new ScriptedClient(config);
    const copies = watch(client.connection);
    expect(play(client.clientHello()).failure).toBe(failure);
    expectWiped(lines, copies);
  });

  it('at a server that has no time for its tickets', () => {
    const lines: string[] = [];
    const { tickets, ...config } = serverWithTickets({ keyLog: (line) => lines.push(line) });
    const now = (): number => Number.NaN;
    const client = new ScriptedClient({ ...config, tickets: { ...(tickets as NonNullable<typeof tickets>), now } });
    client.offersModes = true;
    const copies = watch(client.connection);
    expect(client.handshake().failure).toBe('callback-failed');
    expectWiped(lines, copies);
  });
});
