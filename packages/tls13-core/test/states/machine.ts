import type { AlertName } from '../../src/alert.js';

/** What a peer can do, as far as the state machine tells it apart. Handshake messages have the names of the RFC. */
export type Step =
  | 'client_hello'
  /** A ClientHello that offers a group of ours, but sends no share for one. */
  | 'client_hello without share'
  /** A ClientHello that offers a good ticket. */
  | 'client_hello with ticket'
  | 'client_hello with ticket, without share'
  /** The same, announcing early data. */
  | 'client_hello with early_data'
  | 'client_hello with early_data, without share'
  | 'hello_retry_request'
  /** Asks for no other group, and for a cookie. */
  | 'hello_retry_request with cookie'
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
  /** Asks us to change our keys, too. */
  | 'key_update with request'
  | 'application_data'
  /** A record of the outer type application_data that no key opens: early data that was refused, or a forgery. */
  | 'unreadable record'
  | 'change_cipher_spec'
  | 'user_canceled'
  | 'close_notify'
  | 'error alert'
  /** The transport ends. */
  | 'end of input';

export interface State {
  /** The name in appendix A where it has one. */
  readonly name: string;
  /** What is accepted, and the state after it. */
  readonly accepts: { readonly [S in Step]?: string };
  /** What ends the connection, with that alert or without any. Whatever is in neither table: unexpected_message. */
  readonly refuses: { readonly [S in Step]?: AlertName | 'none' };
  /** Why, where appendix A does not say it. */
  readonly note?: string;
}

export interface StateMachine {
  readonly title: string;
  readonly side: 'client' | 'server';
  /** Whether the server under test asks for a certificate. */
  readonly clientAuthentication: 'none' | 'request' | 'require';
  /** Whether the client under test has a certificate to show; one made by `createMinimalTlsClient` cannot have any. */
  readonly credential: 'none' | 'own' | 'impossible';
  /** Whether the client under test offers a session, or the server under test takes tickets, without or with early data. */
  readonly resumption: 'off' | 'on' | 'early-data';
  readonly start: string;
  readonly states: readonly State[];
}

/** What ends any connection that is not closed, without an alert. */
const ENDINGS: State['refuses'] = { 'error alert': 'none', 'end of input': 'none' };

/** What ends a handshake without a mistake of the peer's. */
export const ENDS_HANDSHAKE: State['refuses'] = { ...ENDINGS, close_notify: 'none' };

/** The same where records are protected. */
export const ENDS_PROTECTED_HANDSHAKE: State['refuses'] = { ...ENDS_HANDSHAKE, 'unreadable record': 'bad_record_mac' };

export const ENDS_CONNECTION: State['refuses'] = { ...ENDINGS, 'unreadable record': 'bad_record_mac' };

/** Records that may come at any time of a handshake without moving it. */
function duringHandshake(name: string): State['accepts'] {
  return { change_cipher_spec: name, user_canceled: name };
}

/** A state of the handshake before there are keys. */
export function inTheClear(name: string, accepts: State['accepts'], more: Partial<State> = {}): State {
  return {
    name,
    ...more,
    accepts: { ...duringHandshake(name), ...accepts },
    refuses: { ...ENDS_HANDSHAKE, ...more.refuses },
  };
}

/** A state of the handshake in which the peer's records are protected. */
export function underKeys(name: string, accepts: State['accepts'], more: Partial<State> = {}): State {
  return {
    name,
    ...more,
    accepts: { ...duringHandshake(name), ...accepts },
    refuses: { ...ENDS_PROTECTED_HANDSHAKE, ...more.refuses },
  };
}

export const CLOSED: State = {
  name: 'CLOSED',
  accepts: {},
  refuses: {},
  note: 'Whatever comes after close_notify is ignored (section 6.1).',
};

export function stateOf(machine: StateMachine, name: string): State {
  const found = machine.states.find((state) => state.name === name);
  if (found === undefined) throw new Error(`${machine.title} has no state ${name}`);
  return found;
}

/** A shortest legal sequence to a state. */
export function pathTo(machine: StateMachine, target: string): readonly Step[] {
  const paths = new Map<string, readonly Step[]>([[machine.start, []]]);
  for (const [name, path] of paths) {
    if (name === target) return path;
    for (const [step, next] of Object.entries(stateOf(machine, name).accepts) as [Step, string][]) {
      if (!paths.has(next)) paths.set(next, [...path, step]);
    }
  }
  throw new Error(`${target} cannot be reached`);
}
