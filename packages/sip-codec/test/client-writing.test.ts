import { utf8ToBytes } from '@portico/bytes';
import {
  CONTACT,
  createBestEffortResponse,
  createRequest,
  createResponse,
  createSipFramer,
  editHeaders,
  findFaults,
  FROM,
  HEADER_DEFINITIONS,
  parseHeaderValue,
  parseSipMessage,
  parseUri,
  requireSipUri,
  RETRY_AFTER,
  SipError,
  SUPPORTED,
  TO,
  USER_AGENT,
  VIA,
  WARNING,
  type HeaderDefinition,
  type NameAddress,
  type SipMessage,
  type SipResponse,
} from '@portico/sip-codec';
import { messageArbitrary } from '@portico/sip-codec/arbitraries';
import { EXTENSION_DEFINITIONS, REASON, USER_TO_USER } from '@portico/sip-codec/extensions';
import { writeMultipart } from '@portico/sip-codec/multipart';
import { clientTransactionKey, forwardRequest, serverTransactionKey } from '@portico/sip-codec/routing';
import {
  createAck,
  createCancel,
  createClientRequest,
  headerOf,
  requestFromUri,
  withHeaderNames,
} from '@portico/sip-codec/writing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { options, refused, request, wire, wireText } from './wire.js';

const random = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);
const address = (text: string): NameAddress => parseHeaderValue(TO, text);
const VIA_OF_OURS = { transport: 'TLS', host: '[2001:db8::1]', port: 5061 };
const client = (more: object = {}): ReturnType<typeof createClientRequest> =>
  createClientRequest({
    method: 'INVITE',
    uri: 'sip:bob@example.com',
    from: address('"Al, \\"x\\"" <sip:al@example.com>'),
    to: address('<sip:bob@example.com>'),
    via: VIA_OF_OURS,
    random,
    ...more,
  });

describe('requests of a client (RFC 3261 section 8.1.1)', () => {
  it('have all mandatory fields, a tag, a branch and a Call-ID of their own', () => {
    const message = client({ routes: [address('<sip:p;lr>')], headers: [['X', 'y']], body: wire('v=0') });
    expect(wireText(message.bytes)).toBe(
      'INVITE sip:bob@example.com SIP/2.0\r\n' +
        'Via: SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK000102030405060708090a0b0c0d0e0f;rport\r\n' +
        'Max-Forwards: 70\r\n' +
        'From: "Al, \\"x\\"" <sip:al@example.com>;tag=0001020304050607\r\n' +
        'To: <sip:bob@example.com>\r\n' +
        'Call-ID: 000102030405060708090a0b0c0d0e0f\r\n' +
        'CSeq: 1 INVITE\r\n' +
        'Route: <sip:p;lr>\r\n' +
        'X: y\r\n' +
        'Content-Length: 3\r\n\r\nv=0',
    );
    expect(findFaults(message)).toEqual([]);
    expect(client({ from: address('<sip:a@b>;tag=mine'), cseq: 7, callId: 'c@d' }).headers.texts('From')).toEqual([
      '<sip:a@b>;tag=mine',
    ]);
  });

  it('ACK to a failure and CANCEL are of the transaction of the INVITE (sections 17.1.1.3 and 9.1)', () => {
    const invite = client({ routes: [address('<sip:p;lr>'), address('<sip:q;lr>')] });
    const failure = createResponse(invite, 486, { toTag: 't' });
    const ack = createAck(invite, failure);
    expect(serverTransactionKey(ack)).toEqual(serverTransactionKey(invite));
    expect(ack.headers.text('To')).toBe('<sip:bob@example.com>;tag=t');
    expect(ack.headers.text('CSeq')).toBe('1 ACK');
    expect(ack.headers.texts('Route')).toEqual(invite.headers.texts('Route'));
    const cancel = createCancel(invite);
    expect(cancel.requestUri).toBe(invite.requestUri);
    for (const name of ['Via', 'From', 'To', 'Call-ID'])
      expect(cancel.headers.texts(name)).toEqual(invite.headers.texts(name));
    expect(clientTransactionKey(cancel)).not.toEqual(clientTransactionKey(invite));
    for (const message of [ack, cancel]) expect(findFaults(message)).toEqual([]);
    expect(() => createAck(invite, createResponse(invite, 200, { toTag: 't' }))).toThrow(/300 to 699/);
    expect(() => createAck(client({ method: 'BYE' }), failure)).toThrow(/INVITE/);
    expect(() => createCancel(client({ method: 'BYE' }))).toThrow(/INVITE/);
  });
});

