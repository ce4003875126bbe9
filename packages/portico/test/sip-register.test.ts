import { describe, expect, test } from 'vitest';
import { Registrar } from '../src/sip/registrar.js';
import { askOnce, endpoint, field, NOW, type RequestChanges } from './sip-support.js';
import type { SipEndpoint } from '../src/sip/endpoint.js';

interface RegisterChanges extends RequestChanges {
  readonly contact?: string | null;
  readonly expires?: number | string | null;
  readonly cseq?: number;
  readonly callId?: string;
}

function register(to: SipEndpoint, changes: RegisterChanges = {}, now: number = NOW): ReturnType<typeof askOnce> {
  const { contact = '<sip:alice@192.0.2.7;transport=tls>', expires = null, cseq = 1, callId = 'c1' } = changes;
  return askOnce(
    {
      ...changes,
      method: 'REGISTER',
      headers: {
        Contact: contact,
        Expires: expires === null ? null : String(expires),
        CSeq: `${cseq} REGISTER`,
        'Call-ID': callId,
        ...changes.headers,
      },
    },
    to,
    now,
  );
}

/** The bindings of an answer, as URI and seconds. */
function bindings(answer: ReturnType<typeof askOnce>): string[] {
  return [...(answer.headers.get('contact') ?? [])];
}

