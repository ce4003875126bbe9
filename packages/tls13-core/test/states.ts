/*
 * The state machines of RFC 9846 appendix A as data, with the messages of the features that this stack has: certificate
 * authentication with HelloRetryRequest, client certificates, resumption, tickets, early data and key updates.
 * The oracle test holds the handshake to these tables, and docs/states.md is printed from them.
 */

/** What a peer can send, as far as the state machine tells it apart. Handshake messages have the names of the RFC. */
export type Step =
  | 'client_hello'
  /** A ClientHello that offers a group of ours, but sends no share for one. */
  | 'client_hello without share'
  /** A ClientHello that offers a good ticket. */
  | 'client_hello with ticket'
  | 'client_hello with ticket, without share'
  /** The same, announcing early data. */
  | 'client_hello with early_data'
  | 'hello_retry_request'
  | 'server_hello'
  /** A ServerHello that chose the session which the client offers. */
  | 'server_hello with pre_shared_key'
  | 'encrypted_extensions'
  /** Says that early data is taken. */
  | 'encrypted_extensions with early_data'
  | 'certificate_request'
  | 'certificate'
  | 'empty certificate'
  | 'certificate_verify'
  | 'finished'
  | 'end_of_early_data'
  | 'new_session_ticket'
  | 'key_update'
  | 'application_data'
  | 'change_cipher_spec'
  | 'user_canceled'
  | 'close_notify';

export interface State {
  /** The name in appendix A where it has one. */
  readonly name: string;
  /** What is accepted, and the state after it. Everything else ends the connection. */
  readonly accepts: { readonly [S in Step]?: string };
  /** Why, where appendix A does not say it. */
  readonly note?: string;
}

export interface StateMachine {
  readonly title: string;
  readonly side: 'client' | 'server';
  /** Whether the server under test asks for a certificate. */
  readonly clientAuthentication: 'none' | 'request';
  /** Whether the client under test offers a session, or the server under test takes tickets, without or with early data. */
  readonly resumption: 'off' | 'on' | 'early-data';
  readonly start: string;
  readonly states: readonly State[];
}

/** Records that may come at any time of a handshake without moving it. */
function duringHandshake(name: string): { readonly [S in Step]?: string } {
  return { change_cipher_spec: name, user_canceled: name };
}

const CLOSED: State = {
  name: 'CLOSED',
  accepts: {},
  note: 'Whatever comes after close_notify is ignored (section 6.1).',
};