describe('a client’s request never says another thing than it was told', () => {
  const sip = requireSipUri(parseUri('sip:a@b'), 'URI');
  it.each([
    ['a Call-ID that is two words', { callId: 'x y' }],
    ['an empty Call-ID', { callId: '' }],
    ['a Call-ID beyond ASCII', { callId: 'x\u00e9' }],
    ['a Call-ID with a line break', { callId: 'x\r\nX: y' }],
    ['a host with a parameter', { uri: { ...sip, host: { type: 'name', text: 'b;lr' } } }],
    ['a host that is none', { uri: { ...sip, host: { type: 'name', text: 'x,y' } } }],
    ['a user that is empty', { uri: { ...sip, user: '' } }],
    ['a user with an @', { uri: { ...sip, user: 'x@y' } }],
    ['a parameter with another', { uri: { ...sip, parameters: [{ name: 'a', value: 'b;c' }] } }],
    ['another scheme that is tel', { uri: { type: 'absolute', scheme: 'tel', rest: '+1' } }],
    ['a number that is none', { uri: { type: 'tel', number: 'x', parameters: [] } }],
    ['a URI with a line break', { uri: { ...sip, user: 'x\r\nX: y' } }],
  ])('%s', (_, more) => {
    expect(refused(() => client(more))).toMatchObject({ kind: 'api-misuse' });
  });

  it('all URIs that can be read', () => {
    for (const text of ['sip:a:b@c;d=e', 'SIPS:a', 'tel:+1-2;ext=3', 'urn:a:b', 'sip:%41;x@[::1]:5']) {
      expect(client({ uri: parseUri(text) }).requestUri).toBe(text.replace('SIPS', 'sips'));
    }
  });
});

describe('requests from a URI (RFC 3261 section 19.1.5)', () => {
  const from = (text: string): ReturnType<typeof requestFromUri> =>
    requestFromUri(requireSipUri(parseUri(text), 'URI'));
  const identities = 'P-Asserted-Identity P-Preferred-Identity Identity History-Info P-Charging-Vector Max-Breadth';

  it('method, headers and body, unescaped once; the Request-URI has none of them', () => {
    expect(from('sip:a@b;m%65thod=%4DESSAGE;lr?Subject=a%2520b&body=x%0D%0Ay&priority=')).toEqual({
      method: 'MESSAGE',
      uri: 'sip:a@b;lr',
      headers: [
        ['Subject', 'a%20b'],
        ['priority', ''],
      ],
      body: wire('x\r\ny'),
      ignored: [],
    });
    expect(from('sip:a@b')).toEqual({ method: 'INVITE', uri: 'sip:a@b', headers: [], body: null, ignored: [] });
  });

  it('who sends it and what it may do is nobody’s to say in a URI; what else counts the caller can say', () => {
    const text = `sip:a@b?${identities.split(' ').join('=x&')}=x&X-Y=x&Replaces=1`;
    expect(from(text)).toMatchObject({ headers: [['Replaces', '1']], ignored: [...identities.split(' '), 'X-Y'] });
    const uri = requireSipUri(parseUri(`${text}&Route=x&v=x&m=y`), 'URI');
    expect(requestFromUri(uri, ['x-y', 'Route', 'Via', 'Contact']).headers).toEqual([
      ['X-Y', 'x'],
      ['m', 'y'],
    ]);
    expect(from('sip:a@b;lr;m%65thod=BYE')).toMatchObject({ method: 'BYE', uri: 'sip:a@b;lr' });
  });

  it('a value that no field can hold loses its header, and the request is made', () => {
    for (const escape of ['%00', '%01', '%0A', '%0D', '%1f', '%7f']) {
      const { headers, ignored, uri } = from(`sip:a@b?Subject=a${escape}&Priority=b`);
      expect([escape, headers, ignored]).toEqual([escape, [['Priority', 'b']], ['Subject']]);
      expect(createRequest({ method: 'INVITE', uri, headers }).headers.size).toBe(2);
    }
    expect(from('sip:a@b?Subject=a%09b%20').headers).toEqual([['Subject', 'a\tb ']]);
  });

  it('dangerous headers, and values that would be several lines, are passed over', () => {
    const { headers, ignored } = from(
      'sip:a@b?Route=%3Csip:evil%3E&v=x&%46rom=y&Call-ID=z&Authorization=w&Subject=a%0D%0AEvil:%20b&X%0A=1&Reason=%00&Priority=urgent',
    );
    expect(headers).toEqual([['Priority', 'urgent']]);
    expect(ignored).toEqual(['Route', 'v', 'From', 'Call-ID', 'Authorization', 'Subject', 'X\n', 'Reason']);
    expect(() => from('sip:a@b;method=IN%20VITE')).toThrow(expect.objectContaining({ reason: 'uri-part-not-allowed' }));
  });
});

