import { createMinimalTlsClient, TlsError, type MinimalClientConfig } from '@portico/tls13-core';
import { describe, expect, it } from 'vitest';
import { createTlsServer } from '../src/server-connection.js';
import { dataOf, failureOf, runNow, type Pair } from './support/pair.js';
import { ScriptedServer } from './support/scripted-server.js';
import { serverWithTickets } from './support/sessions.js';
import { toyClient, toyServer, toyServerWithClientAuthentication } from './support/toy-credentials.js';

function connect(server: Parameters<typeof createTlsServer>[0], client: Partial<MinimalClientConfig> = {}): Pair {
  const pair = { client: createMinimalTlsClient(toyClient(client)), server: createTlsServer(server) };
  return runNow({ ...pair, clientEvents: [], serverEvents: [] });
}

describe('createMinimalTlsClient', () => {
  it('shakes hands, with HelloRetryRequest too, and talks', () => {
    for (const config of [toyServer({ alpn: { protocols: ['sip/2'] } }), toyServer()]) {
      const pair = connect(config, { alpn: { protocols: ['sip/2'] }, keyShares: [] });
      expect(pair.client.info).toMatchObject({ helloRetryRequested: true, resumed: false, earlyData: 'none' });
      pair.client.send(Uint8Array.of(1, 2));
      pair.server.send(Uint8Array.of(3));
      runNow(pair);
      expect([...dataOf(pair.serverEvents), ...dataOf(pair.clientEvents)]).toEqual([1, 2, 3]);
    }
  });

  it('drops tickets and asks for none', () => {
    const pair = connect(serverWithTickets());
    expect(pair.clientEvents.map(({ type }) => type)).toEqual(['handshake-complete']);
  });

  it('answers a request for a certificate with an empty one', () => {
    const requested = connect(toyServerWithClientAuthentication('request'));
    expect(requested.server.info?.peerCertificates).toBeNull();
    const required = connect(toyServerWithClientAuthentication('require'));
    expect(failureOf(required.serverEvents)).toBe('certificate-required');
  });

  it('refuses a request for a certificate without signature_algorithms', () => {
    const server = new ScriptedServer(toyClient(), undefined, createMinimalTlsClient);
    server.serverHello().encryptedExtensions();
    server.certificateRequest({ body: (request) => ({ ...request, extensions: [] }) });
    server.certificate().certificateVerify().finished();
    expect(server.failure).toBe('missing-extension');
  });

  it('refuses a PSK that it did not offer, and early data that it did not send', () => {
    const resumes = new ScriptedServer(toyClient(), undefined, createMinimalTlsClient).resumingServerHello();
    expect(resumes.failure).toBe('unsolicited-extension');
    const early = new ScriptedServer(toyClient(), undefined, createMinimalTlsClient).serverHello();
    early.applicationData();
    expect(early.failure).toBe('application-data-before-finished');
  });

  it('has no early data', () => {
    const client = createMinimalTlsClient(toyClient());
    expect(client.earlyDataRemaining).toBe(0);
    expect(() => client.sendEarly(Uint8Array.of(1))).toThrow('wrong-state in sendEarly');
    expect(() => client.exportEarlyKeyingMaterial('label', null, 16)).toThrow(
      'wrong-state in exportEarlyKeyingMaterial',
    );
  });

  it.each(['earlyData', 'externalPsks', 'pskModes', 'resumption', 'selectCredential', 'session', 'unfitCredential'])(
    'refuses %s, which it would not do',
    (option) => {
      const config = { ...toyClient(), [option]: undefined };
      expect(() => createMinimalTlsClient(config)).toThrow(TlsError);
      expect(() => createMinimalTlsClient(config)).toThrow(`invalid-configuration in ${option}`);
    },
  );
});
