import {
  createResponse,
  editHeaders,
  findFaults,
  FROM,
  MAX_CSEQ,
  parseHeaderValue,
  parseSipMessage,
  RECORD_ROUTE,
  ROUTE,
  SipError,
  TO,
  VIA,
  type NameAddress,
  type SipRequest,
  type SipResponse,
} from '@portico/sip-codec';
import {
  productionArbitrary,
  quotedStringArbitrary,
  sipUriArbitrary,
  tokenArbitrary,
} from '@portico/sip-codec/arbitraries';
import { clientTransactionKey, dialogKey, receivedDialogId, sentDialogId } from '@portico/sip-codec/routing';
import {
  createClientDialog,
  createClientRequest,
  createDialogAck,
  createDialogRequest,
  createServerDialog,
  dialogAfterResponse,
  judgeDialogRequest,
  type Dialog,
  type DialogRequestInput,
} from '@portico/sip-codec/writing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refused, wire, wireText } from './wire.js';

const address = (text: string): NameAddress => parseHeaderValue(TO, text);
const random = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);
const other = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => 0xf0 - index);
const via = { transport: 'TLS', host: 'alice.example.com' };
const contact = address('<sips:alice@192.0.2.1:5061>');

/** An INVITE of ours, and an answer with these Record-Routes and Contact. */
function invite(uri = 'sips:bob@example.com', more: readonly (readonly [string, string])[] = []): SipRequest {
  return createClientRequest({
    method: 'INVITE',
    uri,
    from: address('"Alice, A." <sips:alice@example.com>;tag=a1'),
    to: address('Bob <sips:bob@example.com>'),
    via,
    random,
    cseq: 41,
    headers: [['Contact', '<sips:alice@192.0.2.1:5061>'], ...more],
  });
}

function answer(
  request: SipRequest,
  status: number,
  routes: readonly string[] = [],
  target: string | null = '<sips:bob@192.0.2.9;x=y>',
  toTag = 'b1',
): SipResponse {
  const fields = [
    ...routes.map((route): [string, string] => ['Record-Route', route]),
    ...(target === null ? [] : [['Contact', target] as [string, string]]),
  ];
  return createResponse(request, status, { toTag, headers: fields });
}

const clientDialog = (request: SipRequest, response: SipResponse): Dialog => {
  const dialog = createClientDialog(request, response);
  if (dialog === null) throw new Error('no dialog');
  return dialog;
};
const bye = (dialog: Dialog, more: Partial<DialogRequestInput> = {}): SipRequest =>
  createDialogRequest(dialog, { method: 'BYE', via, random, ...more }).request;

