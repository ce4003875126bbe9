import { createMinimalTlsClient } from '../../src/client-connection.js';
import { EXTENSION_CODES, extension } from '../../src/messages/extensions/extension.js';
import { cookieCodec } from '../../src/messages/extensions/cookie.js';
import { HELLO_RETRY_REQUEST_RANDOM, type ServerHello } from '../../src/messages/server-hello.js';
import { ScriptedClient } from '../support/scripted-client.js';
import type { ScriptedPeer } from '../support/scripted-peer.js';
import { ScriptedServer } from '../support/scripted-server.js';
import {
  EARLY_DATA_SIZE,
  earlyClient,
  earlyServer,
  resumingClient,
  serverWithTickets,
  serverWithTicketsAndClientAuthentication,
  toyClientTicket,
  toyTicket,
} from '../support/sessions.js';
import { TOY_CLIENT, toyClient, toyServer, toyServerWithClientAuthentication } from '../support/toy-credentials.js';
import type { StateMachine, Step } from './machine.js';

/** Limits are another test's business. */
const LIMITS = { warningAlerts: 1000, changeCipherSpecRecords: 1000, keyUpdatesInARow: 1000, sessionTickets: 1000 };

/** A connection in the first state of the machine, and a peer that can try anything against it. */
export function start(machine: StateMachine): ScriptedPeer {
  return machine.side === 'client' ? startClient(machine) : startServer(machine);
}

function startClient({ resumption, credential }: StateMachine): ScriptedServer {
  if (credential === 'impossible')
    return new ScriptedServer(toyClient({ limits: LIMITS }), undefined, createMinimalTlsClient);
  const config = { off: toyClient, on: resumingClient, 'early-data': earlyClient }[resumption];
  return new ScriptedServer(
    config({ limits: LIMITS, ...(credential === 'own' ? { selectCredential: () => TOY_CLIENT } : {}) }),
  );
}

function startServer({ resumption, clientAuthentication }: StateMachine): ScriptedClient {
  if (resumption === 'off') {
    return new ScriptedClient(
      clientAuthentication === 'none'
        ? toyServer({ limits: LIMITS })
        : toyServerWithClientAuthentication(clientAuthentication, { limits: LIMITS }),
    );
  }
  const { tickets } = resumption === 'early-data' ? earlyServer() : serverWithTickets();
  const config = { limits: LIMITS, ...(tickets === undefined ? {} : { tickets: { ...tickets, count: 1 } }) };
  const client = new ScriptedClient(
    clientAuthentication === 'none'
      ? serverWithTickets(config)
      : serverWithTicketsAndClientAuthentication(clientAuthentication, config),
  );
  client.offersModes = true;
  client.ticket = (clientAuthentication === 'none' ? toyTicket : toyClientTicket)({
    maxEarlyDataSize: EARLY_DATA_SIZE,
  });
  return client;
}

/** Does one step, whether it is legal or not. */
export function take(peer: ScriptedPeer, step: Step): void {
  const server = peer instanceof ScriptedServer ? peer : null;
  const client = peer instanceof ScriptedClient ? peer : null;
  switch (step) {
    case 'client_hello':
    case 'client_hello without share':
    case 'client_hello with ticket':
    case 'client_hello with ticket, without share':
    case 'client_hello with early_data':
    case 'client_hello with early_data, without share':
      if (client === null) peer.message('client_hello', peer.last('client_hello'));
      else takeClientHello(client, step);
      return;
    case 'hello_retry_request':
      if (server !== null) server.helloRetryRequest();
      else peer.message('hello_retry_request', A_RETRY);
      return;
    case 'hello_retry_request with cookie':
      if (server !== null) server.helloRetryRequest(null, { body: withCookie });
      else peer.message('hello_retry_request', A_RETRY);
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
      server?.encryptedExtensions([AN_EARLY_DATA_EXTENSION]);
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
    case 'key_update with request':
      peer.keyUpdate(1);
      return;
    case 'application_data':
      peer.applicationData();
      return;
    case 'unreadable record':
      peer.sendPlain('application_data', new Uint8Array(40).fill(0xad));
      return;
    case 'change_cipher_spec':
      peer.changeCipherSpec();
      return;
    case 'user_canceled':
    case 'close_notify':
      peer.alert(step);
      return;
    case 'error alert':
      peer.alert('internal_error');
      return;
    case 'end of input':
      peer.events.push(...peer.connection.endOfInput());
      peer.listen();
      return;
  }
}

function takeClientHello(client: ScriptedClient, step: Step): void {
  const offers = step.includes('ticket') || step.includes('early_data');
  client.offers = offers && client.ticket !== null ? [client.ticket] : [];
  client.announcesEarlyData = step.includes('early_data');
  if (step.includes('without share')) client.clientHelloWithoutShare();
  else client.clientHello();
}

const A_SERVER_HELLO = {
  legacyVersion: 0x0303,
  random: new Uint8Array(32),
  legacySessionIdEcho: new Uint8Array(0),
  cipherSuite: 0x1301,
  legacyCompressionMethod: 0,
  extensions: [],
};
const A_RETRY = { ...A_SERVER_HELLO, random: HELLO_RETRY_REQUEST_RANDOM };
const A_TICKET = {
  ticketLifetime: 1,
  ticketAgeAdd: 1,
  ticketNonce: new Uint8Array(0),
  ticket: Uint8Array.of(1),
  extensions: [],
};
const AN_EARLY_DATA_EXTENSION = { type: EXTENSION_CODES.early_data, data: new Uint8Array(0) };

function withCookie(retry: ServerHello): ServerHello {
  return { ...retry, extensions: [...(retry.extensions ?? []), extension('cookie', cookieCodec, Uint8Array.of(1))] };
}
