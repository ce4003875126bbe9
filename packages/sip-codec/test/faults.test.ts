import {
  createBestEffortResponse,
  createSipFramer,
  findFaults,
  parseSipMessage,
  type HeaderDefinition,
  type SipMessage,
  type SipRequest,
} from '@portico/sip-codec';
import { describe, expect, it } from 'vitest';
import { options, refused, request, wire, wireText } from './wire.js';

/** What is wrong with it: each reason with its field. */
function faultsOf(message: SipMessage): readonly string[] {
  return findFaults(message).map(({ reason, field }) => `${reason} ${field ?? ''}`);
}

function register(fields: Readonly<Record<string, string | null>>): SipRequest {
  return request(wire(wireText(options({ CSeq: '1 REGISTER', ...fields })).replace('OPTIONS', 'REGISTER')));
}

describe('the faults of a message', () => {
  it('are told in the order in which a reader meets them', () => {
    const text =
      'OPTIONS sip:a?X=y SIP/3.0\r\nFrom: <\r\nno field\r\nX-Own: a\x00\x01\r\nCSeq: 1 BYE\r\nMax-Forwards: 0\r\n\r\n';
    expect(faultsOf(parseSipMessage(wire(text)))).toEqual([
      'version-not-supported SIP-Version',
      'uri-part-not-allowed Request-URI',
      'field-syntax no',
      'header-syntax From',
      'header-syntax X-Own',
      'header-missing Via',
      'header-missing To',
      'header-missing Call-ID',
      'cseq-method-mismatch CSeq',
      'hops-exhausted Max-Forwards',
    ]);
    expect(faultsOf(parseSipMessage(wire('x\r\n\r\n')))[0]).toBe('start-line-syntax Request-Line');
    expect(faultsOf(parseSipMessage(wire('SIP/1.0 200 \r\n\r\n')))[0]).toBe('version-not-supported SIP-Version');
  });

  it('begin with what a framer would have refused in the lines, with its place', () => {
    const START = 'OPTIONS a SIP/2.0';
    for (const [text, strict, lenient] of [
      [`${START}\r\nSubject: x\nl: 0\r\n\r\n`, ['mixed-line-ends', 29], ['mixed-line-ends', 29]],
      [`${START}\nSubject: x\nl: 0\n\n`, ['bare-lf', 17], []],
      [`${START}\r\nSubject: x\ry\r\nl: 0\r\n\r\n`, ['bare-cr', 29], ['bare-cr', 29]],
      [`${START}\r\n ;evil=1\r\nl: 0\r\n\r\n`, ['fold-after-start-line', 19], ['fold-after-start-line', 19]],
      [`${START}\r\nSubject: x`, ['head-truncated', 29], ['head-truncated', 29]],
      [`${START}\r\nSubject: x\r\n`, ['head-truncated', 31], ['head-truncated', 31]],
      [`${START}\r\nSubject: x\r\n y\r\n\r\nb\no\rd\r\n y`, [], []],
    ] as const) {
      for (const [strictness, expected] of [
        ['strict', strict],
        ['lenient', lenient],
      ] as const) {
        const faults = findFaults(parseSipMessage(wire(text), { strictness })).filter(
          ({ level }) => level === 'framing',
        );
        const [first] = faults;
        expect([text, strictness, first === undefined ? [] : [first.reason, first.offset]]).toEqual([
          text,
          strictness,
          expected,
        ]);
        expect(faults.length).toBe(expected.length / 2);
      }
    }
    const [frame] = createSipFramer({ mode: 'stream', strictness: 'lenient' }).push(wire(`${START}\nl: 0\n\n`));
    if (frame?.type !== 'message') throw new Error('it was not framed');
    expect(findFaults(parseSipMessage(frame)).filter(({ level }) => level === 'framing')).toEqual([]);
  });

  it('a field that nobody knows may hold any text, and no control character', () => {
    for (let byte = 0; byte < 0x100; byte++) {
      if (byte === 0x0a || byte === 0x0d) continue;
      const message = request(options({ 'X-Own': `a${String.fromCharCode(byte)}b` }));
      const isText = byte === 0x09 || (byte >= 0x20 && byte !== 0x7f);
      const offset = wireText(message.bytes).indexOf('X-Own: a') + 8;
      expect([byte, findFaults(message).map((fault) => [fault.rule, fault.offset, fault.field])]).toEqual([
        byte,
        isText ? [] : [['header-value', offset, 'X-Own']],
      ]);
    }
    expect(faultsOf(request(options({ 'X-Own': 'a\r\n b', 'X-Two': '' })))).toEqual([]);
    expect(faultsOf(request(options({ 'X-Own': '\x01', 'X-Two': 'a\x01' })))).toHaveLength(2);
  });

  it.each<[string, SipMessage, readonly string[]]>([
    ['no hops left', request(options({ 'Max-Forwards': '0' })), ['hops-exhausted Max-Forwards']],
    ['one hop left', request(options({ 'Max-Forwards': '1' })), []],
    ['the cookie alone', request(options({ Via: 'SIP/2.0/UDP a;branch=Z9HG4bk' })), ['branch-without-identifier Via']],
    ['no branch', request(options({ Via: 'SIP/2.0/UDP a' })), []],
    [
      'a second Via with the cookie alone',
      request(options({ Via: 'SIP/2.0/UDP a, SIP/2.0/UDP a;branch=z9hG4bK' })),
      [],
    ],
    ['a registration', register({}), []],
    ['one of a tel URI', register({ To: '<tel:+12>' }), ['address-of-record-scheme To']],
    ['another request to a tel URI', request(options({ To: '<tel:+12>' })), []],
    ['one with a contact', register({ Contact: '<sip:a@b>' }), []],
    ['one of all contacts', register({ Contact: '*' }), ['header-missing Contact']],
    ['one of all contacts, later', register({ Contact: '*', Expires: '1' }), ['header-missing Contact']],
    ['one of all contacts, now', register({ Contact: '*', Expires: '0' }), []],
    ['one of all contacts, now with three digits', register({ Contact: '*', Expires: '000' }), []],
    [
      'one of all contacts, at no time',
      register({ Contact: '*', Expires: '0x' }),
      ['header-syntax Expires', 'header-missing Contact'],
    ],
    [
      'a response without hops',
      parseSipMessage(wire(wireText(options({ 'Max-Forwards': '0' })).replace(/^.*?\r\n/, 'SIP/2.0 200 \r\n'))),
      [],
    ],
  ])('%s', (_, message, faults) => {
    expect(faultsOf(message)).toEqual(faults);
  });

  it('are found in headers of other definitions too, unless they are forgiven', () => {
    const own: HeaderDefinition<string> = {
      name: 'X-Own',
      read: ([row]) => row?.token('x-own') ?? '',
      format: (value) => value,
    };
    const message = request(options({ 'X-Own': '@', From: '<' }));
    const asked: string[] = [];
    const forgive = (_: unknown, { name }: { readonly name: string }): boolean => (asked.push(name), name === 'X-Own');
    const fieldsOf = (given: Parameters<typeof findFaults>[1]): unknown =>
      findFaults(message, given).map(({ field }) => field);
    expect(fieldsOf({})).toEqual(['From']);
    expect(fieldsOf({ definitions: [own] })).toEqual(['From', 'X-Own']);
    expect(fieldsOf({ definitions: [own], forgive })).toEqual(['From']);
    // Whoever forgives is asked about what is broken alone.
    expect(asked).toEqual(['From', 'X-Own']);
    expect(fieldsOf({ forgive: () => true })).toEqual([]);
    const broken = {
      ...own,
      read: (): never => {
        throw new RangeError('broken');
      },
    };
    expect(() => findFaults(message, { definitions: [broken] })).toThrow('broken');
  });

  it('a mistake of the caller’s is none of the message’s', () => {
    const given = {
      get strictness(): 'strict' {
        throw new RangeError('broken');
      },
    };
    expect(() => parseSipMessage(options(), given)).toThrow('broken');
  });
});