describe('typed fields', () => {
  it('are written so that they read as they were', () => {
    expect(headerOf(SUPPORTED, ['path', 'outbound'])).toEqual(['Supported', 'path, outbound']);
    expect(headerOf(FROM, address('"a" <sip:b@c>;tag=1'))).toEqual(['From', '"a" <sip:b@c>;tag=1']);
  });

  it.each<readonly [string, HeaderDefinition<unknown>, unknown]>([
    ['a token with a comma', SUPPORTED, ['a, b']],
    [
      'a parameter with a semicolon',
      TO,
      { ...address('<sip:a@b>'), parameters: [{ name: 'x', value: '1;tag=2', quoted: false }] },
    ],
    [
      'a parameter name with an equals sign',
      TO,
      { ...address('<sip:a@b>'), parameters: [{ name: 'x=1;y', value: null, quoted: false }] },
    ],
    [
      'a user that ends the URI',
      TO,
      { ...address('<sip:a@b>'), uri: { ...parseUri('sip:a@b'), user: 'a@evil>,<sip:c' } },
    ],
    [
      'a host with a second address',
      TO,
      { ...address('<sip:a@b>'), uri: { ...parseUri('sip:a@b'), host: { type: 'name', text: 'b>,<sip:c' } } },
    ],
    ['a display name with a line break', TO, { ...address('<sip:a@b>'), displayName: 'a\r\nEvil: b' }],
    ['a comment that closes itself', RETRY_AFTER, { seconds: 5, comment: 'a) (b', parameters: [] }],
    ['a product with a comment', USER_AGENT, [{ type: 'product', name: 'a (b)', version: null }]],
    ['a warning agent with a space', WARNING, [{ code: 399, agent: 'a "b"', text: 'c' }]],
    ['a negative number', RETRY_AFTER, { seconds: -5, comment: null, parameters: [] }],
    ['NaN', RETRY_AFTER, { seconds: Number.NaN, comment: null, parameters: [] }],
    ['a contact where q is not what it says', CONTACT, [{ ...address('<sip:a@b>'), q: 0.5, expires: null }]],
    ['an unquoted text', USER_TO_USER, [{ text: 'a b', quoted: false, parameters: [] }]],
    ['a reason without quotes', REASON, [{ token: 'SIP', parameters: [{ name: 'text', value: 'x', quoted: false }] }]],
    ['an empty Via', VIA, []],
  ])('%s is refused', (_, definition, value) => {
    expect(() => headerOf(definition, value)).toThrow(expect.objectContaining({ kind: 'api-misuse' }));
  });
});

