import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import { describe, expect, test } from 'vitest';
import { ask, askOnce, endpoint, field, NOW, request } from './sip-support.js';

const ALLOW = 'ACK, CANCEL, OPTIONS, REGISTER';

describe('OPTIONS, RFC 3261 section 11', () => {
  test('gets 200 with Allow, Accept and Supported', () => {
    const answer = askOnce({});
    expect([answer.status, answer.reason]).toEqual([200, 'OK']);
    expect(field(answer, 'Allow')).toBe(ALLOW);
    expect(field(answer, 'Accept')).toBe('application/sdp');
    expect(field(answer, 'Accept-Encoding')).toBe('identity');
    expect(field(answer, 'Supported')).toBe('path');
    expect(field(answer, 'Content-Length')).toBe('0');
  });

  test('repeats From, Call-ID, CSeq and every Via as they came (section 8.2.6.2)', () => {
    const answer = askOnce({
      headers: { Via: 'SIP/2.0/TLS 192.0.2.7:4321;branch=z9hG4bKa1;x="a,b"' },
      extra: ['v: SIP/2.0/UDP one.invalid, SIP/2.0/TCP two.invalid'],
    });
    expect(field(answer, 'From')).toBe('<sip:alice@example.com>;tag=f1');
    expect(field(answer, 'Call-ID')).toBe('call-1@client.invalid');
    expect(field(answer, 'CSeq')).toBe('1 OPTIONS');
    const vias = answer.text.split('\r\n').filter((line) => /^(via|v)\s*:/i.test(line));
    expect(vias.map((line) => line.replace(/^[^:]*:\s*/, '')).join(', ')).toBe(
      'SIP/2.0/TLS 192.0.2.7:4321;branch=z9hG4bKa1;x="a,b", SIP/2.0/UDP one.invalid, SIP/2.0/TCP two.invalid',
    );
  });
});

describe('the top Via, RFC 3261 section 18.2.1 and RFC 3581', () => {
  test.each([
    ['another host', 'client.invalid', ';received=192.0.2.7'],
    ['another address', '192.0.2.8:4321', ';received=192.0.2.7'],
    ['the same address', '192.0.2.7', ''],
    ['rport', 'client.invalid;rport', ';received=192.0.2.7'],
    ['rport from the same address', '192.0.2.7;rport', ';received=192.0.2.7'],
  ])('sent by %s', (_, sentBy, expected) => {
    const answer = askOnce({ headers: { Via: `SIP/2.0/TLS ${sentBy};branch=z9hG4bKa1` } });
    const via = field(answer, 'Via') ?? '';
    expect(via.includes('received=')).toBe(expected !== '');
    if (expected !== '') expect(via).toContain(expected);
    expect(/;rport(=\d+)?/.exec(via)?.[0]).toBe(sentBy.includes('rport') ? ';rport=4321' : undefined);
  });

  test('what the peer claims about itself is replaced', () => {
    const via = 'SIP/2.0/TLS client.invalid;branch=z9hG4bKa1;received=203.0.113.9;rport=1';
    const answer = askOnce({ headers: { Via: via } });
    expect(field(answer, 'Via')).not.toContain('203.0.113.9');
    expect(field(answer, 'Via')).toContain('received=192.0.2.7');
    expect(field(answer, 'Via')).toContain('rport=4321');
  });

  test('an IPv6 source is compared as an address and written without brackets', () => {
    const source = { address: '2001:db8::1', port: 4321 };
    const same = askOnce({ headers: { Via: 'SIP/2.0/TLS [2001:db8::1];branch=z9hG4bK1' } }, endpoint({ source }));
    expect(field(same, 'Via')).not.toContain('received');
    const other = askOnce({ headers: { Via: 'SIP/2.0/TLS [2001:db8::2];branch=z9hG4bK1' } }, endpoint({ source }));
    expect(field(other, 'Via')).toContain('received=2001:db8::1');
  });
});

