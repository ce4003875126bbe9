import {
  createBestEffortResponse,
  createRequest,
  createResponse,
  editHeaders,
  parseSipMessage,
  SipError,
  type HeaderEdit,
  type SipMessage,
} from '@portico/sip-codec';
import { hostileBytesArbitrary, messageArbitrary, mutatedStreamArbitrary } from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWholeHead, refused, TWIN_TIMEOUT, twinRuns, wire } from './wire.js';

/** All that a message says by itself; what was written is known without parsing, so it has to say what the bytes say. */
function factsOf(message: SipMessage): unknown {
  const { headers, fieldsStart, fieldsEnd, body } = message;
  return {
    type: message.type,
    line: message.type === 'malformed' ? message.error.message : startLineOf(message),
    fields: Array.from(headers, ({ name, start, nameEnd, valueStart, valueEnd, end, value }) => [
      [name, value],
      [start, nameEnd, valueStart, valueEnd, end],
    ]),
    faults: headers.faults.map((fault) => fault.message),
    places: [fieldsStart, fieldsEnd, body.length],
  };
}

function startLineOf(message: Exclude<SipMessage, { type: 'malformed' }>): unknown {
  return message.type === 'request'
    ? [message.method, message.requestUri, message.version]
    : [message.version, message.status, message.reason];
}

function expectAsParsed(message: SipMessage): void {
  expect(factsOf(message)).toEqual(factsOf(parseSipMessage(message.bytes.slice())));
}

const anyBytes = fc.oneof(
  { weight: 3, arbitrary: messageArbitrary() },
  { weight: 2, arbitrary: mutatedStreamArbitrary() },
  hostileBytesArbitrary(),
);
const name = fc.constantFrom('Via', 'v', 'To', 'Contact', 'X-Other', 'Subject', 'Route', 'CONTACT');
const value = fc.constantFrom('', 'a', ' b ', '<sip:a@example.com>', 'Zürich', 'x'.repeat(100), `${'x'.repeat(100)}ü`);
const edit: fc.Arbitrary<HeaderEdit> = fc.oneof(
  fc.record(
    { type: fc.constantFrom('set' as const, 'prepend' as const, 'append' as const), name, value },
    { noNullPrototype: true },
  ),
  fc.record({ type: fc.constantFrom('remove' as const, 'remove-first' as const), name }, { noNullPrototype: true }),
);

/** A line of a field that begins the block with white space, and one without a line end. */
const ODD = [
  'OPTIONS sip:a@b SIP/2.0\r\n folded\r\nTo: a\r\n\r\n',
  'OPTIONS sip:a@b SIP/2.0\r\nVia: x\r\nTo: a',
  'OPTIONS sip:a@b SIP/2.0',
  '\r\n\r\nOPTIONS sip:a@b SIP/2.0\nVia: x\n y\nTo: a\n\nbody',
  'SIP/2.0 200 OK\r\nno field\r\nTo: a\r\n\r\n',
];

describe('messages that were written', () => {
  it(
    'edited ones say what their bytes say',
    () => {
      const bytes = fc.oneof({ weight: 5, arbitrary: anyBytes }, fc.constantFrom(...ODD.map((text) => wire(text))));
      fc.assert(
        fc.property(bytes, fc.array(edit, { minLength: 1, maxLength: 4 }), (input, edits) => {
          const message = parseSipMessage(input);
          if (isWholeHead(input)) expectAsParsed(editHeaders(message, edits));
          else expect(refused(() => editHeaders(message, edits)).reason).toBe('invalid-argument');
        }),
        twinRuns(2_000),
      );
    },
    TWIN_TIMEOUT,
  );

  it(
    'responses say what their bytes say, best effort or not',
    () => {
      let answers = 0;
      fc.assert(
        fc.property(anyBytes, fc.constantFrom(100, 200, 404), value, (input, status, text) => {
          const request = parseSipMessage(input);
          const options = { toTag: 'abc', headers: [['X-Text', text]] as const, reason: `Grüße ${status} %41` };
          if (request.type === 'request') expectAsParsed(createResponse(request, status, options));
          const answer = createBestEffortResponse(request, { ...options, status });
          if (answer === null) return;
          expectAsParsed(answer);
          answers++;
        }),
        twinRuns(2_000),
      );
      expect(answers).toBeGreaterThan(100);
    },
    TWIN_TIMEOUT,
  );

  it('requests say what their bytes say', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.uint8Array({ maxLength: 20 }), (headers, body) => {
        expectAsParsed(createRequest({ method: 'OPTIONS', uri: 'sip:a@example.com', headers, body }));
      }),
      { numRuns: 300 },
    );
  });

  it('a reason with a broken escape is refused', () => {
    const request = createRequest({ method: 'OPTIONS', uri: 'sip:a@example.com', headers: [['Via', 'x']] });
    for (const reason of ['100%', '%4', '%zz']) {
      expect(() => createResponse(request, 200, { reason })).toThrow(SipError);
    }
  });

  it.each([
    ['a fold', '\r\n '],
    ['a fold that ends in a bare LF', '\n '],
    ['a bare CR', '\r'],
  ])('%s in a value never reaches a response', (_, lineEnd) => {
    const request = parseSipMessage(
      wire(
        `OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS a${lineEnd};branch=z9hG4bK1\r\nTo: <sip:a@b>${lineEnd};x=1\r\n\r\n`,
      ),
    );
    if (request.type !== 'request') throw new Error('it is a request');
    const text = String.fromCharCode(...createResponse(request, 200, { toTag: 'abc' }).bytes);
    const lines = text.split('\r\n').filter((line) => line !== '');
    expect(lines.length).toBe(4);
    for (const line of lines) expect(line).toMatch(/^[^\r\n\s]/);
    for (const line of lines) expect(line).not.toMatch(/[\r\n]/);
  });
});
