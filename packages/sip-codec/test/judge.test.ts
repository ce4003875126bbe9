import {
  findFaults,
  findUnsupported,
  judgeRequest,
  judgeResponse,
  parseSipMessage,
  SipMalformed,
  SipRequest,
  SipResponse,
  type RequestVerdict,
  type UasCapabilities,
} from '@portico/sip-codec';
import { describe, expect, it } from 'vitest';
import { options, request, wire, wireText } from './wire.js';

const UAS: UasCapabilities = {
  methods: ['INVITE', 'ACK', 'OPTIONS', 'REGISTER', 'MESSAGE'],
  extensions: ['path'],
  mediaTypes: ['application/sdp'],
  answerTypes: ['application/sdp'],
};

/** Another method, in the request line and in CSeq. */
function as(method: string, bytes: Uint8Array): SipRequest {
  return request(wire(wireText(bytes).replace('OPTIONS sip', `${method} sip`).replace('1 OPTIONS', `1 ${method}`)));
}

function judge(message: SipRequest | SipMalformed): RequestVerdict {
  return judgeRequest(message, UAS);
}

describe('a UAS’s checks (RFC 3261 section 8.2)', () => {
  it('let a right request through', () => {
    expect(judge(request(options()))).toEqual({ type: 'process' });
    expect(judge(request(options({ Require: 'PATH', 'Max-Forwards': '0' })))).toEqual({ type: 'process' });
    expect(judge(request(options({ 'Max-Forwards': null })))).toEqual({ type: 'process' });
  });

  // prettier-ignore
  const rows: readonly (readonly [string, SipRequest, number, readonly (readonly [string, string])[]])[] = [
    ['a bare LF in bytes that no framer has seen', request(wire(wireText(options()).replace('70\r\n', '70\n'))), 400, []],
    ['a line without a name', request(options({ '\x0bContent-Length': '50' })), 400, []],
    ['a missing Via', request(options({ Via: null })), 400, []],
    ['a missing From', request(options({ From: null })), 400, []],
    ['a missing To', request(options({ To: null })), 400, []],
    ['a missing Call-ID', request(options({ 'Call-ID': null })), 400, []],
    ['a missing CSeq', request(options({ CSeq: null })), 400, []],
    ['a broken From', request(options({ From: '<' })), 400, []],
    ['a second To', request(options({ To: '<sip:a@b>', t: '<sip:a@b>' })), 400, []],
    ['a CSeq of another method', request(options({ CSeq: '1 INVITE' })), 400, []],
    ['a branch that is the cookie alone', request(options({ Via: 'SIP/2.0/UDP a;branch=z9hG4bK' })), 400, []],
    ['a Max-Forwards over 255', request(options({ 'Max-Forwards': '256' })), 400, []],
    ['an unknown method', as('NEWMETHOD', options()), 501, [['Allow', UAS.methods.join(', ')]]],
    ['a method in lower case', as('options', options()), 501, [['Allow', UAS.methods.join(', ')]]],
    ['a known method that is not served', as('SUBSCRIBE', options()), 405, [['Allow', UAS.methods.join(', ')]]],
    ['an unknown method and a CSeq of another', request(wire(wireText(options()).replace('OPTIONS', 'NEW'))), 501, [['Allow', UAS.methods.join(', ')]]],
    ['another version', request(wire(wireText(options()).replace('SIP/2.0\r', 'SIP/3.0\r'))), 505, []],
    ['an unknown scheme', request(wire(wireText(options()).replace('sip:bob', 'http:bob'))), 416, []],
    ['a broken Request-URI', request(wire(wireText(options()).replace('sip:bob', '<sip:bob'))), 400, []],
    ['headers in the Request-URI', request(wire(wireText(options()).replace('.com SIP', '.com?Route=%3Csip:x%3E SIP'))), 400, []],
    ['a required extension', request(options({ Require: 'foo, path, bar' })), 420, [['Unsupported', 'foo, bar']]],
    ['an unknown body', request(options({ 'Content-Type': 'text/x' }, 'body')), 415, [['Accept', 'application/sdp']]],
    ['an INVITE that accepts no answer of ours', as('INVITE', options({ Accept: 'text/x' })), 406, []],
    ['a REGISTER for a tel URI', as('REGISTER', options({ To: '<tel:+12>' })), 400, []],
    ['a REGISTER of * without Expires: 0', as('REGISTER', options({ Contact: '*' })), 400, []],
  ];
  it.each(rows)('%s', (_, message, status, headers) => {
    expect(judge(message)).toMatchObject({ type: 'answer', status, headers });
  });

  it.each<[string, SipRequest, string]>([
    [
      'another version before all',
      as('NEW', request(wire(wireText(options({ From: '<' })).replace('SIP/2.0\r', 'SIP/3.0\r'))).bytes),
      'version-not-supported',
    ],
    [
      'another version before broken lines',
      request(wire(wireText(options()).replace('70\r\n', '70\n').replace('SIP/2.0\r', 'SIP/3.0\r'))),
      'version-not-supported',
    ],
    ['syntax before what is missing', request(options({ Via: null, From: '<' })), 'header-syntax'],
    ['what is missing before the method', as('NEW', options({ 'Call-ID': null })), 'header-missing'],
    ['what stands twice before the method', as('NEW', options({ To: '<sip:a@b>', t: '<sip:a@b>' })), 'header-repeated'],
    ['the method before its CSeq', request(wire(wireText(options()).replace('OPTIONS', 'NEW'))), 'method-unknown'],
    ['the method before the extensions', as('SUBSCRIBE', options({ Require: 'foo' })), 'method-not-allowed'],
  ])('come in order: %s', (_, message, reason) => {
    expect(judge(message)).toMatchObject({ type: 'answer', error: { reason } });
  });

  it('compare media types, schemes and handling without case', () => {
    const uas = { methods: ['OPTIONS'], mediaTypes: ['Application/SDP'], answerTypes: ['Text/X'], schemes: ['SIP'] };
    expect(judgeRequest(request(options({ 'Content-Type': 'application/Sdp' }, 'body')), uas).type).toBe('process');
    const optional = { 'Content-Type': 'x/y', 'Content-Disposition': 'session;Handling=Optional' };
    expect(judgeRequest(request(options(optional, 'body')), uas).type).toBe('process');
    const required = { ...optional, 'Content-Disposition': 'session;handling=required' };
    expect(judgeRequest(request(options(required, 'body')), uas)).toMatchObject({ status: 415 });
    const invite = { ...uas, methods: ['INVITE'] };
    expect(judgeRequest(as('INVITE', options({ Accept: 'TEXT/x' })), invite).type).toBe('process');
  });

  it('have defaults: sip and sips, any body, any answer, no extension, Digest', () => {
    const plain = { methods: ['OPTIONS', 'INVITE'] };
    const fields = { 'Content-Type': 'text/x', Accept: 'text/y', Authorization: 'digest x=y' };
    expect(judgeRequest(as('INVITE', options(fields, 'body')), plain)).toEqual({ type: 'process' });
    expect(findUnsupported(as('INVITE', options(fields, 'body')), plain)).toEqual([]);
    for (const [uri, unsupported] of [
      ['sip:b', 0],
      ['SIPS:b', 0],
      ['tel:+1', 1],
    ] as const) {
      const message = request(wire(wireText(options()).replace('sip:bob@example.com', uri)));
      expect([uri, findUnsupported(message, plain).length]).toEqual([uri, unsupported]);
    }
    expect(judgeRequest(request(options({ Require: 'path' })), plain)).toMatchObject({
      status: 420,
      headers: [['Unsupported', 'path']],
    });
    const schemes = { ...plain, schemes: ['tel'], authSchemes: ['NEW'] };
    expect(
      findUnsupported(request(options({ Authorization: 'new x=y' })), schemes).map(({ reason }) => reason),
    ).toEqual(['uri-scheme-unsupported']);
  });

  it('a malformed start line is answered with 400', () => {
    const message = parseSipMessage(wire(wireText(options()).replace('OPTIONS ', 'OPTIONS  ')));
    expect(judge(message as SipMalformed)).toMatchObject({ type: 'answer', status: 400 });
  });

  it('an ACK is never answered', () => {
    expect(judge(as('ACK', options({ From: null })))).toMatchObject({
      type: 'drop',
      error: { reason: 'header-missing' },
    });
  });

  it('faults in fields that are not needed are ignored', () => {
    for (const fields of [{ Date: 'yesterday' }, { Subject: 'a\0b' }, { Warning: 'x' }, { Authorization: 'x' }]) {
      expect(judge(request(options(fields)))).toEqual({ type: 'process' });
      expect(findFaults(request(options(fields)))).toHaveLength(1);
    }
  });

  it('Require in ACK and CANCEL is ignored, an optional body too', () => {
    const capabilities = { ...UAS, methods: ['ACK', 'CANCEL', 'OPTIONS'] };
    for (const method of ['ACK', 'CANCEL']) {
      expect(judgeRequest(as(method, options({ Require: 'foo' })), capabilities)).toEqual({ type: 'process' });
    }
    const fields = { 'Content-Type': 'text/x', 'Content-Disposition': 'session;handling=optional' };
    expect(judge(request(options(fields, 'body')))).toEqual({ type: 'process' });
    expect(judge(as('REGISTER', options({ Contact: '*', Expires: '0' })))).toEqual({ type: 'process' });
  });

  it('what others care about is listed: Proxy-Require and authentication schemes', () => {
    const message = request(options({ 'Proxy-Require': 'foo', Authorization: 'New x=y' }));
    expect(findUnsupported(message, UAS).map((fault) => fault.reason)).toEqual([
      'extension-unsupported',
      'auth-scheme-unsupported',
    ]);
    expect(judge(message)).toEqual({ type: 'process' });
  });
});

describe('a UAC’s checks of a response', () => {
  const response = (bytes: Uint8Array): SipResponse => {
    const message = parseSipMessage(wire(wireText(bytes).replace(/^.*?\r\n/, 'SIP/2.0 200 OK\r\n')));
    if (message.type !== 'response') throw new Error('no response');
    return message;
  };

  it('let a right response through, and drop broken ones and those with two Vias', () => {
    expect(judgeResponse(response(options()))).toEqual({ type: 'process' });
    expect(judgeResponse(response(options({ CSeq: '9999999999 A' })))).toMatchObject({ type: 'drop' });
    expect(judgeResponse(response(options({ Date: 'x' })))).toEqual({ type: 'process' });
    const nameless = response(options({ '\x0bContent-Length': '50' }));
    expect(judgeResponse(nameless)).toMatchObject({ type: 'drop', error: { reason: 'field-syntax' } });
    const two = response(options({ Via: 'SIP/2.0/UDP a, SIP/2.0/UDP b' }));
    expect(judgeResponse(two)).toMatchObject({ type: 'drop', error: { reason: 'via-not-ours' } });
  });
});
