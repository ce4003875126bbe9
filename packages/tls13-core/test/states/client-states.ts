import { CLOSED, ENDS_CONNECTION, inTheClear, underKeys, type State, type StateMachine } from './machine.js';

type Resumption = StateMachine['resumption'];

/** Appendix A.1, for a client that offers nothing, a session, or a session with early data. */
export function clientStates(resumption: Resumption, credential: StateMachine['credential'] = 'none'): StateMachine {
  return {
    title: `${CALLED[credential]}${OFFERS[resumption]} (appendix A.1)`,
    side: 'client',
    clientAuthentication: 'none',
    credential,
    resumption,
    start: 'WAIT_SH',
    states: [
      ...hellos(resumption),
      ...encryptedExtensions(resumption),
      underKeys('WAIT_CERT_CR', { certificate_request: 'WAIT_CERT', certificate: 'WAIT_CV' }),
      underKeys('WAIT_CERT', { certificate: 'WAIT_CV' }),
      underKeys('WAIT_CV', { certificate_verify: 'WAIT_FINISHED' }),
      underKeys('WAIT_FINISHED', { finished: 'CONNECTED' }),
      CONNECTED,
      CLOSED,
    ],
  };
}

const CALLED: { readonly [C in StateMachine['credential']]: string } = {
  none: 'Client',
  own: 'Client that has a certificate',
  impossible: 'Minimal client',
};

const OFFERS: { readonly [R in Resumption]: string } = {
  off: '',
  on: ' that offers a session',
  'early-data': ' that sends early data',
};

function hellos(resumption: Resumption): State[] {
  const early = resumption === 'early-data';
  const resumed = resumption === 'off' ? {} : { 'server_hello with pre_shared_key': 'WAIT_EE with PSK' };
  const resumedLater = early ? { 'server_hello with pre_shared_key': 'WAIT_EE with PSK after retry' } : resumed;
  return [
    inTheClear('WAIT_SH', {
      hello_retry_request: 'WAIT_SH after retry',
      'hello_retry_request with cookie': 'WAIT_SH after retry',
      server_hello: 'WAIT_EE',
      ...resumed,
    }),
    inTheClear(
      'WAIT_SH after retry',
      { server_hello: early ? 'WAIT_EE after retry' : 'WAIT_EE', ...resumedLater },
      { note: 'A second HelloRetryRequest is refused (section 4.2.4).' },
    ),
  ];
}

function encryptedExtensions(resumption: Resumption): State[] {
  const early = resumption === 'early-data';
  const full = { encrypted_extensions: 'WAIT_CERT_CR' } as const;
  const withPsk = { encrypted_extensions: 'WAIT_FINISHED' } as const;
  const unannounced = { 'encrypted_extensions with early_data': 'unsupported_extension' } as const;
  const states = [
    underKeys(
      'WAIT_EE',
      full,
      early ? { refuses: { 'encrypted_extensions with early_data': 'illegal_parameter' } } : {},
    ),
  ];
  if (resumption === 'off') return states;
  states.push(
    underKeys(
      'WAIT_EE with PSK',
      early ? { ...withPsk, 'encrypted_extensions with early_data': 'WAIT_FINISHED' } : withPsk,
      {
        note: 'The server is known by the PSK: no CertificateRequest, Certificate or CertificateVerify (section 2.2).',
      },
    ),
  );
  if (!early) return states;
  const note = 'HelloRetryRequest has refused the early data (section 4.3.10).';
  states.push(underKeys('WAIT_EE after retry', full, { refuses: unannounced, note }));
  states.push(underKeys('WAIT_EE with PSK after retry', withPsk, { refuses: unannounced, note }));
  return states;
}

const CONNECTED: State = {
  name: 'CONNECTED',
  accepts: {
    new_session_ticket: 'CONNECTED',
    key_update: 'CONNECTED',
    'key_update with request': 'CONNECTED',
    application_data: 'CONNECTED',
    user_canceled: 'CONNECTED',
    close_notify: 'CLOSED',
  },
  refuses: ENDS_CONNECTION,
  note: 'No change_cipher_spec after the peer’s Finished (section 5); no CertificateRequest, as post_handshake_auth is never offered (section 4.3.6).',
};
