// Values that stand near the grammar and are not of it.
import {
  ACCEPT,
  CONTACT,
  CONTENT_DISPOSITION,
  createRequest,
  judgeRequest,
  parseHeaderValue,
  parseSipMessage,
  parseUri,
  RETRY_AFTER,
  VIA,
  type HeaderDefinition,
} from '@portico/sip-codec';
import { readLeniently } from '@portico/sip-codec/lenient';
import { readMultipart, writeMultipart } from '@portico/sip-codec/multipart';
import { responseTarget, serverTransactionKey } from '@portico/sip-codec/routing';
import { headerOf } from '@portico/sip-codec/writing';
import { describe, expect, it } from 'vitest';
import { options, refused, request, wire } from './wire.js';

const read = (definition: HeaderDefinition<unknown>, text: string): unknown => parseHeaderValue(definition, text);

describe('parameters with a grammar of their own', () => {
  it.each([
    [CONTACT, '<sip:a>;q="0.5"', 'q'],
    [CONTACT, '<sip:a>;expires="60"', 'expires'],
    [CONTACT, '<sip:a>;q=[::1]', 'q'],
    [VIA, 'SIP/2.0/UDP a;branch="z"', 'via-branch'],
    [VIA, 'SIP/2.0/UDP a;x;Branch = "z"', 'via-branch'],
    [VIA, 'SIP/2.0/UDP a;branch=[::1]', 'via-branch'],
    [VIA, 'SIP/2.0/UDP a;branch', 'branch'],
    [VIA, 'SIP/2.0/UDP a;received', 'received'],
    [VIA, 'SIP/2.0/UDP a;x;maddr', 'maddr'],
    [VIA, 'SIP/2.0/UDP a;x; TTL', 'ttl'],
    [VIA, 'SIP/2.0/UDP a;ttl=0255', 'ttl'],
    [RETRY_AFTER, '5;duration=x', 'duration'],
    [RETRY_AFTER, '5 (a);duration', 'duration'],
    [RETRY_AFTER, '5;duration="5"', 'duration'],
    [CONTENT_DISPOSITION, 'session;handling="optional"', 'handling'],
    [CONTENT_DISPOSITION, 'session;handling', 'handling'],
    [ACCEPT, 'text/*;q=2', 'q'],
    [ACCEPT, 'a/b, text/plain;charset=x;q=0.1234', 'q'],
    [ACCEPT, 'text/*;q="1"', 'q'],
  ] as const)('%s %s breaks the rule %s', (definition, text, rule) => {
    expect(refused(() => read(definition, text))).toMatchObject({ reason: 'header-syntax', rule });
  });

  it('right ones are read', () => {
    expect(read(CONTACT, '<sip:a>;q=0.5;expires=60')).toMatchObject([{ q: 0.5, expires: 60 }]);
    expect(read(VIA, 'SIP/2.0/UDP a;branch=z;x="y"')).toHaveLength(1);
    expect(read(VIA, 'SIP/2.0/UDP a;rport;alias;ttl=255, SIP/2.0/UDP b;ttl=001')).toHaveLength(2);
    expect(read(RETRY_AFTER, '5;duration=4294967295')).toMatchObject({ seconds: 5 });
    expect(read(CONTENT_DISPOSITION, 'session;handling=other')).toMatchObject({ type: 'session' });
    expect(read(ACCEPT, 'text/*;q=0.5, a/b;level=1;q=1.000, c/d')).toHaveLength(3);
  });

  it('by a branch that is none there is no transaction', () => {
    const quoted = request(options({ Via: 'SIP/2.0/UDP a;branch="z9hG4bKx"' }));
    expect(serverTransactionKey(quoted)).toBeNull();
  });

  it('lenient: a number in quotes is read, in Contact alone and where it is one', () => {
    const lenient = (value: string): unknown => readLeniently(request(options({ Contact: value })).headers, CONTACT);
    expect(lenient('"a;q=\\"1\\"" <sip:a>;expires = "3600";q="0.5"')).toMatchObject({
      value: [{ displayName: 'a;q="1"', q: 0.5, expires: 3600 }],
      forgiven: { tolerances: ['a number in quotes'] },
    });
    for (const value of ['<sip:a>;q="2"', '<sip:a>;q="x"', '<sip:a>;expires=""']) {
      expect(refused(() => lenient(value)).reason).toBe('header-syntax');
    }
    const via = request(options({ Via: 'SIP/2.0/UDP a;branch="z"' })).headers;
    expect(() => readLeniently(via, VIA)).toThrow(expect.objectContaining({ rule: 'via-branch' }));
  });
});

