import { asciiToBytes, concatBytes, encode } from '@portico/bytes';
import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { createTlsClient } from '../src/client-connection.js';
import { HANDSHAKE_TYPE_CODES, type HandshakeType } from '../src/messages/handshake-type.js';
import { decodeExtension, EXTENSION_CODES, extension, extensionsCodec } from '../src/messages/extensions/extension.js';
import { offeredPsksCodec } from '../src/messages/extensions/pre-shared-key.js';
import { clientSupportedVersionsCodec } from '../src/messages/extensions/supported-versions.js';
import { trafficKeys } from '../src/key-schedule/key-schedule.js';
import { RecordSealer } from '../src/record/protection.js';
import { decodeHandshakeMessage } from '../src/messages/message.js';
import { createPair, dataOf, failureOf, runNow } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { connect, earlyClient, earlyServer } from './support/sessions.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

/** A message with that body. */
function decodeBody(type: HandshakeType, body: Uint8Array): { readonly extensions: unknown } {
  const header = Uint8Array.of(
    HANDSHAKE_TYPE_CODES[type],
    body.length >> 16,
    (body.length >> 8) & 0xff,
    body.length & 0xff,
  );
  return decodeHandshakeMessage(type, concatBytes(header, body)).body as { readonly extensions: unknown };
}

/** What RFC 9846 changed against RFC 8446, by its section 1.2; key shares are in key-share-reuse.test.ts. */
describe('TLS 1.0 and 1.1', () => {
  it('are not negotiated: neither hello of a client says anything but 1.3', () => {
    const server = new ScriptedServer(toyClient()).helloRetryRequest();
    const hellos = server.heard.flatMap((message) => (message.type === 'client_hello' ? [message.body] : []));
    expect(hellos).toHaveLength(2);
    for (const { extensions } of hellos) {
      const data = extensions?.find(({ type }) => type === EXTENSION_CODES.supported_versions)?.data as Uint8Array;
      expect(decodeExtension(clientSupportedVersionsCodec, data, 'supported_versions')).toEqual([0x0304]);
    }
  });

  it.each([[[0x0302, 0x0301]], [[0x0303]], [[0x0302, 0x0303, 0x7f1c]]])('nor does a server take %s', (versions) => {
    const client = new ScriptedClient(toyServer());
    const offer = extension('supported_versions', clientSupportedVersionsCodec, versions);
    client.clientHello({
      body: (hello) => ({
        ...hello,
        extensions: (hello.extensions ?? []).map((own) => (own.type === offer.type ? offer : own)),
      }),
    });
    expect([client.failure, client.alerts]).toEqual(['no-common-version', ['protocol_version']]);
  });
});

describe('the hash of PSKs after HelloRetryRequest', () => {
  it('is that of its suite: others are left out of the second hello', () => {
    const provider = toyProvider(0xc11e, 'two hashes');
    const psk = (hash: 'sha256' | 'sha384') => ({ identity: hash, key: new Uint8Array(48).fill(9), hash });
    const server = new ScriptedServer(toyClient({ provider, externalPsks: [psk('sha256'), psk('sha384')] }));
    server.useSuite(0x1302).helloRetryRequest();
    const identities = server.heard.map((message) => {
      const { extensions } = message.body as { extensions: { type: number; data: Uint8Array }[] };
      const data = extensions.find(({ type }) => type === EXTENSION_CODES.pre_shared_key)?.data as Uint8Array;
      return decodeExtension(offeredPsksCodec, data, 'pre_shared_key').identities.map(({ identity }) => identity);
    });
    expect(identities).toEqual([[asciiToBytes('sha256'), asciiToBytes('sha384')], [asciiToBytes('sha384')]]);
  });
});

