import { CONTENT_DISPOSITION, CONTENT_TYPE, parseHeaderValue, SipError } from '@portico/sip-codec';
import {
  multipartBoundary,
  partField,
  readMultipart,
  readPartField,
  writeMultipart,
  type BodyPart,
} from '@portico/sip-codec/multipart';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refused, wire, wireText } from './wire.js';

const read = (text: string, boundary = 'b', limits = {}): readonly (readonly [string, string])[] =>
  readMultipart(wire(text), boundary, limits).map((part) => [
    part.fields.map(([name, value]) => `${name}=${value}`).join(),
    wireText(part.body),
  ]);

describe('multipart bodies (RFC 2046 section 5.1, RFC 5621)', () => {
  it('parts with fields and bodies, exact to the byte; preamble and epilogue are ignored', () => {
    const sdp = 'v=0\r\no=- 1 1 IN IP4 a\r\n\r\n';
    expect(
      read(
        `ignored\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n--b \t\r\nX:\r\n  y\r\n\r\n\0\xff\r\n--b--\r\nmore`,
      ),
    ).toEqual([
      ['Content-Type=application/sdp', sdp],
      ['X=y', '\0\xff'],
    ]);
  });

  it.each([
    ['no fields', '--b\r\n\r\nx\r\n--b--', [['', 'x']]],
    ['fields only', '--b\r\nX: y\r\n--b--', [['X=y', '']]],
    ['nothing at all', '--b\r\n--b--', [['', '']]],
    ['an empty body', '--b\r\nX: y\r\n\r\n\r\n--b--', [['X=y', '']]],
    ['line ends in the body', '--b\r\n\r\n\r\n\r\n\r\n--b--', [['', '\r\n\r\n']]],
    ['hyphens that are no delimiter', '--b\r\n\r\n--c\r\n-b\r\n- -b\n--b\r\n--b--', [['', '--c\r\n-b\r\n- -b\n--b']]],
  ])('%s', (_, text, parts) => {
    expect(read(text)).toEqual(parts);
  });

  it.each([
    ['', 'close-delimiter'],
    ['--b', 'delimiter'],
    ['--b\r\n\r\nx', 'close-delimiter'],
    ['--b\r\n\r\nx\r\n--b', 'delimiter'],
    ['--b\r\n\r\nx\r\n--bc\r\n--b--', 'delimiter'],
    ['--b\n\nx\n--b--', 'delimiter'],
    ['--b--', 'multipart-body'],
    ['--b\r\nno field\r\n\r\n--b--', 'MIME-part-headers'],
    ['--b\r\n: x\r\n\r\n\r\n--b--', 'MIME-part-headers'],
    ['--b\r\nX: a\nY: b\r\n\r\n\r\n--b--', 'MIME-part-headers'],
    ['--b\r\nX: a\rY: b\r\n\r\n\r\n--b--', 'MIME-part-headers'],
    ['--b\r\nX: \0\r\n\r\n\r\n--b--', 'MIME-part-headers'],
  ])('%j is refused at the rule %s', (text, rule) => {
    expect(refused(() => read(text))).toMatchObject({ reason: 'body-syntax', rule, status: 400 });
  });

  it('is bounded: parts, bytes of fields', () => {
    const three = '--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b\r\n\r\n3\r\n--b--';
    expect(read(three, 'b', { parts: 3 })).toHaveLength(3);
    expect(refused(() => read(three, 'b', { parts: 2 })).expected).toBe('at most 2 parts');
    expect(read('--b\r\nX: 12345\r\n\r\n\r\n--b--', 'b', { fieldBytes: 8 })).toHaveLength(1);
    expect(refused(() => read('--b\r\nX: 123456\r\n\r\n\r\n--b--', 'b', { fieldBytes: 8 })).expected).toBe(
      'at most 8 bytes',
    );
  });

  it('the boundary: 1 to 70 characters, the last no space', () => {
    const of = (type: string): string | null => multipartBoundary(parseHeaderValue(CONTENT_TYPE, type));
    expect(of('multipart/mixed;boundary="a b?"')).toBe('a b?');
    expect(of('text/plain;boundary=x')).toBeNull();
    for (const bad of ['', ';boundary=""', ';boundary="a "', ';boundary="a;b"', `;boundary=${'x'.repeat(71)}`]) {
      expect(refused(() => of(`multipart/mixed${bad}`)).rule).toBe('boundary');
    }
    expect(refused(() => read('', 'a;')).rule).toBe('boundary');
  });

  it('fields of a part are read by the definitions of the message’s', () => {
    const [part] = readMultipart(
      wire('--b\r\ncontent-type: Text/Plain\r\nContent-Disposition: session;handling=optional\r\n\r\nx\r\n--b--'),
      'b',
    );
    expect(readPartField(part as BodyPart, CONTENT_TYPE)).toMatchObject({ type: 'text' });
    expect(readPartField(part as BodyPart, CONTENT_DISPOSITION)).toMatchObject({ type: 'session' });
    expect(partField(part as BodyPart, 'Content-ID')).toBeUndefined();
    expect(readPartField({ fields: [], body: wire('') }, CONTENT_TYPE)).toBeUndefined();
  });

  const random = (length: number): Uint8Array => new Uint8Array(length).fill(0xab);

  it('write, then read, gives the parts back, whatever their bytes', () => {
    const part = fc.record(
      {
        fields: fc.array(fc.tuple(fc.constantFrom('Content-Type', 'X'), fc.constantFrom('a/b', '', 'x: y')), {
          maxLength: 3,
        }),
        body: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('\r\n--', '\r\n', '--ab', '\r').map(wire)),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const { body, contentType } = writeMultipart('mixed', parts, random);
        const boundary = multipartBoundary(parseHeaderValue(CONTENT_TYPE, contentType)) ?? '';
        const again = readMultipart(body, boundary);
        expect(again.map(({ fields }) => fields)).toEqual(parts.map(({ fields }) => fields));
        expect(again.map((one) => wireText(one.body))).toEqual(parts.map((one) => wireText(one.body)));
        // Every proper prefix is refused, but for the line end behind the last delimiter.
        for (let end = 0; end < body.length - 2; end++) {
          expect(refused(() => readMultipart(body.subarray(0, end), boundary)).reason).toBe('body-syntax');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('any bytes: our error or parts', () => {
    const piece = fc.constantFrom('--b', '--b--', '\r\n', '\r', '\n', 'X: y', ' ', '\0', ':', 'x').map(wire);
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.uint8Array({ maxLength: 4 })), { maxLength: 20 }), (pieces) => {
        const bytes = wire(pieces.map(wireText).join(''));
        try {
          const parts = readMultipart(bytes, 'b');
          expect(parts.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(SipError);
          expect((error as SipError).offset).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('no field of a part can become two, and no part can end early', () => {
    for (const field of [
      ['X', 'a\r\nY: b'],
      ['X: y\r\nZ', 'a'],
      ['X', '\0'],
    ] as const) {
      expect(refused(() => writeMultipart('mixed', [{ fields: [field], body: wire('') }], random)).kind).toBe(
        'api-misuse',
      );
    }
    const inside = { fields: [], body: wire(`x\r\n--${'ab'.repeat(16)}--`) };
    expect(refused(() => writeMultipart('mixed', [inside], random)).kind).toBe('api-misuse');
    expect(refused(() => writeMultipart('mixed', [], random)).kind).toBe('api-misuse');
    expect(refused(() => writeMultipart('mi;x', [{ fields: [], body: wire('') }], random)).kind).toBe('api-misuse');
  });
});
