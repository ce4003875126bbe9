import type { KeepAliveRole, SipLimits, Strictness } from '@portico/sip-codec';

/** What a framer says, in a form that two framers can be compared by. */
export type Said =
  | { readonly type: 'message'; readonly bytes: readonly number[]; readonly headLength: number }
  | { readonly type: 'keepalive-ping' }
  | { readonly type: 'keepalive-pong' }
  | { readonly type: 'error'; readonly reason: string };

interface TwinOptions {
  readonly keepAlive: KeepAliveRole;
  readonly strictness: Strictness;
  readonly limits: SipLimits;
}

/**
 * The rules of framing on a stream, written down plainly: the whole input as text of one character per byte, regular
 * expressions, no state. Slow, and meant to be read beside docs/sip-strictness.md.
 */
export function frameStreamPlainly(input: Uint8Array, options: TwinOptions): Said[] {
  let rest = textOf(input);
  const said: Said[] = [];
  for (;;) {
    const between = readBetween(rest, options);
    said.push(...between.said);
    rest = between.rest;
    if (between.fault !== undefined) return [...said, { type: 'error', reason: between.fault }];
    if (rest === '') return said;
    const read = readHead(rest, options);
    if (read === 'incomplete') return said;
    if ('reason' in read) return [...said, read];
    const { head, length } = read;
    if (length === undefined && options.strictness === 'strict') return [...said, fail('content-length-missing')];
    const total = head + (length ?? 0);
    if (total > rest.length) return said;
    said.push(message(rest.slice(0, total), head));
    rest = rest.slice(total);
  }
}

/**
 * The rules of one datagram (RFC 3261 section 18.3) or WebSocket message (RFC 7118 section 5), in the same way. A missing
 * length is that of the rest; octets behind the body of a datagram are discarded.
 */
export function frameUnitPlainly(input: Uint8Array, unit: 'datagram' | 'websocket', options: TwinOptions): Said[] {
  const { keepAlive, strictness, limits } = options;
  const whole = textOf(input);
  if (/^[\r\n]*$/.test(whole)) {
    if (unit === 'websocket' && keepAlive === 'answer' && whole === '\r\n\r\n') return [{ type: 'keepalive-ping' }];
    if (unit === 'websocket' && keepAlive === 'ask' && whole === '\r\n') return [{ type: 'keepalive-pong' }];
    return [];
  }
  const text = whole.replace(strictness === 'strict' ? /^(?:\r\n)+/ : /^(?:\r?\n)+/, '');
  if (/^[ \t]/.test(text)) return [fail('fold-before-start-line')];
  const read = readHead(text, options);
  if (read === 'incomplete') return [fail('head-truncated')];
  if ('reason' in read) return [read];
  const rest = text.length - read.head;
  const length = read.length ?? rest;
  if (length > limits.body) return [fail('body-too-large')];
  if (unit === 'websocket' && length !== rest) return [fail('content-length-mismatch')];
  if (length > rest) return [fail('body-truncated')];
  return [message(text.slice(0, read.head + length), read.head)];
}

function textOf(input: Uint8Array): string {
  return Array.from(input, (byte) => String.fromCharCode(byte)).join('');
}

function message(text: string, headLength: number): Said {
  return { type: 'message', bytes: Array.from(text, (character) => character.charCodeAt(0)), headLength };
}