describe('a To tag', () => {
  test.each<[string, Parameters<typeof askOnce>[0]]>([
    ['200', {}],
    ['400', { headers: { CSeq: '1 REGISTER' } }],
    ['405', { method: 'INVITE' }],
    ['416', { uri: 'tel:+1' }],
    ['420', { headers: { Require: 'nothing' } }],
    ['481', { method: 'CANCEL' }],
    ['501', { method: 'NEW' }],
    ['505', { version: 'SIP/3.0' }],
  ])('is on a %s', (status, changes) => {
    const answer = askOnce(changes);
    expect(answer.status).toBe(Number(status));
    expect(field(answer, 'To')).toMatch(/^<sip:alice@example\.com>;tag=[0-9a-f]{16}$/);
  });

  test('is fresh each time', () => {
    const to = endpoint();
    expect(field(askOnce({}, to), 'To')).not.toBe(field(askOnce({}, to), 'To'));
  });

  test('that the request has is kept', () => {
    expect(field(askOnce({ headers: { To: '"A" <sip:alice@example.com>;tag=t9' } }), 'To')).toBe(
      '"A" <sip:alice@example.com>;tag=t9',
    );
  });
});

describe('methods, RFC 3261 section 8.2.1', () => {
  test.each(['INVITE', 'BYE', 'SUBSCRIBE', 'NOTIFY', 'MESSAGE', 'PUBLISH', 'REFER', 'INFO', 'PRACK', 'UPDATE'])(
    '%s is known but not served: 405 with Allow',
    (method) => {
      const answer = askOnce({ method });
      expect(answer.status).toBe(405);
      expect(field(answer, 'Allow')).toBe(ALLOW);
    },
  );

  test.each(['NEWMETHOD', 'options', 'X-1', 'constructor'])('%s is unknown: 501 with Allow', (method) => {
    const answer = askOnce({ method });
    expect(answer.status).toBe(501);
    expect(field(answer, 'Allow')).toBe(ALLOW);
  });

  test('CANCEL finds no transaction: 481 (section 9.2)', () => {
    expect(askOnce({ method: 'CANCEL' }).status).toBe(481);
  });
});

describe('what is never answered', () => {
  test.each([
    ['an ACK', request({ method: 'ACK' })],
    ['an ACK with a fault', request({ method: 'ACK', headers: { 'Call-ID': null } })],
    ['an ACK with Require', request({ method: 'ACK', headers: { Require: 'x' } })],
    ['an ACK of another version', request({ method: 'ACK', version: 'SIP/3.0' })],
    ['a response', request({}).replace(/^.*/, 'SIP/2.0 200 OK')],
    ['a malformed response', request({ headers: { CSeq: 'x' } }).replace(/^.*/, 'SIP/2.0 999 Odd')],
  ])('%s', (_, text) => {
    const to = endpoint();
    expect(to.receive(asciiToBytes(text), NOW)).toEqual({ messages: [], close: null, more: false });
    expect(ask(to, request({})), 'the connection goes on').toHaveLength(1);
  });
});

describe('Require, RFC 3261 section 8.2.2.3', () => {
  test('of what is not supported: 420, and Unsupported names exactly that', () => {
    const answer = askOnce({ headers: { Require: 'path, nothing' }, extra: ['Require: at-all'] });
    expect([answer.status, answer.reason]).toEqual([420, 'Bad Extension']);
    expect(field(answer, 'Unsupported')).toBe('nothing, at-all');
  });

  test('of what is supported is no obstacle', () => {
    expect(askOnce({ headers: { Require: 'path' } }).status).toBe(200);
  });

  test('does not count in CANCEL', () => {
    expect(askOnce({ method: 'CANCEL', headers: { Require: 'nothing' } }).status).toBe(481);
  });

  test('Proxy-Require is for proxies', () => {
    expect(askOnce({ headers: { 'Proxy-Require': 'nothing' } }).status).toBe(200);
  });
});

