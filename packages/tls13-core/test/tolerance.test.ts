import { asciiToBytes, concatBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { cookieCodec } from '../src/messages/extensions/cookie.js';
import { EXTENSION_CODES, extension } from '../src/messages/extensions/extension.js';
import { createTlsClient } from '../src/client-connection.js';
import { createPair, dataOf, failureOf, runNow } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { plainRecord } from './support/scripted-peer.js';
import { ScriptedServer } from './support/scripted-server.js';
import { toyClient, toyServer } from './support/toy-credentials.js';

const none = new Uint8Array(0);

/** What must be borne with, beside what must be refused. */
describe('a client bears with', () => {
  it('user_canceled at any time, and what comes after it', () => {
    const peer = new ScriptedServer(toyClient())
      .alert('user_canceled')
      .serverHello()
      .alert('user_canceled')
      .restOfFlight();
    peer.alert('user_canceled').applicationData().alert('close_notify');
    expect(peer.eventTypes).toEqual(['handshake-complete', 'data', 'peer-closed']);
  });

  it('anything after close_notify, which it ignores', () => {
    const peer = new ScriptedServer(toyClient()).handshake().alert('close_notify');
    peer.applicationData().sendPlain('alert', Uint8Array.of(2, 40)).deliver(asciiToBytes('nonsense'));
    expect(peer.eventTypes).toEqual(['handshake-complete', 'peer-closed']);
    peer.connection.send(Uint8Array.of(1));
    expect(peer.listen().heardData).toEqual([Uint8Array.of(1)]);
    peer.connection.close();
    expect(peer.listen().alerts).toEqual(['close_notify']);
    expect(peer.connection.state).toBe('closed');
    expect(peer.connection.endOfInput()).toEqual([]);
  });

  it('a HelloRetryRequest with a cookie alone, and returns the cookie', () => {
    const cookie = Uint8Array.of(1, 2, 3);
    const peer = new ScriptedServer(toyClient()).helloRetryRequest(null, {
      body: (hello) => ({
        ...hello,
        extensions: [...(hello.extensions ?? []), extension('cookie', cookieCodec, cookie)],
      }),
    });
    const [first, second] = peer.heard;
    if (first?.type !== 'client_hello' || second?.type !== 'client_hello') throw new Error('two hellos were expected');
    const shareOf = ({ extensions }: typeof first.body): unknown =>
      extensions?.find(({ type }) => type === EXTENSION_CODES.key_share);
    expect(shareOf(second.body)).toEqual(shareOf(first.body));
    expect(second.body.extensions).toContainEqual(extension('cookie', cookieCodec, cookie));
    expect(peer.handshake().eventTypes).toEqual(['handshake-complete']);
  });

  it('every legal place of change_cipher_spec', () => {
    const peer = new ScriptedServer(toyClient())
      .changeCipherSpec()
      .serverHello()
      .changeCipherSpec()
      .encryptedExtensions();
    peer.changeCipherSpec().certificate().changeCipherSpec().certificateVerify().changeCipherSpec().finished();
    expect(peer.eventTypes).toEqual(['handshake-complete']);
  });

  it('padding, empty records, unknown record versions and unknown ticket extensions', () => {
    const peer = new ScriptedServer(toyClient()).handshake().send('application_data', Uint8Array.of(7), 100);
    peer
      .applicationData(none)
      .newSessionTicket({ body: (ticket) => ({ ...ticket, extensions: [{ type: 0xfafa, data: none }] }) });
    const record = peer.record('application_data', Uint8Array.of(8));
    expect(peer.deliver(record).eventTypes).toEqual(['handshake-complete', 'data', 'data']);
  });

  it('an unknown extension in CertificateRequest', () => {
    const peer = new ScriptedServer(toyClient()).serverHello().encryptedExtensions();
    peer.certificateRequest({
      body: (request) => ({ ...request, extensions: [...request.extensions, { type: 0xfafa, data: none }] }),
    });
    expect(peer.certificate().certificateVerify().finished().eventTypes).toEqual(['handshake-complete']);
    expect(peer.last('certificate').certificateList).toEqual([]);
  });

  it('messages in one record, and a message over many', () => {
    const peer = new ScriptedServer(toyClient()).serverHello();
    const flight = concatBytes(
      peer.forge('encrypted_extensions', { extensions: [] }),
      peer.forge('certificate', {
        certificateRequestContext: none,
        certificateList: [{ certificateData: peer.credential.certificateChain[0] as Uint8Array, extensions: [] }],
      }),
    );
    for (let at = 0; at < flight.length; at += 7) peer.send('handshake', flight.subarray(at, at + 7));
    expect(peer.certificateVerify().finished().eventTypes).toEqual(['handshake-complete']);
  });
});

describe('a server bears with', () => {
  it('GREASE and everything else that it does not know', () => {
    const peer = new ScriptedClient(toyServer()).clientHello({
      body: (hello) => ({
        ...hello,
        cipherSuites: [0x0a0a, ...hello.cipherSuites, 0xfafa],
        extensions: [
          { type: 0x1a1a, data: none },
          ...(hello.extensions ?? []),
          { type: 0x2a2a, data: Uint8Array.of(0) },
        ],
      }),
    });
    expect(peer.finished().eventTypes).toEqual(['handshake-complete']);
  });

  it('early data that it refuses, until the first record that opens', () => {
    const peer = new ScriptedClient(toyServer());
    peer.extraExtensions = [{ type: EXTENSION_CODES.early_data, data: none }];
    peer.clientHello();
    for (let i = 0; i < 3; i++) peer.deliver(plainRecord(23, new Uint8Array(1000).fill(0xee)));
    expect(peer.finished().applicationData().eventTypes).toEqual(['handshake-complete', 'data']);
  });

  it('early data behind a hello that gets a HelloRetryRequest', () => {
    const peer = new ScriptedClient(toyServer());
    peer.extraExtensions = [{ type: EXTENSION_CODES.early_data, data: none }];
    peer.clientHelloWithoutShare();
    peer.changeCipherSpec().deliver(plainRecord(23, new Uint8Array(1000).fill(0xee)));
    peer.extraExtensions = [];
    expect(peer.clientHello().finished().eventTypes).toEqual(['handshake-complete']);
  });

  it('an empty session id, which it echoes, without change_cipher_spec', () => {
    const pair = createPair(toyClient({ middleboxCompatibility: false }), toyServer());
    runNow(pair);
    expect(failureOf(pair.clientEvents)).toBeNull();
    const peer = new ScriptedClient(toyServer()).clientHello({
      body: (hello) => ({ ...hello, legacySessionId: none }),
    });
    expect(peer.last('server_hello').legacySessionIdEcho).toHaveLength(0);
    expect(peer.heardChangeCipherSpecs).toBe(0);
  });

  it('one close_notify of its own for each direction', () => {
    const pair = runNow(createPair(toyClient(), toyServer()));
    pair.server.close();
    pair.server.close();
    runNow(pair);
    pair.client.send(asciiToBytes('still going'));
    runNow(pair);
    expect(dataOf(pair.serverEvents)).toEqual(asciiToBytes('still going'));
    expect(pair.clientEvents.filter(({ type }) => type === 'peer-closed')).toHaveLength(1);
  });
});

describe('middlebox compatibility, appendix E.4', () => {
  it('sends a session id and one change_cipher_spec on each side, also after HelloRetryRequest', () => {
    for (const retry of [false, true]) {
      const server = new ScriptedServer(toyClient());
      if (retry) server.helloRetryRequest();
      server.handshake();
      expect(server.last('client_hello').legacySessionId).toHaveLength(32);
      expect(server.heardChangeCipherSpecs).toBe(1);
      const client = new ScriptedClient(toyServer());
      if (retry) client.clientHelloWithoutShare();
      client.handshake();
      expect(client.heardChangeCipherSpecs).toBe(1);
    }
  });

  it('says 0x0301 in the record of the first ClientHello only', () => {
    const connection = createTlsClient(toyClient());
    expect([...connection.takeOutput().subarray(0, 3)]).toEqual([22, 3, 1]);
    const peer = new ScriptedServer(toyClient());
    const versions: number[] = [];
    const take = peer.connection.takeOutput.bind(peer.connection);
    peer.connection.takeOutput = () => {
      const output = take();
      if (output.length > 0) versions.push(output[2] as number);
      return output;
    };
    peer.helloRetryRequest();
    expect(versions).toEqual([3]);
  });
});
