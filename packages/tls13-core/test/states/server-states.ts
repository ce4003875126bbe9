import {
  CLOSED,
  ENDS_CONNECTION,
  ENDS_HANDSHAKE,
  inTheClear,
  underKeys,
  type State,
  type StateMachine,
} from './machine.js';

type ClientAuthentication = StateMachine['clientAuthentication'];
type Resumption = StateMachine['resumption'];

/** Appendix A.2, for a server that asks for a certificate or does not, and takes tickets or does not. */
export function serverStates(clientAuthentication: ClientAuthentication, resumption: Resumption = 'off'): StateMachine {
  const afterHello = clientAuthentication === 'none' ? 'WAIT_FINISHED' : 'WAIT_CERT';
  const does = [TAKES[resumption], ASKS[clientAuthentication]].filter((part) => part !== '').join(' and ');
  return {
    title: `Server${does === '' ? '' : ` that ${does}`} (appendix A.2)`,
    side: 'server',
    clientAuthentication,
    credential: 'none',
    resumption,
    start: 'START',
    states: [
      start(afterHello, resumption),
      afterRetry(afterHello, resumption),
      ...(resumption === 'off' ? [] : [WITH_TICKET_AFTER_RETRY, WITH_EARLY_DATA_AFTER_RETRY]),
      ...(resumption === 'early-data' ? [WAIT_EOED] : []),
      ...(resumption === 'on' ? [PASSING_OVER_EARLY_DATA] : []),
      ...(clientAuthentication === 'none' ? [] : clientCertificate(clientAuthentication)),
      underKeys('WAIT_FINISHED', { finished: 'CONNECTED' }),
      CONNECTED,
      CLOSED,
    ],
  };
}

const TAKES: { readonly [R in Resumption]: string } = {
  off: '',
  on: 'takes tickets',
  'early-data': 'takes tickets and early data',
};

const ASKS: { readonly [C in ClientAuthentication]: string } = {
  none: '',
  request: 'asks for a certificate',
  require: 'demands a certificate',
};

function start(afterHello: string, resumption: Resumption): State {
  const withTicket = {
    'client_hello with ticket': 'WAIT_FINISHED',
    'client_hello with ticket, without share': 'START with ticket after retry',
    'client_hello with early_data': resumption === 'early-data' ? 'WAIT_EOED' : 'WAIT_FINISHED after early data',
    'client_hello with early_data, without share': 'START with ticket after retry and early data',
  } as const;
  return {
    name: 'START',
    accepts: {
      client_hello: afterHello,
      'client_hello without share': 'START after retry',
      ...(resumption === 'off' ? {} : withTicket),
      user_canceled: 'START',
    },
    refuses: ENDS_HANDSHAKE,
    note: 'No change_cipher_spec before the first ClientHello (section 5).',
  };
}

/** What no second ClientHello may do (section 4.2.2). */
const NOT_AGAIN: State['refuses'] = {
  'client_hello without share': 'illegal_parameter',
  'client_hello with ticket, without share': 'illegal_parameter',
  'client_hello with early_data': 'illegal_parameter',
  'client_hello with early_data, without share': 'illegal_parameter',
};

function afterRetry(afterHello: string, resumption: Resumption): State {
  const refuses =
    resumption === 'off'
      ? ({ 'client_hello without share': 'illegal_parameter' } as const)
      : ({ ...NOT_AGAIN, 'client_hello with ticket': 'illegal_parameter' } as const);
  return inTheClear(
    'START after retry',
    { client_hello: afterHello },
    {
      refuses,
      note: 'The share that was asked for, no early data, and no PSK that was not there before (section 4.2.2).',
    },
  );
}

/** The second hello may leave out only PSKs that do not fit the suite. */
const WITH_THE_TICKET: State['refuses'] = {
  ...NOT_AGAIN,
  client_hello: 'missing_extension',
  'client_hello without share': 'missing_extension',
};

const WITH_TICKET_AFTER_RETRY: State = inTheClear(
  'START with ticket after retry',
  { 'client_hello with ticket': 'WAIT_FINISHED' },
  {
    refuses: WITH_THE_TICKET,
    note: 'The client is known by the PSK, or was content to be unknown: it is not asked for a certificate (section 4.4.2).',
  },
);

const WITH_EARLY_DATA_AFTER_RETRY: State = inTheClear(
  'START with ticket after retry and early data',
  {
    'unreadable record': 'START with ticket after retry and early data',
    application_data: 'START with ticket after retry and early data',
    user_canceled: 'START with ticket after retry',
    'client_hello with ticket': 'WAIT_FINISHED',
  },
  {
    refuses: WITH_THE_TICKET,
    note: 'Early data is refused, and passed over up to the second ClientHello (section 4.3.10).',
  },
);

const WAIT_EOED: State = underKeys(
  'WAIT_EOED',
  { application_data: 'WAIT_EOED', end_of_early_data: 'WAIT_FINISHED' },
  { note: 'The application data is early data, under keys of its own; EndOfEarlyData ends it (section 4.6).' },
);

const PASSING_OVER_EARLY_DATA: State = inTheClear(
  'WAIT_FINISHED after early data',
  {
    'unreadable record': 'WAIT_FINISHED after early data',
    user_canceled: 'WAIT_FINISHED',
    finished: 'CONNECTED',
  },
  { note: 'Early data is refused, and passed over up to the first record that can be read (section 4.3.10).' },
);

function clientCertificate(clientAuthentication: 'request' | 'require'): State[] {
  const asked =
    clientAuthentication === 'request'
      ? underKeys('WAIT_CERT', { certificate: 'WAIT_CV', 'empty certificate': 'WAIT_FINISHED' })
      : underKeys(
          'WAIT_CERT',
          { certificate: 'WAIT_CV' },
          { refuses: { 'empty certificate': 'certificate_required' } },
        );
  return [asked, underKeys('WAIT_CV', { certificate_verify: 'WAIT_FINISHED' })];
}

const CONNECTED: State = {
  name: 'CONNECTED',
  accepts: {
    key_update: 'CONNECTED',
    'key_update with request': 'CONNECTED',
    application_data: 'CONNECTED',
    user_canceled: 'CONNECTED',
    close_notify: 'CLOSED',
  },
  refuses: ENDS_CONNECTION,
  note: 'No ClientHello: TLS 1.3 does not renegotiate (section 4.2.2).',
};
