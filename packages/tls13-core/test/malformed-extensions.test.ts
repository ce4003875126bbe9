import { describe, expect, it } from 'vitest';
import { EXTENSION_CODES, type Extension, type ExtensionName } from '../src/messages/extensions/extension.js';
import { ScriptedClient } from './support/scripted-client.js';
import type { ScriptedPeer } from './support/scripted-peer.js';
import { ScriptedServer } from './support/scripted-server.js';
import { earlyClient, resumingClient, serverWithTickets, START, toyTicket } from './support/sessions.js';
import { TOY_CLIENT, toyClient } from './support/toy-credentials.js';

/** As a length, more than follows it; as a number, none of 1, 2 or 4 bytes: nothing that any of these extensions may be. */
const NONSENSE = Uint8Array.of(0xff, 0xff, 0xff);

/** The extensions with one of them replaced in its place, or put in front where it is not there. */
function spoilt(extensions: readonly Extension[] | null, name: ExtensionName): readonly Extension[] {
  const wrong = { type: EXTENSION_CODES[name], data: NONSENSE };
  const known = extensions ?? [];
  if (!known.some(({ type }) => type === wrong.type)) return [wrong, ...known];
  return known.map((extension) => (extension.type === wrong.type ? wrong : extension));
}

function spoil(name: ExtensionName) {
  return {
    body: <T extends { readonly extensions: readonly Extension[] | null }>(honest: T): T => ({
      ...honest,
      extensions: spoilt(honest.extensions, name),
    }),
  };
}

function expectRefused(peer: ScriptedPeer, name: ExtensionName): void {
  const error = { reason: 'malformed-extension', subject: name };
  expect(peer.events.at(-1)).toMatchObject({ type: 'failed', error });
  expect(peer.alerts).toEqual(['decode_error']);
}

describe('what has to be in a message and is not', () => {
  it('is named, where two extensions are missing by the first of them', () => {
    const without = (...names: ExtensionName[]): unknown => {
      const codes: readonly number[] = names.map((name) => EXTENSION_CODES[name]);
      return new ScriptedClient(serverWithTickets())
        .clientHello({
          body: (hello) => ({
            ...hello,
            extensions: hello.extensions?.filter(({ type }) => !codes.includes(type)) ?? null,
          }),
        })
        .events.at(-1);
    };
    const missing = (expected: ExtensionName) => ({
      error: { reason: 'missing-extension', subject: 'client_hello', expected },
    });
    expect(without('supported_groups', 'key_share')).toMatchObject(missing('supported_groups'));
    expect(without('key_share')).toMatchObject(missing('key_share'));
    expect(without('signature_algorithms')).toMatchObject(missing('signature_algorithms'));
  });

  it('is named in a ServerHello', () => {
    const server = new ScriptedServer(resumingClient()).resumingServerHello({
      body: (hello) => ({
        ...hello,
        extensions: hello.extensions?.filter(({ type }) => type !== EXTENSION_CODES.key_share) ?? null,
      }),
    });
    expect(server.events.at(-1)).toMatchObject({
      error: { reason: 'psk-without-key-share', subject: 'server_hello', expected: 'key_share' },
    });
    const unwanted = new ScriptedServer(resumingClient({ pskModes: ['psk_ke'] })).resumingServerHello();
    expect(unwanted.events.at(-1)).toMatchObject({ error: { reason: 'psk-with-key-share', subject: 'server_hello' } });
  });
});

/** Whoever looks for the mistake is told in which extension it is. */
describe('an extension that cannot be read is named', () => {
  it.each<ExtensionName>([
    'server_name',
    'supported_versions',
    'supported_groups',
    'signature_algorithms',
    'signature_algorithms_cert',
    'certificate_authorities',
    'psk_key_exchange_modes',
    'ticket_request',
    'record_size_limit',
    'cookie',
    'early_data',
    'key_share',
    'pre_shared_key',
  ])('in a ClientHello: %s', (name) => {
    const peer = new ScriptedClient(serverWithTickets());
    peer.offers = [toyTicket()];
    expectRefused(peer.clientHello(spoil(name)), name);
  });

  it.each<ExtensionName>(['supported_versions', 'key_share', 'pre_shared_key'])('in a ServerHello: %s', (name) => {
    expectRefused(new ScriptedServer(resumingClient()).resumingServerHello(spoil(name)), name);
  });

  it.each<ExtensionName>(['supported_versions', 'key_share', 'cookie'])('in a HelloRetryRequest: %s', (name) => {
    expectRefused(new ScriptedServer(toyClient()).helloRetryRequest(0x0017, spoil(name)), name);
  });

  it.each<ExtensionName>(['server_name', 'supported_groups', 'record_size_limit', 'ticket_request'])(
    'in EncryptedExtensions: %s',
    (name) => {
      const ticketRequest = { newSession: 1, resumption: 1 };
      const config = toyClient({ recordSizeLimit: 1000, resumption: { now: () => START, ticketRequest } });
      expectRefused(new ScriptedServer(config).serverHello().encryptedExtensions(spoilt([], name)), name);
    },
  );

  it('in EncryptedExtensions: early_data', () => {
    const peer = new ScriptedServer(earlyClient()).resumingServerHello();
    // Its alert goes out under the keys of the early data, which this server reads on with: it was not refused.
    expectRefused(peer.encryptedExtensions(spoilt([], 'early_data')), 'early_data');
  });

  it.each<ExtensionName>([
    'signature_algorithms',
    'signature_algorithms_cert',
    'certificate_authorities',
    'oid_filters',
  ])('in a CertificateRequest: %s', (name) => {
    const peer = new ScriptedServer(toyClient({ selectCredential: () => TOY_CLIENT }));
    peer.serverHello().encryptedExtensions().certificateRequest(spoil(name));
    expectRefused(peer.certificate().certificateVerify().finished(), name);
  });

  it.each<ExtensionName>(['early_data', 'tls_flags'])('in a NewSessionTicket: %s', (name) => {
    expectRefused(new ScriptedServer(resumingClient()).handshake().newSessionTicket(spoil(name)), name);
  });
});
