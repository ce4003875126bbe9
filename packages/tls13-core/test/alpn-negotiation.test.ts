import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { decodeSelectedProtocol, encodeProtocolNameList, selectProtocol } from '../src/alpn.js';
import type { ClientAlpnConfig, ClientHelloInfo } from '../src/config.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';

import { alpn, clientReads, negotiate, outcome, reasonOf, SIP } from './support/alpn.js';

describe('3. the server picks', () => {
  const offered: ClientAlpnConfig = { protocols: ['h2', 'http/1.1', 'sip/2'] };
  const known = ['sip/2', 'http/1.1'];

  it('by its own order', () => {
    expect(outcome(offered, { protocols: known })).toBe('sip/2');
    expect(outcome(offered, { protocols: known, preference: 'server' })).toBe('sip/2');
  });

  it('by its own order, too, where the selection is used by itself', () => {
    const [h2, sip] = [asciiToBytes('h2'), asciiToBytes('sip/2')];
    expect(selectProtocol([h2, sip], [sip, h2])).toEqual(sip);
    expect(selectProtocol([h2, sip], [sip, h2], 'client')).toEqual(h2);
  });

  it('or by the client’s', () => {
    expect(outcome(offered, { protocols: known, preference: 'client' })).toBe('http/1.1');
  });

  it('or by a function, which sees what was offered', () => {
    const seen: string[] = [];
    const preference = (names: readonly Uint8Array[]): Uint8Array => {
      seen.push(...names.map((name) => bytesToLatin1(name)));
      return names[0] as Uint8Array;
    };
    expect(outcome(offered, { protocols: known, preference })).toBe('h2');
    expect(seen).toEqual(['h2', 'http/1.1', 'sip/2']);
  });

  it('a function’s answer that was not offered is our error', () => {
    const pair = negotiate(offered, { protocols: known, preference: () => asciiToBytes('msrp') });
    expect(pair.serverEvents.at(-1)).toMatchObject({
      error: { kind: 'api-misuse', reason: 'selected-alpn-not-offered' },
    });
    expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: 'internal_error' } } });
  });
});

describe('4. no overlap', () => {
  it('is the fatal alert no_application_protocol(120)', () => {
    const pair = negotiate(SIP, { protocols: ['h2'] });
    expect(failureOf(pair.serverEvents)).toBe('no-application-protocol');
    expect(pair.clientEvents.at(-1)).toMatchObject({
      error: { alert: { code: 120, name: 'no_application_protocol' } },
    });
  });

  it('or, by a named choice, goes on without a protocol', () => {
    const pair = negotiate(SIP, { protocols: ['h2'], onNoOverlap: 'continue' });
    expect(pair.client.info).toMatchObject({ alpn: null, alpnText: null, alpnOffered: true });
    expect(pair.server.info).toMatchObject({ alpn: null, alpnText: null, alpnOffered: true });
  });

  it('a function that finds none is no overlap', () => {
    expect(outcome(SIP, { protocols: [], preference: () => null })).toBe('no-application-protocol');
    expect(outcome(SIP, { protocols: [], preference: () => null, onNoOverlap: 'continue' })).toBeNull();
  });

  it('a client that offers nothing is served', () => {
    const pair = negotiate(null, { protocols: ['h2'] });
    expect(pair.server.info).toMatchObject({ alpn: null, alpnOffered: false });
  });

  it('unless ALPN is required', () => {
    const pair = negotiate(null, { protocols: ['h2'], required: true });
    expect(failureOf(pair.serverEvents)).toBe('no-application-protocol');
    expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { code: 120 } } });
    expect(outcome(SIP, { protocols: ['h2'], required: true, onNoOverlap: 'continue' })).toBe(
      'no-application-protocol',
    );
  });

  it('a server without ALPN ignores the offer', () => {
    const pair = negotiate(SIP, null);
    expect(pair.server.info).toMatchObject({ alpn: null, alpnOffered: true });
    expect(pair.client.info?.alpn).toBeNull();
  });
});

