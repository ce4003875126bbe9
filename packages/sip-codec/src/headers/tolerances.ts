import { SipError } from '../error.js';
import { Scanner } from '../grammar/scanner.js';
import { asciiLowerCase, textToBytes, withoutBlankEnd } from '../grammar/text.js';
import type { SipHeaders } from '../message/headers.js';
import type { HeaderDefinition } from './definition.js';
import { quoteString } from './parameters.js';

/** One thing that the lenient rules forgive in the value of a header field. */
export interface Tolerance {
  readonly name: string;
  /** What it makes of the value; the same text where it has nothing to do, or where there would be two ways. */
  readonly repair: (text: string) => string;
}

/** A quoted string, or one that is not closed. */
const QUOTED = /"(?:[^"\\]|\\.)*"?/g;

/** Applies a change to what stands outside of quoted strings. */
function outsideQuotes(text: string, change: (part: string) => string): string {
  let result = '';
  let at = 0;
  for (const match of text.matchAll(QUOTED)) {
    result += change(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return result + change(text.slice(at));
}

/** How many `<` there are, wherever they stand. */
function brackets(text: string): number {
  return text.split('<').length - 1;
}

/** `"Mr. J. User <sip:j@example.com>`: a closing quote is inferred in front of the only `<`. */
function closeQuote(text: string): string {
  const quotes = text.replace(/\\./g, '').split('"').length - 1;
  if (!text.startsWith('"') || quotes !== 1 || brackets(text) !== 1) return text;
  const at = text.indexOf('<');
  return `${withoutBlankEnd(text.slice(0, at))}" ${text.slice(at)}`;
}

/** `Bell, Alexander <sip:a@example.com>`: quotes are inferred round what is in front of the only `<`. */
function quoteName(text: string): string {
  const at = text.indexOf('<');
  const name = withoutBlankEnd(text.slice(0, Math.max(at, 0)));
  if (name === '' || name.includes('"') || brackets(text) !== 1) return text;
  return `${quoteString(name)} ${text.slice(at)}`;
}

/** `sip:a@example.com?Route=x`: brackets are inferred where nothing follows that could belong to the field. */
function bracketUri(text: string): string {
  return /^[a-z][a-z0-9+.-]*:[^<>",;?\s]*\?[^<>",;\s]+$/i.test(text) ? `<${text}>` : text;
}

/** `< sip:a@example.com >`: white space next to the brackets is ignored. */
function trimBrackets(text: string): string {
  return outsideQuotes(text, (part) => {
    const pieces = part.replace(/<[ \t]+/g, '<').split('>');
    return pieces.map((piece, index) => (index < pieces.length - 1 ? withoutBlankEnd(piece) : piece)).join('>');
  });
}

/** `<sip:a@example.com;transport=tls;transport=tls>`: a URI parameter that comes twice, the same, counts once. */
function dropEqualUriParameters(text: string): string {
  return outsideQuotes(text, (part) =>
    part.replace(/<[^<>]*>/g, (uri) => {
      const [address = '', ...parameters] = uri.slice(1, -1).split(';');
      // In front of an @ a semicolon is part of the user.
      if (parameters.join('').includes('@')) return uri;
      const seen = new Set<string>();
      const once = parameters.filter((parameter) => {
        const key = asciiLowerCase(parameter);
        return seen.has(key) ? false : seen.add(key);
      });
      return `<${[address, ...once].join(';')}>`;
    }),
  );
}

/** `INVITE, ACK,` and `a,,b`: empty elements of a list are ignored. */
function dropEmptyElements(text: string): string {
  return outsideQuotes(text, (part) => part.replace(/,(?:[ \t]*,)+/g, ',')).replace(/^[ \t]*,|,[ \t]*$/g, '');
}

/** `<sip:a@example.com>;` and `;;`: empty parameters are ignored. */
function dropEmptyParameters(text: string): string {
  return outsideQuotes(text, (part) => part.replace(/;(?:[ \t]*;)+/g, ';').replace(/;[ \t]*(?=,)/g, '')).replace(
    /;[ \t]*$/,
    '',
  );
}

/** `;expires="3600"` and `;q="0.5"`: the quotes round a number are ignored. */
function unquoteNumbers(text: string): string {
  return text.replace(QUOTED, (quoted, at: number) =>
    /^"[0-9.]+"$/.test(quoted) && /;[ \t]*(?:q|expires)[ \t]*=[ \t]*$/i.test(text.slice(Math.max(0, at - 32), at))
      ? quoted.slice(1, -1)
      : quoted,
  );
}

/** `Digest uri=sip:example.com, nonce=a==`: quotes are inferred round what has to have them and is no token. */
function quoteDigestValues(text: string): string {
  if (!/^digest[ \t]/i.test(text)) return text;
  return outsideQuotes(text, (part) =>
    part.replace(
      /([, \t](?:username|realm|nonce|uri|response|cnonce|opaque)[ \t]*=[ \t]*)([^\s",\\]+)(?=[ \t]*(?:,|$))/gi,
      '$1"$2"',
    ),
  );
}

/** What the lenient rules forgive, in the order in which it is tried; docs/sip-strictness.md says why. */
export const TOLERANCES: readonly Tolerance[] = [
  { name: 'white space inside brackets', repair: trimBrackets },
  { name: 'a quoted string that is not closed', repair: closeQuote },
  { name: 'a display name that wants quotes', repair: quoteName },
  { name: 'a URI with a question mark that wants brackets', repair: bracketUri },
  { name: 'equal URI parameters', repair: dropEqualUriParameters },
  { name: 'a number in quotes', repair: unquoteNumbers },
  { name: 'a Digest value that wants quotes', repair: quoteDigestValues },
  { name: 'empty parameters', repair: dropEmptyParameters },
  { name: 'empty list elements', repair: dropEmptyElements },
];

/** A value that was read by the lenient rules. */
export interface LenientReading<T> {
  readonly value: T;
  /** What is wrong with it by the strict rules, and what was forgiven; null where nothing is. */
  readonly forgiven: { readonly error: SipError; readonly tolerances: readonly string[] } | null;
}

/**
 * As `headers.read`, by the lenient rules: where the strict ones refuse, the value is read as if its fault were mended,
 * in the few ways that leave no doubt about what was meant. A proxy must not send the fault on: write the value anew.
 * Undefined where the header is not there.
 * @throws SipError the strict error, where none of the tolerances helps
 */
export function readLeniently<T>(headers: SipHeaders, definition: HeaderDefinition<T>): LenientReading<T> | undefined {
  try {
    const value = headers.read(definition);
    return value === undefined ? undefined : { value, forgiven: null };
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    let rows = headers.texts(definition.name);
    const tolerances: string[] = [];
    for (const { name, repair } of TOLERANCES) {
      const repaired = rows.map(repair);
      if (repaired.every((text, index) => text === rows[index])) continue;
      rows = repaired;
      tolerances.push(name);
      const value = readRows(definition, rows);
      if (value !== null) return { value: value.value, forgiven: { error, tolerances } };
    }
    throw error;
  }
}

/** Whether the lenient rules can read a header: for `findFaults` and `judgeRequest`. */
export function forgive(headers: SipHeaders, definition: HeaderDefinition<unknown>): boolean {
  try {
    readLeniently(headers, definition);
    return true;
  } catch (error) {
    if (error instanceof SipError) return false;
    throw error;
  }
}

function readRows<T>(definition: HeaderDefinition<T>, texts: readonly string[]): { readonly value: T } | null {
  try {
    const rows = texts.map((text) => {
      const bytes = textToBytes(text);
      return new Scanner(bytes, 0, bytes.length, definition.name);
    });
    return { value: definition.read(rows) };
  } catch (error) {
    if (error instanceof SipError) return null;
    throw error;
  }
}