describe('the limits on key usage', () => {
  const shortLived = { cipherSuites: ['TLS_AES_128_GCM_SHA256'] } as const;

  it('are kept by whoever sends, and not held against a peer', () => {
    const server = new ScriptedServer(toyClient(shortLived)).handshake();
    // The toy AES-GCM may seal 1000 records under one key; this peer has another opinion.
    const suite = { ...(server.suite as CipherSuite), confidentialityLimit: Infinity };
    server.sealer = new RecordSealer(suite, trafficKeys(suite, server.applicationSecrets?.send as Uint8Array));
    for (let i = 0; i < 1500; i++) server.applicationData(Uint8Array.of(i & 0xff));
    expect([server.failure, dataOf(server.events).length]).toEqual([null, 1500]);
  });

  it('hold for early data, whose keys cannot be changed: the rest waits for the handshake', () => {
    const server = earlyServer(shortLived, { maxSize: 5000 });
    const { session } = connect(earlyClient(shortLived), server);
    const pair = createPair(earlyClient({ ...shortLived, session }), server);
    let sent = 0;
    const sendAll = (): void => {
      for (; sent < 5000; sent++) pair.client.sendEarly(Uint8Array.of(sent & 0xff));
    };
    expect(sendAll).toThrow('key-usage-limit');
    expect([sent, pair.client.earlyDataRemaining]).toEqual([1000 - 8, 5000 - sent]);
    runNow(pair);
    expect(pair.client.info?.earlyData).toBe('accepted');
    const early = pair.serverEvents.filter(({ type }) => type === 'early-data');
    expect([failureOf(pair.serverEvents), early.length]).toEqual([null, sent]);
  });

  it('hold for what a server answers to early data', () => {
    const server = earlyServer(shortLived, { maxSize: 5000 });
    const { session } = connect(earlyClient(shortLived), server);
    const pair = createPair(earlyClient({ ...shortLived, session }), server);
    pair.client.sendEarly(Uint8Array.of(1));
    pair.serverEvents.push(...pair.server.receive(pair.client.takeOutput()));
    let sent = 0;
    const sendAll = (): void => {
      for (; sent < 5000; sent++) pair.server.send(Uint8Array.of(sent & 0xff));
    };
    expect(sendAll).toThrow('key-usage-limit');
    runNow(pair);
    expect([failureOf(pair.clientEvents), dataOf(pair.clientEvents).length]).toEqual([null, 1000 - 8]);
    // The client is there, and keys can be changed.
    sendAll();
    runNow(pair);
    expect([failureOf(pair.clientEvents), dataOf(pair.clientEvents).length]).toEqual([null, 5000]);
  });
});

describe('user_canceled', () => {
  it('is followed by close_notify', () => {
    const client = createTlsClient(toyClient());
    client.takeOutput();
    client.close();
    expect([...client.takeOutput()]).toEqual([21, 3, 3, 0, 2, 1, 90, 21, 3, 3, 0, 2, 1, 0]);
    expect(client.state).toBe('closed');
  });

  it('is ignored, with everything after it read until close_notify', () => {
    const server = new ScriptedServer(toyClient()).handshake().alert('user_canceled').applicationData();
    server.alert('close_notify');
    expect(server.eventTypes).toEqual(['handshake-complete', 'data', 'peer-closed']);
  });
});

describe('close_notify', () => {
  it('closes one direction only, under level warning', () => {
    const pair = runNow(createPair(toyClient(), toyServer()));
    pair.client.close();
    runNow(pair);
    expect(pair.serverEvents.at(-1)).toEqual({ type: 'peer-closed' });
    pair.server.send(asciiToBytes('still'));
    runNow(pair);
    expect([failureOf(pair.clientEvents), dataOf(pair.clientEvents)]).toEqual([null, asciiToBytes('still')]);
    expect(pair.server.state).toBe('open');
    const alerting = new ScriptedServer(toyClient()).handshake();
    alerting.connection.close();
    expect(alerting.listen().alertBytes).toEqual([Uint8Array.of(1, 0)]);
  });
});

describe('the bounds of extensions', () => {
  it('begin at 0 bytes in CertificateRequest', () => {
    expect(decodeBody('certificate_request', Uint8Array.of(0, 0, 0)).extensions).toEqual([]);
  });

  it('begin at 7 bytes in ClientHello: supported_versions with one version', () => {
    const block = encode(extensionsCodec, [extension('supported_versions', clientSupportedVersionsCodec, [0x0304])]);
    expect(block).toHaveLength(2 + 7);
    const head = Uint8Array.of(3, 3, ...new Uint8Array(32), 0, 0, 2, 0x13, 1, 1, 0);
    expect(decodeBody('client_hello', concatBytes(head, block)).extensions).toHaveLength(1);
    // The message is well-formed; what it lacks is another matter.
    const client = new ScriptedClient(toyServer()).clientHello({
      body: (hello) => ({
        ...hello,
        extensions: [extension('supported_versions', clientSupportedVersionsCodec, [0x0304])],
      }),
    });
    expect(client.failure).toBe('missing-extension');
  });

  it('end at 2^16 - 1 bytes in NewSessionTicket', () => {
    const head = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 7);
    const block = (length: number): Uint8Array =>
      encode(extensionsCodec, [{ type: 0x4000, data: new Uint8Array(length - 4) }]);
    const longest = decodeBody('new_session_ticket', concatBytes(head, block(0xffff))).extensions;
    expect(longest).toEqual([{ type: 0x4000, data: new Uint8Array(0xffff - 4) }]);
    expect(() => block(0x10000)).toThrow();
    expect(decodeBody('new_session_ticket', concatBytes(head, Uint8Array.of(0, 0))).extensions).toEqual([]);
  });
});
