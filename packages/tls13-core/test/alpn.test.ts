import { asciiToBytes, bytesToLatin1, concatBytes, utf8ToBytes } from '@portico/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALPN_NAMES,
  decodeProtocolNameList,
  decodeSelectedProtocol,
  encodeProtocolNameList,
  selectProtocol,
} from '../src/alpn.js';
import { protocolNameListDataArbitrary, protocolNamesArbitrary } from '../src/alpn-arbitraries.js';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientAlpnConfig, ClientHelloInfo, ServerAlpnConfig } from '../src/config.js';
import { alertForReason, TlsError, type TlsErrorReason } from '../src/error.js';
import { EXTENSION_CODES, type Extension } from '../src/messages/extensions/extension.js';
import { createTlsServer } from '../src/server-connection.js';
import { createPair, failureOf, runNow, type Pair } from './support/pair.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';

function reasonOf(act: () => unknown): TlsErrorReason | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof TlsError) return error.reason;
    throw error;
  }
}

function negotiate(client: ClientAlpnConfig | null, server: ServerAlpnConfig | null): Pair {
  return runNow(
    createPair(toyClient(client === null ? {} : { alpn: client }), toyServer(server === null ? {} : { alpn: server })),
  );
}

/** What both sides agreed on, or the reason for which it failed. */
function outcome(client: ClientAlpnConfig | null, server: ServerAlpnConfig | null): string | null {
  const pair = negotiate(client, server);
  const failure = failureOf(pair.serverEvents) ?? failureOf(pair.clientEvents);
  if (failure !== null) return failure;
  expect(pair.client.info?.alpn).toEqual(pair.server.info?.alpn);
  return pair.client.info?.alpnText ?? null;
}

function alpn(data: Uint8Array): Extension {
  return { type: EXTENSION_CODES.application_layer_protocol_negotiation, data };
}

/** A server of ours that reads this ALPN extension. */
function serverReads(data: Uint8Array, server: ServerAlpnConfig | null): ScriptedClient {
  const peer = new ScriptedClient(toyServer(server === null ? {} : { alpn: server }));
  peer.extraExtensions = [alpn(data)];
  return peer.clientHello();
}

/** A client of ours that reads this answer. */
function clientReads(data: Uint8Array, client: ClientAlpnConfig | null): ScriptedServer {
  const peer = new ScriptedServer(toyClient(client === null ? {} : { alpn: client }));
  peer.serverHello().encryptedExtensions([alpn(data)]);
  return peer.failure === null ? peer.certificate().certificateVerify().finished() : peer;
}

const SIP: ClientAlpnConfig = { protocols: ['sip/2'] };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('1. names', () => {
  it('sip/2 is 73 69 70 2f 32', () => {
    expect([...encodeProtocolNameList([ALPN_NAMES.sip2])]).toEqual([0, 6, 5, 0x73, 0x69, 0x70, 0x2f, 0x32]);
  });

  it('are 1 to 255 bytes', () => {
    expect(encodeProtocolNameList([new Uint8Array(1)])).toHaveLength(4);
    expect(encodeProtocolNameList([new Uint8Array(255)])).toHaveLength(2 + 256);
  });

  it('a string means its UTF-8', () => {
    expect(encodeProtocolNameList(['ü'])).toEqual(concatBytes(bytes(0, 3, 2), utf8ToBytes('ü')));
    expect(outcome({ protocols: ['ü'] }, { protocols: [bytes(0xc3, 0xbc)] })).toBe('ü');
  });

  it('are told as bytes and as text, or null where they are not UTF-8', () => {
    const pair = negotiate({ protocols: [bytes(0xff, 0xfe)] }, { protocols: [bytes(0xff, 0xfe)] });
    expect(pair.client.info).toMatchObject({ alpn: bytes(0xff, 0xfe), alpnText: null });
    expect(pair.server.info).toMatchObject({ alpn: bytes(0xff, 0xfe), alpnText: null });
  });

  const tooLong = Array.from({ length: 257 }, (_, index) =>
    new Uint8Array(255).fill(1).map((_b, at) => (at < 2 ? index >> (8 * at) : 1)),
  );
  it.each<[string, ClientAlpnConfig['protocols']]>([
    ['an empty name', ['']],
    ['a name of 256 bytes', ['x'.repeat(256)]],
    ['a name of 256 bytes in UTF-8', ['ü'.repeat(128)]],
    ['a list too long for the extension', tooLong],
    ['a duplicate', ['h2', 'sip/2', 'h2']],
    ['a duplicate, once as bytes', ['h2', asciiToBytes('h2')]],
    ['a GREASE name', [bytes(0x8a, 0x8a)]],
  ])('a configuration with %s is refused on both sides', (_name, protocols) => {
    expect(reasonOf(() => encodeProtocolNameList(protocols))).toBe('invalid-configuration');
    expect(reasonOf(() => createTlsClient(toyClient({ alpn: { protocols } })))).toBe('invalid-configuration');
    expect(reasonOf(() => createTlsServer(toyServer({ alpn: { protocols } })))).toBe('invalid-configuration');
  });

  it('a name that only resembles GREASE is a name', () => {
    for (const name of [bytes(0x8a, 0x9a), bytes(0x8a), bytes(0x8a, 0x8a, 0x8a), bytes(0x8b, 0x8b)]) {
      expect(reasonOf(() => encodeProtocolNameList([name]))).toBeNull();
    }
  });

  it('at least one must be offered where the client demands one', () => {
    expect(reasonOf(() => createTlsClient(toyClient({ alpn: { protocols: [], required: true } })))).toBe(
      'invalid-configuration',
    );
    expect(reasonOf(() => encodeProtocolNameList([]))).toBe('invalid-configuration');
  });
});