describe('forms of names (RFC 3261 section 7.3.3)', () => {
  it('compact and canonical, and every other byte as it was', () => {
    const bytes = wire(
      'OPTIONS sip:a SIP/2.0\r\nVIA : x,\r\n y\r\nf:z\r\nX-own: 1\r\nCall-id:\tq\r\nno colon\r\nl: 2\r\n\r\nl:',
    );
    const message = parseSipMessage(bytes);
    expect(wireText(withHeaderNames(message, 'compact').bytes)).toBe(
      'OPTIONS sip:a SIP/2.0\r\nv : x,\r\n y\r\nf:z\r\nX-own: 1\r\ni:\tq\r\nno colon\r\nl: 2\r\n\r\nl:',
    );
    expect(wireText(withHeaderNames(message, 'canonical').bytes)).toBe(
      'OPTIONS sip:a SIP/2.0\r\nVia : x,\r\n y\r\nFrom:z\r\nX-own: 1\r\nCall-ID:\tq\r\nno colon\r\nContent-Length: 2\r\n\r\nl:',
    );
  });

  it.each([...HEADER_DEFINITIONS, ...EXTENSION_DEFINITIONS].map(({ name }) => name))('%s is known', (name) => {
    for (const written of [name.toLowerCase(), name.toUpperCase()]) {
      const message = parseSipMessage(wire(`OPTIONS sip:a SIP/2.0\r\n${written}: x\r\n\r\n`));
      expect(Array.from(withHeaderNames(message, 'canonical').headers, ({ rawName }) => rawName)).toEqual([name]);
    }
  });

  it('both forms of any message say the same, and are stable', () => {
    fc.assert(
      fc.property(messageArbitrary(), (bytes) => {
        const message = parseSipMessage(bytes);
        const fields = (one: SipMessage): unknown => Array.from(one.headers, ({ key, value }) => [key, value]);
        const compact = withHeaderNames(message, 'compact');
        const canonical = withHeaderNames(compact, 'canonical');
        for (const form of [compact, canonical]) {
          expect(fields(form)).toEqual(fields(message));
          expect(form.body).toEqual(message.body);
        }
        expect(withHeaderNames(canonical, 'canonical').bytes).toEqual(canonical.bytes);
        expect(withHeaderNames(canonical, 'compact').bytes).toEqual(compact.bytes);
      }),
      { numRuns: 200 },
    );
  });
});

