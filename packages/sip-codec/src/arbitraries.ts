import fc, { type Arbitrary } from 'fast-check';
import { EXTENSION_GRAMMAR } from './arbitraries/extension-grammar.js';
import { ProductionArbitraries } from './arbitraries/production-arbitraries.js';
import { textToBytes } from './grammar/text.js';

export { parseAbnf, type AbnfGrammar, type AbnfNode } from './arbitraries/abnf.js';
export { EXTENSION_GRAMMAR } from './arbitraries/extension-grammar.js';
export { ProductionArbitraries } from './arbitraries/production-arbitraries.js';
export { RFC3261_GRAMMAR } from './arbitraries/rfc3261-grammar.js';

const PRODUCTIONS: ProductionArbitraries = /* @__PURE__ */ new ProductionArbitraries(EXTENSION_GRAMMAR);

/**
 * What a rule of RFC 3261 section 25.1, or of one of the extensions, generates: `Via`, `SIP-URI`, `Refer-To`. One
 * character stands for one byte. It is right by the grammar; numbers and names that the text bounds may be out of bounds.
 * @throws Error for a name that is no rule
 */
export function productionArbitrary(rule: string): Arbitrary<string> {
  return PRODUCTIONS.of(rule);
}

const TOKEN_CHARACTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~"];
const QUOTED_PIECES = ['a', 'B', ' ', '\t', '<', '>', ',', ';', ':', '@', '\\"', '\\\\', '\\\u0000', 'é', '中', '😀'];

/** `token`, RFC 3261 section 25.1. */
export function tokenArbitrary(maxLength = 12): Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength });
}

/** `quoted-string` with its quotes, escapes and UTF-8 included. */
export function quotedStringArbitrary(): Arbitrary<string> {
  return fc.array(fc.constantFrom(...QUOTED_PIECES), { maxLength: 8 }).map((pieces) => `"${pieces.join('')}"`);
}

/** `host`, as a name, an IPv4 address or an IPv6 reference. */
export function hostArbitrary(): Arbitrary<string> {
  const label = fc.constantFrom('a', 'example', 'x-y', 'b2', 'c'.repeat(40));
  const name = fc
    .tuple(fc.array(label, { maxLength: 3 }), fc.constantFrom('com', 'net.', 'q9'))
    .map(([labels, top]) => [...labels, top].join('.'));
  const groups = fc.constantFrom('[2001:db8::1]', '[::]', '[::ffff:192.0.2.1]', '[1:2:3:4:5:6:7:8]');
  return fc.oneof(name, fc.ipV4(), groups);
}

/** SIP-URI and SIPS-URI with every optional part. */
export function sipUriArbitrary(): Arbitrary<string> {
  const user = fc.constantFrom(
    'alice',
    '+1-212-555-1212',
    'user;par=u%40example.net',
    'a%00b',
    '%E4%B8%AD',
    'x?/&=+$,',
  );
  return fc
    .record(
      {
        scheme: fc.constantFrom('sip', 'sips', 'SIP'),
        user: fc.option(user),
        password: fc.option(fc.constantFrom('', 'secret', 'p%3Aw')),
        host: hostArbitrary(),
        port: fc.option(fc.nat({ max: 65_535 })),
        parameters: fc.subarray([';transport=tls', ';lr', ';x=%41', ';method=INVITE', ';maddr=192.0.2.1']),
        headers: fc.constantFrom('', '?subject=hi', '?a=&Route=%3Csip:x%3E'),
      },
      { noNullPrototype: true },
    )
    .map(({ scheme, user, password, host, port, parameters, headers }) => {
      const userinfo = user === null ? '' : `${user}${password === null ? '' : `:${password}`}@`;
      return `${scheme}:${userinfo}${host}${port === null ? '' : `:${port}`}${parameters.join('')}${headers}`;
    });
}

/** `LWS` or nothing: what may stand round a separator. */
export function spaceArbitrary(): Arbitrary<string> {
  return fc.constantFrom('', '', '', ' ', '\t', '  ', '\r\n ', ' \r\n\t');
}

/** One header field that is right, with its line end: names in any case or compact, folds, commas, escapes. */
export function headerFieldArbitrary(): Arbitrary<string> {
  const name = fc.constantFrom('Via', 'v', 'vIA', 'From', 'f', 'To', 'Contact', 'm', 'Call-ID', 'i', 'CSeq', 'Subject');
  const via = fc
    .tuple(fc.constantFrom('UDP', 'TLS', 'X'), hostArbitrary(), tokenArbitrary(), spaceArbitrary())
    .map(([transport, host, branch, space]) => `SIP/2.0/${transport} ${host}${space};branch=${branch}`);
  const address = fc
    .tuple(fc.oneof(quotedStringArbitrary(), tokenArbitrary(), fc.constant('')), sipUriArbitrary(), tokenArbitrary())
    .map(([display, uri, tag]) => `${display} <${uri}>;tag=${tag}`);
  const value = fc.oneof(via, address, tokenArbitrary(), fc.constant('constructor'), fc.constant(';;,,;,'));
  const otherName = tokenArbitrary().filter((token) => !/^(?:l|content-length)$/i.test(token));
  const known = fc.oneof(name, otherName, fc.constantFrom('constructor', '__proto__', 'toString', 'Content-Type'));
  return fc
    .tuple(known, fc.constantFrom('', '', ' ', '\t '), spaceArbitrary(), value)
    .map(([header, before, after, text]) => `${header}${before}:${after}${text}\r\n`);
}

