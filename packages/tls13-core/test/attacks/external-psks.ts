import type { ClientConfig, ServerConfig } from '../../src/config.js';
import type { TlsErrorReason } from '../../src/error.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import type { SessionContents } from '../../src/session/session.js';
import { ScriptedClient } from '../support/scripted-client.js';
import type { ScriptedPeer } from '../support/scripted-peer.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { OFFERED_PSK, resumingClient, START, toySession, type OfferedTicket } from '../support/sessions.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import type { Attack, AttackGroup, Declined } from './attack.js';
import { withExtension } from './with-extension.js';

const BINDER = 'handshake/proof.ts verifyBinder';
const FLOW = 'handshake/reassembler.ts next';
const KEY = new Uint8Array(32).fill(0x2c);
const IDENTITY = Uint8Array.of(9, 9, 9);
const OFFER: OfferedTicket = { ticket: IDENTITY, psk: KEY, binderLabel: 'ext binder' };

// ---- Against servers ----

function offering(offer: OfferedTicket, config: Partial<ServerConfig> = {}): ScriptedClient {
  const externalPsks: ServerConfig['externalPsks'] = (identity) =>
    identity.join() === IDENTITY.join() ? { identity, key: KEY } : null;
  const client = new ScriptedClient(toyServer({ externalPsks, ...config }));
  client.offers = [offer];
  return client;
}

function onServer(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: () => ScriptedPeer,
): Attack {
  return { attack, against: 'server', section, excludedIn, reason, run };
}

const AGAINST_SERVER: readonly Attack[] = [
  onServer('the identity of an external PSK without its key', '4.3.11', 'bad-binder', BINDER, () =>
    offering({ ...OFFER, psk: OFFERED_PSK }).clientHello(),
  ),
  ...(['res binder', 'imp binder'] as const).map((binderLabel) =>
    onServer(
      `an external PSK with its binder under the label "${binderLabel}"`,
      binderLabel === 'res binder' ? '7.1' : 'RFC 9258 5.2',
      'bad-binder',
      'handshake/server-psk.ts acceptPsk',
      () => offering({ ...OFFER, binderLabel }).clientHello(),
    ),
  ),
  onServer('a certificate beside an external PSK', '4.4.2', 'unexpected-message', FLOW, () =>
    offering(OFFER, { clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }) } })
      .clientHello()
      .certificate(),
  ),
  onServer('a wrong Finished under an external PSK', '4.5.3', 'bad-finished', 'handshake/proof.ts verifyFinished', () =>
    offering(OFFER)
      .clientHello()
      .finished({ body: () => ({ verifyData: new Uint8Array(32) }) }),
  ),
  onServer(
    'no known PSK at a server that has nothing else',
    '6.2',
    'unknown-psk-identity',
    'handshake/server.ts selectCredential',
    () => offering({ ...OFFER, ticket: Uint8Array.of(1) }, { credentials: [] }).clientHello(),
  ),
  onServer(
    'no PSK at all at a server that has nothing else',
    '2.2',
    'no-credential',
    'handshake/server.ts selectCredential',
    () => {
      const client = offering(OFFER, { credentials: [] });
      client.offers = [];
      return client.clientHello();
    },
  ),
  ...(['supported_groups', 'key_share'] as const).map((name) =>
    onServer(
      `a PSK, and no ${name} beside its counterpart`,
      '9.2',
      'missing-extension',
      'handshake/negotiate.ts readClientHello',
      () => {
        const client = offering(OFFER);
        return client.clientHello({ body: (hello) => client.withPsks(withExtension(hello, name, null)) });
      },
    ),
  ),
  onServer(
    'a PSK for psk_dhe_ke with no groups at all',
    '4.3.9',
    'no-common-group',
    'handshake/negotiate.ts chooseGroup',
    () => {
      const client = offering(OFFER);
      return client.clientHello({
        body: (hello) =>
          client.withPsks(withExtension(withExtension(hello, 'key_share', null), 'supported_groups', null)),
      });
    },
  ),
];

// ---- Against clients ----