describe('a best effort answer', () => {
  const BROKEN =
    'Via: SIP/2.0/TLS a;branch=z9hG4bK1\r\nVia: SIP/2.0/TLS b\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nX: y\r\n';
  const answer = (head: string, more: Partial<Parameters<typeof createBestEffortResponse>[1]> = {}): string | null => {
    const response = createBestEffortResponse(wire(`${head}\r\n\r\n`), { status: 400, toTag: 't', ...more });
    return response === null ? null : wireText(response.bytes);
  };

  it('has the line and the fields that are wanted, in order, and none that is not', () => {
    const source = { address: '192.0.2.1', port: 7 };
    const headers = [
      ['Server', 's'],
      ['X-Own', 'x'],
    ] as const;
    expect(answer(`INVITE  x\r\n${BROKEN.trimEnd()}`, { status: 499, reason: 'No way', headers, source })).toBe(
      'SIP/2.0 499 No way\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1;received=192.0.2.1\r\nVia: SIP/2.0/TLS b\r\n' +
        'From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=t\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nServer: s\r\nX-Own: x\r\n' +
        'Content-Length: 0\r\n\r\n',
    );
    expect(answer(`INVITE  x\r\n${BROKEN.trimEnd()}`)).toMatch(/^SIP\/2.0 400 Bad Request\r\n/);
    expect(answer('INVITE  x\r\nVia: SIP/2.0/TLS a\r\nTo: <sip:c@d> ; TAG = u')).toContain(
      '\r\nTo: <sip:c@d> ; TAG = u\r\n',
    );
    expect(answer('INVITE  x\r\nVia: v')).toBe('SIP/2.0 400 Bad Request\r\nVia: v\r\nContent-Length: 0\r\n\r\n');
  });

  it('leaves out what holds a control character, or what is no fold', () => {
    const subjects: readonly (readonly [string, string | null])[] = [
      ['a\r\n b', 'a   b'],
      ['a\r\n\tb', 'a  \tb'],
      ['a\r\n b\r\n c', 'a   b   c'],
      ['a\n b', null],
      ['a\rb', null],
      ['a\r b', null],
      ['a\x00b', null],
      ['a\r\r\n b', null],
      ['\x7fa', null],
    ];
    for (const [value, copied] of subjects) {
      const text = answer(`INVITE  x\r\nVia: v\r\nCall-ID: ${value}`);
      const line = copied === null ? '' : `Call-ID: ${copied}\r\n`;
      expect([value, text]).toEqual([value, `SIP/2.0 400 Bad Request\r\nVia: v\r\n${line}Content-Length: 0\r\n\r\n`]);
    }
  });

  it('is given to requests, right, broken and unframed, and neither to an ACK nor to a response', () => {
    const fields = '\r\nVia: v';
    for (const line of ['INVITE a SIP/2.0', 'INVITE  a', 'ACKS  a', 'x ACK a', 'aACK b'])
      expect([line, answer(line + fields)]).not.toContain(null);
    for (const line of [
      'ACK a SIP/2.0',
      'ACK  a',
      'ACK\ta',
      'SIP/2.0 200 OK',
      'SIP/2.0 2',
      'sip/',
      '\tSIP/2.0 200 OK',
      '\t ACK a',
      '\0ACK a SIP/2.0',
      'ACK',
    ]) {
      expect([line, answer(line + fields)]).toEqual([line, null]);
    }
    expect(answer('INVITE a SIP/2.0')).toBeNull();
    expect(createBestEffortResponse(request(options()), { status: 500 })?.status).toBe(500);
    const [failure] = createSipFramer({ mode: 'stream' }).push(options({ 'Content-Length': 'x' }));
    if (failure?.type !== 'error') throw new Error('it was framed');
    expect(createBestEffortResponse(failure, { status: 400 })?.headers.text('Call-ID')).toBe('x@client');
  });

  it('takes nothing from a caller that would be no response', () => {
    for (const wrong of [
      { status: 99 },
      { status: 700 },
      { toTag: 'a b' },
      { toTag: '' },
      { reason: 'a%' },
      { reason: 'a\r\n' },
    ]) {
      // Even where there is nothing to answer.
      for (const line of ['INVITE  a', 'ACK a SIP/2.0']) {
        expect(['invalid-argument', 'line-break-in-value']).toContain(
          refused(() => answer(`${line}\r\nVia: v`, wrong)).reason,
        );
      }
    }
    expect(refused(() => answer('INVITE a SIP/2.0', { toTag: '@' })).field).toBe('toTag');
  });
});
