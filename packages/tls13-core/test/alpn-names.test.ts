import { asciiToBytes, concatBytes, utf8ToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { ALPN_NAMES, decodeProtocolNameList, encodeProtocolNameList } from '../src/alpn.js';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientAlpnConfig } from '../src/config.js';
import { alertForReason } from '../src/error.js';
import { createTlsServer } from '../src/server-connection.js';
import { ScriptedClient } from './support/scripted-client.js';
import { toyClient, toyServer } from './support/toy-credentials.js';

import { alpn, bytes, clientReads, negotiate, outcome, reasonOf, serverReads } from './support/alpn.js';

describe('1. names', () => {
  it('sip/2 is 73 69 70 2f 32', () => {
    expect([...encodeProtocolNameList([ALPN_NAMES.sip2])]).toEqual([0, 6, 5, 0x73, 0x69, 0x70, 0x2f, 0x32]);
  });

  it('are the registered ones', () => {
    expect(ALPN_NAMES).toEqual({
      sip2: 'sip/2',
      http11: 'http/1.1',
      http2: 'h2',
      acmeTls1: 'acme-tls/1',
      webRtc: 'webrtc',
      confidentialWebRtc: 'c-webrtc',
    });
  });

  it('come to at most 65,533 bytes with their lengths, to the byte', () => {
    const names = Array.from({ length: 255 }, (_, index) => new Uint8Array(255).fill(1).fill(index, 0, 1));
    const last = (length: number): Uint8Array => new Uint8Array(length).fill(2);
    const longest = encodeProtocolNameList([...names, last(252)]);
    expect(longest).toHaveLength(2 + 65_533);
    expect(decodeProtocolNameList(longest)).toHaveLength(256);
    expect(reasonOf(() => encodeProtocolNameList([...names, last(253)]))).toBe('invalid-configuration');
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

  it.each<[Uint8Array, object]>([
    [bytes(0, 4, 2, 0x68, 0x32, 0), { expected: '1 to 255 bytes', got: '0', offset: 5 }],
    [bytes(0, 4, 2, 0x68, 0x32), { expected: '4 bytes', got: '3', offset: 2 }],
    [bytes(0, 3, 2, 0x68, 0x32, 0), { expected: 'the end', got: '1 more bytes', offset: 5 }],
  ])('says what is wrong with %j, and where', (data, details) => {
    expect(() => decodeProtocolNameList(data)).toThrow(expect.objectContaining(details));
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
