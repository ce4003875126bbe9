import { createSipFramer, headerKey, parseSipMessage } from '@portico/sip-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHead } from '../src/message/head.js';
import { canonicalHeaderName, knownName } from '../src/message/header-name.js';
import { oneLine } from '../src/message/one-line.js';
import { valueEndAt, valueStartAt } from '../src/message/value-bounds.js';
import { refused, request, twinRuns, wire, wireText } from './wire.js';

const pieces = (maxLength: number, ...some: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...some), { maxLength }).map((parts) => parts.join(''));

describe('the bounds of a value', () => {
  it('leave out the white space round it, folds included, and nothing else', () => {
    const value = pieces(7, ' ', '\t', '\r\n ', '\n\t', 'a', '\x00', '\x1f', ':', 'é');
    const check = fc.property(value, fc.constantFrom('\r\n', '\n', ''), (own, lineEnd) => {
      const text = `X:${own}${lineEnd}`;
      // What follows a line is not looked at.
      const bytes = wire(`${text}Z`);
      const start = valueStartAt(bytes, 1, text.length);
      const inner = own.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
      const end = valueEndAt(bytes, start, text.length);
      expect([own, lineEnd, text.slice(start, end)]).toEqual([own, lineEnd, inner]);
      // An empty one stands in front of the line end.
      expect([own, lineEnd, start]).toEqual([
        own,
        lineEnd,
        inner === '' ? text.length - lineEnd.length : text.indexOf(inner, 2),
      ]);
    });
    fc.assert(check, twinRuns(2000));
  });
});

/** A line of the text: where it ends without its line end, and where the next begins. */
function lineAt(text: string, from: number): readonly [contentEnd: number, next: number] {
  const end = text.indexOf('\n', from);
  if (end < 0) return [text.length, text.length];
  return [end > from && text[end - 1] === '\r' ? end - 1 : end, end + 1];
}

/** The lines of a head, found one after the other. */
function headPlainly(text: string): object {
  const startLineStart = /^[\r\n]*/.exec(text)?.[0].length ?? 0;
  const [startLineEnd, second] = lineAt(text, startLineStart);
  const marks = [second];
  for (let at = second; ;) {
    const [contentEnd, next] = lineAt(text, at);
    if (contentEnd === at)
      return { startLineStart, startLineEnd, marks, marksStart: 0, marksEnd: marks.length, bodyStart: next };
    at = next;
    while (/[ \t]/.test(text[at] ?? '')) at = lineAt(text, at)[1];
    marks.push(at);
  }
}

describe('a head', () => {
  it('has its lines where a plain reader finds them, at every offset of the buffer', () => {
    const text = pieces(14, '\r\n', '\r\n', '\n', '\r', ' ', '\t', 'a', 'A:b', 'long text '.repeat(3), '\x00');
    const check = fc.property(text, fc.nat({ max: 3 }), (own, offset) => {
      const bytes = wire('\n'.repeat(offset) + own).subarray(offset);
      expect([own, { ...readHead(bytes, 'lenient'), unframed: undefined }]).toEqual([own, headPlainly(own)]);
    });
    fc.assert(check, twinRuns(3000));
  });

  it('of a frame is the same as that of its bytes', () => {
    for (const lineEnd of ['\r\n', '\n']) {
      const text = ['OPTIONS a SIP/2.0', 'To: b', ' c', 'Content-Length: 2', '', 'xy'].join(lineEnd);
      const [frame] = createSipFramer({ mode: 'stream', strictness: 'lenient' }).push(wire(text));
      if (frame?.type !== 'message') throw new Error('no message');
      const { marks, marksStart, marksEnd, ...head } = parseSipMessage(frame).head;
      expect({ ...head, marks: marks.slice(marksStart, marksEnd) }).toMatchObject({
        startLineStart: 0,
        startLineEnd: 17,
        bodyStart: text.length - 2,
        marks: (headPlainly(text) as { marks: number[] }).marks,
      });
    }
  });
});

/** The names of RFC 3261 section 20 with compact forms, and some without that are hard to tell apart. */
const COMPACT =
  'Call-ID:i Contact:m Content-Encoding:e Content-Length:l Content-Type:c From:f Subject:s Supported:k To:t Via:v';
const LATER =
  'Accept-Contact:a Allow-Events:u Event:o Identity:y Refer-To:r Referred-By:b Reject-Contact:j Request-Disposition:d Session-Expires:x';
const PLAIN =
  'Accept Allow CSeq Content-Disposition P-Asserted-Identity P-Associated-URI RAck RSeq Record-Route Reply-To Require Route Path WWW-Authenticate MIME-Version';
const NAMES: readonly (readonly [string, string])[] = `${COMPACT} ${LATER} ${PLAIN}`
  .split(' ')
  .map((entry) => [entry.split(':')[0] ?? '', entry.split(':')[1] ?? '']);