function clientStates(resumption: 'off' | 'on' | 'early-data'): StateMachine {
  const resumed = resumption !== 'off' ? ({ 'server_hello with pre_shared_key': 'WAIT_EE with PSK' } as const) : {};
  const waitsForEncryptedExtensions: State = {
    name: 'WAIT_EE with PSK',
    accepts: {
      ...duringHandshake('WAIT_EE with PSK'),
      encrypted_extensions: 'WAIT_FINISHED',
      ...(resumption === 'early-data' ? { 'encrypted_extensions with early_data': 'WAIT_FINISHED' } : {}),
    },
    note: 'The server is known by the PSK: no CertificateRequest, Certificate or CertificateVerify (section 2.2).',
  };
  const withoutEarlyData: State = {
    name: 'WAIT_EE with PSK after retry',
    accepts: { ...duringHandshake('WAIT_EE with PSK after retry'), encrypted_extensions: 'WAIT_FINISHED' },
    note: 'HelloRetryRequest has refused the early data (section 4.3.10).',
  };
  const afterRetry = resumption === 'early-data' ? [withoutEarlyData] : [];
  const resumedAfterRetry =
    resumption === 'early-data'
      ? ({ 'server_hello with pre_shared_key': 'WAIT_EE with PSK after retry' } as const)
      : resumed;
  return {
    title: CLIENT_TITLES[resumption],
    side: 'client',
    clientAuthentication: 'none',
    resumption,
    start: 'WAIT_SH',
    states: [
      {
        name: 'WAIT_SH',
        accepts: {
          ...duringHandshake('WAIT_SH'),
          hello_retry_request: 'WAIT_SH after retry',
          server_hello: 'WAIT_EE',
          ...resumed,
        },
      },
      {
        name: 'WAIT_SH after retry',
        accepts: { ...duringHandshake('WAIT_SH after retry'), server_hello: 'WAIT_EE', ...resumedAfterRetry },
        note: 'A second HelloRetryRequest is refused (section 4.2.4).',
      },
      { name: 'WAIT_EE', accepts: { ...duringHandshake('WAIT_EE'), encrypted_extensions: 'WAIT_CERT_CR' } },
      ...(resumption !== 'off' ? [waitsForEncryptedExtensions, ...afterRetry] : []),
      {
        name: 'WAIT_CERT_CR',
        accepts: { ...duringHandshake('WAIT_CERT_CR'), certificate_request: 'WAIT_CERT', certificate: 'WAIT_CV' },
      },
      { name: 'WAIT_CERT', accepts: { ...duringHandshake('WAIT_CERT'), certificate: 'WAIT_CV' } },
      { name: 'WAIT_CV', accepts: { ...duringHandshake('WAIT_CV'), certificate_verify: 'WAIT_FINISHED' } },
      { name: 'WAIT_FINISHED', accepts: { ...duringHandshake('WAIT_FINISHED'), finished: 'CONNECTED' } },
      {
        name: 'CONNECTED',
        accepts: {
          new_session_ticket: 'CONNECTED',
          key_update: 'CONNECTED',
          application_data: 'CONNECTED',
          user_canceled: 'CONNECTED',
          close_notify: 'CLOSED',
        },
        note: 'No change_cipher_spec after the peer’s Finished (section 5); no CertificateRequest, as post_handshake_auth is never offered (section 4.3.6).',
      },
      CLOSED,
    ],
  };
}

const CLIENT_TITLES = {
  off: 'Client (appendix A.1)',
  on: 'Client that offers a session (appendix A.1)',
  'early-data': 'Client that sends early data (appendix A.1)',
} as const;

export const CLIENT_STATES: StateMachine = clientStates('off');
export const CLIENT_STATES_WITH_SESSION: StateMachine = clientStates('on');
export const CLIENT_STATES_WITH_EARLY_DATA: StateMachine = clientStates('early-data');

function serverStates(
  clientAuthentication: 'none' | 'request',
  resumption: 'off' | 'on' | 'early-data' = 'off',
): StateMachine {
  const afterHello = clientAuthentication === 'none' ? 'WAIT_FINISHED' : 'WAIT_CERT';
  const clientCertificate: readonly State[] = [
    {
      name: 'WAIT_CERT',
      accepts: { ...duringHandshake('WAIT_CERT'), certificate: 'WAIT_CV', 'empty certificate': 'WAIT_FINISHED' },
    },
    { name: 'WAIT_CV', accepts: { ...duringHandshake('WAIT_CV'), certificate_verify: 'WAIT_FINISHED' } },
  ];
  const ticketAfterRetry: State = {
    name: 'START with ticket after retry',
    accepts: {
      ...duringHandshake('START with ticket after retry'),
      'client_hello with ticket': 'WAIT_FINISHED',
    },
    note: 'The client is known by the PSK, or was content to be unknown: it is not asked for a certificate (section 4.4.2).',
  };
  const earlyData: State = {
    name: 'WAIT_EOED',
    accepts: {
      ...duringHandshake('WAIT_EOED'),
      application_data: 'WAIT_EOED',
      end_of_early_data: 'WAIT_FINISHED',
    },
    note: 'The application data is early data, under keys of its own; EndOfEarlyData ends it (section 4.6).',
  };
  return {
    title:
      clientAuthentication === 'none'
        ? 'Server (appendix A.2)'
        : `Server that ${SERVER_TITLES[resumption]}asks for a certificate (appendix A.2)`,
    side: 'server',
    clientAuthentication,
    resumption,
    start: 'START',
    states: [
      {
        name: 'START',
        accepts: {
          client_hello: afterHello,
          'client_hello without share': 'START after retry',
          ...(resumption === 'early-data' ? ({ 'client_hello with early_data': 'WAIT_EOED' } as const) : {}),
          ...(resumption !== 'off'
            ? ({
                'client_hello with ticket': 'WAIT_FINISHED',
                'client_hello with ticket, without share': 'START with ticket after retry',
              } as const)
            : {}),
          user_canceled: 'START',
        },
        note: 'No change_cipher_spec before the first ClientHello (section 5).',
      },
      { name: 'START after retry', accepts: { ...duringHandshake('START after retry'), client_hello: afterHello } },
      ...(resumption !== 'off' ? [ticketAfterRetry] : []),
      ...(resumption === 'early-data' ? [earlyData] : []),
      ...(clientAuthentication === 'none' ? [] : clientCertificate),
      { name: 'WAIT_FINISHED', accepts: { ...duringHandshake('WAIT_FINISHED'), finished: 'CONNECTED' } },
      {
        name: 'CONNECTED',
        accepts: {
          key_update: 'CONNECTED',
          application_data: 'CONNECTED',
          user_canceled: 'CONNECTED',
          close_notify: 'CLOSED',
        },
        note: 'No ClientHello: TLS 1.3 does not renegotiate (section 4.2.2).',
      },
      CLOSED,
    ],
  };
}