describe('5. the client', () => {
  it('takes exactly one name', () => {
    expect(clientReads(encodeProtocolNameList(['sip/2']), SIP).connection.info?.alpnText).toBe('sip/2');
    const peer = clientReads(encodeProtocolNameList(['sip/2', 'h2']), SIP);
    expect([peer.failure, peer.alerts]).toEqual(['malformed-protocol-name-list', ['decode_error']]);
    expect(reasonOf(() => decodeSelectedProtocol(encodeProtocolNameList(['sip/2', 'h2'])))).toBe(
      'malformed-protocol-name-list',
    );
  });

  it('that it offered', () => {
    const peer = clientReads(encodeProtocolNameList(['h2']), SIP);
    expect([peer.failure, peer.alerts]).toEqual(['alpn-not-offered', ['illegal_parameter']]);
  });

  it('unless it was told to take others', () => {
    const peer = clientReads(encodeProtocolNameList(['h2']), { ...SIP, acceptUnoffered: true });
    expect(peer.connection.info?.alpnText).toBe('h2');
  });

  it('in EncryptedExtensions only: in ServerHello it is illegal_parameter where offered', () => {
    const misplaced = (config: ClientAlpnConfig | null): ScriptedServer =>
      new ScriptedServer(toyClient(config === null ? {} : { alpn: config })).serverHello({
        body: (hello) => ({
          ...hello,
          extensions: [...(hello.extensions ?? []), alpn(encodeProtocolNameList(['sip/2']))],
        }),
      });
    expect(misplaced(SIP).alerts).toEqual(['illegal_parameter']);
    expect(misplaced(null).alerts).toEqual(['unsupported_extension']);
  });

  it('refuses an answer when it offered none', () => {
    const peer = clientReads(encodeProtocolNameList(['sip/2']), null);
    expect([peer.failure, peer.alerts]).toEqual(['unsolicited-extension', ['unsupported_extension']]);
  });

  it('has alpn null without an answer, never a guess', () => {
    const peer = new ScriptedServer(toyClient({ alpn: SIP })).handshake();
    expect(peer.connection.info).toMatchObject({ alpn: null, alpnText: null, alpnOffered: true });
  });

  it('or fails with 120 where it requires one', () => {
    const peer = new ScriptedServer(toyClient({ alpn: { ...SIP, required: true } }))
      .serverHello()
      .encryptedExtensions();
    expect([peer.failure, peer.alerts]).toEqual(['no-application-protocol', ['no_application_protocol']]);
  });
});

describe('6. after HelloRetryRequest', () => {
  const retried = (second: Uint8Array | null): ScriptedClient => {
    const peer = new ScriptedClient(toyServer({ alpn: { protocols: ['h2', 'sip/2'] } }));
    peer.extraExtensions = [alpn(encodeProtocolNameList(['sip/2']))];
    peer.clientHelloWithoutShare();
    peer.extraExtensions = second === null ? [] : [alpn(second)];
    return peer.clientHello();
  };

  it('the second ClientHello’s list must equal the first’s', () => {
    expect(retried(encodeProtocolNameList(['sip/2'])).finished().connection.info?.alpnText).toBe('sip/2');
    for (const other of [null, encodeProtocolNameList(['h2']), encodeProtocolNameList(['sip/2', 'h2'])]) {
      const peer = retried(other);
      expect([peer.failure, peer.alerts]).toEqual(['client-hello-changed', ['illegal_parameter']]);
    }
  });

  it('selection happens once, from the final ClientHello', () => {
    let calls = 0;
    const preference = (offered: readonly Uint8Array[]): Uint8Array => {
      calls++;
      return offered[0] as Uint8Array;
    };
    const pair = runNow(
      createPair(toyClient({ alpn: SIP, keyShares: [] }), toyServer({ alpn: { protocols: [], preference } })),
    );
    expect(pair.server.info).toMatchObject({ alpnText: 'sip/2', helloRetryRequested: true });
    expect(calls).toBe(1);
  });
});

describe('7. tickets', () => {
  it('are received without harm; no resumption is offered, so none can remember a protocol', () => {
    const peer = new ScriptedServer(toyClient({ alpn: SIP })).handshake().newSessionTicket().applicationData();
    expect(peer.eventTypes).toEqual(['handshake-complete', 'data']);
    expect(peer.connection.info?.resumed).toBe(false);
  });
});

describe('8. the choice of a certificate', () => {
  it('sees server name, ALPN and signature algorithms, and the protocol that was selected', () => {
    const seen: ClientHelloInfo[] = [];
    const server = toyServer({
      credentials: (hello) => {
        seen.push(hello);
        return TOY_SERVER;
      },
      alpn: { protocols: ['acme-tls/1', 'sip/2'] },
    });
    runNow(createPair(toyClient({ serverName: 'sip.example', alpn: { protocols: ['sip/2', 'acme-tls/1'] } }), server));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      serverName: 'sip.example',
      alpnProtocols: [asciiToBytes('sip/2'), asciiToBytes('acme-tls/1')],
      selectedAlpn: asciiToBytes('acme-tls/1'),
      signatureSchemes: ['ed25519'],
    });
  });

  it('sees null where the client offered no protocol', () => {
    const seen: ClientHelloInfo[] = [];
    const credentials = (hello: ClientHelloInfo): typeof TOY_SERVER => {
      seen.push(hello);
      return TOY_SERVER;
    };
    runNow(createPair(toyClient(), toyServer({ credentials })));
    expect(seen[0]).toMatchObject({ alpnProtocols: null, selectedAlpn: null });
  });

  it('may refuse a name: unrecognized_name', () => {
    const pair = runNow(createPair(toyClient(), toyServer({ credentials: () => null })));
    expect(failureOf(pair.serverEvents)).toBe('unrecognized-name');
    expect(pair.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: 'unrecognized_name' } } });
  });
});
