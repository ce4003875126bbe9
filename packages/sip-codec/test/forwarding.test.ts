// What elements between user agents send on: the peer's bytes, but for what must not go further.
import {
  createSipFramer,
  editHeaders,
  findFaults,
  parseSipMessage,
  SipRequest,
  SipResponse,
  type HeaderEdit,
  type SipMessage,
} from '@portico/sip-codec';
import { forwardRequest, forwardResponse, responseTarget } from '@portico/sip-codec/routing';
import { withHeaderNames } from '@portico/sip-codec/writing';
import { describe, expect, it } from 'vitest';
import { options, request, wire, wireText } from './wire.js';

const VIA = 'SIP/2.0/TLS proxy.example.com;branch=z9hG4bKp';

/** The one message that a framer of these rules finds, read by the same rules. */
function read(bytes: Uint8Array, mode: 'stream' | 'datagram', strictness: 'strict' | 'lenient'): SipMessage {
  const items = createSipFramer({ mode, strictness }).push(bytes);
  const [item] = items;
  if (items.length !== 1 || item?.type !== 'message') throw new Error(items.map(({ type }) => type).join());
  return parseSipMessage(item, { strictness });
}

function asRequest(message: SipMessage): SipRequest {
  if (message instanceof SipRequest) return message;
  throw new Error(message.type);
}

function asResponse(message: SipMessage): SipResponse {
  if (message instanceof SipResponse) return message;
  throw new Error(message.type);
}

/** As the next element reads it, by the strict rules and from a stream. */
const received = (message: SipMessage): SipRequest => asRequest(read(message.bytes, 'stream', 'strict'));

describe('what came in a datagram and goes over a stream (RFC 3261 section 16.6 step 9)', () => {
  it.each([
    ['without a length', options({ 'Content-Length': null }, 'body')],
    ['with more behind its body', wire(wireText(options({}, 'body')) + 'more')],
    ['with the right length', options({ 'Content-Length': '004' }, 'body')],
  ])('a request %s is framed', (_, bytes) => {
    const sent = received(forwardRequest(asRequest(read(bytes, 'datagram', 'strict')), { via: VIA }));
    expect(sent.headers.texts('Content-Length').map(Number)).toEqual([4]);
    expect(wireText(sent.body)).toBe('body');
  });

  it('an edit writes the length of the body where it is absent, wrong or there twice, and leaves a right one alone', () => {
    const edit: HeaderEdit = { type: 'content-length' };
    for (const length of [null, '9', 'x', '']) {
      const message = request(options({ 'Content-Length': length }, 'body'));
      expect(editHeaders(message, [edit]).headers.texts('Content-Length')).toEqual(['4']);
    }
    const twice = request(options({ l: '4' }, 'body'));
    expect(editHeaders(twice, [edit]).headers.texts('Content-Length')).toEqual(['4']);
    const right = request(options({ 'Content-Length': null, l: '04' }, 'body'));
    expect(editHeaders(right, [edit]).bytes).toEqual(right.bytes);
  });
});

