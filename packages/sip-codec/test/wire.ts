import {
  createSipFramer,
  parseSipMessage,
  SipError,
  SipRequest,
  type SipFramerOptions,
  type SipItem,
} from '@portico/sip-codec';

/**
 * How many cases a comparison with a plain twin looks at: so many in `npm test`, and as many as the environment variable
 * TWIN_RUNS says at night.
 */
export function twinRuns(usual: number): { readonly numRuns: number } {
  const { TWIN_RUNS } = process.env;
  return { numRuns: TWIN_RUNS === undefined ? usual : Number(TWIN_RUNS) };
}

/** How many of the cases must have come to one outcome, if it is so many of the usual ones: else they would prove little. */
export function enough(ofUsual: number, usual: number): number {
  return Math.floor((ofUsual * twinRuns(usual).numRuns) / usual);
}

/** Milliseconds that such a comparison may take; some ten of them are used for each case on a busy machine. */
export const TWIN_TIMEOUT: number = 300_000 + 20 * Number(process.env['TWIN_RUNS'] ?? 0);

/** Text to bytes, one byte for each character up to U+00FF: tests write control characters and broken UTF-8 so. */
export function wire(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function wireText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** Whether a head has its empty line, and no white space in front of its first field: else no line can be put in. */
export function isWholeHead(bytes: Uint8Array): boolean {
  const rows = wireText(bytes)
    .replace(/^[\r\n]+/, '')
    .split(/\r?\n/);
  // Behind the last line end there is no line.
  return rows.slice(1, -1).includes('') && !/^[ \t]/.test(rows[1] as string);
}

/** A right OPTIONS with these fields instead of the usual ones where the names are the same, and others after them. */
export function options(fields: Readonly<Record<string, string | null>> = {}, body = ''): Uint8Array {
  const usual: Record<string, string | null> = {
    Via: 'SIP/2.0/TLS client.example.com;branch=z9hG4bKabc',
    'Max-Forwards': '70',
    From: '<sip:alice@example.com>;tag=1',
    To: '<sip:bob@example.com>',
    'Call-ID': 'x@client',
    CSeq: '1 OPTIONS',
    'Content-Length': String(body.length),
  };
  const all = Object.entries({ ...usual, ...fields }).filter(([, value]) => value !== null);
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`);
  return wire(`OPTIONS sip:bob@example.com SIP/2.0\r\n${lines.join('')}\r\n${body}`);
}

export function request(bytes: Uint8Array): SipRequest {
  const message = parseSipMessage(bytes);
  if (message.type !== 'request') throw new Error(`expected a request, got ${message.type}`);
  return message;
}

/** The error with which a call refuses; it has to be ours. */
export function refused(run: () => unknown): SipError {
  try {
    run();
  } catch (error) {
    if (error instanceof SipError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** What a framer says to the bytes, whole and byte by byte, which has to be the same. */
export function said(options: SipFramerOptions, text: string): string[] {
  const whole = createSipFramer(options).push(wire(text)).map(say);
  if (options.mode === 'stream') {
    const framer = createSipFramer(options);
    const single = Array.from(wire(text)).flatMap((byte) => framer.push(Uint8Array.of(byte)).map(say));
    if (single.join('|') !== whole.join('|')) throw new Error(`byte by byte: ${single.join()}, whole: ${whole.join()}`);
  }
  return whole;
}

function say(item: SipItem): string {
  switch (item.type) {
    case 'message':
      return `message ${item.headLength}+${item.length - item.headLength}`;
    case 'error':
      return item.error.reason;
    case 'keepalive-ping':
    case 'keepalive-pong':
      return item.type.slice('keepalive-'.length);
  }
}