describe('header injection', () => {
  const HOSTILE = [
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\r\n\r\n',
    '\r\n ',
    'Evil: x',
    ':',
    ' ',
    ',',
    ';',
    '<',
    '>',
    '"',
    'a',
    'ż',
    '\u560a',
    '\u0085',
    '\u2028',
    '\ud800',
    '\uff0d\uff0a',
  ];
  const hostile = fc
    .array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 5 })
    .map((pieces) => pieces.join(''));
  const invite = client();
  const body = wire('body');
  const OUR_VIA = 'SIP/2.0/TLS a;branch=z9hG4bKa';

  /** Each writer with a text of the caller's in each place; the names of the fields that a result may have. */
  const WRITERS: readonly (readonly [string, (text: string) => SipMessage | null])[] = [
    ['createRequest, method', (text) => createRequest({ method: text, uri: 'sip:a', headers: [], body })],
    ['createRequest, URI', (text) => createRequest({ method: 'A', uri: text, headers: [], body })],
    ['createRequest, name', (text) => createRequest({ method: 'A', uri: 'sip:a', headers: [[text, 'x']], body })],
    ['createRequest, value', (text) => createRequest({ method: 'A', uri: 'sip:a', headers: [['X', text]], body })],
    ['createResponse, reason', (text) => createResponse(invite, 404, { reason: text, body })],
    ['createResponse, tag', (text) => createResponse(invite, 404, { toTag: text, body })],
    ['createResponse, value', (text) => createResponse(invite, 404, { headers: [['X', text]], body })],
    ['createResponse, source', (text) => createResponse(invite, 404, { source: { address: text, port: 1 }, body })],
    ['createBestEffortResponse, reason', (text) => createBestEffortResponse(invite, { status: 400, reason: text })],
    [
      'createBestEffortResponse, value',
      (text) => createBestEffortResponse(invite, { status: 400, headers: [['X', text]] }),
    ],
    ['editHeaders, set', (text) => editHeaders(invite, [{ type: 'set', name: 'X', value: text }])],
    ['editHeaders, prepend', (text) => editHeaders(invite, [{ type: 'prepend', name: 'Via', value: text }])],
    ['editHeaders, name', (text) => editHeaders(invite, [{ type: 'append', name: text, value: 'x' }])],
    ['forwardRequest, Via', (text) => forwardRequest(invite, { via: `${OUR_VIA};x=${text}` })],
    [
      'forwardRequest, Record-Route',
      (text) => forwardRequest(invite, { via: OUR_VIA, recordRoute: `<sip:a;lr>;x=${text}` }),
    ],
    ['createClientRequest, host', (text) => client({ via: { ...VIA_OF_OURS, host: text } })],
    ['createClientRequest, transport', (text) => client({ via: { ...VIA_OF_OURS, transport: text } })],
    ['createClientRequest, display name', (text) => client({ from: { ...address('<sip:a@b>'), displayName: text } })],
    ['createClientRequest, Call-ID', (text) => client({ callId: text })],
    ['createClientRequest, URI', (text) => client({ uri: text })],
    ['createClientRequest, header', (text) => client({ headers: [['X', text]] })],
    [
      'createAck of a response',
      // A NUL of the peer's stays, as in every copied value: peer-bytes.test.ts.
      (text) => {
        const bytes = utf8ToBytes(`SIP/2.0 404 None\r\nTo: ${text.replaceAll('\0', '')}\r\n\r\n`);
        return createAck(invite, parseSipMessage(bytes) as SipResponse);
      },
    ],
    [
      'headerOf',
      (text) =>
        createRequest({
          method: 'A',
          uri: 'sip:a',
          headers: [headerOf(TO, { ...address('<sip:a@b>'), displayName: text })],
        }),
    ],
    [
      'requestFromUri',
      (text) => {
        const value = Array.from(
          new TextEncoder().encode(text.replace(/\ud800/g, '')),
          (byte) => `%${byte.toString(16).padStart(2, '0')}`,
        ).join('');
        const { headers } = requestFromUri(requireSipUri(parseUri(`sip:a?Subject=${value}&${value}=x`), 'URI'));
        return createRequest({ method: 'A', uri: 'sip:a', headers });
      },
    ],
  ];

  it.each(WRITERS)('%s: one message with the fields that were meant, or our error', (_, write) => {
    let written = 0;
    // Without anything hostile it works, so that what follows proves something.
    const usual =
      attempt(write, 'a') ?? attempt(write, 'sip:a') ?? attempt(write, '192.0.2.1') ?? attempt(write, '<sip:a>');
    expect(usual).not.toBeNull();
    fc.assert(
      fc.property(hostile, (text) => {
        const message = attempt(write, text);
        if (message === null) return;
        written++;
        const [item, ...more] = createSipFramer({ mode: 'stream' }).push(message.bytes);
        expect(item?.type).toBe('message');
        expect(more).toEqual([]);
        expect(wireText(message.bytes)).not.toMatch(/(?:^|[^\r])\n|\r(?!\n)|\0/);
        const names = Array.from(message.headers, ({ rawName }) => rawName);
        expect(names).not.toContain('Evil');
        expect(message.headers.faults).toEqual([]);
        expect(names.length).toBeLessThanOrEqual(Math.max(usual?.headers.size ?? 0, 1));
      }),
      { numRuns: 300 },
    );
    expect(written).toBeGreaterThanOrEqual(0);
  });

  it('a part of a multipart body', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        try {
          const { body: bytes } = writeMultipart('mixed', [{ fields: [[name, value]], body }], random);
          expect(wireText(bytes).split('\r\n')).toHaveLength(6);
        } catch (error) {
          expect(error).toBeInstanceOf(SipError);
        }
      }),
    );
  });

  function attempt(write: (text: string) => SipMessage | null, text: string): SipMessage | null {
    try {
      return write(text);
    } catch (error) {
      if (error instanceof SipError) return null;
      throw error;
    }
  }

  it('what was parsed can be written elsewhere: each copied field stays one line', () => {
    const folded = request(options({ To: '<sip:b@c>\r\n ;x=1', From: '"a\r\n b" <sip:a@b>;tag=1' }));
    const copy = createRequest({
      method: 'A',
      uri: 'sip:a',
      headers: Array.from(folded.headers)
        .filter(({ key }) => key !== 'content-length')
        .map(({ name, value }) => [name, value] as const),
    });
    expect(wireText(copy.bytes)).not.toMatch(/\r\n[ \t]/);
    expect(copy.headers.text('To')).toBe('<sip:b@c> ;x=1');
  });
});