describe('tel URIs (RFC 3966 section 3)', () => {
  it.each([
    ['tel:+1;a=%zz', 'pct-encoded'],
    ['tel:+1;a=%4', 'pct-encoded'],
    ['tel:+1;phone-context=%41', 'descriptor'],
    ['tel:1;phone-context=!!', 'descriptor'],
    ['tel:1;Phone-Context=+', 'descriptor'],
    ['tel:1;phone-context=a..b', 'descriptor'],
    ['tel:1;ext=x;phone-context=a', 'extension'],
    ['tel:+1;EXT=1a', 'extension'],
    ['tel:+1;ext', 'ext'],
    ['tel:+1;x;Isub', 'isub'],
    ['tel:+1;phone-context', 'phone-context'],
    ['tel:1;phone-context', 'phone-context'],
  ])('%s breaks the rule %s', (text, rule) => {
    expect(refused(() => parseUri(text))).toMatchObject({ reason: 'uri-syntax', rule });
  });

  it.each([
    ['tel:+1;a=b;ext=', '1a;c=d'],
    ['tel:+1;a=b;phone-context=', '!!;c=d'],
    ['tel:+1;a=b', '%4;c=d'],
    ['tel:+1;a;', 'ext;b'],
    ['tel:+1;a=b;c;', 'A=d;e'],
    ['sip:a@b;c=d;e;', 'C;f'],
    ['sip:a@b;1;2;3;4;5;6;7;8;9;', '3=x;f'],
  ])('%s is right, and %s behind it is pointed at', (front, wrong) => {
    expect(refused(() => parseUri(front + wrong)).offset).toBe(front.length);
  });

  it.each([
    'tel:+1;a=%4a%4A',
    'tel:1;phone-context=example.com',
    'tel:1;phone-context=+1-(23)',
    'tel:1;phone-context=+(1)2.',
    'tel:+1;ext=1-(2).3;isub=a',
  ])('%s is one', (text) => {
    expect(parseUri(text).type).toBe('tel');
  });
});

describe('where responses go without a port', () => {
  it.each([
    ['UDP', 5060],
    ['TLS', 5061],
    ['TLS-SCTP', 5061],
    ['WS', 80],
    ['WSS', 443],
  ])('%s: %d', (transport, port) => {
    const response = parseSipMessage(wire(`SIP/2.0 200 OK\r\nVia: SIP/2.0/${transport} a\r\n\r\n`));
    expect(response.type === 'response' && responseTarget(response)).toMatchObject({ port });
  });
});

describe('what is never answered', () => {
  it.each(['ACK  sip:a SIP/2.0', 'ACK sip:a', 'SIP/2.0 99 Low', 'SIP/2.0'])('%j is dropped', (line) => {
    const message = parseSipMessage(wire(`${line}\r\nVia: SIP/2.0/UDP a\r\n\r\n`));
    if (message.type !== 'malformed') throw new Error(message.type);
    expect(judgeRequest(message, { methods: ['INVITE'] }).type).toBe('drop');
  });

  it('a broken request that is no ACK is answered', () => {
    const message = parseSipMessage(wire('ACKNOWLEDGE  sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n'));
    if (message.type !== 'malformed') throw new Error(message.type);
    expect(judgeRequest(message, { methods: ['INVITE'] })).toMatchObject({ type: 'answer', status: 400 });
  });
});

describe('multipart bodies', () => {
  it('lose nothing from a field but SP and HTAB round it', () => {
    const [part] = readMultipart(wire('--b\r\nX: \t\u00a0a\x0b\u00a0 \t\r\n\r\n\r\n--b--'), 'b');
    // No UTF-8: each of these bytes stands for itself as U+FFFD.
    expect(part?.fields).toEqual([['X', '\ufffda\x0b\ufffd']]);
    const [own] = readMultipart(wire('--b\r\nX: \xef\xbb\xbfa\xc2\xa0\r\n\r\n\r\n--b--'), 'b');
    expect(own?.fields).toEqual([['X', '\ufeffa\u00a0']]);
  });

  it('need a boundary that nobody guesses', () => {
    const part = { fields: [], body: wire('x') };
    for (const length of [0, 1, 7]) {
      const error = refused(() => writeMultipart('mixed', [part], () => new Uint8Array(length)));
      expect(error).toMatchObject({ reason: 'invalid-argument', field: 'random' });
    }
    expect(refused(() => writeMultipart('mixed', [], (length) => new Uint8Array(length))).field).toBe('parts');
    expect(writeMultipart('mixed', [part], () => new Uint8Array(8)).contentType).toContain('0'.repeat(16));
  });
});

describe('control characters in a caller’s value', () => {
  it.each(['\x01', '\x08', '\x0b', '\x0c', '\x1b', '\x7f'])('%j is refused, but as quoted-pair', (character) => {
    const write = (value: string) => () => createRequest({ method: 'A', uri: 'sip:a', headers: [['Subject', value]] });
    expect(refused(write(`a${character}`))).toMatchObject({ reason: 'invalid-argument', field: 'Subject', offset: 1 });
    expect(write(`"\\${character}"`)).not.toThrow();
    const contact = { displayName: character, uri: parseUri('sip:a'), parameters: [], q: null, expires: null };
    expect(headerOf(CONTACT, [contact])[1]).toBe(`"\\${character}" <sip:a>`);
  });
});