const MALFORMED: readonly (readonly [string, Uint8Array])[] = [
  ['no data', bytes()],
  ['half a length', bytes(0)],
  ['an empty list', bytes(0, 0)],
  ['a length beyond the data', bytes(0, 4, 2, 0x68, 0x32)],
  ['a length short of the data', bytes(0, 2, 2, 0x68, 0x32)],
  ['a trailing byte', bytes(0, 3, 2, 0x68, 0x32, 0)],
  ['an empty name', bytes(0, 1, 0)],
  ['an empty name behind a good one', bytes(0, 4, 2, 0x68, 0x32, 0)],
  ['a name beyond the list', bytes(0, 3, 3, 0x68, 0x32)],
];

describe('2. decoding', () => {
  it.each(MALFORMED)('refuses %s, on both sides, even where ALPN is not configured', (_name, data) => {
    expect(reasonOf(() => decodeProtocolNameList(data))).toBe('malformed-protocol-name-list');
    expect(alertForReason('malformed-protocol-name-list')).toBe('decode_error');
    for (const config of [null, { protocols: ['h2'] }]) {
      const peer = serverReads(data, config);
      expect([peer.failure, peer.alerts]).toEqual(['malformed-protocol-name-list', ['decode_error']]);
    }
    const peer = clientReads(data, { protocols: ['h2'] });
    expect([peer.failure, peer.alerts]).toEqual(['malformed-protocol-name-list', ['decode_error']]);
  });

  it('compares exact bytes: no case folding', () => {
    expect(outcome({ protocols: ['SIP/2'] }, { protocols: ['sip/2'] })).toBe('no-application-protocol');
    expect(outcome({ protocols: ['SIP/2', 'sip/2'] }, { protocols: ['sip/2'] })).toBe('sip/2');
  });

  it('tolerates GREASE and duplicates of a peer', () => {
    const peer = serverReads(bytes(0, 12, 2, 0xfa, 0xfa, 2, 0x68, 0x32, 2, 0x68, 0x32, 2, 0x0a, 0x0a), {
      protocols: ['h2'],
    });
    expect(peer.finished().connection.info?.alpnText).toBe('h2');
  });

  it('bounds the number of names that are examined', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => bytes(2, index >> 8, index & 0xff));
    const list = concatBytes(...names, bytes(2, 0x68, 0x32));
    const data = concatBytes(bytes(list.length >> 8, list.length & 0xff), list);
    let seen = 0;
    const preference = (offered: readonly Uint8Array[]): null => {
      seen = offered.length;
      return null;
    };
    const limits = { handshakeMessageLength: 70_000 };
    const peer = new ScriptedClient(toyServer({ alpn: { protocols: [], preference }, limits }));
    peer.extraExtensions = [alpn(data)];
    const hello = peer.forge('client_hello', peer.honestHello());
    for (let at = 0; at < hello.length && peer.failure === null; at += 16_000)
      peer.send('handshake', hello.slice(at, at + 16_000));
    expect([seen, peer.failure]).toEqual([64, 'no-application-protocol']);
  });
});

describe('3. the server picks', () => {
  const offered: ClientAlpnConfig = { protocols: ['h2', 'http/1.1', 'sip/2'] };
  const known = ['sip/2', 'http/1.1'];

  it('by its own order', () => {
    expect(outcome(offered, { protocols: known })).toBe('sip/2');
    expect(outcome(offered, { protocols: known, preference: 'server' })).toBe('sip/2');
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

describe('properties', () => {
  /** Selection as one would say it, name by name. */
  function plainSelect(
    offered: readonly string[],
    supported: readonly string[],
    order: 'server' | 'client',
  ): string | null {
    for (const name of order === 'server' ? supported : offered) {
      if ((order === 'server' ? offered : supported).includes(name)) return name;
    }
    return null;
  }

  it('selection agrees with its plain twin', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'A'), { maxLength: 5 });
    fc.assert(
      fc.property(names, names, fc.constantFrom('server' as const, 'client' as const), (offered, supported, order) => {
        const selected = selectProtocol(offered.map(asciiToBytes), supported.map(asciiToBytes), order);
        expect(selected === null ? null : bytesToLatin1(selected)).toBe(plainSelect(offered, supported, order));
      }),
      { numRuns: 500 },
    );
  });

  it('a connection agrees on what selection says, or fails with 120', () => {
    fc.assert(
      fc.property(protocolNamesArbitrary(), protocolNamesArbitrary(), (offered, extra) => {
        const supported = [...extra, ...offered.slice(0, 1)].filter(
          (name, index, all) => all.findIndex((other) => other.join() === name.join()) === index,
        );
        const expected = selectProtocol(offered, supported);
        const pair = negotiate({ protocols: offered }, { protocols: supported });
        expect(pair.client.info?.alpn).toEqual(expected);
        expect(pair.server.info?.alpn).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('whatever a client sends, the server negotiates what was offered, or refuses with a right alert', () => {
    fc.assert(
      fc.property(protocolNameListDataArbitrary(), (data) => {
        const peer = serverReads(data, { protocols: ['h2', 'sip/2'] });
        let names: readonly Uint8Array[] | null = null;
        try {
          names = decodeProtocolNameList(data);
        } catch {
          expect(peer.alerts).toEqual(['decode_error']);
          return;
        }
        if (selectProtocol(names, ['h2', 'sip/2'].map(asciiToBytes)) === null) {
          expect(peer.alerts).toEqual(['no_application_protocol']);
        } else {
          expect(peer.finished().failure).toBeNull();
        }
      }),
      { numRuns: 300 },
    );
  });
});