function readBetween(input: string, options: TwinOptions): { said: Said[]; rest: string; fault?: string } {
  const said: Said[] = [];
  let rest = input;
  for (;;) {
    if (options.keepAlive === 'answer' && rest.startsWith('\r\n\r\n')) {
      said.push({ type: 'keepalive-ping' });
      rest = rest.slice(4);
    } else if (rest.startsWith('\r\n')) {
      if (options.keepAlive === 'ask') said.push({ type: 'keepalive-pong' });
      const after = rest.slice(2);
      // A lone CRLF in front of half a CRLF waits; what comes next decides.
      if (options.keepAlive === 'answer' && (after === '' || after === '\r')) return { said, rest: '' };
      if (options.keepAlive === 'answer' && after.startsWith('\r')) return { said, rest: after, fault: 'bare-cr' };
      rest = after;
    } else if (rest.startsWith('\n') && options.strictness === 'lenient') {
      rest = rest.slice(1);
    } else if (rest.startsWith('\n')) {
      return { said, rest, fault: 'bare-lf' };
    } else if (rest === '\r') {
      return { said, rest: '' };
    } else if (rest.startsWith('\r')) {
      return { said, rest, fault: 'bare-cr' };
    } else if (/^[ \t]/.test(rest)) {
      return { said, rest, fault: 'fold-before-start-line' };
    } else {
      return { said, rest };
    }
  }
}

type Failure = { readonly type: 'error'; readonly reason: string };

function fail(reason: string): Failure {
  return { type: 'error', reason };
}

/** Bytes of the head, and what its Content-Length says, if there is one. */
function readHead(
  text: string,
  { strictness, limits }: TwinOptions,
): { head: number; length: number | undefined } | 'incomplete' | Failure {
  let at = 0;
  let lineEnding = '';
  let blockStart = -1;
  let field = 0;
  /** What each Content-Length has behind its name, and null for a line without a name, in order. */
  const lengths: (string | null)[] = [];
  let fields = 0;
  let current = '';
  const finishField = (): void => {
    const match = /^(?:content-length|l)(?![A-Za-z0-9\-.!%*_+`'~])([^]*)$/i.exec(current);
    if (match !== null) lengths.push(match[1] as string);
  };
  for (;;) {
    const isFold = text[at] === ' ' || text[at] === '\t';
    if (at === 0 || !isFold) field = at;
    const lineLimit = field === 0 ? limits.startLine : field + limits.headerLine;
    const blockLimit = field === 0 ? Infinity : blockStart + limits.headerBlock;
    const allowed = Math.min(lineLimit, blockLimit);
    const tooLong =
      field === 0 ? 'start-line-too-long' : lineLimit <= blockLimit ? 'header-line-too-long' : 'header-block-too-large';

    let end = at;
    while (end < text.length && text[end] !== '\r' && text[end] !== '\n') end++;
    if (end > at && end > allowed) return fail(tooLong);
    if (end === text.length || text.slice(end) === '\r') return 'incomplete';
    const ending = text.startsWith('\r\n', end) ? '\r\n' : (text[end] as string);
    if (ending === '\r') return fail('bare-cr');
    if (lineEnding === '' && ending === '\n' && strictness === 'strict') return fail('bare-lf');
    if (lineEnding !== '' && lineEnding !== ending) return fail('mixed-line-ends');
    lineEnding = ending;
    const line = text.slice(at, end);
    const next = end + ending.length;

    if (line === '') {
      finishField();
      at = next;
      break;
    }
    if (blockStart < 0) blockStart = next;
    else if (isFold) {
      if (fields === 0) return fail('fold-after-start-line');
      current += `\n${line}`;
    } else {
      finishField();
      fields++;
      if (fields > limits.headerCount) return fail('too-many-headers');
      // message-header = field-name HCOLON …, and a field-name is a token.
      if (strictness === 'strict' && !/^[A-Za-z0-9\-.!%*_+`'~]/.test(line)) lengths.push(null);
      current = line;
    }
    at = next;
  }

  let length: number | undefined;
  for (const value of lengths) {
    if (value === null) return fail('field-without-name');
    // HCOLON: spaces and tabs before the colon, folds only after it.
    const match = /^[ \t]*:[ \t\n]*([0-9]{1,10})[ \t\n]*$/.exec(value);
    if (match === null) return fail('content-length-malformed');
    const number = Number(match[1]);
    if (length !== undefined && (strictness === 'strict' || length !== number)) return fail('content-length-repeated');
    length ??= number;
  }
  if (length !== undefined && length > limits.body) return fail('body-too-large');
  return { head: at, length };
}
