import {
  CONTACT,
  createSipFramer,
  CSEQ,
  findFaults,
  FROM,
  getParameter,
  HEADER_DEFINITIONS,
  headerKey,
  parseHeaderValue,
  parseSipMessage,
  SERVER,
  serializeSipMessage,
  SipError,
  VIA,
} from '@portico/sip-codec';
import { hostileBytesArbitrary, messageArbitrary, mutatedStreamArbitrary } from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { options, request, wire, wireText, TWIN_TIMEOUT, twinRuns, enough } from './wire.js';

/** The header block read plainly: one regular expression over text of one character per byte. */
function fieldsPlainly(bytes: Uint8Array): { name: string; value: string }[] {
  const text = wireText(bytes).replace(/^[\r\n]+/, '');
  const lines = text.split(/\r?\n/);
  const end = lines.indexOf('', 1);
  const block = (end < 0 ? lines.slice(1) : lines.slice(1, end)).join('\r\n');
  return block.split(/\r\n(?![ \t])/).flatMap((field) => {
    const match = /^([A-Za-z0-9\-.!%*_+`'~]+)[ \t]*:([^]*)$/.exec(field);
    if (match === null) return [];
    return [{ name: match[1] as string, value: (match[2] as string).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') }];
  });
}

describe('the header scanner and its plain twin', () => {
  it(
    'find the same fields in 10,000 messages, right, mutated and hostile',
    () => {
      const any = fc.oneof(
        messageArbitrary({ contentLength: 'any' }),
        mutatedStreamArbitrary(),
        hostileBytesArbitrary(),
      );
      let fields = 0;
      fc.assert(
        fc.property(any, fc.nat({ max: 3 }), (bytes, offset) => {
          const moved = new Uint8Array(bytes.length + offset);
          moved.set(bytes, offset);
          // The twin knows one line end only.
          const crlf = (text: string): string => text.replace(/\r?\n/g, '\r\n');
          const { headers } = parseSipMessage(moved.subarray(offset));
          const got = Array.from(headers, (field) => ({ name: field.rawName, value: crlf(wireText(field.rawValue)) }));
          fields += got.length;
          expect(got).toEqual(fieldsPlainly(bytes));
        }),
        twinRuns(10_000),
      );
      expect(fields).toBeGreaterThan(enough(10_000, 10_000));
    },
    TWIN_TIMEOUT,
  );
});

describe('parseSipMessage', () => {
  it('throws nothing but our error, and that only from typed reads, whatever the bytes', () => {
    const any = fc.oneof(mutatedStreamArbitrary(), hostileBytesArbitrary(), fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(any, (bytes) => {
        const message = parseSipMessage(bytes);
        for (const fault of findFaults(message)) expect(fault).toBeInstanceOf(SipError);
        for (const definition of HEADER_DEFINITIONS) {
          try {
            message.headers.read(definition);
          } catch (error) {
            expect(error).toBeInstanceOf(SipError);
          }
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('an untouched message comes back byte for byte, as a copy', () => {
    fc.assert(
      fc.property(messageArbitrary(), (bytes) => {
        for (const given of [bytes, Buffer.from(bytes)]) {
          const copy = serializeSipMessage(parseSipMessage(given));
          expect(copy).toEqual(bytes);
          expect(copy.constructor).toBe(Uint8Array);
          expect(copy.buffer).not.toBe(given.buffer);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads requests and responses', () => {
    const message = request(options({}, 'hello'));
    expect(message).toMatchObject({ method: 'OPTIONS', requestUri: 'sip:bob@example.com', version: 'SIP/2.0' });
    expect(wireText(message.body)).toBe('hello');
    const response = parseSipMessage(wire('SIP/2.0 180 \xc3\x87a sonne\r\n\r\n'));
    expect(response).toMatchObject({ type: 'response', status: 180, reason: 'Ça sonne' });
    expect(parseSipMessage(wire('SIP/2.0 100 \r\n\r\n'))).toMatchObject({ type: 'response', reason: '' });
  });

  it('takes frames, and reads owned ones after the buffers are gone', () => {
    const bytes = options();
    const [frame] = createSipFramer({ mode: 'stream' }).push(bytes);
    if (frame?.type !== 'message') throw new Error('no message');
    const message = parseSipMessage(frame.toOwned());
    bytes.fill(0);
    expect(message).toMatchObject({ type: 'request', method: 'OPTIONS' });
  });

  it.each([
    ['two spaces', 'OPTIONS  sip:a@b SIP/2.0', 'Request-Line'],
    ['space at the end', 'OPTIONS sip:a@b SIP/2.0 ', 'Request-Line'],
    ['space in the URI', 'OPTIONS sip:a@b; lr SIP/2.0', 'Request-URI'],
    ['tab for a space', 'OPTIONS\tsip:a@b SIP/2.0', 'Request-Line'],
    ['no version', 'OPTIONS sip:a@b', 'Request-Line'],
    ['another protocol', 'GET / HTTP/1.1', 'Request-Line'],
    ['version without digits', 'OPTIONS sip:a@b SIP/2', 'Request-Line'],
    ['method with a separator', 'OPT:IONS sip:a@b SIP/2.0', 'Request-Line'],
    ['empty', '', 'Request-Line'],
    ['status of four digits', 'SIP/2.0 2000 OK', 'Status-Code'],
    ['status of two digits', 'SIP/2.0 20 OK', 'Status-Code'],
    ['status of no class', 'SIP/2.0 099 OK', 'Status-Code'],
    ['status over 699', 'SIP/2.0 700 OK', 'Status-Code'],
    ['no space after the status', 'SIP/2.0 200', 'Status-Line'],
    ['reason with a control character', 'SIP/2.0 200 O\x01K', 'Status-Line'],
    ['reason with a broken escape', 'SIP/2.0 200 %4', 'Status-Line'],
  ])('a start line with %s gives a malformed message whose headers are there', (_, line, field) => {
    const message = parseSipMessage(wire(`${line}\r\nCSeq: 4 OPTIONS\r\n\r\n`));
    expect(message).toMatchObject({ type: 'malformed', error: { level: 'start-line', status: 400, field } });
    if (line !== '') expect(message.headers.read(CSEQ)).toEqual({ number: 4, method: 'OPTIONS' });
  });

  it.each([
    ['OPTIONS   sip:a@b  SIP/2.0', 'sip:a@b'],
    ['OPTIONS sip:a@b SIP/2.0  ', 'sip:a@b'],
    ['OPTIONS <sip:a@b> SIP/2.0', 'sip:a@b'],
  ])('leniently, %j is a request line', (line, uri) => {
    expect(parseSipMessage(wire(`${line}\r\n\r\n`), { strictness: 'lenient' })).toMatchObject({
      type: 'request',
      method: 'OPTIONS',
      requestUri: uri,
    });
  });

  it('another version of SIP is kept as a request, to be answered with 505', () => {
    const message = parseSipMessage(wire('OPTIONS sip:a@b SIP/7.0\r\n\r\n'));
    expect(findFaults(message)[0]).toMatchObject({ reason: 'version-not-supported', status: 505 });
    expect(findFaults(parseSipMessage(options()))).toEqual([]);
    expect(findFaults(parseSipMessage(wire(wireText(options()).replace('SIP/2.0\r', 'sip/2.0\r'))))).toEqual([]);
  });

  it('the wrong kind of input is the caller’s mistake', () => {
    expect(() => parseSipMessage('OPTIONS' as unknown as Uint8Array)).toThrow(
      expect.objectContaining({ kind: 'api-misuse' }),
    );
  });
});

describe('headers', () => {
  it('are found by any case and by compact forms', () => {
    const { headers } = request(wire('OPTIONS a SIP/2.0\r\nv: 1\r\nVIA: 2\r\nvIa: 3\r\nSubject: x\r\ns: y\r\n\r\n'));
    expect(headers.texts('Via')).toEqual(['1', '2', '3']);
    expect(headers.texts('V')).toEqual(['1', '2', '3']);
    expect(headers.count('subject')).toBe(2);
    expect(headers.text('S')).toBe('x');
    expect(Array.from(headers, (field) => field.name)).toEqual(['Via', 'Via', 'Via', 'Subject', 'Subject']);
    expect(headers.size).toBe(5);
  });

  it('with names of object properties are just headers', () => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype'];
    const { headers } = request(
      wire(`OPTIONS a SIP/2.0\r\n${names.map((name) => `${name}: ${name}\r\n`).join('')}\r\n`),
    );
    for (const name of names) expect(headers.texts(name)).toEqual([name]);
    expect(request(options()).headers.has('constructor')).toBe(false);
    expect(headerKey('constructor')).toBe('constructor');
    expect(headerKey('__proto__')).toBe('__proto__');
  });

  it('Unicode folding makes no name equal to another', () => {
    // U+212A KELVIN SIGN is a k in lower case to Unicode, and k is Supported.
    expect(headerKey('\u212a')).toBe('\u212a');
  });

  it('a Contact of * stands alone', () => {
    for (const [first, second] of [
      ['*', '<sip:a@b>'],
      ['<sip:a@b>', '*'],
      ['*', '*'],
    ]) {
      const message = request(wire(`REGISTER sip:b SIP/2.0\r\nm: ${first}\r\nm: ${second}\r\n\r\n`));
      expect(() => message.headers.read(CONTACT)).toThrow(SipError);
    }
  });

  it('unfold to one space', () => {
    const { headers } = request(wire('OPTIONS a SIP/2.0\r\nSubject: one \r\n\t two\r\n three\r\n\r\n'));
    expect(headers.text('Subject')).toBe('one two three');
  });

  it('unfold to the same text, read by their grammar or as a whole', () => {
    const piece = fc.constantFrom(
      'a',
      '\\"',
      '\\\\',
      ' ',
      '\t',
      '\r\n ',
      ' \r\n\t',
      '\t \r\n  ',
      '\xc3\xa9',
      ',',
      ';tag=x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const name = pieces.join('');
        const { headers } = request(
          options({ From: `"${name}" <sip:a@b>;x="${name}"`, Server: `(${name.replace(/\\"/g, '')})` }),
        );
        const read = headers.read(FROM);
        expect(read).toEqual(parseHeaderValue(FROM, headers.text('From') ?? ''));
        expect([read?.displayName, getParameter(read?.parameters ?? [], 'x')]).toEqual([
          read?.displayName,
          read?.displayName,
        ]);
        expect(headers.read(SERVER)).toEqual(parseHeaderValue(SERVER, headers.text('Server') ?? ''));
      }),
      { numRuns: 300 },
    );
  });

  it('a broken header keeps its error to itself', () => {
    const message = request(options({ Via: 'SIP/2.0/TLS', From: '<sip:a@b' }));
    expect(() => message.headers.read(VIA)).toThrow(
      expect.objectContaining({ level: 'header', field: 'Via', rule: 'via-parm', status: 400 }),
    );
    expect(message.headers.readIfValid(VIA)).toBeUndefined();
    expect(message.headers.read(CSEQ)).toEqual({ number: 1, method: 'OPTIONS' });
    expect(message.headers.read(CONTACT)).toBeUndefined();
    // Asked twice, it is the same error at the same offset of the message.
    const caught = [0, 1].map(() => {
      try {
        return message.headers.read(FROM);
      } catch (error) {
        return error;
      }
    });
    expect(caught[0]).toBe(caught[1]);
    const offset = (caught[0] as SipError).offset as number;
    expect(wireText(message.bytes.subarray(0, offset))).toMatch(/From: <$/);
  });

  it('lines that are no fields are faults with their offset', () => {
    const message = parseSipMessage(wire('OPTIONS a SIP/2.0\r\nSubject x\r\n: y\r\nB(d: z\r\nTo: t\r\n\r\n'));
    expect(message.headers.faults.map((fault) => [fault.reason, fault.offset])).toEqual([
      ['field-syntax', 27],
      ['field-syntax', 30],
      ['field-syntax', 36],
    ]);
    expect(message.headers.size).toBe(1);
  });

  it('a NUL outside a quoted pair is an error of its header; inside one it is a character', () => {
    const bare = findFaults(request(options({ Subject: 'a\0b' })));
    expect(bare).toMatchObject([{ reason: 'header-syntax', field: 'Subject' }]);
    const inText = findFaults(request(options({ To: '"a\0b" <sip:b@c>' })));
    expect(inText).toMatchObject([{ reason: 'header-syntax', field: 'To', rule: 'quoted-string' }]);
    const notUtf8 = findFaults(request(options({ To: '"\xff" <sip:b@c>' })));
    expect(notUtf8).toMatchObject([{ reason: 'header-syntax', field: 'To', rule: 'quoted-string', expected: 'UTF-8' }]);
    const wide = findFaults(request(options({ To: '"\\\xc3\xa9" <sip:b@c>' })));
    expect(wide).toMatchObject([{ field: 'To', rule: 'quoted-pair' }]);
    const pair = request(options({ To: '"a\\\0b" <sip:b@c>' }));
    expect(findFaults(pair)).toEqual([]);
    expect(findFaults(request(options({ Subject: 'tab\tand\r\n fold' })))).toEqual([]);
  });
});
