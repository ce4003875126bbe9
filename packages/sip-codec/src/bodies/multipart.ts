import { bytesToLatin1, concatBytes } from '@portico/bytes';
import { SipError } from '../error.js';
import { ALPHANUM, TOKEN } from '../grammar/characters.js';
import { asciiLowerCase, textToBytes, unfold, withoutBlankEnd } from '../grammar/text.js';
import { parseHeaderValue, type HeaderDefinition } from '../headers/definition.js';
import type { MediaType } from '../headers/media.js';
import { getParameter } from '../headers/parameters.js';
import type { RandomBytes } from '../message/tag.js';
import { headerLine, type HeaderInput } from '../message/write.js';

/** One part of a multipart body, RFC 2046 section 5.1. */
export interface BodyPart {
  /** Names as they were written, values unfolded. */
  readonly fields: readonly HeaderInput[];
  /** A view of what was read. */
  readonly body: Uint8Array;
}

export interface MultipartLimits {
  /** Parts of one body; default 64, ours: SIP bodies have a handful. */
  readonly parts?: number;
  /** Bytes of the fields of one part; default 8192, ours. */
  readonly fieldBytes?: number;
}

export const DEFAULT_PART_LIMIT = 64;
export const DEFAULT_PART_FIELD_BYTES = 8192;

/** `boundary := 0*69<bchars> bcharsnospace`, RFC 2046 section 5.1.1. */
const MAX_BOUNDARY_LENGTH = 70;

/** Random bytes in a boundary of ours. */
const BOUNDARY_BYTES = 16;

/** With fewer, a part could hold the boundary by chance, or on purpose: 64 bits, ours. */
const MIN_BOUNDARY_BYTES = 8;

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const HYPHEN = 0x2d;
const COLON = 0x3a;

/**
 * The boundary of a multipart Content-Type; null for another type.
 * @throws SipError `body-syntax` for a multipart type without a boundary, or with one that breaks RFC 2046 section 5.1.1
 */
export function multipartBoundary(media: MediaType): string | null {
  if (media.type !== 'multipart') return null;
  const boundary = getParameter(media.parameters, 'boundary') ?? '';
  if (isBoundary(boundary)) return boundary;
  return refuse('boundary', 0, '1 to 70 bchars, the last no space', JSON.stringify(boundary.slice(0, 80)));
}

/**
 * The parts of a multipart body, RFC 2046 section 5.1 and RFC 5621 section 3: views, nothing is decoded or copied. A part
 * that is multipart itself is read by another call. Strict: line ends are CRLF, the closing delimiter has to be there, and
 * a line that only begins like a delimiter is an error, since readers differ about it. Preamble and epilogue are ignored.
 * @throws SipError `body-syntax` with the offset in the body
 */
export function readMultipart(body: Uint8Array, boundary: string, limits: MultipartLimits = {}): readonly BodyPart[] {
  if (!isBoundary(boundary)) refuse('boundary', 0, '1 to 70 bchars, the last no space', JSON.stringify(boundary));
  const maxParts = limits.parts ?? DEFAULT_PART_LIMIT;
  const delimiter = textToBytes(`--${boundary}`);
  const parts: BodyPart[] = [];
  let line = nextDelimiter(body, 0, delimiter, 'start');
  while (line.type === 'delimiter') {
    const next = nextDelimiter(body, line.end, delimiter, 'line-end');
    if (parts.length === maxParts) refuse('multipart-body', line.start, `at most ${maxParts} parts`, 'more');
    parts.push(readPart(body, line.end, next.start, limits.fieldBytes ?? DEFAULT_PART_FIELD_BYTES));
    line = next;
  }
  if (parts.length === 0) refuse('multipart-body', line.start, 'a part', 'the closing delimiter');
  return parts;
}

interface DelimiterLine {
  readonly type: 'delimiter' | 'close';
  /** First byte of the line end in front of it, which belongs to it. */
  readonly start: number;
  /** First byte behind its own line end. */
  readonly end: number;
}

/** `delimiter := CRLF "--" boundary`; the first may stand at the start, and directly behind a line of the head. */
function nextDelimiter(body: Uint8Array, from: number, delimiter: Uint8Array, at: 'start' | 'line-end'): DelimiterLine {
  if (at === 'start' && matches(body, 0, delimiter)) return readDelimiterLine(body, 0, delimiter.length);
  // The CRLF of the delimiter line before may be that of this one: an empty part.
  for (let i = at === 'start' ? from : from - 2; ; i++) {
    i = body.indexOf(CR, i);
    if (i < 0) return refuse('close-delimiter', body.length, 'a delimiter', 'the end');
    if (body[i + 1] === LF && matches(body, i + 2, delimiter))
      return readDelimiterLine(body, i, i + 2 + delimiter.length);
  }
}

/** What follows `--boundary`: `--` or nothing, then transport-padding and a line end. */
function readDelimiterLine(body: Uint8Array, start: number, boundaryEnd: number): DelimiterLine {
  const isClose = body[boundaryEnd] === HYPHEN && body[boundaryEnd + 1] === HYPHEN;
  let i = isClose ? boundaryEnd + 2 : boundaryEnd;
  while (body[i] === SP || body[i] === HTAB) i++;
  // The closing delimiter may end the body.
  if (isClose && i === body.length) return { type: 'close', start, end: i };
  if (body[i] !== CR || body[i + 1] !== LF) refuse('delimiter', i, 'the end of the line', 'more');
  return { type: isClose ? 'close' : 'delimiter', start, end: i + 2 };
}

