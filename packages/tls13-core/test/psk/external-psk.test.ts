import { asciiToBytes, bytesToHex, bytesToLatin1, hexToBytes } from '@portico/bytes';
import { hkdfExtract } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import type { ClientConfig, ServerConfig } from '../../src/config.js';
import { hkdfExpandLabel } from '../../src/key-schedule/hkdf-label.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import { importExternalPsk } from '../../src/psk-importer.js';
import { checkExternalPsk, type ExternalPsk } from '../../src/session/external-psk.js';
import { parseSession, serializeSession } from '../../src/session/session.js';
import { cookieServer } from '../support/cookies.js';
import { createPair, dataOf, failureOf, run, runNow, type Pair } from '../support/pair.js';
import { seededProvider } from '../support/provider.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { connect, START, toyTickets } from '../support/sessions.js';
import { TOY_CLIENT, TOY_SERVER, toyClient, toyServer } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';

const PSK: ExternalPsk = { identity: 'sensor 17', key: new Uint8Array(32).fill(0x17) };

function finding(...psks: readonly ExternalPsk[]): NonNullable<ServerConfig['externalPsks']> {
  return (identity) => psks.find((psk) => bytesToHex(checkExternalPsk(psk).identity) === bytesToHex(identity)) ?? null;
}

function pairOf(client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair {
  return runNow(
    createPair(
      toyClient({
        externalPsks: [PSK],
        verifyPeer: () => ({ trusted: false, refusal: 'untrusted', message: '' }),
        ...client,
      }),
      toyServer({ externalPsks: finding(PSK), credentials: [], ...server }),
    ),
  );
}

function expectPsk(pair: Pair, identity: ExternalPsk['identity'] = PSK.identity): void {
  expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
  const bytes = typeof identity === 'string' ? asciiToBytes(identity) : identity;
  for (const side of [pair.client, pair.server]) {
    expect(side.info).toMatchObject({ externalPskIdentity: bytes, resumed: false, peerCertificates: null });
  }
  pair.client.send(asciiToBytes('ping'));
  pair.server.send(asciiToBytes('pong'));
  runNow(pair);
  expect([pair.serverEvents, pair.clientEvents].map((events) => bytesToLatin1(dataOf(events)))).toEqual([
    'ping',
    'pong',
  ]);
}

describe('an external PSK', () => {
  it('makes both sides known, without a certificate on either', () => {
    const pair = pairOf({}, {});
    expectPsk(pair);
    expect(pair.client.info?.group).toBe('x25519');
    expect(pair.client.info?.localSignatureScheme).toBeNull();
  });

  it('after HelloRetryRequest, and from a server that is asked later', async () => {
    const retried = pairOf({}, { groups: ['secp256r1'] });
    expect(retried.client.info?.helloRetryRequested).toBe(true);
    expectPsk(retried);
    const later = createPair(
      toyClient({ externalPsks: [PSK] }),
      toyServer({ externalPsks: (identity) => Promise.resolve(finding(PSK)(identity)) }),
    );
    expectPsk(await run(later));
  });

  it('is one of several, in the client’s order', () => {
    const other = { identity: Uint8Array.of(0, 255), key: new Uint8Array(16).fill(3) };
    expectPsk(pairOf({ externalPsks: [other, PSK] }, {}));
    expectPsk(pairOf({ externalPsks: [other, PSK] }, { externalPsks: finding(PSK, other) }), other.identity);
  });

  it('stands for the certificate of a client that must show one', () => {
    const clientAuthentication = { mode: 'require', verifyPeer: () => ({ trusted: true }) as const } as const;
    expectPsk(pairOf({}, { clientAuthentication }));
  });

  it('decides for the suite, where its hash is not that of the first', () => {
    const psk = { ...PSK, hash: 'sha384' as const };
    const provider = { provider: toyProvider(3, 'two hashes') };
    const pair = pairOf(
      { ...provider, externalPsks: [psk] },
      { provider: toyProvider(4, 'two hashes'), externalPsks: finding(psk) },
    );
    expectPsk(pair);
    expect(pair.server.info?.cipherSuite).toBe('TLS_AES_256_GCM_SHA384');
    expect(pairOf({}, provider).server.info?.cipherSuite).toBe('TLS_CHACHA20_POLY1305_SHA256');
  });

  it('is not offered, and not taken, without a suite of its hash', () => {
    const psk = { ...PSK, hash: 'sha384' as const };
    const pair = pairOf({ externalPsks: [psk] }, { externalPsks: finding(psk) });
    expect(failureOf(pair.serverEvents)).toBe('no-credential');
    const offered = pairOf(
      { externalPsks: [psk], provider: toyProvider(3, 'two hashes') },
      { externalPsks: finding(psk) },
    );
    expect(failureOf(offered.serverEvents)).toBe('unknown-psk-identity');
  });

  it('that is not known leads to a full handshake, or to its end where there are no credentials', () => {
    const unknown = { externalPsks: [{ ...PSK, identity: 'sensor 18' }] };
    expect(failureOf(pairOf(unknown, {}).serverEvents)).toBe('unknown-psk-identity');
    const trusting = { ...unknown, verifyPeer: () => ({ trusted: true }) as const };
    const pair = pairOf(trusting, { credentials: [TOY_SERVER] });
    expect(pair.client.info).toMatchObject({
      externalPskIdentity: null,
      peerCertificates: TOY_SERVER.certificateChain,
    });
    // Nobody else's certificate is believed because a PSK was offered.
    expect(failureOf(pairOf(unknown, { credentials: [TOY_SERVER] }).clientEvents)).toBe('certificate-untrusted');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers about another identity', () => ({ ...PSK, identity: 'sensor 18' })],
  ])('is as if unknown when the application %s', async (_what, externalPsks) => {
    const pair = createPair(toyClient({ externalPsks: [PSK] }), toyServer({ externalPsks }));
    await run(pair);
    expect(pair.server.info).toMatchObject({ externalPskIdentity: null, resumed: false });
    expect(pair.client.info?.peerCertificates).not.toBeNull();
  });

  it('with an answer that cannot be one fails, as the application is wrong', () => {
    const pair = pairOf({}, { externalPsks: () => ({ ...PSK, key: new Uint8Array(4) }) });
    expect(failureOf(pair.serverEvents)).toBe('callback-failed');
  });

  it('with another key fails: the client could not be known', () => {
    const pair = pairOf({}, { externalPsks: () => ({ ...PSK, key: new Uint8Array(32).fill(1) }) });
    expect(failureOf(pair.serverEvents)).toBe('bad-binder');
  });

  it('is of no use to a server that does not have it', () => {
    const server = new ScriptedServer(toyClient({ externalPsks: [PSK] })).serverHello({}, new Uint8Array(32).fill(1));
    // It cannot even read why the client ends the connection.
    expect(() => server.encryptedExtensions()).toThrow('bad-record-mac');
    expect(server.failure).toBe('bad-record-mac');
  });

  describe('and its tickets', () => {
    const client = toyClient({ externalPsks: [PSK], resumption: { now: () => START, policy: 'p' } });
    const server = toyServer({
      tickets: toyTickets(),
      externalPsks: finding(PSK),
      clientAuthentication: { mode: 'require', verifyPeer: () => ({ trusted: true }) as const, policy: 'p' },
    });
    const identity = asciiToBytes('sensor 17');

    it('remember who both sides are, again and again, even through a file', () => {
      let { session } = connect(client, server);
      for (let round = 0; round < 2; round++) {
        const pair = connect({ ...client, session: parseSession(serializeSession(session)) }, server);
        expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
        for (const side of [pair.client, pair.server]) {
          expect(side.info).toMatchObject({ resumed: true, externalPskIdentity: identity, peerCertificates: null });
        }
        session = pair.session;
      }
    });

    it('are taken without a question for certificates, as the PSK itself is', () => {
      const credentials = (): never => {
        throw new Error('it has none');
      };
      const { session } = connect(client, { ...server, credentials });
      expect(connect({ ...client, session }, { ...server, credentials }).server.info?.resumed).toBe(true);
    });

    it('are of no use once the server does not know the PSK any more, nor at one that has none', () => {
      const { session } = connect(client, server);
      const { externalPsks: _none, ...without } = server;
      for (const other of [{ ...server, externalPsks: () => null }, without]) {
        const pair = runNow(createPair({ ...client, session, selectCredential: () => TOY_CLIENT }, other));
        expect(pair.server.info).toMatchObject({ resumed: false, externalPskIdentity: null });
      }
    });

    it('are not offered once the client does not have the PSK any more', () => {
      const { session } = connect(client, server);
      const { externalPsks: _none, ...without } = client;
      const peer = new ScriptedServer({ ...without, session });
      const { extensions } = peer.last('client_hello');
      expect(extensions?.some(({ type }) => type === EXTENSION_CODES.pre_shared_key)).toBe(false);
    });
  });

  it('stands behind a session, which is taken first', () => {
    const client = toyClient({ externalPsks: [PSK], resumption: { now: () => START, policy: 'p' } });
    const tickets = toyTickets();
    const { session } = connect(client, toyServer({ tickets }));
    const both = toyServer({ tickets, externalPsks: finding(PSK) });
    const resumed = connect({ ...client, session }, both);
    expect(resumed.server.info).toMatchObject({ resumed: true, externalPskIdentity: null });
    const external = connect({ ...client, session }, toyServer({ externalPsks: finding(PSK) }));
    expect(external.server.info).toMatchObject({ resumed: false, externalPskIdentity: asciiToBytes('sensor 17') });
    expect(external.client.info).toMatchObject({ resumed: false, externalPskIdentity: asciiToBytes('sensor 17') });
  });

  it('is checked where it is configured', () => {
    for (const wrong of [
      { ...PSK, identity: '' },
      { ...PSK, identity: new Uint8Array(65_529) },
      { ...PSK, key: new Uint8Array(15).fill(1) },
      { ...PSK, key: new Uint8Array(32) },
    ]) {
      expect(() => createPair(toyClient({ externalPsks: [wrong] }), toyServer())).toThrow('invalid-configuration');
    }
    expect(() => createPair(toyClient(), toyServer({ credentials: [] }))).toThrow('credentials');
  });
});

describe('psk_ke, without a key exchange', () => {
  const only = { pskModes: ['psk_ke'] } as const;
  const both = { pskModes: ['psk_ke', 'psk_dhe_ke'] } as const;

  it('is used only where both sides want it, and psk_dhe_ke where both can', () => {
    expect(failureOf(pairOf(only, {}).serverEvents)).toBe('unknown-psk-identity');
    expect(failureOf(pairOf({}, only).serverEvents)).toBe('unknown-psk-identity');
    for (const [client, server, group] of [
      [only, only, null],
      [only, both, null],
      [both, only, null],
      [both, both, 'x25519'],
      [both, {}, 'x25519'],
    ] as const) {
      const pair = pairOf(client, server);
      expectPsk(pair);
      expect([pair.client.info?.group, pair.server.info?.group]).toEqual([group, group]);
    }
  });

  it('is what is left without a common group, which is fatal where it is not allowed (RFC 9846 section 4.2.1)', () => {
    const x25519 = { groups: ['x25519'] } as const;
    const p256 = { groups: ['secp256r1'] } as const;
    for (const offered of [both, only]) {
      const pair = pairOf({ ...offered, ...x25519 }, { ...both, ...p256 });
      expectPsk(pair);
      expect(pair.client.info).toMatchObject({ group: null, helloRetryRequested: false });
      expect(failureOf(pairOf({ ...offered, ...x25519 }, p256).serverEvents)).toBe('no-common-group');
    }
    expect(failureOf(pairOf(x25519, { ...both, ...p256 }).serverEvents)).toBe('no-common-group');
  });

  it('is what is left without a common group for a ticket too, and after a cookie', () => {
    const client = toyClient({ ...both, groups: ['x25519'], resumption: { now: () => START, policy: 'p' } });
    const tickets = toyTickets();
    for (const demand of ['when-needed', 'always'] as const) {
      const { session } = connect(client, toyServer({ ...both, tickets }));
      const pair = connect({ ...client, session }, cookieServer({ ...both, groups: ['secp256r1'], tickets, demand }));
      const helloRetryRequested = demand === 'always';
      expect(pair.server.info).toMatchObject({ resumed: true, group: null, helloRetryRequested });
    }
  });

  it('needs no HelloRetryRequest, as it needs no share', () => {
    const pair = pairOf(only, { ...only, groups: ['secp256r1'] });
    expectPsk(pair);
    expect(pair.server.info?.helloRetryRequested).toBe(false);
  });

  it('works for tickets too', () => {
    const client = toyClient({ ...only, resumption: { now: () => START, policy: 'p' } });
    const server = toyServer({ ...only, tickets: toyTickets() });
    const { session } = connect(client, server);
    const pair = connect({ ...client, session }, server);
    expect(pair.server.info).toMatchObject({ resumed: true, group: null });
  });

  it('is checked where it is configured', () => {
    for (const pskModes of [[], ['psk_ke', 'psk_ke'], ['dhe']] as never[]) {
      expect(() => createPair(toyClient({ pskModes }), toyServer())).toThrow('pskModes');
    }
  });
});

describe('an imported PSK (RFC 9258)', () => {
  const provider = seededProvider(0x9258);
  const options = { provider, identity: 'device', key: new Uint8Array(32).fill(0x92), context: asciiToBytes('roles') };

  it('has one identity and one key for each hash, as section 5.1 says', () => {
    const imported = importExternalPsk(options);
    expect(imported.map(({ hash, kind }) => [hash, kind])).toEqual(
      expect.arrayContaining([
        ['sha256', 'imported'],
        ['sha384', 'imported'],
      ]),
    );
    expect(imported).toHaveLength(2);
    const sha256 = imported.find(({ hash }) => hash === 'sha256') as ExternalPsk;
    // external_identity, context, TLS 1.3, HKDF_SHA256.
    const identity = hexToBytes(
      `0006${bytesToHex(asciiToBytes('device'))}0005${bytesToHex(asciiToBytes('roles'))}03040001`,
    );
    expect(sha256.identity).toEqual(identity);
    const hash = provider.hashes.find(({ name }) => name === 'sha256') as (typeof provider.hashes)[number];
    const epskx = hkdfExtract(hash, new Uint8Array(32), options.key);
    expect(sha256.key).toEqual(hkdfExpandLabel(hash, epskx, 'derived psk', hash.digest(identity), 32));
    expect(imported.find(({ hash: name }) => name === 'sha384')?.key).toHaveLength(48);
  });

  it('depends on the context and on the hash of the key', () => {
    const keys = [options, { ...options, context: asciiToBytes('other') }, { ...options, hash: 'sha384' as const }].map(
      (changed) => bytesToHex((importExternalPsk(changed)[0] as ExternalPsk).key),
    );
    expect(new Set(keys).size).toBe(3);
  });

  it('is used by both sides or by none: the binders have labels of their own', () => {
    const toy = { ...options, provider: toyProvider(5) };
    const imported = importExternalPsk(toy);
    const [first] = imported as [ExternalPsk];
    expectPsk(pairOf({ externalPsks: imported }, { externalPsks: finding(...imported) }), first.identity);
    const plain = { ...first, kind: 'external' as const };
    expect(failureOf(pairOf({ externalPsks: [plain] }, { externalPsks: finding(first) }).serverEvents)).toBe(
      'bad-binder',
    );
    expect(failureOf(pairOf({ externalPsks: [first] }, { externalPsks: finding(plain) }).serverEvents)).toBe(
      'bad-binder',
    );
  });

  it('is checked', () => {
    expect(() => importExternalPsk({ ...options, key: new Uint8Array(8).fill(1) })).toThrow('invalid-configuration');
    expect(() => importExternalPsk({ ...options, provider: toyProvider(1), hash: 'sha512' })).toThrow(
      'invalid-configuration',
    );
  });
});
