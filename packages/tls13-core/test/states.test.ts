import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertForReason, type TlsErrorReason } from '../src/error.js';
import { EXTENSION_CODES } from '../src/messages/extensions/extension.js';
import { ScriptedClient } from './support/scripted-client.js';
import type { ScriptedPeer } from './support/scripted-peer.js';
import { ScriptedServer } from './support/scripted-server.js';
import {
  EARLY_DATA_SIZE,
  earlyClient,
  earlyServer,
  resumingClient,
  serverWithTickets,
  serverWithTicketsAndClientAuthentication,
  toyClientTicket,
} from './support/sessions.js';
import { toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';
import { stateOf, STATE_MACHINES, stepsAgainst, type State, type StateMachine, type Step } from './states.js';

/** Limits are another test's business. */
const LIMITS = { warningAlerts: 1000, changeCipherSpecRecords: 1000, keyUpdatesInARow: 1000, sessionTickets: 1000 };

function start(machine: StateMachine): ScriptedPeer {
  if (machine.side === 'client') {
    const config = { off: toyClient, on: resumingClient, 'early-data': earlyClient }[machine.resumption];
    return new ScriptedServer(config({ limits: LIMITS }));
  }
  if (machine.resumption !== 'off') {
    const { tickets } = machine.resumption === 'early-data' ? earlyServer() : serverWithTickets();
    const client = new ScriptedClient(
      serverWithTicketsAndClientAuthentication('request', {
        limits: LIMITS,
        ...(tickets === undefined ? {} : { tickets }),
      }),
    );
    client.offersModes = true;
    return client;
  }
  return new ScriptedClient(
    machine.clientAuthentication === 'none'
      ? toyServer({ limits: LIMITS })
      : toyServerWithClientAuthentication('request', { limits: LIMITS }),
  );
}

function take(peer: ScriptedPeer, step: Step): void {
  const server = peer instanceof ScriptedServer ? peer : null;
  const client = peer instanceof ScriptedClient ? peer : null;
  switch (step) {
    case 'client_hello':
      if (client !== null) client.clientHello();
      else peer.message('client_hello', peer.last('client_hello'));
      return;
    case 'client_hello without share':
      client?.clientHelloWithoutShare();
      return;
    case 'client_hello with ticket':
    case 'client_hello with ticket, without share':
      if (client === null) return;
      client.offers = [A_TICKET_OF_OURS];
      if (step === 'client_hello with ticket') client.clientHello();
      else client.clientHelloWithoutShare();
      client.offers = step === 'client_hello with ticket' ? client.offers : [];
      return;
    case 'client_hello with early_data':
      if (client === null) return;
      client.offers = [AN_EARLY_TICKET_OF_OURS];
      client.announcesEarlyData = true;
      client.clientHello();
      return;
    case 'hello_retry_request':
      server?.helloRetryRequest();
      return;
    case 'server_hello':
      if (server !== null) server.serverHello();
      else peer.message('server_hello', A_SERVER_HELLO);
      return;
    case 'server_hello with pre_shared_key':
      server?.resumingServerHello();
      return;
    case 'encrypted_extensions':
      if (server !== null) server.encryptedExtensions();
      else peer.message('encrypted_extensions', { extensions: [] });
      return;
    case 'encrypted_extensions with early_data':
      if (server !== null) server.encryptedExtensions([AN_EARLY_DATA_EXTENSION]);
      return;
    case 'certificate_request':
      if (server !== null) server.certificateRequest();
      else peer.message('certificate_request', { certificateRequestContext: new Uint8Array(0), extensions: [] });
      return;
    case 'certificate':
      (server ?? client)?.certificate();
      return;
    case 'empty certificate':
      client?.emptyCertificate();
      return;
    case 'certificate_verify':
      (server ?? client)?.certificateVerify();
      return;
    case 'finished':
      (server ?? client)?.finished();
      return;
    case 'end_of_early_data':
      if (client !== null) client.endOfEarlyData();
      else peer.message('end_of_early_data', {});
      return;
    case 'new_session_ticket':
      peer.message('new_session_ticket', A_TICKET);
      return;
    case 'key_update':
      peer.keyUpdate();
      return;
    case 'application_data':
      peer.applicationData();
      return;
    case 'change_cipher_spec':
      peer.changeCipherSpec();
      return;
    case 'user_canceled':
    case 'close_notify':
      peer.alert(step);
      return;
  }
}

const A_SERVER_HELLO = {
  legacyVersion: 0x0303,
  random: new Uint8Array(32),
  legacySessionIdEcho: new Uint8Array(0),
  cipherSuite: 0x1301,
  legacyCompressionMethod: 0,
  extensions: [],
};
const A_TICKET = {
  ticketLifetime: 1,
  ticketAgeAdd: 1,
  ticketNonce: new Uint8Array(0),
  ticket: Uint8Array.of(1),
  extensions: [],
};

const A_TICKET_OF_OURS = toyClientTicket();
const AN_EARLY_TICKET_OF_OURS = toyClientTicket({ maxEarlyDataSize: EARLY_DATA_SIZE });
const AN_EARLY_DATA_EXTENSION = { type: EXTENSION_CODES.early_data, data: new Uint8Array(0) };

/**
 * A second hello without a share, or that offers what the first did not, is no matter of order: it is illegal in itself.
 * So are EncryptedExtensions that take early data where there is none.
 */
function isAboutOrder(state: State, step: Step): boolean {
  if (step === 'encrypted_extensions with early_data') return !('encrypted_extensions' in state.accepts);
  return !(state.name.endsWith('after retry') && step.startsWith('client_hello'));
}

/** The messages that the connection itself says it waits for, by the table. */
function expectedByTable(state: State): string[] {
  const recordSteps = new Set(['application_data', 'change_cipher_spec', 'user_canceled', 'close_notify']);
  const messages = Object.keys(state.accepts).filter((step) => !recordSteps.has(step));
  const names = messages.map((step) => step.replace('empty ', '').replace(/ with.*/, ''));
  return [...new Set(names)].sort();
}

function demandRefusal(peer: ScriptedPeer, state: State, step: Step): void {
  const failure = peer.failure as TlsErrorReason | null;
  if (failure === null) throw new Error(`${state.name} accepted ${step}`);
  // A farewell in the middle of a handshake is no mistake, yet it ends it.
  const expected = step === 'close_notify' ? 'none' : 'unexpected_message';
  expect([state.name, step, failure, alertForReason(failure)]).toEqual([state.name, step, failure, expected]);
}

describe.each(STATE_MACHINES.map((machine) => [machine.title, machine] as const))('%s', (_title, machine) => {
  const choice = fc.record({ legal: fc.integer({ min: 1, max: 5 }).map((drawn) => drawn <= 4), pick: fc.nat() });

  it('accepts exactly the sequences of the table', () => {
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 16 }), (choices) => {
        const peer = start(machine);
        let state = stateOf(machine, machine.start);
        for (const { legal, pick } of choices) {
          const accepted = Object.keys(state.accepts) as Step[];
          const refused = stepsAgainst(machine).filter((step) => !(step in state.accepts) && isAboutOrder(state, step));
          if (state.name === 'CLOSED') {
            const steps = stepsAgainst(machine);
            take(peer, steps[pick % steps.length] as Step);
            expect(peer.failure).toBeNull();
            continue;
          }
          expect([...peer.connection.expectedMessages].sort()).toEqual(expectedByTable(state));
          const step = (legal ? accepted[pick % accepted.length] : refused[pick % refused.length]) as Step;
          take(peer, step);
          if (!legal) {
            demandRefusal(peer, state, step);
            return;
          }
          expect([state.name, step, peer.failure]).toEqual([state.name, step, null]);
          state = stateOf(machine, state.accepts[step] as string);
          expect(peer.connection.info !== null).toBe(state.name === 'CONNECTED' || state.name === 'CLOSED');
        }
      }),
      { numRuns: 600 },
    );
  });

  it.each(machine.states.filter(({ name }) => name !== 'CLOSED').map((state) => [state.name, state] as const))(
    'takes in %s what the table says and nothing else',
    (_name, state) => {
      const path = pathTo(machine, state.name);
      for (const step of stepsAgainst(machine)) {
        if (!(step in state.accepts) && !isAboutOrder(state, step)) continue;
        const peer = start(machine);
        for (const before of path) take(peer, before);
        expect(peer.failure).toBeNull();
        take(peer, step);
        if (step in state.accepts) expect([step, peer.failure]).toEqual([step, null]);
        else demandRefusal(peer, state, step);
      }
    },
  );
});

/** A shortest legal sequence to a state. */
function pathTo(machine: StateMachine, target: string): readonly Step[] {
  const paths = new Map<string, readonly Step[]>([[machine.start, []]]);
  for (const [name, path] of paths) {
    if (name === target) return path;
    for (const [step, next] of Object.entries(stateOf(machine, name).accepts) as [Step, string][]) {
      if (!paths.has(next)) paths.set(next, [...path, step]);
    }
  }
  throw new Error(`${target} cannot be reached`);
}