describe('a dialog of a client (RFC 3261 section 12.1.2)', () => {
  const request = invite();

  it('takes Call-ID and tags, URIs, the reversed Record-Route, the Contact and the CSeq number', () => {
    const dialog = clientDialog(request, answer(request, 200, ['<sip:p1;lr>, <sip:p2;lr;x=1>;y=2', '<sip:p3;lr>']));
    expect(dialog).toMatchObject({
      state: 'confirmed',
      localTag: 'a1',
      remoteTag: 'b1',
      local: { displayName: 'Alice, A.', uri: { user: 'alice' }, parameters: [] },
      remote: { displayName: 'Bob', uri: { user: 'bob' }, parameters: [] },
      remoteTarget: { user: 'bob', host: { text: '192.0.2.9' } },
      localSequence: 41,
      remoteSequence: null,
      secure: true,
    });
    expect(ROUTE.format(dialog.routeSet)).toBe('<sip:p3;lr>, <sip:p2;lr;x=1>;y=2, <sip:p1;lr>');
    expect(dialogKey(dialog)).toBe(dialogKey(sentDialogId(bye(dialog)) ?? dialog));
    expect(dialogKey(dialog)).toBe(dialogKey(receivedDialogId(answer(request, 200)) ?? { ...dialog, callId: '' }));
  });

  it('is early by a provisional response with a To tag, and there is none by 100, one without a tag, or a failure', () => {
    expect(clientDialog(request, answer(request, 180)).state).toBe('early');
    expect(createClientDialog(request, answer(request, 100))).toBeNull();
    const trying = editHeaders(answer(request, 100), [
      { type: 'set', name: 'To', value: '<sips:bob@example.com>;tag=b' },
    ]);
    expect(createClientDialog(request, trying)).toBeNull();
    expect(clientDialog(request, answer(request, 101)).state).toBe('early');
    expect(clientDialog(request, answer(request, 299)).state).toBe('confirmed');
    expect(createClientDialog(request, answer(request, 300))).toBeNull();
    const untagged = editHeaders(answer(request, 180), [{ type: 'set', name: 'To', value: '<sips:bob@example.com>' }]);
    expect(createClientDialog(request, untagged)).toBeNull();
    expect(createClientDialog(request, answer(request, 302))).toBeNull();
    expect(createClientDialog(request, answer(request, 486, [], null))).toBeNull();
  });

  it('a 2xx of an RFC 2543 server without a To tag makes one whose remote tag is null, and requests have none then', () => {
    const untagged = editHeaders(answer(request, 200), [{ type: 'set', name: 'To', value: '<sips:bob@example.com>' }]);
    const dialog = clientDialog(request, untagged);
    expect(dialog.remoteTag).toBeNull();
    expect(bye(dialog).headers.text('To')).toBe('<sips:bob@example.com>');
  });

  it('secure is only one over TLS to a SIPS URI', () => {
    const plain = invite('sip:bob@example.com');
    expect(clientDialog(plain, answer(plain, 200)).secure).toBe(false);
    const udp = editHeaders(request, [{ type: 'set', name: 'Via', value: 'SIP/2.0/UDP a;branch=z9hG4bK1' }]);
    expect(clientDialog(udp, answer(udp, 200)).secure).toBe(false);
  });

  it.each([
    ['no Contact', null, 'header-missing'],
    ['a star', '*', 'uri-scheme-unsupported'],
    ['a tel URI', '<tel:+1>', 'uri-scheme-unsupported'],
    ['two contacts', '<sip:a@b>, <sip:c@d>', 'header-repeated'],
    ['a broken Contact', '<sip:', 'header-syntax'],
  ])('%s makes no dialog but an error of the peer', (_, target, reason) => {
    const error = refused(() => createClientDialog(request, answer(request, 200, [], target)));
    expect([error.reason, error.field, error.kind === 'api-misuse']).toEqual([reason, 'Contact', false]);
  });

  it('a broken Record-Route is an error, and no route is lost silently', () => {
    expect(refused(() => createClientDialog(request, answer(request, 200, ['sip:p1;lr']))).field).toBe('Record-Route');
  });

  it.each([
    ['CSeq', '42 INVITE'],
    ['CSeq', '41 BYE'],
    ['Call-ID', 'another'],
    ['From', '<sips:alice@example.com>;tag=a2'],
    ['From', '<sips:alice@example.com>'],
  ])('a response with another %s (%s) is not to this request', (name, value) => {
    const response = editHeaders(answer(request, 200), [{ type: 'set', name, value }]);
    const expected = { reason: 'invalid-argument' };
    expect(refused(() => createClientDialog(request, response))).toMatchObject(expected);
    expect(refused(() => createServerDialog(request, response))).toMatchObject(expected);
  });
});