describe('the Request-URI, RFC 3261 section 8.2.2.1', () => {
  test.each(['tel:+1234', 'nobodyKnowsThisScheme:totallyopaquecontent', 'http://example.com/'])(
    '%s gets 416',
    (uri) => {
      expect(askOnce({ uri }).status).toBe(416);
    },
  );

  test.each(['sip:a@b', 'sips:a@b', 'SIP:b', 'sip:[::1]:5061;transport=tls'])('%s is fine', (uri) => {
    expect(askOnce({ uri }).status).toBe(200);
  });

  test.each(['sip:', 'sip:a b', '<sip:a@b>', 'nocolon'])('%s gets 400', (uri) => {
    expect(askOnce({ uri }).status).toBe(400);
  });
});

describe('the version, RFC 3261 section 7.1', () => {
  test.each(['SIP/1.0', 'SIP/3.0', 'SIP/7.0'])('%s gets 505', (version) => {
    expect(askOnce({ version }).status).toBe(505);
  });

  test('is compared without case', () => {
    expect(askOnce({ version: 'sip/2.0' }).status).toBe(200);
  });
});

describe('mandatory header fields, RFC 3261 section 8.1.1', () => {
  test.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('a request without %s gets 400', (name) => {
    const answers = ask(endpoint(), request({ headers: { [name]: null } }));
    // Without a Via there is no way back that RFC 3261 section 18.2.2 knows.
    expect(answers.map(({ status }) => status)).toEqual(name === 'Via' ? [] : [400]);
  });

  test.each([{ version: 'SIP/3.0' }, { method: 'FLY' }, { uri: 'tel:+1' }, { headers: { Require: 'x' } }])(
    'without a Via nothing is answered, whatever else is wrong: %o',
    (changes) => {
      const headers = { ...('headers' in changes ? changes.headers : {}), Via: null };
      expect(ask(endpoint(), request({ ...changes, headers }))).toEqual([]);
    },
  );

  test.each([
    ['CSeq', 'one OPTIONS'],
    ['CSeq', '4294967296 OPTIONS'],
    ['From', '<sip:alice@example.com'],
    ['To', '"unclosed <sip:a@b>'],
    ['Call-ID', ''],
    ['Max-Forwards', 'many'],
  ])('%s: %s gets 400', (name, value) => {
    expect(askOnce({ headers: { [name]: value } }).status).toBe(400);
  });

  test.each(['From: <sip:b@c>;tag=2', 'To: <sip:b@c>', 'Call-ID: 2', 'CSeq: 1 OPTIONS', 'Max-Forwards: 1'])(
    'a second %s gets 400',
    (row) => {
      expect(askOnce({ extra: [row] }).status).toBe(400);
    },
  );

  test('the method of CSeq must be that of the request', () => {
    expect(askOnce({ headers: { CSeq: '1 REGISTER' } }).status).toBe(400);
  });

  test('Max-Forwards may be missing (RFC 3261 section 16.3 lets it) and may be zero (we are where it was going)', () => {
    expect(askOnce({ headers: { 'Max-Forwards': null } }).status).toBe(200);
    expect(askOnce({ headers: { 'Max-Forwards': '0' } }).status).toBe(200);
  });
});

describe('bodies, RFC 3261 section 8.2.3', () => {
  test('of another type get 415 with Accept', () => {
    const answer = askOnce({ headers: { 'Content-Type': 'application/unknownformat' }, body: 'x' });
    expect(answer.status).toBe(415);
    expect(field(answer, 'Accept')).toBe('application/sdp');
  });

  test('with a coding get 415 with Accept-Encoding', () => {
    const headers = { 'Content-Type': 'application/sdp', 'Content-Encoding': 'gzip' };
    const answer = askOnce({ headers, body: 'x' });
    expect(answer.status).toBe(415);
    expect(field(answer, 'Accept-Encoding')).toBe('identity');
  });

  test.each([
    ['of the accepted type', { 'Content-Type': 'Application/SDP' }, 'v=0'],
    ['that are optional', { 'Content-Type': 'a/b', 'Content-Disposition': 'session;handling=optional' }, 'x'],
    ['that are empty', { 'Content-Type': 'a/b' }, ''],
  ])('%s are taken and not looked at', (_, headers, body) => {
    expect(askOnce({ headers, body }).status).toBe(200);
  });
});

