/*
 * The state machines of RFC 9846 appendix A as data, with the messages of the features that this stack has: certificate
 * authentication with HelloRetryRequest, client certificates, resumption, tickets, early data and key updates.
 * The oracle test holds the handshake to these tables, and docs/states.md is printed from them.
 */
import { clientStates } from './states/client-states.js';
import type { StateMachine, Step } from './states/machine.js';
import { serverStates } from './states/server-states.js';

export const STATE_MACHINES: readonly StateMachine[] = [
  clientStates('off'),
  clientStates('off', 'impossible'),
  clientStates('off', 'own'),
  clientStates('on'),
  clientStates('early-data'),
  serverStates('none'),
  serverStates('request'),
  serverStates('require'),
  serverStates('none', 'on'),
  serverStates('request', 'on'),
  serverStates('none', 'early-data'),
  serverStates('request', 'early-data'),
];

/** Everything that a peer can try, legal somewhere or nowhere. */
export function stepsAgainst({ side, resumption }: StateMachine): readonly Step[] {
  const own = side === 'client' ? CLIENT_STEPS : SERVER_STEPS;
  return [...own[resumption], ...STEPS];
}

/** What a server can send. */
const CLIENT_STEPS: { readonly [R in StateMachine['resumption']]: readonly Step[] } = {
  off: [],
  on: ['server_hello with pre_shared_key'],
  'early-data': ['server_hello with pre_shared_key', 'encrypted_extensions with early_data'],
};

/** What a client can send. */
const TICKET_STEPS: readonly Step[] = [
  'client_hello with ticket',
  'client_hello with ticket, without share',
  'client_hello with early_data',
  'client_hello with early_data, without share',
];
const SERVER_STEPS: { readonly [R in StateMachine['resumption']]: readonly Step[] } = {
  off: ['client_hello without share', 'empty certificate'],
  on: ['client_hello without share', 'empty certificate', ...TICKET_STEPS],
  'early-data': ['client_hello without share', 'empty certificate', ...TICKET_STEPS],
};

/** What either side can send, rightly or not. */
const STEPS: readonly Step[] = [
  'client_hello',
  'hello_retry_request',
  'hello_retry_request with cookie',
  'server_hello',
  'encrypted_extensions',
  'certificate_request',
  'certificate',
  'certificate_verify',
  'finished',
  'end_of_early_data',
  'new_session_ticket',
  'key_update',
  'key_update with request',
  'application_data',
  'unreadable record',
  'change_cipher_spec',
  'user_canceled',
  'close_notify',
  'error alert',
  'end of input',
];