describe('a dialog of a server (RFC 3261 section 12.1.1)', () => {
  it('takes Record-Route in order, the Contact of the request, and counts on its own', () => {
    const received = invite('sips:bob@example.com', [['Record-Route', '<sip:p2;lr>, <sip:p1;lr>']]);
    const dialog = createServerDialog(received, createResponse(received, 180, { toTag: 'b1' }));
    expect(dialog).toMatchObject({
      state: 'early',
      localTag: 'b1',
      remoteTag: 'a1',
      local: { displayName: 'Bob' },
      remote: { displayName: 'Alice, A.' },
      remoteTarget: { user: 'alice' },
      localSequence: null,
      remoteSequence: 41,
      secure: true,
    });
    if (dialog === null) return;
    expect(ROUTE.format(dialog.routeSet)).toBe('<sip:p2;lr>, <sip:p1;lr>');
    const first = createDialogRequest(dialog, { method: 'BYE', via, random });
    expect(first.request.headers.text('CSeq')).toBe('1 BYE');
    expect(first.request.headers.text('From')).toBe('"Bob" <sips:bob@example.com>;tag=b1');
    expect(first.request.headers.text('To')).toBe('"Alice, A." <sips:alice@example.com>;tag=a1');
    expect(bye(dialog, { firstCSeq: 900 }).headers.text('CSeq')).toBe('900 BYE');
  });

  it('both ends have the same dialog, each from its side', () => {
    const request = invite();
    const response = answer(request, 200, ['<sip:p1;lr>']);
    const ours = clientDialog(request, response);
    const theirs = createServerDialog(request, response);
    expect([theirs?.localTag, theirs?.remoteTag, theirs?.callId]).toEqual([ours.remoteTag, ours.localTag, ours.callId]);
    expect(theirs?.state).toBe('confirmed');
  });

  it('a 2xx of ours without a To tag is a mistake of the caller', () => {
    const request = invite();
    const untagged = editHeaders(answer(request, 200), [{ type: 'set', name: 'To', value: '<sips:bob@example.com>' }]);
    expect(refused(() => createServerDialog(request, untagged)).reason).toBe('invalid-argument');
    expect(refused(() => createServerDialog(request, untagged))).toMatchObject({ field: 'response', got: 'none' });
    expect(createServerDialog(request, answer(request, 404))).toBeNull();
  });
});