describe('what lenient rules forgave is not sent on (RFC 4475 section 3.1.2.15)', () => {
  const usual = wireText(options({ Subject: 'a\r\n b' }, 'x\ny'));
  const FORGIVEN = {
    'bare LF': usual.replaceAll('\r\n', '\n'),
    'white space in the request line': usual.replace(
      'OPTIONS sip:bob@example.com SIP/2.0',
      'OPTIONS \t sip:bob@example.com  SIP/2.0 \t',
    ),
    'white space behind the version': usual.replace(' SIP/2.0', ' SIP/2.0 '),
    'a tab': usual.replace('OPTIONS ', 'OPTIONS\t'),
    'another tab': usual.replace(' SIP/2.0', '\tSIP/2.0'),
    'brackets round the Request-URI': usual.replace('sip:bob@example.com SIP', '<sip:bob@example.com> SIP'),
    'two equal lengths': usual.replace('Content-Length', 'l: 3\r\nContent-Length'),
  };

  it.each(Object.entries(FORGIVEN))('%s', (_, text) => {
    const [item] = createSipFramer({ mode: 'stream' }).push(wire(text));
    expect(item?.type === 'message' && findFaults(parseSipMessage(item)).length === 0).toBe(false);
    const message = asRequest(read(wire(text), 'stream', 'lenient'));
    for (const sent of [
      forwardRequest(message, { via: VIA }),
      editHeaders(message, [{ type: 'append', name: 'X', value: 'y' }]),
      withHeaderNames(editHeaders(message, [{ type: 'remove', name: 'X' }]), 'compact'),
    ]) {
      const there = received(sent);
      expect(findFaults(there)).toEqual([]);
      expect(there.requestUri).toBe('sip:bob@example.com');
      expect(there.headers.text('Subject')).toBe('a b');
      expect(wireText(there.body)).toBe('x\ny');
      expect(wireText(sent.bytes.subarray(0, sent.head.bodyStart))).not.toMatch(/[^\r]\n/);
      expect(sent.requestUri).toBe(there.requestUri);
      expect(sent.headers.texts('Via')).toEqual(there.headers.texts('Via'));
    }
  });

  it('names in other forms: a leniently read request stays a request', () => {
    for (const [name, text] of Object.entries(FORGIVEN)) {
      const message = read(wire(text), 'stream', 'lenient');
      expect([name, withHeaderNames(message, 'compact').type]).toEqual([name, 'request']);
    }
    const spaced = read(wire(usual.replace('bob@', 'bob @')), 'stream', 'lenient');
    expect(withHeaderNames(spaced, 'compact').type).toBe('request');
    expect(editHeaders(spaced, [{ type: 'append', name: 'X', value: 'y' }]).type).toBe('request');
  });

  it('what was not edited comes back byte for byte', () => {
    for (const text of Object.values(FORGIVEN)) {
      const message = read(wire(text), 'stream', 'lenient');
      expect(wireText(editHeaders(message, []).bytes)).toBe(text);
    }
  });
});

describe('one value of a row', () => {
  const without = (name: string, ...rows: string[]): readonly string[] => {
    const lines = rows.map((row) => `${name}: ${row}\r\n`).join('');
    const message = request(wire(`OPTIONS sip:a SIP/2.0\r\n${lines}To: a\r\n\r\n`));
    const edited = editHeaders(message, [{ type: 'remove-first-value', name }]);
    expect(edited.headers.text('To')).toBe('a');
    expect(Array.from(edited.headers, ({ rawValue }) => wireText(rawValue))).toEqual(
      Array.from(parseSipMessage(edited.bytes).headers, ({ rawValue }) => wireText(rawValue)),
    );
    return edited.headers.texts(name);
  };

  it.each([
    [['p'], []],
    [['p', 'h'], ['h']],
    [['p, h'], ['h']],
    [
      ['p ,\r\n\th, i', 'j'],
      ['h, i', 'j'],
    ],
    [['"a,\\",b" <sip:x>, h'], ['h']],
    [['<sip:a,b@c;d=">, h'], ['h']],
    [['"<", h'], ['h']],
    [['p, '], []],
    [['"p, h'], []],
  ])('%j: of its values these are left: %j', (rows, left) => {
    expect(without('Via', ...rows)).toEqual(left);
  });

  it('a peer’s bytes in the other Route values stay as they are', () => {
    const others = '"\\\0" <sip:n;lr>,<sip:o;lr>;x=\t"\xc3\xa9"';
    const sent = forwardRequest(request(options({ Route: `<sip:me;lr>, ${others}` })), {
      via: VIA,
      isOurRoute: (uri) => uri.type === 'sip' && uri.host.text === 'me',
    });
    expect(wireText(sent.bytes)).toContain(`\r\nRoute: ${others}\r\n`);
  });
});

