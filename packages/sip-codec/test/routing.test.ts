import { createHash } from 'node:crypto';
import { parseSipMessage, SipError, type SipRequest, type SipResponse } from '@portico/sip-codec';
import { messageArbitrary, mutatedStreamArbitrary } from '@portico/sip-codec/arbitraries';
import {
  acknowledgementKey,
  answerRule,
  cancelledTransactionKey,
  clientTransactionKey,
  connectionAlias,
  createProxyBranch,
  detectLoop,
  dialogKey,
  forwardRequest,
  loopDetectionPart,
  nextHop,
  receivedDialogId,
  responseTarget,
  sentBy,
  sentDialogId,
  serverTransactionKey,
} from '@portico/sip-codec/routing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { request as asRequest, wire, wireText } from './wire.js';

const USUAL = {
  Via: 'SIP/2.0/TLS client.example.com:5061;branch=z9hG4bKabc',
  From: '<sip:a@example.com>;tag=f1',
  To: '<sip:b@example.com>',
  'Call-ID': 'x@client',
};

function request(method: string, fields: Readonly<Record<string, string>> = {}, uri = 'sip:b@example.com'): SipRequest {
  const all = Object.entries({ ...USUAL, CSeq: `7 ${method}`, ...fields });
  return asRequest(
    wire(`${method} ${uri} SIP/2.0\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
  );
}

function response(fields: Readonly<Record<string, string>>): SipResponse {
  const all = Object.entries({ ...USUAL, CSeq: '7 INVITE', ...fields });
  const message = parseSipMessage(
    wire(`SIP/2.0 200 OK\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`),
  );
  if (message.type !== 'response') throw new Error('not a response');
  return message;
}

const key = (method: string, fields?: Readonly<Record<string, string>>, uri?: string): string | undefined =>
  serverTransactionKey(request(method, fields, uri))?.text;

describe('server transactions (RFC 3261 section 17.2.3)', () => {
  it('by branch, sent-by and method, all without case; nothing else counts', () => {
    expect(serverTransactionKey(request('INVITE'))?.matching).toBe('branch');
    expect(key('INVITE', { Via: 'SIP/2.0/TLS CLIENT.example.com:5061;rport;branch=Z9hG4bKABC' })).toBe(key('INVITE'));
    expect(key('INVITE', { 'Call-ID': 'y', From: 'sip:z', To: 'sip:y', CSeq: '9 INVITE' }, 'sip:c')).toBe(
      key('INVITE'),
    );
    expect(key('INVITE', { Via: `${USUAL.Via}, SIP/2.0/UDP a;b, broken` })).toBe(key('INVITE'));
  });

  it.each([
    ['method', 'OPTIONS', {}],
    ['branch', 'INVITE', { Via: 'SIP/2.0/TLS client.example.com:5061;branch=z9hG4bKabd' }],
    ['host', 'INVITE', { Via: 'SIP/2.0/TLS other.example.com:5061;branch=z9hG4bKabc' }],
    ['port', 'INVITE', { Via: 'SIP/2.0/TLS client.example.com;branch=z9hG4bKabc' }],
  ])('another %s is another transaction', (_, method, fields) => {
    expect(key(method, fields as Record<string, string>)).not.toBe(key('INVITE'));
    expect(key(method, fields as Record<string, string>)).toBeDefined();
  });

  it('an ACK to a non-2xx answer belongs to its INVITE, one to a 2xx (another branch) does not', () => {
    expect(key('ACK', { To: '<sip:b@example.com>;tag=t' })).toBe(key('INVITE'));
    expect(acknowledgementKey(request('INVITE'), 't')?.text).toBe(key('INVITE'));
    expect(key('ACK', { Via: 'SIP/2.0/TLS client.example.com:5061;branch=z9hG4bKother' })).not.toBe(key('INVITE'));
  });

  it('a CANCEL is a transaction of its own, and names that of the INVITE (section 9.2)', () => {
    expect(key('CANCEL')).not.toBe(key('INVITE'));
    expect(cancelledTransactionKey(request('CANCEL'))?.text).toBe(key('INVITE'));
  });

  it('RFC 2543 clients: Request-URI, tags, Call-ID, CSeq and top Via', () => {
    const Via = 'SIP/2.0/UDP old.example.com;branch=1';
    const invite = request('INVITE', { Via });
    expect(serverTransactionKey(invite)?.matching).toBe('rfc2543');
    expect(key('INVITE', { Via: 'SIP/2.0/UDP   old.example.com ;branch=1' })).toBe(key('INVITE', { Via }));
    const others = [
      key('INVITE', { Via }, 'sip:c@example.com'),
      key('INVITE', { Via, From: '<sip:a@example.com>;tag=f2' }),
      key('INVITE', { Via, To: '<sip:b@example.com>;tag=t' }),
      key('INVITE', { Via, 'Call-ID': 'X@client' }),
      key('INVITE', { Via, CSeq: '8 INVITE' }),
      key('INVITE', { Via: 'SIP/2.0/UDP old.example.com;branch=2' }),
      key('BYE', { Via }),
      key('INVITE', { Via }),
    ];
    expect(new Set(others).size).toBe(others.length);
    // The ACK has the To tag of the answer, and CSeq with another method.
    const ack = request('ACK', { Via, To: '<sip:b@example.com>;tag=T9' });
    expect(acknowledgementKey(invite, 't9')?.text).toBe(serverTransactionKey(ack)?.text);
    expect(acknowledgementKey(invite, 'other')?.text).not.toBe(serverTransactionKey(ack)?.text);
    expect(cancelledTransactionKey(request('CANCEL', { Via, CSeq: '7 CANCEL' }))?.text).toBe(key('INVITE', { Via }));
  });

  it('the cookie alone is no branch: requests that have it are told apart by the rest (RFC 4475 section 3.2.1)', () => {
    const Via = 'SIP/2.0/UDP a;branch=Z9hG4bK';
    expect(serverTransactionKey(request('INVITE', { Via }))?.matching).toBe('rfc2543');
    expect(key('INVITE', { Via, 'Call-ID': 'other' })).not.toBe(key('INVITE', { Via }));
    expect(clientTransactionKey(response({ Via }))).toBeNull();
  });

  it('no key where the fields are missing or broken', () => {
    expect(key('INVITE', { Via: 'x' })).toBeUndefined();
    expect(key('INVITE', { Via: `${USUAL.Via} garbage` })).toBeUndefined();
    expect(key('INVITE', { Via: `${USUAL.Via} , x` })).toBe(key('INVITE'));
    expect(key('INVITE', { Via: 'SIP/2.0/UDP a', 'Call-ID': '' })).toBeUndefined();
    expect(key('INVITE', { Via: 'SIP/2.0/UDP a', CSeq: 'x' })).toBeUndefined();
    // A tag that cannot be read is not the same as none.
    for (const field of ['From', 'To']) {
      for (const method of ['INVITE', 'ACK']) {
        expect(key(method, { Via: 'SIP/2.0/UDP a', CSeq: `1 ${method}`, [field]: '<sip:a@b>;tag' })).toBeUndefined();
        expect(key(method, { Via: 'SIP/2.0/UDP a', CSeq: `1 ${method}`, [field]: '<sip:a@b>' })).toBeDefined();
      }
    }
    const broken = request('INVITE', { Via: 'SIP/2.0/UDP a', From: 'x y' });
    expect([cancelledTransactionKey(broken), acknowledgementKey(broken, 't')]).toEqual([null, null]);
  });
});

describe('client transactions (RFC 3261 section 17.1.3)', () => {
  it('a response has the key of the request: branch and method of CSeq', () => {
    const sent = clientTransactionKey(request('INVITE'));
    expect(clientTransactionKey(response({ To: '<sip:b@example.com>;tag=z' }))).toEqual(sent);
    expect(clientTransactionKey(response({ CSeq: '7 CANCEL' }))).not.toEqual(sent);
    expect(clientTransactionKey(response({ Via: 'SIP/2.0/TLS client.example.com' }))).toBeNull();
    expect(clientTransactionKey(request('ACK'))).toBeNull();
  });
});

describe('answers to requests other than INVITE (RFC 4320)', () => {
  it.each([
    ['INVITE', 180, 'allowed'],
    ['INVITE', 408, 'allowed'],
    ['OPTIONS', 100, 'late'],
    ['OPTIONS', 180, 'never'],
    ['OPTIONS', 408, 'never'],
    ['OPTIONS', 200, 'allowed'],
    ['ACK', 200, 'never'],
  ] as const)('%s, %i: %s', (method, status, rule) => {
    expect(answerRule(method, status)).toBe(rule);
  });
});

describe('dialogs (RFC 3261 section 12)', () => {
  it('both ends of a dialog see it from both sides', () => {
    const To = '<sip:b@example.com>;tag=T1';
    const bye = request('BYE', { To });
    expect(receivedDialogId(bye)).toEqual({ callId: 'x@client', localTag: 'T1', remoteTag: 'f1' });
    expect(sentDialogId(bye)).toEqual({ callId: 'x@client', localTag: 'f1', remoteTag: 'T1' });
    expect(receivedDialogId(response({ To }))).toEqual(sentDialogId(bye));
    expect(sentDialogId(response({ To }))).toEqual(receivedDialogId(bye));
    expect(receivedDialogId(request('INVITE'))).toMatchObject({ localTag: null });
    expect(receivedDialogId(request('BYE', { To: 'x y' }))).toBeNull();
  });

  it('tags are compared without case, Call-IDs with it; no tag is not an empty one', () => {
    const id = { callId: 'a', localTag: 'B', remoteTag: 'c' };
    expect(dialogKey({ ...id, localTag: 'b' })).toBe(dialogKey(id));
    const others = [id, { ...id, callId: 'A' }, { ...id, localTag: null }, { ...id, localTag: 'c', remoteTag: 'B' }];
    expect(new Set(others.map(dialogKey)).size).toBe(4);
  });
});

describe('loops (RFC 5393)', () => {
  const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(7);
  const isOurs = (via: Parameters<typeof sentBy>[0]): boolean => sentBy(via) === 'proxy.example.com';
  const part = (message: SipRequest, fields?: readonly string[]): string => loopDetectionPart(message, digest, fields);

  it('a request that comes back unchanged is a loop, one with another Request-URI a spiral', () => {
    const first = request('INVITE');
    const branch = createProxyBranch(random, part(first));
    expect(branch).toMatch(/^z9hG4bK[0-9a-f]{32}\.[0-9a-f]{32}$/);
    const Via = `SIP/2.0/TLS Proxy.example.com;branch=${branch}, ${USUAL.Via}`;
    expect(detectLoop(first, part(first), isOurs)).toBe('new');
    const back = request('INVITE', { Via });
    expect(detectLoop(back, part(back), isOurs)).toBe('loop');
    const retargeted = request('INVITE', { Via }, 'sip:c@example.com');
    expect(detectLoop(retargeted, part(retargeted), isOurs)).toBe('spiral');
    expect(detectLoop(back, part(back), () => false)).toBe('new');
    expect(() => detectLoop(request('INVITE', { Via: 'x' }), 'p', isOurs)).toThrow(SipError);
  });

  it('the part varies with Request-URI, Route and the named fields, not with the method', () => {
    const parts = [
      part(request('INVITE')),
      part(request('INVITE', {}, 'sip:c@example.com')),
      part(request('INVITE', { Route: '<sip:p;lr>' })),
      part(request('INVITE', { 'X-Tenant': '1' }), ['X-Tenant']),
    ];
    expect(new Set(parts).size).toBe(4);
    expect(part(request('ACK'))).toBe(parts[0]);
    expect(part(request('INVITE', { 'X-Tenant': '1' }))).toBe(parts[0]);
    expect(() => loopDetectionPart(request('INVITE'), () => new Uint8Array(4))).toThrow(/16 bytes/);
  });
});

describe('connections', () => {
  const alias = (via: string): unknown => connectionAlias(request('OPTIONS', { Via: via }));

  it('an alias is the sent-by of a TLS Via that asks for it (RFC 5923)', () => {
    expect(alias('SIP/2.0/TLS P1.example.com;branch=1;alias')).toEqual({
      transport: 'tls',
      host: 'p1.example.com',
      port: 5061,
    });
    expect(alias('SIP/2.0/TLS-SCTP p1:7;alias')).toMatchObject({ port: 7 });
    expect(alias('SIP/2.0/TLS p1.example.com;branch=1')).toBeNull();
    expect(alias('SIP/2.0/TCP p1.example.com;alias')).toBeNull();
    expect(alias('SIP/2.0/TLS p1, SIP/2.0/TLS p2;alias')).toBeNull();
    expect(alias('x')).toBeNull();
  });

  it.each([
    ['SIP/2.0/UDP a.example', { from: 'sent-by', host: 'a.example', port: 5060 }],
    ['SIP/2.0/TLS a.example', { from: 'sent-by', port: 5061 }],
    ['SIP/2.0/UDP a.example:7', { from: 'sent-by', port: 7 }],
    ['SIP/2.0/UDP a:7;received=192.0.2.1', { from: 'received', host: '192.0.2.1', port: 7 }],
    ['SIP/2.0/UDP a:7;received=2001:db8::1;rport=9', { from: 'received', host: '[2001:db8::1]', port: 9 }],
    ['SIP/2.0/UDP a:7;received=192.0.2.1;rport', { port: 7 }],
    ['SIP/2.0/UDP a:7;maddr=224.0.1.75;received=192.0.2.1;rport=9', { from: 'maddr', host: '224.0.1.75', port: 7 }],
  ])('a response with %s goes to %o (section 18.2.2, RFC 3581)', (via, target) => {
    expect(responseTarget(response({ Via: via }))).toMatchObject(target);
  });
});

describe('a proxy forwards (RFC 3261 section 16.6)', () => {
  const via = 'SIP/2.0/TLS proxy;branch=z9hG4bKp';

  it('Max-Forwards one less, our Route gone, Record-Route and Via in front, every other byte as it was', () => {
    const message = request('INVITE', { 'Max-Forwards': '70', Route: '<sip:us;lr>', 'X-Odd': ' a  b ' });
    const out = forwardRequest(message, {
      via,
      recordRoute: '<sip:us;lr>',
      isOurRoute: (uri) => uri.type === 'sip' && uri.host.text === 'us',
    });
    expect(wireText(out.bytes)).toBe(
      wireText(message.bytes)
        .replace('SIP/2.0\r\n', `SIP/2.0\r\nRecord-Route: <sip:us;lr>\r\n`)
        .replace('Record-Route: <sip:us;lr>\r\nVia', `Record-Route: <sip:us;lr>\r\nVia: ${via}\r\nVia`)
        .replace('Max-Forwards: 70', 'Max-Forwards: 69')
        .replace('Route: <sip:us;lr>\r\nX', 'X')
        .replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'),
    );
  });

  it('sets Max-Forwards where there is none, refuses 0, keeps the other Routes', () => {
    expect(forwardRequest(request('INVITE'), { via }).headers.text('Max-Forwards')).toBe('70');
    expect(() => forwardRequest(request('INVITE', { 'Max-Forwards': '0' }), { via })).toThrow(
      expect.objectContaining({ reason: 'hops-exhausted', status: 483 }),
    );
    const two = request('INVITE', { Route: '<sip:us;lr>, <sip:next;lr>' });
    expect(forwardRequest(two, { via, isOurRoute: () => true }).headers.texts('Route')).toEqual(['<sip:next;lr>']);
    expect(forwardRequest(two, { via, isOurRoute: () => false }).headers.texts('Route')).toHaveLength(1);
    expect(() => forwardRequest(request('INVITE'), { via: 'x\r\nEvil: y' })).toThrow(
      expect.objectContaining({ reason: 'line-break-in-value' }),
    );
  });

  it('the next hop is the first Route, or the Request-URI; without lr it is a strict router', () => {
    expect(nextHop(request('INVITE'))).toMatchObject({ uri: { user: 'b' }, routing: 'loose' });
    expect(nextHop(request('INVITE', { Route: '<sip:p;lr>' }))).toMatchObject({
      uri: { user: null },
      routing: 'loose',
    });
    expect(nextHop(request('INVITE', { Route: '<sip:p>' })).routing).toBe('strict');
  });
});

it('keys of any bytes: no throw, and the same for the same bytes', () => {
  fc.assert(
    fc.property(fc.oneof(messageArbitrary(), mutatedStreamArbitrary()), (bytes) => {
      const message = parseSipMessage(bytes);
      if (message.type === 'malformed') return;
      const read = (): unknown =>
        message.type === 'request'
          ? [
              serverTransactionKey(message),
              cancelledTransactionKey(message),
              connectionAlias(message),
              receivedDialogId(message),
            ]
          : [clientTransactionKey(message), responseTarget(message), sentDialogId(message)];
      expect(read()).toEqual(read());
    }),
    { numRuns: 500 },
  );
});