describe('requests within a dialog (RFC 3261 section 12.2.1.1)', () => {
  const request = invite();
  const dialogWith = (routes: readonly string[], target?: string): Dialog =>
    clientDialog(request, answer(request, 200, routes, target));

  it('are whole: Via of their own, Max-Forwards, the dialog in From, To and Call-ID, the next CSeq number', () => {
    const { request: message, dialog } = createDialogRequest(dialogWith(['<sip:p;lr>']), {
      method: 'INFO',
      via,
      random: other,
      headers: [['Content-Type', 'text/plain']],
      body: wire('hello'),
    });
    expect(wireText(message.bytes)).toBe(
      'INFO sips:bob@192.0.2.9;x=y SIP/2.0\r\n' +
        'Via: SIP/2.0/TLS alice.example.com;branch=z9hG4bKf0efeeedecebeae9e8e7e6e5e4e3e2e1;rport\r\n' +
        'Max-Forwards: 70\r\n' +
        'Route: <sip:p;lr>\r\n' +
        'From: "Alice, A." <sips:alice@example.com>;tag=a1\r\n' +
        'To: "Bob" <sips:bob@example.com>;tag=b1\r\n' +
        `Call-ID: ${request.headers.text('Call-ID')}\r\n` +
        'CSeq: 42 INFO\r\n' +
        'Content-Type: text/plain\r\n' +
        'Content-Length: 5\r\n\r\nhello',
    );
    expect(findFaults(message)).toEqual([]);
    expect(dialog.localSequence).toBe(42);
    expect(bye(dialog).headers.text('CSeq')).toBe('43 BYE');
  });

  it('without a route set there is no Route', () => {
    const message = bye(dialogWith([]));
    expect([message.requestUri, message.headers.has('Route')]).toEqual(['sips:bob@192.0.2.9;x=y', false]);
  });

  it('by a loose router the target is the Request-URI, and all routes are in Route', () => {
    const message = bye(dialogWith(['<sip:p2;lr>', '<sip:p1;lr;a=b>;c=d']));
    expect([message.requestUri, message.headers.text('Route')]).toEqual([
      'sips:bob@192.0.2.9;x=y',
      '<sip:p1;lr;a=b>;c=d, <sip:p2;lr>',
    ]);
  });

  it('by a strict router its URI is the Request-URI, and the target is the last route, as in the example of the section', () => {
    const routes = ['<sip:proxy4>', '<sip:proxy3;lr>', '<sip:proxy2>', '<sip:proxy1;method=BYE>'];
    const message = bye(dialogWith(routes, '<sip:user@remoteua>'));
    expect([message.requestUri, message.headers.text('Route')]).toEqual([
      'sip:proxy1',
      '<sip:proxy2>, <sip:proxy3;lr>, <sip:proxy4>, <sip:user@remoteua>',
    ]);
  });

  it('what a Request-URI may not have, method and headers, is taken out of the target (section 19.1.1)', () => {
    const target = '<sip:bob@192.0.2.9;METHOD=BYE;x=y?Subject=z>';
    expect(bye(dialogWith([], target)).requestUri).toBe('sip:bob@192.0.2.9;x=y');
    expect(bye(dialogWith(['<sip:p>'], target)).headers.text('Route')).toBe('<sip:bob@192.0.2.9;x=y>');
    expect(findFaults(bye(dialogWith([], target)))).toEqual([]);
  });

  it('an INVITE has a Contact, in a secure dialog a SIPS URI', () => {
    const dialog = dialogWith([]);
    const again = createDialogRequest(dialog, { method: 'INVITE', via, random, contact }).request;
    expect(again.headers.text('Contact')).toBe('<sips:alice@192.0.2.1:5061>');
    expect(refused(() => bye(dialog, { method: 'INVITE' })).field).toBe('contact');
    const plain = address('<sip:alice@192.0.2.1>');
    expect(refused(() => bye(dialog, { contact: plain })).field).toBe('contact');
    expect(bye({ ...dialog, secure: false }, { contact: plain }).headers.text('Contact')).toBe('<sip:alice@192.0.2.1>');
  });

  it('ACK and CANCEL, fields that the dialog decides, and numbers beyond 2^31 - 1 are refused', () => {
    const dialog = dialogWith([]);
    for (const method of ['ACK', 'CANCEL']) expect(refused(() => bye(dialog, { method })).field).toBe('method');
    for (const name of ['Via', 'v', 'Max-Forwards', 'from', 't', 'I', 'CSeq', 'ROUTE', 'm', 'l']) {
      expect(refused(() => bye(dialog, { headers: [[name, 'x']] })).field).toBe('headers');
    }
    expect(bye({ ...dialog, localSequence: MAX_CSEQ - 1 }).headers.text('CSeq')).toBe(`${MAX_CSEQ} BYE`);
    const beyond = refused(() => bye({ ...dialog, localSequence: MAX_CSEQ }));
    expect([beyond.field, beyond.message]).toEqual(['CSeq', expect.stringMatching(/8\.1\.1\.5/)]);
  });

  it('no value of the caller’s or the peer’s becomes a field of its own', () => {
    const dialog = dialogWith(['<sip:p;lr>']);
    const evil = 'x\r\nEvil: 1';
    const attempts: readonly (() => unknown)[] = [
      () => bye(dialog, { headers: [['Subject', evil]] }),
      () => bye(dialog, { headers: [['Subject: a\r\nEvil', '1']] }),
      () => bye(dialog, { method: `BYE ${evil}` }),
      () => bye(dialog, { via: { transport: evil, host: 'a' } }),
      () => bye(dialog, { via: { transport: 'TLS', host: evil } }),
      () => bye(dialog, { contact: { ...contact, displayName: evil } }),
      () => bye({ ...dialog, callId: evil }),
      () => bye({ ...dialog, localTag: evil }),
      () => bye({ ...dialog, remoteTag: evil }),
      () => bye({ ...dialog, remote: { ...dialog.remote, displayName: evil } }),
      () => bye({ ...dialog, remoteTarget: { ...dialog.remoteTarget, user: evil } }),
      () => bye({ ...dialog, routeSet: [{ ...address('<sip:p;lr>'), displayName: evil }] }),
      () => bye({ ...dialog, routeSet: [address('<sip:p>')], remoteTarget: { ...dialog.remoteTarget, user: evil } }),
    ];
    for (const [index, attempt] of attempts.entries()) {
      expect([index, refused(attempt).kind]).toEqual([index, 'api-misuse']);
    }
  });

  it('whatever names, URIs, tags and routes the peer has: one field each, read back as they were, and all routes', () => {
    const party = fc
      .tuple(fc.oneof(quotedStringArbitrary(), fc.constant('')), sipUriArbitrary(), tokenArbitrary())
      .map(([name, uri, tag]) => `${name} <${uri.replace(/\?.*$/, '')}>;tag=${tag}`);
    const routes = fc.array(productionArbitrary('rec-route'), { maxLength: 4 });
    let written = 0;
    fc.assert(
      fc.property(party, party, sipUriArbitrary(), routes, (from, to, target, recordRoutes) => {
        const text =
          'SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1\r\n' +
          `From: ${from}\r\nTo: ${to}\r\nCall-ID: x@y\r\nCSeq: 7 INVITE\r\nContact: <${target}>\r\n` +
          `${recordRoutes.map((route) => `Record-Route: ${route}\r\n`).join('')}\r\n`;
        const bytes = new TextEncoder().encode(text);
        const response = parseSipMessage(/[\u0080-\u00ff]/.test(recordRoutes.join('')) ? wire(text) : bytes);
        const ours = parseSipMessage(
          new TextEncoder().encode(
            'INVITE sip:b SIP/2.0\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1\r\n' +
              `From: ${from}\r\nTo: <sip:b>\r\nCall-ID: x@y\r\nCSeq: 7 INVITE\r\n\r\n`,
          ),
        );
        if (ours.type !== 'request' || response.type !== 'response') throw new Error('not messages');
        if (response.headers.readIfValid(RECORD_ROUTE) === undefined && recordRoutes.length > 0) return;
        if (response.headers.readIfValid(TO) === undefined || response.headers.readIfValid(FROM) === undefined) return;
        const dialog = clientDialog(ours, response);
        const message = bye(dialog);
        written++;
        expect(Array.from(message.headers, (field) => field.name)).toEqual([
          ...['Via', 'Max-Forwards', ...(dialog.routeSet.length > 0 ? ['Route'] : [])],
          ...['From', 'To', 'Call-ID', 'CSeq', 'Content-Length'],
        ]);
        expect(findFaults(message)).toEqual([]);
        expect(sentDialogId(message)).toEqual({
          callId: 'x@y',
          localTag: dialog.localTag,
          remoteTag: dialog.remoteTag,
        });
        const name = ours.headers.read(FROM)?.displayName;
        expect(message.headers.read(FROM)?.displayName).toBe(name?.includes('\0') ? null : name);
        expect(message.headers.read(ROUTE) ?? []).toHaveLength(dialog.routeSet.length);
      }),
      { numRuns: 300 },
    );
    expect(written).toBeGreaterThan(100);
  });
});