function matches(body: Uint8Array, at: number, wanted: Uint8Array): boolean {
  if (at + wanted.length > body.length) return false;
  for (let i = 0; i < wanted.length; i++) if (body[at + i] !== wanted[i]) return false;
  return true;
}

/** `body-part := MIME-part-headers [CRLF *OCTET]` */
function readPart(body: Uint8Array, start: number, partEnd: number, maxFieldBytes: number): BodyPart {
  // Where the part is empty its end lies in front of the line end that it shares.
  const end = Math.max(start, partEnd);
  const fields: HeaderInput[] = [];
  let at = start;
  while (at < end) {
    if (body[at] === CR && body[at + 1] === LF && at + 1 < end) return { fields, body: body.subarray(at + 2, end) };
    let nameEnd = at;
    while (nameEnd < end && TOKEN[body[nameEnd] as number] === 1) nameEnd++;
    let colon = nameEnd;
    while (body[colon] === SP || body[colon] === HTAB) colon++;
    if (nameEnd === at || colon >= end || body[colon] !== COLON)
      refuse('MIME-part-headers', colon, 'a field', 'no field');
    const lineEnd = endOfField(body, colon + 1, end);
    if (lineEnd - start > maxFieldBytes) refuse('MIME-part-headers', start, `at most ${maxFieldBytes} bytes`, 'more');
    fields.push([bytesToLatin1(body, at, nameEnd), withoutBlanks(unfold(body, colon + 1, lineEnd))]);
    at = lineEnd + 2;
  }
  return { fields, body: body.subarray(end, end) };
}

/** Without the SP and HTAB round it: what else is white space to some is part of the value. */
function withoutBlanks(text: string): string {
  return withoutBlankEnd(text).replace(/^[ \t]+/, '');
}

/** The end of a field with its continuation lines; the part's end counts as line end. */
function endOfField(body: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = body[i] as number;
    if (byte === LF || byte === 0) refuse('MIME-part-headers', i, 'text', `0x${byte.toString(16)}`);
    if (byte !== CR) continue;
    if (body[i + 1] !== LF) refuse('MIME-part-headers', i, 'CRLF', 'CR');
    if (i + 2 >= end || (body[i + 2] !== SP && body[i + 2] !== HTAB)) return i;
    i += 2;
  }
  return end;
}

/** The value of the first field of this name, or undefined. */
export function partField(part: BodyPart, name: string): string | undefined {
  const key = asciiLowerCase(name);
  return part.fields.find(([other]) => asciiLowerCase(other) === key)?.[1];
}

/**
 * The typed value of a part's field: CONTENT_TYPE, CONTENT_DISPOSITION; undefined where there is none.
 * @throws SipError with the offset in the value
 */
export function readPartField<T>(part: BodyPart, definition: HeaderDefinition<T>): T | undefined {
  const text = partField(part, definition.name);
  return text === undefined ? undefined : parseHeaderValue(definition, text);
}

export interface WrittenMultipart {
  /** Value of Content-Type, with the boundary. */
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Writes a multipart body with these parts; their bodies go in as they are.
 * @param subtype `mixed`, `alternative`, `related` and others
 * @param random gives the boundary: 16 bytes, never less than 8
 * @throws SipError `line-break-in-value`, or `invalid-argument` without parts, or where a part holds the boundary
 */
export function writeMultipart(subtype: string, parts: readonly BodyPart[], random: RandomBytes): WrittenMultipart {
  const bytes = random(BOUNDARY_BYTES);
  if (bytes.length < MIN_BOUNDARY_BYTES) misuse('random', `${MIN_BOUNDARY_BYTES} bytes or more`);
  const boundary = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (!isBoundary(boundary)) misuse('random', `${BOUNDARY_BYTES} bytes`);
  if (parts.length === 0) misuse('parts', 'a part');
  if (![...subtype].every((character) => TOKEN[character.charCodeAt(0)] === 1) || subtype === '') {
    misuse('subtype', 'a token');
  }
  const delimiter = textToBytes(`--${boundary}`);
  const pieces: Uint8Array[] = [];
  for (const { fields, body } of parts) {
    for (let i = body.indexOf(HYPHEN); i >= 0; i = body.indexOf(HYPHEN, i + 1)) {
      if (matches(body, i, delimiter)) misuse('random', 'a boundary that is in no part');
    }
    const head = fields.map(([name, value]) => headerLine(name, value)).join('');
    pieces.push(textToBytes(`--${boundary}\r\n${head}\r\n`), body, textToBytes('\r\n'));
  }
  const body = concatBytes(...pieces, textToBytes(`--${boundary}--\r\n`));
  return { contentType: `multipart/${subtype};boundary=${boundary}`, body };
}

/** `bcharsnospace := DIGIT / ALPHA / "'" / "(" / ")" / "+" / "_" / "," / "-" / "." / "/" / ":" / "=" / "?"` */
function isBoundary(text: string): boolean {
  if (text.length === 0 || text.length > MAX_BOUNDARY_LENGTH || text.endsWith(' ')) return false;
  return [...text].every((character) => ALPHANUM[character.charCodeAt(0)] === 1 || " '()+_,-./:=?".includes(character));
}

function refuse(rule: string, offset: number, expected: string, got: string): never {
  throw new SipError('body-syntax', { field: 'body', rule, offset, expected, got });
}

function misuse(field: string, expected: string): never {
  throw new SipError('invalid-argument', { field, expected });
}