const SERVER_TITLES = {
  off: '',
  on: 'takes tickets and ',
  'early-data': 'takes tickets and early data and ',
} as const;

export const SERVER_STATES: StateMachine = serverStates('none');
export const SERVER_STATES_WITH_CLIENT_AUTHENTICATION: StateMachine = serverStates('request');

export const SERVER_STATES_WITH_TICKETS: StateMachine = serverStates('request', 'on');
export const SERVER_STATES_WITH_EARLY_DATA: StateMachine = serverStates('request', 'early-data');

export const STATE_MACHINES: readonly StateMachine[] = [
  CLIENT_STATES,
  CLIENT_STATES_WITH_SESSION,
  CLIENT_STATES_WITH_EARLY_DATA,
  SERVER_STATES,
  SERVER_STATES_WITH_CLIENT_AUTHENTICATION,
  SERVER_STATES_WITH_TICKETS,
  SERVER_STATES_WITH_EARLY_DATA,
];

/** Everything that a peer can try, legal somewhere or nowhere. */
export function stepsAgainst({ side, resumption }: StateMachine): readonly Step[] {
  if (resumption === 'off') return STEPS[side];
  const early = resumption === 'early-data' ? EARLY_DATA_STEPS[side] : [];
  return [...STEPS[side], ...RESUMPTION_STEPS[side], ...early];
}

const RESUMPTION_STEPS: { readonly [Side in 'client' | 'server']: readonly Step[] } = {
  client: ['server_hello with pre_shared_key'],
  server: ['client_hello with ticket', 'client_hello with ticket, without share'],
};

const EARLY_DATA_STEPS: { readonly [Side in 'client' | 'server']: readonly Step[] } = {
  client: ['encrypted_extensions with early_data'],
  server: ['client_hello with early_data'],
};

const STEPS: { readonly [Side in 'client' | 'server']: readonly Step[] } = {
  client: [
    'client_hello',
    'hello_retry_request',
    'server_hello',
    'encrypted_extensions',
    'certificate_request',
    'certificate',
    'certificate_verify',
    'finished',
    'end_of_early_data',
    'new_session_ticket',
    'key_update',
    'application_data',
    'change_cipher_spec',
    'user_canceled',
    'close_notify',
  ],
  server: [
    'client_hello',
    'client_hello without share',
    'server_hello',
    'encrypted_extensions',
    'certificate_request',
    'certificate',
    'empty certificate',
    'certificate_verify',
    'finished',
    'end_of_early_data',
    'new_session_ticket',
    'key_update',
    'application_data',
    'change_cipher_spec',
    'user_canceled',
    'close_notify',
  ],
};

export function stateOf(machine: StateMachine, name: string): State {
  const found = machine.states.find((state) => state.name === name);
  if (found === undefined) throw new Error(`${machine.title} has no state ${name}`);
  return found;
}