describe('REGISTER, RFC 3261 section 10.3', () => {
  test('gets 200 with the binding, its expires parameter and a Date', () => {
    const answer = register(endpoint(), { expires: 600 });
    expect([answer.status, answer.reason]).toEqual([200, 'OK']);
    expect(bindings(answer)).toEqual(['<sip:alice@192.0.2.7;transport=tls>;expires=600']);
    expect(field(answer, 'Date')).toBe('Sat, 13 Nov 2010 23:29:00 GMT');
  });

  test('without Contact asks for the bindings, with what is left of their time', () => {
    const to = endpoint();
    register(to, { expires: 600 });
    expect(bindings(register(to, { contact: null, cseq: 2 }, NOW + 100_500))).toEqual([
      '<sip:alice@192.0.2.7;transport=tls>;expires=500',
    ]);
    expect(bindings(register(to, { contact: null, cseq: 3 }, NOW + 600_000))).toEqual([]);
  });

  test.each([
    ['the expires parameter', '<sip:a@h1>;expires=100', 900, 100],
    ['the Expires header field', '<sip:a@h1>', 900, 900],
    ['nothing: the default', '<sip:a@h1>', null, 3600],
    ['too much: the maximum', '<sip:a@h1>;expires=4294967295', null, 7200],
  ])('takes the interval from %s', (_, contact, expires, granted) => {
    expect(bindings(register(endpoint(), { contact, expires }))).toEqual([`<sip:a@h1>;expires=${granted}`]);
  });

  test('too brief an interval gets 423 with Min-Expires', () => {
    const answer = register(endpoint(), { expires: 59 });
    expect([answer.status, answer.reason]).toEqual([423, 'Interval Too Brief']);
    expect(field(answer, 'Min-Expires')).toBe('60');
  });

  test('keeps the parameters of a Contact, and its path', () => {
    const to = endpoint();
    const contact = '"A" <sip:a@h1>;q=0.5;expires=60;+sip.instance="<urn:uuid:1>"';
    const answer = register(to, { contact });
    expect(bindings(answer)).toEqual(['<sip:a@h1>;q=0.5;+sip.instance="<urn:uuid:1>";expires=60']);
  });

  test('several contacts in one field or in several are several bindings', () => {
    const answer = register(endpoint(), { contact: '<sip:a@h1>, <sip:a@h2>', extra: ['m: sip:a@h3;expires=60'] });
    expect(bindings(answer)).toEqual(['<sip:a@h1>;expires=3600', '<sip:a@h2>;expires=3600', '<sip:a@h3>;expires=60']);
  });

  test('the address is that of To, whatever its parameters and escapes, and not that of From', () => {
    const to = endpoint();
    register(to, { headers: { To: '<sip:%61lice@EXAMPLE.com;user=phone>;x=y' } });
    expect(bindings(register(to, { contact: null, headers: { From: '<sip:bob@example.com>;tag=1' } }))).toHaveLength(1);
    expect(bindings(register(to, { contact: null, headers: { To: '<sip:bob@example.com>' } }))).toHaveLength(0);
    expect(bindings(register(to, { contact: null, headers: { To: '<sips:alice@example.com>' } }))).toHaveLength(0);
  });

  test('an address of another domain than the Request-URI gets 404 (step 5)', () => {
    expect(register(endpoint(), { headers: { To: '<sip:alice@example.org>' } }).status).toBe(404);
  });

  test('an address that is no SIP URI gets 400 (RFC 4475 section 3.3.4)', () => {
    expect(register(endpoint(), { headers: { To: '<tel:+1234>' } }).status).toBe(400);
  });

  test('expires=0 removes one binding, and one that is not there', () => {
    const to = endpoint();
    register(to, { contact: '<sip:a@h1>, <sip:a@h2>' });
    const contact = '<sip:A@h1>;expires=0, <sip:a@H1>;expires=0';
    expect(bindings(register(to, { contact, cseq: 2 }))).toEqual(['<sip:a@h2>;expires=3600']);
  });

  test('Contact: * with Expires: 0 removes all', () => {
    const to = endpoint();
    register(to, { contact: '<sip:a@h1>, <sip:a@h2>' });
    const answer = register(to, { contact: '*', expires: 0, cseq: 2 });
    expect([answer.status, bindings(answer)]).toEqual([200, []]);
  });

  test.each([
    ['without Expires', { contact: '*' }],
    ['with another Expires', { contact: '*', expires: 1 }],
    ['beside another contact', { contact: '*', expires: 0, extra: ['Contact: <sip:a@h1>'] }],
    ['in a list', { contact: '*, <sip:a@h1>', expires: 0 }],
  ])('Contact: * %s gets 400 and removes nothing', (_, changes) => {
    const to = endpoint();
    register(to);
    expect(register(to, { ...changes, cseq: 2 }).status).toBe(400);
    expect(bindings(register(to, { contact: null, cseq: 3 }))).toHaveLength(1);
  });

  test.each([
    ['a lower CSeq', { cseq: 4 }, 500],
    ['the same CSeq', { cseq: 5 }, 500],
    ['a higher CSeq', { cseq: 6 }, 200],
    ['a lower CSeq of another Call-ID', { cseq: 1, callId: 'other' }, 200],
  ])('a repeated contact with %s gets %3$i', (_, order, status) => {
    for (const removal of [{}, { expires: 0 }, { contact: '*', expires: 0 }]) {
      const to = endpoint();
      register(to, { cseq: 5 });
      expect(register(to, { ...order, ...removal }).status).toBe(status);
    }
  });

  test.each([
    ['Contact', { contact: '<sip:a@h1' }],
    ['Contact', { contact: '<sip:a@h1>;expires=soon' }],
    ['Contact', { contact: '<sip:a@h1>;expires=99999999999' }],
    ['Contact', { contact: 'sip:a@h1?Route=%3Csip:x%3E' }],
    ['Expires', { expires: 'soon' }],
    ['Expires', { expires: '0', extra: ['Expires: 60'] }],
    ['Path', { headers: { Path: 'sip:no-brackets' } }],
  ])('a malformed %s gets 400: %j', (_, changes) => {
    expect(register(endpoint(), changes).status).toBe(400);
  });

  test('a contact of another scheme, or with escaped header fields, is a contact', () => {
    const contact = '<mailto:alice@example.com>, <tel:+1-2>, <sip:a@h1?Route=%3Csip:x%3E>';
    expect(bindings(register(endpoint(), { contact }))).toHaveLength(3);
  });

  test('the bindings of an address are bounded: 403, and room comes back', () => {
    const to = endpoint();
    for (let i = 1; i <= 10; i++) register(to, { contact: `<sip:a@h${i}>`, cseq: i });
    expect(register(to, { contact: '<sip:a@h11>', cseq: 11 }).status).toBe(403);
    expect(bindings(register(to, { contact: '<sip:a@h1>', expires: 0, cseq: 12 }))).toHaveLength(9);
    expect(register(to, { contact: '<sip:a@h11>', cseq: 13 }).status).toBe(200);
  });

  test('the addresses are bounded: 503 with Retry-After', () => {
    const to = endpoint({ registrar: new Registrar({ limits: { maxAddresses: 1 } }) });
    register(to, { expires: 120 });
    const answer = register(to, { headers: { To: '<sip:bob@example.com>' } });
    expect(answer.status).toBe(503);
    expect(field(answer, 'Retry-After')).toBe('120');
  });

  test('a contact that is too long to keep gets 513', () => {
    expect(register(endpoint(), { contact: `<sip:${'a'.repeat(5000)}@h1>` }).status).toBe(513);
  });

  test('Record-Route is ignored and never answered', () => {
    expect(register(endpoint(), { extra: ['Record-Route: <sip:p1;lr>'] }).headers.has('record-route')).toBe(false);
  });

  test('connections of one server see the same bindings', () => {
    const registrar = new Registrar();
    register(endpoint({ registrar }));
    expect(bindings(register(endpoint({ registrar }), { contact: null, cseq: 2 }))).toHaveLength(1);
  });
});

describe('Path, RFC 3327 section 5.3', () => {
  const path = ['Path: <sip:p3.example.com;lr>, <sip:p1.example.com;lr>', 'Path: <sip:p0.example.com;lr>'];

  test('is stored and copied into the answer, in order', () => {
    const answer = register(endpoint(), { extra: [...path, 'Supported: path'] });
    expect(answer.headers.get('path')?.join(', ')).toBe(
      '<sip:p3.example.com;lr>, <sip:p1.example.com;lr>, <sip:p0.example.com;lr>',
    );
  });

  test('that the client does not know of gets 420 and stores nothing', () => {
    const to = endpoint();
    const answer = register(to, { extra: path });
    expect(answer.status).toBe(420);
    expect(field(answer, 'Unsupported')).toBe('path');
    expect(bindings(register(to, { contact: null }))).toHaveLength(0);
  });
});
