import { beforeAll, describe, expect, it } from 'vitest';
import { ocspStatus } from '../src/certificate-status.js';
import type { ClientAuthenticationConfig, ClientConfig, ClientRefusal, ServerConfig } from '../src/config.js';
import type { EncryptedExtensions } from '../src/messages/encrypted-extensions.js';
import { decodeExtension, EXTENSION_CODES, type ExtensionName } from '../src/messages/extensions/extension.js';
import { supportedGroupsCodec } from '../src/messages/extensions/supported-groups.js';
import { createTlsServer } from '../src/server-connection.js';
import { createTestAuthority } from './support/credentials.js';
import { createPair, failureOf, runNow, type Pair } from './support/pair.js';
import { seededProvider } from './support/provider.js';
import { ScriptedClient } from './support/scripted-client.js';
import { serverWithTickets } from './support/sessions.js';
import { TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';

let client: ClientConfig;
let server: ServerConfig;

beforeAll(async () => {
  const authority = await createTestAuthority();
  client = { provider: seededProvider(1), serverName: 'localhost', verifyPeer: () => ({ trusted: true }) };
  server = { provider: seededProvider(2), credentials: [await authority.credential('P-256')] };
});

describe('groupChoice where the client sent no share for our favourite', () => {
  const talk = (groupChoice: 'with-share' | 'preferred', keyShares: ClientConfig['keyShares']): Pair =>
    runNow(
      createPair(
        { ...client, groups: ['secp256r1', 'x25519'], ...(keyShares === undefined ? {} : { keyShares }) },
        { ...server, groups: ['x25519', 'secp256r1'], groupChoice },
      ),
    );

  it('with-share takes the group that has one', () => {
    expect(talk('with-share', undefined).client.info).toMatchObject({ group: 'secp256r1', helloRetryRequested: false });
  });

  it('preferred asks for it', () => {
    expect(talk('preferred', undefined).client.info).toMatchObject({ group: 'x25519', helloRetryRequested: true });
  });

  it('preferred asks for nothing where the share is there', () => {
    const { info } = talk('preferred', ['secp256r1', 'x25519']).client;
    expect(info).toMatchObject({ group: 'x25519', helloRetryRequested: false });
  });
});

describe('groups that a server prefers alike', () => {
  /** The group that is chosen, and whether it was asked for. */
  const choice = (
    groups: NonNullable<ServerConfig['groups']>,
    clients: NonNullable<ClientConfig['groups']>,
    keyShares: NonNullable<ClientConfig['keyShares']>,
    groupChoice: 'with-share' | 'preferred',
  ): unknown => {
    const pair = runNow(
      createPair(
        toyClient({ groups: clients, keyShares }),
        toyServer({ credentials: [TOY_SERVER], groups, groupChoice }),
      ),
    );
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    return [pair.client.info?.group, pair.client.info?.helloRetryRequested];
  };
  const alike = [['x25519', 'secp256r1'], 'secp384r1'] as const;

  it.each(['with-share', 'preferred'] as const)('leave the order to the client, with %s', (groupChoice) => {
    for (const [clients, chosen] of [
      [['secp256r1', 'x25519'], 'secp256r1'],
      [['x25519', 'secp256r1'], 'x25519'],
      [['secp384r1', 'secp256r1', 'x25519'], 'secp256r1'],
      [['secp384r1', 'x25519'], 'x25519'],
      [['secp384r1'], 'secp384r1'],
    ] as const) {
      expect([clients, choice(alike, clients, clients, groupChoice)]).toEqual([clients, [chosen, false]]);
      expect([clients, choice(alike, clients, [], groupChoice)]).toEqual([clients, [chosen, true]]);
    }
  });

  it.each(['with-share', 'preferred'] as const)('save a client the round trip to its first, with %s', (groupChoice) => {
    expect(choice(alike, ['secp256r1', 'x25519'], ['x25519'], groupChoice)).toEqual(['x25519', false]);
  });

  it('come before those that follow, for which preferred asks where there is no share', () => {
    const clients = ['secp384r1', 'secp256r1', 'x25519'] as const;
    expect(choice(alike, clients, ['secp384r1'], 'with-share')).toEqual(['secp384r1', false]);
    expect(choice(alike, clients, ['secp384r1'], 'preferred')).toEqual(['secp256r1', true]);
    expect(choice(['secp384r1', ['x25519', 'secp256r1']], clients, clients, 'preferred')).toEqual(['secp384r1', false]);
  });

  it('are refused where there is none, one twice, or one that is not known', () => {
    for (const groups of [[], [[]], ['x25519', []], [['x25519', 'x25519']], [['x25519'], 'x25519'], [['x25518']]]) {
      expect(() => createTlsServer(toyServer({ groups: groups as never }))).toThrow('groups');
    }
  });

  it('are all named in EncryptedExtensions, but only where another than these was taken', () => {
    const told = (shareGroups: readonly string[]): unknown => {
      const peer = new ScriptedClient(toyServer({ groups: alike }));
      peer.shareGroups = toyServer().provider.groups.filter(({ name }) => shareGroups.includes(name));
      peer.handshake();
      const { body } = peer.heard.find(({ type }) => type === 'encrypted_extensions') as never as {
        readonly body: EncryptedExtensions;
      };
      const data = body.extensions.find(({ type }) => type === EXTENSION_CODES.supported_groups)?.data;
      return data && decodeExtension(supportedGroupsCodec, data, 'supported_groups');
    };
    expect(told(['x25519'])).toBeUndefined();
    expect(told(['secp256r1'])).toBeUndefined();
    expect(told(['secp384r1'])).toEqual([0x001d, 0x0017, 0x0018]);
  });
});

describe('EncryptedExtensions', () => {
  const sent = (name: ExtensionName, config: Partial<ServerConfig>, shares: 'first' | 'second' = 'first'): unknown => {
    const peer = new ScriptedClient(toyServer(config));
    if (shares === 'second') peer.shareGroups = toyServer().provider.groups.slice(1, 2);
    peer.handshake();
    const message = peer.heard.find(({ type }) => type === 'encrypted_extensions');
    const { extensions } = (message as { readonly body: EncryptedExtensions }).body;
    return extensions.find(({ type }) => type === EXTENSION_CODES[name])?.data;
  };

  it('names our groups where we would have preferred another (RFC 9846 section 4.3.7)', () => {
    const groups = toyServer().provider.groups.map(({ id }) => id);
    expect(groups.length).toBeGreaterThan(1);
    expect(sent('supported_groups', {})).toBeUndefined();
    const told = sent('supported_groups', {}, 'second') as Uint8Array;
    expect(decodeExtension(supportedGroupsCodec, told, 'supported_groups')).toEqual(groups);
  });

  it('says how many tickets there will be to a client that asks a server which has them (RFC 9149 section 3)', () => {
    const asking = (config: ServerConfig): unknown => {
      const peer = new ScriptedClient(config);
      peer.offersModes = true;
      peer.extraExtensions = [{ type: EXTENSION_CODES.ticket_request, data: Uint8Array.of(1, 1) }];
      const { extensions } = peer.clientHello().last('encrypted_extensions');
      return extensions.find(({ type }) => type === EXTENSION_CODES.ticket_request)?.data;
    };
    expect(asking(serverWithTickets())).toEqual(Uint8Array.of(1));
    expect(asking(toyServer())).toBeUndefined();
    expect(sent('ticket_request', serverWithTickets())).toBeUndefined();
  });

  it('says that the name was used, unless the server serves every name alike (RFC 6066 section 3)', () => {
    expect(sent('server_name', {})).toEqual(new Uint8Array(0));
    expect(sent('server_name', { serverNameAcknowledgement: 'omitted' })).toBeUndefined();
  });
});

describe('CertificateRequest', () => {
  const asked = (
    config: Partial<ServerConfig> = {},
    clientAuthentication: Partial<ClientAuthenticationConfig> = {},
  ) => {
    const verifyPeer = (): never => {
      throw new Error('nobody came');
    };
    const server = toyServer({
      clientAuthentication: { mode: 'request', verifyPeer, ...clientAuthentication },
      ...config,
    });
    const { extensions } = new ScriptedClient(server).clientHello().last('certificate_request');
    return extensions.map(({ type, data }) => [type, data.length]);
  };
  const schemes = [EXTENSION_CODES.signature_algorithms, expect.any(Number)];

  it('asks for what is configured and for nothing else', () => {
    expect(asked()).toEqual([schemes]);
    const certificateSignatureSchemes = ['ed25519'] as const;
    const cert = [EXTENSION_CODES.signature_algorithms_cert, 4];
    expect(asked({ certificateSignatureSchemes })).toEqual([schemes, cert]);
    expect(asked({}, { certificateStatus: ocspStatus })).toEqual([schemes, [EXTENSION_CODES.status_request, 0]]);
    const oidFilters = [{ oid: Uint8Array.of(6, 3, 0x55, 0x1d, 0x7f), values: Uint8Array.of(5, 0) }];
    expect(asked({}, { oidFilters })).toEqual([schemes, [EXTENSION_CODES.oid_filters, 12]]);
  });
});

describe('change_cipher_spec of a server (RFC 9846 appendix E.4)', () => {
  /** The content types of the server's first flight, or of its HelloRetryRequest. */
  const types = (
    config: Partial<ServerConfig>,
    middleboxCompatibility: boolean,
    keyShares: 'sent' | 'none',
  ): number[] => {
    const pair = createPair(
      { ...client, middleboxCompatibility, ...(keyShares === 'none' ? { keyShares: [] } : {}) },
      { ...server, ...config },
    );
    pair.server.receive(pair.client.takeOutput());
    const bytes = pair.server.takeOutput();
    const found: number[] = [];
    for (let at = 0; at < bytes.length; at += 5 + (bytes[at + 3] as number) * 256 + (bytes[at + 4] as number)) {
      found.push(bytes[at] as number);
    }
    expect(failureOf(runNow(pair).clientEvents)).toBeNull();
    return found;
  };

  it.each(['sent', 'none'] as const)('comes to a client with a session id, shares %s', (keyShares) => {
    expect(types({}, true, keyShares).slice(0, 2)).toEqual([22, 20]);
  });

  it.each(['sent', 'none'] as const)('does not come to any other, unless it is asked for, shares %s', (keyShares) => {
    expect(types({}, false, keyShares)).not.toContain(20);
    expect(types({ middleboxCompatibility: 'always' }, false, keyShares).slice(0, 2)).toEqual([22, 20]);
  });
});

describe('a refusal by the callback', () => {
  const refused = (refusal: ClientRefusal | null, serverName: 'named' | 'nameless'): unknown => {
    const { provider, verifyPeer } = client;
    const own = serverName === 'named' ? client : { provider, verifyPeer };
    const pair = runNow(createPair(own, { ...server, credentials: () => refusal }));
    const last = pair.clientEvents.at(-1);
    return last?.type === 'failed' ? last.error.alert?.name : last;
  };

  it.each([
    ['no-credential', 'named', 'handshake_failure'],
    ['no-credential', 'nameless', 'handshake_failure'],
    ['unrecognized-name', 'named', 'unrecognized_name'],
    ['unrecognized-name', 'nameless', 'handshake_failure'],
    [null, 'named', 'unrecognized_name'],
    [null, 'nameless', 'handshake_failure'],
  ] as const)('%s of a client that is %s is %s', (refusal, serverName, alert) => {
    expect(refused(refusal, serverName)).toBe(alert);
  });
});