describe('an escaped NUL of the peer’s', () => {
  it('in a name or a parameter of a route is left out, and requests stay possible', () => {
    const request = editHeaders(invite(), [{ type: 'set', name: 'To', value: '<sips:bob@example.com>' }]);
    const text = wireText(answer(request, 200, ['"n" <sip:p;lr>;x="n";y=z']).bytes)
      .replace('To: <', 'To: "n" <')
      .replaceAll('"n"', '"\\\0"');
    const response = parseSipMessage(wire(text));
    if (response.type !== 'response') throw new Error('not a response');
    const message = bye(clientDialog(request, response));
    expect(message.headers.text('To')).toBe('<sips:bob@example.com>;tag=b1');
    expect(message.headers.text('Route')).toBe('<sip:p;lr>;y=z');
  });
});

describe('the ACK to a 2xx (RFC 3261 section 13.2.2.4)', () => {
  const credentials = [
    ['Authorization', 'Digest username="a", realm="r1", nonce="n", uri="sip:x", response="0"'],
    ['Proxy-Authorization', 'Digest username="a", realm="r2", nonce="n", uri="sip:x", response="0"'],
    ['Proxy-Authorization', 'Digest username="a", realm="r3", nonce="n", uri="sip:x", response="0"'],
  ] as const;
  const request = invite('sips:bob@example.com', credentials);
  const dialog = clientDialog(request, answer(request, 200, ['<sip:p2;lr>', '<sip:p1;lr>']));

  it('goes the way of the dialog, with the number and the credentials of the INVITE and a branch of its own', () => {
    const later = createDialogRequest(dialog, { method: 'INFO', via, random }).dialog;
    const ack = createDialogAck(later, request, {
      via,
      random: other,
      headers: [['Content-Type', 'application/sdp']],
      body: wire('v=0'),
    });
    expect([ack.method, ack.requestUri]).toEqual(['ACK', 'sips:bob@192.0.2.9;x=y']);
    expect(ack.headers.text('CSeq')).toBe('41 ACK');
    expect(ack.headers.text('Route')).toBe('<sip:p1;lr>, <sip:p2;lr>');
    for (const name of ['Authorization', 'Proxy-Authorization']) {
      expect(ack.headers.texts(name)).toEqual(request.headers.texts(name));
    }
    expect(sentDialogId(ack)).toEqual({ callId: dialog.callId, localTag: 'a1', remoteTag: 'b1' });
    expect(ack.headers.read(VIA)).not.toEqual(request.headers.read(VIA));
    expect(clientTransactionKey(ack)).toBeNull();
    expect([findFaults(ack), wireText(ack.body)]).toEqual([[], 'v=0']);
  });

  it('is refused for an early dialog, another request, and an INVITE of another dialog', () => {
    const ack = (state: Dialog, of: SipRequest): SipError =>
      refused(() => createDialogAck(state, of, { via, random: other }));
    expect(ack({ ...dialog, state: 'early' }, request).field).toBe('dialog');
    expect(ack(dialog, bye(dialog)).field).toBe('invite');
    expect(ack(dialog, editHeaders(request, [{ type: 'set', name: 'Call-ID', value: 'y' }])).field).toBe('invite');
    const stranger = editHeaders(request, [{ type: 'set', name: 'From', value: '<sips:alice@example.com>;tag=z' }]);
    expect(ack(dialog, stranger).field).toBe('invite');
    expect(ack({ ...dialog, localTag: null }, request).field).toBe('invite');
    expect(ack(dialog, editHeaders(request, [{ type: 'remove', name: 'CSeq' }])).field).toBe('invite');
  });
});