describe('a header name', () => {
  it.each(NAMES)('%s is known in any case, and by its compact form %j', (name, compact) => {
    const spellings = [
      name,
      name.toLowerCase(),
      name.toUpperCase(),
      ...(compact === '' ? [] : [compact, compact.toUpperCase()]),
    ];
    for (const spelling of spellings) {
      expect([canonicalHeaderName(spelling), headerKey(spelling)]).toEqual([name, name.toLowerCase()]);
      const lines = [`${spelling}: x`, `X-${spelling}: y`, `${spelling}-X: z`, `${spelling} : x`, `${spelling}\t :x`];
      const { headers } = request(wire(`OPTIONS a SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n`));
      expect([spelling, headers.texts(name)]).toEqual([spelling, ['x', 'x', 'x']]);
      expect(headers.all(name)[0]).toMatchObject({ rawName: spelling, name, key: name.toLowerCase() });
    }
    expect(knownName(`${name}-`)).toBeUndefined();
    // A hyphen and CR differ in the bit that tells capitals from small letters.
    const { headers } = request(wire(`OPTIONS a SIP/2.0\r\n${name.replace(/-/g, '\r')}: x\r\n\r\n`));
    expect(headers.texts(name)).toEqual(name.includes('-') ? [] : ['x']);
  });

  it('that is not known is what it says, equal in any case', () => {
    expect([canonicalHeaderName('X-Own'), headerKey('X-Own')]).toEqual(['X-Own', 'x-own']);
    const { headers } = request(wire('OPTIONS a SIP/2.0\r\nX-Own: 1\r\nx-OWN: 2\r\nz: 3\r\n\r\n'));
    expect([headers.texts('X-own'), headers.texts('Z'), headers.texts('X-Ow')]).toEqual([['1', '2'], ['3'], []]);
  });

  /** A name with one letter of it changed, in case or to what only looks like it bit by bit. */
  const nearly = fc
    .tuple(fc.constantFrom(...NAMES), fc.nat(), fc.constantFrom(0, 0x20, 0x20, 0x10, 0x40, 0x01, 0x80), fc.boolean())
    .map(([[name, compact], at, change, isCompact]) => {
      const text = isCompact && compact !== '' ? compact : name;
      const index = at % text.length;
      return text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ change) + text.slice(index + 1);
    });
  const field = fc
    .tuple(
      nearly,
      fc.constantFrom(':', ':', ' :', ' \t:', ': ', '', 'x:', '\x00:', '-:'),
      fc.constantFrom('x', '', 'x\r\n y', ':'),
    )
    .map((parts) => `${parts.join('')}\r\n`);

  it('is found in the lines in which who looks at every one sees it, wherever they stand', () => {
    let found = 0;
    // The index has sets of thirty lines.
    const before = fc.constantFrom(0, 1, 25, 29, 30, 31, 59, 60, 95);
    const lines = fc.array(field, { maxLength: 8 });
    const check = fc.property(lines, before, fc.constantFrom('\r\n', ''), (fields, others, end) => {
      const text = `OPTIONS a SIP/2.0\r\n${'X-Other: 1\r\n'.repeat(others)}${fields.join('')}${end}`;
      const { headers } = parseSipMessage(wire(text));
      for (const [name] of NAMES) {
        const whole = Array.from(headers).filter((one) => one.key === name.toLowerCase());
        const seen = (some: typeof whole): unknown =>
          some.map((one) => [one.start, one.rawName, wireText(one.rawValue), one.end]);
        expect([text, name, seen([...headers.all(name)])]).toEqual([text, name, seen(whole)]);
        expect([headers.has(name), headers.count(name)]).toEqual([whole.length > 0, whole.length]);
        found += whole.length;
      }
    });
    fc.assert(check, twinRuns(200));
    expect(found).toBeGreaterThan(0);
  });
});

describe('a field', () => {
  it('is one line for whoever copies it, and text for whoever reads it', () => {
    const { headers } = request(wire('OPTIONS a SIP/2.0\r\nX : a \r\n\tb\r\n  c\rd \r\nY:\r\nZ: \xc3\xa9\r\n\r\n'));
    const [x, y, z] = Array.from(headers);
    expect([x?.rawName, x?.value, x === undefined ? '' : wireText(oneLine(x))]).toEqual([
      'X',
      'a b c\rd',
      'a   \tb    c d',
    ]);
    expect([y?.value, y?.rawValue.length, z?.value, z && oneLine(z)]).toEqual(['', 0, 'é', z?.rawValue]);
    expect([x?.nameEnd, (x?.start ?? 0) + 1]).toEqual([20, 20]);
    for (const part of Array.from(headers)) expect(wireText(oneLine(part))).not.toMatch(/[\r\n]/);
  });

  it('is none where a name or a colon is missing: the fault says which, and where', () => {
    const rows = [
      ['Subject x', 'HCOLON', 'Subject', 8],
      ['Subject', 'HCOLON', 'Subject', 7],
      [': x', 'header-name', undefined, 0],
      ['@: x', 'header-name', undefined, 0],
      ['A@: x', 'HCOLON', 'A', 1],
      ['A \t;', 'HCOLON', 'A', 3],
    ] as const;
    for (const [line, rule, name, offset] of rows) {
      const message = parseSipMessage(wire(`OPTIONS a SIP/2.0\r\n${line}\r\n\r\n`));
      expect(message.headers.faults).toMatchObject([
        { reason: 'field-syntax', rule, field: name, offset: 19 + offset },
      ]);
      expect(message.headers.size).toBe(0);
    }
    const cut = parseSipMessage(wire('OPTIONS a SIP/2.0\r\nSubject \t'));
    expect(cut.headers.faults).toMatchObject([{ rule: 'HCOLON', offset: 28 }]);
  });

  it('that is read twice is read once; what fails for a reason of its own does not pass for broken', () => {
    let times = 0;
    const definition = { name: 'Subject', read: () => ++times, write: () => [] } as never;
    const { headers } = request(wire('OPTIONS a SIP/2.0\r\nSubject: x\r\n\r\n'));
    expect([headers.read(definition), headers.read(definition), times]).toEqual([1, 1, 1]);
    const throwing = {
      name: 'Subject',
      read: () => {
        times++;
        throw new RangeError('broken');
      },
    } as never;
    for (let i = 0; i < 2; i++) expect(() => headers.readIfValid(throwing)).toThrow('broken');
    expect(times).toBe(2);
    expect(refused(() => parseSipMessage(null as never)).reason).toBe('invalid-argument');
  });
});