function onClient(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (server: ScriptedServer) => ScriptedPeer,
  config: Partial<ClientConfig> = {},
): Attack {
  const externalPsks = [{ identity: IDENTITY, key: KEY }];
  const runIt = (): ScriptedPeer => run(new ScriptedServer(toyClient({ externalPsks, ...config })));
  return { attack, against: 'client', section, excludedIn, reason, run: runIt };
}

const AGAINST_CLIENT: readonly Attack[] = [
  onClient(
    'a wrong Finished under an external PSK',
    '4.5.3',
    'bad-finished',
    'handshake/proof.ts verifyFinished',
    (server) =>
      server
        .serverHello({}, KEY)
        .encryptedExtensions()
        .finished({ body: () => ({ verifyData: new Uint8Array(32) }) }),
  ),
  onClient('a CertificateRequest under an external PSK', '4.4.2', 'unexpected-message', FLOW, (server) =>
    server.serverHello({}, KEY).encryptedExtensions().certificateRequest(),
  ),
  onClient(
    'an external PSK beyond those that were offered',
    '4.3.11',
    'selected-identity-out-of-range',
    'handshake/proof.ts pskSelected',
    (server) =>
      server.serverHello({ body: (hello) => withExtension(hello, 'pre_shared_key', Uint8Array.of(0, 1)) }, KEY),
  ),
  onClient(
    'psk_ke where only psk_dhe_ke was offered',
    '4.3.9',
    'psk-without-key-share',
    'handshake/client-psk.ts readSelectedPsk',
    (server) => server.serverHello({ body: (hello) => withExtension(hello, 'key_share', null) }, KEY),
  ),
  onClient(
    'psk_dhe_ke where only psk_ke was offered',
    '4.3.9',
    'psk-with-key-share',
    'handshake/client-psk.ts readSelectedPsk',
    (server) => server.serverHello({}, KEY),
    { pskModes: ['psk_ke'] },
  ),
  onClient(
    'neither a PSK nor a key_share, where psk_ke was offered',
    '4.2.3',
    'missing-extension',
    'handshake/client.ts readServerShare',
    (server) => server.serverHello({ body: (hello) => withExtension(hello, 'key_share', null) }),
    { pskModes: ['psk_ke'] },
  ),
];

// ---- Resumption across names ----

const ACROSS: Partial<ClientConfig> = {
  serverName: 'other.test',
  resumption: { now: () => START, policy: 'test policy', acrossNames: 'where-allowed' },
};

function otherName(attack: string, session: Partial<SessionContents>, config: Partial<ClientConfig>): Declined {
  return {
    attack,
    against: 'client',
    section: '4.7.1',
    excludedIn: 'handshake/client-resumption.ts mayChangeName',
    run: () => {
      const server = new ScriptedServer(resumingClient({ ...ACROSS, session: toySession(session), ...config }));
      return notOffering(server).handshake();
    },
  };
}

function notOffering(server: ScriptedServer): ScriptedServer {
  const { extensions } = server.last('client_hello');
  if (extensions?.some(({ type }) => type === EXTENSION_CODES.pre_shared_key)) throw new Error('it was offered');
  return server;
}

/** Trusts the certificate of the full handshake, and not the one that the session brings. */
function trustsOnce(): NonNullable<ClientConfig['verifyPeer']> {
  let asked = 0;
  return () =>
    asked++ === 0 ? { trusted: false, refusal: 'name-mismatch', message: 'another name' } : { trusted: true };
}

const NOT_OFFERED: readonly Declined[] = [
  otherName('a session with another server, whose ticket does not allow that', {}, {}),
  otherName(
    'a session with another server, which the application does not want',
    { acrossNames: 'any-name' },
    { resumption: { now: () => START, policy: 'test policy' } },
  ),
  {
    ...otherName('a session with another server, whose certificate is not for the new name', {}, {}),
    run: () =>
      notOffering(
        new ScriptedServer(
          resumingClient({ ...ACROSS, session: toySession({ acrossNames: 'any-name' }), verifyPeer: trustsOnce() }),
        ),
      ).handshake(),
  },
];

export const EXTERNAL_PSK_ATTACKS: AttackGroup = {
  title: 'External PSKs, and sessions under other names',
  file: 'external-psks.ts',
  attacks: [...AGAINST_SERVER, ...AGAINST_CLIENT],
  declined: NOT_OFFERED,
};