describe('keep-alive, RFC 5626 section 4.4.1', () => {
  test('each CRLFCRLF gets one CRLF, between messages too', () => {
    const to = endpoint();
    const { messages } = to.receive(asciiToBytes(`\r\n\r\n\r\n\r\n${request({})}\r\n\r\n`), NOW);
    expect(messages.map((bytes) => bytesToLatin1(bytes).slice(0, 7))).toEqual(['\r\n', '\r\n', 'SIP/2.0', '\r\n']);
  });

  test('a flood is not answered beyond the allowance, which comes back with time', () => {
    const to = endpoint();
    const flood = asciiToBytes('\r\n'.repeat(0x8000));
    expect(to.receive(flood, NOW)).toMatchObject({ messages: { length: 10 }, close: null });
    expect(to.receive(flood, NOW + 999).messages).toHaveLength(0);
    expect(to.receive(flood, NOW + 2000).messages).toHaveLength(2);
    expect(to.receive(flood, NOW + 3_600_000).messages).toHaveLength(10);
    expect(ask(to, request({}), NOW)).toHaveLength(1);
  });
});

describe('malformed input', () => {
  test('with a start line that is none but a way back: 400, and the connection goes on', () => {
    const to = endpoint();
    expect(ask(to, request({}).replace('OPTIONS sip:example.com', 'OPTIONS  sip:example.com'))[0]?.status).toBe(400);
    expect(ask(to, request({}))[0]?.status).toBe(200);
  });

  test.each([
    ['no Content-Length', request({ headers: { 'Content-Length': null } })],
    ['two of them', request({ extra: ['Content-Length: 0'] })],
    ['one that is no number', request({ headers: { 'Content-Length': '-1' } })],
    ['bare LF line ends', request({}).replaceAll('\r\n', '\n')],
  ])('%s: the place in the stream is lost, so 400 and close', (_, text) => {
    const to = endpoint();
    const { messages, close } = to.receive(asciiToBytes(text), NOW);
    expect(close).not.toBeNull();
    for (const message of messages) expect(bytesToLatin1(message)).toMatch(/^SIP\/2\.0 400 /);
    expect(to.receive(asciiToBytes(request({})), NOW)).toEqual({ messages: [], close: null, more: false });
  });

  test('a body that is declared larger than the limit is refused before it comes', () => {
    const to = endpoint();
    const { messages, close } = to.receive(asciiToBytes(request({ headers: { 'Content-Length': '1000000' } })), NOW);
    expect(bytesToLatin1(messages[0] as Uint8Array)).toMatch(/^SIP\/2\.0 413 /);
    expect(close).not.toBeNull();
  });

  test('what is not SIP at all closes the connection without an answer', () => {
    expect(endpoint().receive(asciiToBytes('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), NOW).messages).toHaveLength(0);
  });
});

describe('time to finish a message', () => {
  test('runs from its first byte and not from the last one that came', () => {
    const to = endpoint({ messageTimeoutMs: 1000 });
    expect(to.deadline).toBeNull();
    to.receive(asciiToBytes('OPTIONS sip'), NOW);
    expect(to.deadline).toBe(NOW + 1000);
    to.receive(asciiToBytes(':example.com SIP/2.0\r\n'), NOW + 900);
    expect(to.deadline).toBe(NOW + 1000);
    expect(to.timeout(NOW + 999).close).toBeNull();
    expect(to.timeout(NOW + 1000).close).toMatch(/not finished/);
  });

  test('starts anew for a message that begins behind a complete one, and ends with it', () => {
    const to = endpoint({ messageTimeoutMs: 1000 });
    to.receive(asciiToBytes('OPT'), NOW);
    const rest = `${request({}).slice(3)}OPT`;
    to.receive(asciiToBytes(rest), NOW + 500);
    expect(to.deadline).toBe(NOW + 1500);
    to.receive(asciiToBytes(request({}).slice(3)), NOW + 600);
    expect(to.deadline).toBeNull();
  });
});