describe('what changes a dialog', () => {
  const request = invite();

  it('a 2xx to the INVITE confirms an early dialog and computes its route set anew (section 13.2.2.4)', () => {
    const early = clientDialog(request, answer(request, 180, ['<sip:old;lr>'], '<sip:old@a>'));
    const confirmed = dialogAfterResponse(
      early,
      request,
      answer(request, 200, ['<sip:p2;lr>', '<sip:p1;lr>'], '<sip:new@a>'),
    );
    expect(confirmed).toMatchObject({ state: 'confirmed', remoteTarget: { user: 'new' }, localSequence: 41 });
    expect(ROUTE.format(confirmed.routeSet)).toBe('<sip:p1;lr>, <sip:p2;lr>');
    expect(dialogAfterResponse(early, request, answer(request, 183, [], '<sip:x@a>'))).toEqual(early);
  });

  it('a 2xx to a target refresh request brings a new target, and never new routes (section 12.2.1.2)', () => {
    const before = clientDialog(request, answer(request, 200, ['<sip:p;lr>'], '<sip:old@a>'));
    const after = (method: string, status: number, target: string | null): Dialog => {
      const sent = createDialogRequest(before, { method, via, random, contact });
      return dialogAfterResponse(sent.dialog, sent.request, answer(sent.request, status, ['<sip:q;lr>'], target));
    };
    for (const method of ['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY']) {
      expect(after(method, 200, '<sip:new@a>').remoteTarget.user).toBe('new');
      expect(after(method, 200, null).remoteTarget.user).toBe('old');
      expect(after(method, 299, '<sip:new@a>').remoteTarget.user).toBe('new');
      expect(after(method, 300, '<sip:new@a>').remoteTarget.user).toBe('old');
      expect(ROUTE.format(after(method, 200, '<sip:new@a>').routeSet)).toBe('<sip:p;lr>');
    }
    expect(after('INFO', 200, '<sip:new@a>').remoteTarget.user).toBe('old');
    expect(after('UPDATE', 200, '<sip:new@a>').localSequence).toBe(42);
    expect(after('UPDATE', 200, '<sip:new@a>').state).toBe('confirmed');
  });

  it('a 2xx to an UPDATE leaves an early dialog early', () => {
    const early = clientDialog(request, answer(request, 180));
    const sent = createDialogRequest(early, { method: 'UPDATE', via, random, contact });
    expect(dialogAfterResponse(sent.dialog, sent.request, answer(sent.request, 200)).state).toBe('early');
  });

  it('a response of another dialog, such as that of another branch of a fork, changes nothing', () => {
    const dialog = clientDialog(request, answer(request, 180));
    const forked = answer(request, 200, [], '<sip:evil@a>', 'b2');
    expect(refused(() => dialogAfterResponse(dialog, request, forked)).field).toBe('To');
    const elsewhere = { ...dialog, callId: 'z' };
    expect(refused(() => dialogAfterResponse(elsewhere, request, answer(request, 200))).field).toBe('Call-ID');
    const notOurs = { ...dialog, localTag: 'z' };
    expect(refused(() => dialogAfterResponse(notOurs, request, answer(request, 200))).field).toBe('From');
  });

  it('requests of the peer count up, and bring a new target if they refresh it (section 12.2.2)', () => {
    const ours = clientDialog(request, answer(request, 200));
    const theirs = createServerDialog(request, answer(request, 200)) ?? ours;
    const from = (method: string, number: number): SipRequest =>
      createDialogRequest(
        { ...theirs, localSequence: number - 1, secure: false },
        { method, via, random, contact: address('<sip:moved@a>') },
      ).request;
    const first = judgeDialogRequest(ours, from('INFO', 7));
    expect(first).toMatchObject({ type: 'process', dialog: { remoteSequence: 7, remoteTarget: { user: 'bob' } } });
    if (first.type !== 'process') return;
    expect(judgeDialogRequest(first.dialog, from('INVITE', 9))).toMatchObject({
      type: 'process',
      dialog: { remoteSequence: 9, remoteTarget: { user: 'moved' } },
    });
    expect(judgeDialogRequest(first.dialog, from('INFO', 6))).toEqual({ type: 'answer', status: 500 });
    expect(judgeDialogRequest(first.dialog, from('INFO', 7)).type).toBe('process');
    const bare = editHeaders(from('INVITE', 9), [{ type: 'remove', name: 'Contact' }]);
    expect(judgeDialogRequest(first.dialog, bare)).toMatchObject({ dialog: { remoteTarget: { user: 'bob' } } });
    // The number of an ACK or CANCEL is that of its INVITE.
    const cancel = parseSipMessage(wire(wireText(from('INFO', 3).bytes).replaceAll('INFO', 'CANCEL')));
    expect(judgeDialogRequest(first.dialog, cancel as SipRequest)).toEqual({ type: 'process', dialog: first.dialog });
    const ack = parseSipMessage(wire(wireText(from('INFO', 3).bytes).replaceAll('INFO', 'ACK')));
    expect(judgeDialogRequest(first.dialog, ack as SipRequest)).toEqual({ type: 'process', dialog: first.dialog });
    expect(refused(() => judgeDialogRequest({ ...ours, remoteTag: 'z' }, from('INFO', 7))).field).toBe('From');
    expect(refused(() => judgeDialogRequest({ ...ours, localTag: 'z' }, from('INFO', 7))).field).toBe('To');
    // Tags are compared without case.
    expect(judgeDialogRequest({ ...ours, localTag: 'A1', remoteTag: 'B1' }, from('INFO', 7)).type).toBe('process');
  });
});