export interface MessageChoices {
  /** Whether Content-Length is there, in one of its spellings; `any` leaves it to chance. */
  readonly contentLength?: 'present' | 'any';
}

/** A whole message that is right: request or response, up to a dozen fields, a body of any bytes. */
export function messageArbitrary({ contentLength = 'present' }: MessageChoices = {}): Arbitrary<Uint8Array> {
  const request = fc
    .tuple(fc.constantFrom('INVITE', 'OPTIONS', 'REGISTER', 'ACK'), sipUriArbitrary())
    .map(([method, uri]) => `${method} ${uri} SIP/2.0\r\n`);
  const response = fc.constantFrom('SIP/2.0 200 OK\r\n', 'SIP/2.0 404 \r\n', 'SIP/2.0 180 Ça sonne\r\n');
  const spelling = fc.constantFrom('Content-Length: ', 'l:', 'CONTENT-LENGTH \t:\r\n ', 'L : 00', 'Content-Length:\t');
  const length = contentLength === 'present' ? spelling : fc.option(spelling);
  return fc
    .record(
      {
        line: fc.oneof(request, response),
        before: fc.array(headerFieldArbitrary(), { maxLength: 8 }),
        length,
        after: fc.array(headerFieldArbitrary(), { maxLength: 4 }),
        body: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 200 })),
      },
      { noNullPrototype: true },
    )
    .map(({ line, before, length: prefix, after, body }) => {
      const field = prefix === null ? '' : `${prefix}${body.length}\r\n`;
      const head = textToBytes(`${line}${before.join('')}${field}${after.join('')}\r\n`);
      const bytes = new Uint8Array(head.length + body.length);
      bytes.set(head);
      bytes.set(body, head.length);
      return bytes;
    });
}

/** Messages and keep-alives one behind the other, as a stream carries them. */
export function streamArbitrary(): Arbitrary<Uint8Array> {
  const lineEnds = fc.constantFrom('\r\n', '\r\n\r\n', '\r\n\r\n\r\n').map(textToBytes);
  return fc.array(fc.oneof({ weight: 4, arbitrary: messageArbitrary() }, lineEnds), { maxLength: 5 }).map(joinBytes);
}

/** What breaks readers: line ends, separators, lengths, control characters. */
// prettier-ignore
const HOSTILE_PIECES = [
  '\r', '\n', '\r\n', '\r\n\r\n', '\n\n', '\r\r\n', '\u0000', ' ', '\t', ':', ';', ',', '"', '\\', '<', '>', '%', '@',
  'Content-Length: 5\r\n', 'Content-Length: 5, 5\r\n', 'Content-Length: +5\r\n', 'Content-Length: 0x5\r\n', 'l: -1\r\n',
  'Content-Length: 99999999999\r\n', 'Content-Length;: 3\r\n', 'Content-Length\r\n', '\r\n \r\n', ' folded', 'SIP/2.0',
  'INVITE sip:a@b SIP/2.0\r\n',
];

/** Streams with a few bytes cut out, put in, doubled or changed. */
export function mutatedStreamArbitrary(): Arbitrary<Uint8Array> {
  const change = fc.record(
    {
      at: fc.nat({ max: 1 << 20 }),
      kind: fc.constantFrom('insert', 'remove', 'replace', 'double'),
      piece: fc.oneof(fc.constantFrom(...HOSTILE_PIECES).map(textToBytes), fc.uint8Array({ maxLength: 4 })),
      count: fc.nat({ max: 8 }),
    },
    { noNullPrototype: true },
  );
  return fc.tuple(streamArbitrary(), fc.array(change, { minLength: 1, maxLength: 4 })).map(([stream, changes]) => {
    let bytes = stream;
    for (const { at, kind, piece, count } of changes) {
      const from = at % (bytes.length + 1);
      const to = Math.min(from + count, bytes.length);
      const middle = kind === 'remove' ? [] : kind === 'double' ? [bytes.subarray(from, to)] : [piece];
      bytes = joinBytes([
        bytes.subarray(0, from),
        ...middle,
        bytes.subarray(kind === 'insert' || kind === 'double' ? from : to),
      ]);
    }
    return bytes;
  });
}

/** Bytes without any sense, made mostly of what breaks readers. */
export function hostileBytesArbitrary(): Arbitrary<Uint8Array> {
  const piece = fc.oneof(fc.constantFrom(...HOSTILE_PIECES).map(textToBytes), fc.uint8Array({ maxLength: 8 }));
  return fc.array(piece, { maxLength: 30 }).map(joinBytes);
}

/**
 * Cuts bytes into chunks: whole, byte by byte, or anywhere, empty chunks included. Each chunk lies in a buffer of its
 * own, at an offset of 0 to 3.
 */
export function chunkingArbitrary(bytes: Uint8Array): Arbitrary<Uint8Array[]> {
  const anywhere = fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 });
  const cuts: Arbitrary<number[]> = fc.oneof(
    fc.constant<number[]>([]),
    fc.constant(Array.from(bytes.keys())),
    anywhere,
  );
  return fc.tuple(cuts, fc.nat({ max: 3 })).map(([places, offset]) => {
    const ends = [...places.sort((left, right) => left - right), bytes.length];
    return ends.map((end, index) => atOffset(bytes.subarray(ends[index - 1] ?? 0, end), (offset + index) % 4));
  });
}

/** A copy that begins `offset` bytes into its buffer. */
export function atOffset(bytes: Uint8Array, offset: number): Uint8Array {
  const buffer = new Uint8Array(bytes.length + offset + 3);
  buffer.set(bytes, offset);
  return buffer.subarray(offset, offset + bytes.length);
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