describe('another Request-URI (RFC 3261 section 16.6 step 2)', () => {
  it.each(['sip:b', 'sips:somebody.else@a-longer-name.example.com:5061;transport=tcp'])('%s', (requestUri) => {
    const message = request(options({}, 'body'));
    const sent = forwardRequest(message, { via: VIA, requestUri });
    expect(sent.requestUri).toBe(requestUri);
    expect(received(sent).uri).toEqual(sent.uri);
    expect(wireText(sent.body)).toBe('body');
    expect(message.requestUri).toBe('sip:bob@example.com');
  });

  it('is a URI, and of a request', () => {
    const uri = 'sip:a SIP/2.0\r\nEvil: x';
    expect(() => forwardRequest(request(options()), { via: VIA, requestUri: uri })).toThrow(
      expect.objectContaining({ reason: 'invalid-argument', field: 'Request-URI' }),
    );
    const response = parseSipMessage(wire('SIP/2.0 200 OK\r\n\r\n'));
    expect(() => editHeaders(response, [{ type: 'request-uri', uri: 'sip:a' }])).toThrow(
      expect.objectContaining({ reason: 'invalid-argument', field: 'Request-URI' }),
    );
  });
});

describe('responses that a proxy forwards (RFC 3261 section 16.7 step 3)', () => {
  const response = (...vias: string[]): SipResponse =>
    asResponse(
      parseSipMessage(
        wire(`SIP/2.0 200 OK\r\n${vias.map((via) => `Via: ${via}\r\n`).join('')}To: <sip:a>;tag=1\r\n\r\nhi`),
      ),
    );
  const isOurs = ({ host }: { host: { text: string } }): boolean => host.text === 'proxy.example.com';
  const CLIENT = 'SIP/2.0/TLS client.example.com;branch=z9hG4bKc';

  it.each([[[VIA, CLIENT]], [[`${VIA}, ${CLIENT}`]]])('the topmost Via goes, in %j', (vias) => {
    const sent = forwardResponse(response(...vias), isOurs);
    expect(sent?.headers.texts('Via')).toEqual([CLIENT]);
    expect(sent && responseTarget(sent)?.host).toBe('client.example.com');
    expect(sent?.headers.texts('Content-Length')).toEqual(['2']);
  });

  it.each([
    ['another Via than ours', [CLIENT, VIA]],
    ['no other Via', [VIA]],
    ['a broken one', ['x', CLIENT]],
    ['garbage behind ours', [`${VIA} x, ${CLIENT}`]],
    ['none', []],
  ])('%s: nobody gets it', (_, vias) => {
    expect(forwardResponse(response(...vias), isOurs)).toBeNull();
  });
});

describe('what a proxy puts on top is checked, as it brings answers and requests back (section 16.6 steps 4 and 8)', () => {
  const forward = (via: string, recordRoute?: string): SipRequest =>
    forwardRequest(request(options()), { via, ...(recordRoute !== undefined && { recordRoute }) });

  it.each([
    ['two values', `${VIA}, SIP/2.0/TLS evil.example.com;branch=z9hG4bKe`],
    ['no branch', 'SIP/2.0/TLS proxy.example.com'],
    ['no value', ''],
    ['something else', 'proxy.example.com'],
    ['more behind it', `${VIA} x`],
  ])('Via with %s is refused', (_, via) => {
    const expected = expect.objectContaining({
      reason: 'invalid-argument',
      kind: 'api-misuse',
      field: 'Via',
      got: via,
    });
    expect(() => forward(via)).toThrow(expected);
  });

  it.each([
    ['no lr', '<sip:proxy.example.com>'],
    ['an lr of the field', '<sip:proxy.example.com>;lr'],
    ['no brackets', 'sip:proxy.example.com;lr'],
    ['a tel URI', '<tel:+1;lr>'],
    ['a second value without lr', '<sip:proxy.example.com;lr>, <sip:other.example.com>'],
    ['no value', ''],
  ])('Record-Route with %s is refused', (_, recordRoute) => {
    const expected = expect.objectContaining({ reason: 'invalid-argument', field: 'Record-Route', got: recordRoute });
    expect(() => forward(VIA, recordRoute)).toThrow(expected);
  });

  it('two Record-Route values are two ways to us (RFC 5658)', () => {
    const both = '<sips:proxy.example.com;lr>, "p" <sip:192.0.2.1;transport=udp;lr=on>;x=y';
    expect(forward(VIA, both).headers.texts('Record-Route')).toEqual([both]);
  });
});
