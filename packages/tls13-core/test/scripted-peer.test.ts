import { asciiToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { toyClient, toyServer, toyServerWithClientAuthentication, TOY_CLIENT } from './support/toy-credentials.js';

/** Before the scripted peers are made to lie, they must be believed when they do not. */
describe('an honest scripted server', () => {
  it('completes a handshake with our client', () => {
    const peer = new ScriptedServer(toyClient()).handshake().applicationData();
    expect(peer.eventTypes).toEqual(['handshake-complete', 'data']);
    peer.connection.send(asciiToBytes('hello'));
    expect(peer.listen().heardData).toEqual([asciiToBytes('hello')]);
  });

  it('completes one with HelloRetryRequest, a certificate request and a key update', () => {
    const peer = new ScriptedServer(toyClient({ selectCredential: () => TOY_CLIENT })).helloRetryRequest();
    peer.serverHello().encryptedExtensions().certificateRequest().certificate().certificateVerify().finished();
    peer.keyUpdate(1).applicationData().connection.send(asciiToBytes('hello'));
    peer.listen();
    expect(peer.eventTypes).toEqual(['handshake-complete', 'peer-keys-updated', 'data']);
    expect(peer.heard.map(({ type }) => type)).toEqual([
      'client_hello',
      'client_hello',
      'certificate',
      'certificate_verify',
      'finished',
      'key_update',
    ]);
  });
});

describe('an honest scripted client', () => {
  it('completes a handshake with our server', () => {
    const peer = new ScriptedClient(toyServer()).handshake().applicationData();
    expect(peer.eventTypes).toEqual(['handshake-complete', 'data']);
    peer.connection.send(asciiToBytes('hello'));
    expect(peer.listen().heardData).toEqual([asciiToBytes('hello')]);
  });

  it('completes one with HelloRetryRequest, a certificate and a key update', () => {
    const peer = new ScriptedClient(toyServerWithClientAuthentication('require')).clientHelloWithoutShare();
    peer.clientHello().certificate().certificateVerify().finished().keyUpdate(1).applicationData();
    expect(peer.eventTypes).toEqual(['handshake-complete', 'peer-keys-updated', 'data']);
  });
});
