import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import { createSipEndpoint, type SipEndpoint, type SipEndpointOptions } from '../src/sip/endpoint.js';
import { Registrar } from '../src/sip/registrar.js';

/** A moment for the clock of tests: Sat, 13 Nov 2010 23:29:00 GMT, the Date of RFC 3261 section 20.17. */
export const NOW: number = Date.UTC(2010, 10, 13, 23, 29, 0);

export function endpoint(options: Partial<SipEndpointOptions> = {}): SipEndpoint {
  let counter = 0;
  return createSipEndpoint({
    registrar: new Registrar(),
    random: (length) => new Uint8Array(length).fill(++counter),
    mode: 'stream',
    source: { address: '192.0.2.7', port: 4321 },
    ...options,
  });
}

/** What a request says beyond the defaults below; a header of null is left out, `undefined` is the default. */
export interface RequestChanges {
  readonly method?: string;
  readonly uri?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly extra?: readonly string[];
  readonly body?: string;
}

/** A request that nothing is wrong with, and then some changes. */
export function request({
  method = 'OPTIONS',
  uri,
  version,
  headers = {},
  extra = [],
  body = '',
}: RequestChanges): string {
  const all: Record<string, string | null> = {
    Via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bKa1',
    'Max-Forwards': '70',
    From: '<sip:alice@example.com>;tag=f1',
    To: '<sip:alice@example.com>',
    'Call-ID': 'call-1@client.invalid',
    CSeq: `1 ${method}`,
    'Content-Length': String(asciiToBytes(body).length),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  const line = `${method} ${uri ?? 'sip:example.com'} ${version ?? 'SIP/2.0'}`;
  return `${[line, ...lines, ...extra].join('\r\n')}\r\n\r\n${body}`;
}

/** One answer, taken apart without the codec: tests must not share its mistakes. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly text: string;
  /** All values of a header field, each row one; names in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

export function readAnswer(bytes: Uint8Array): Answer {
  const text = bytesToLatin1(bytes);
  const [head = '', body] = text.split('\r\n\r\n');
  if (body !== '') throw new Error(`an answer has no body: ${text}`);
  const [line = '', ...rows] = head.split('\r\n');
  const status = /^SIP\/2\.0 ([0-9]{3}) (.*)$/.exec(line);
  if (status === null) throw new Error(`no status line: ${line}`);
  const headers = new Map<string, string[]>();
  for (const row of rows) {
    const colon = row.indexOf(':');
    const name = row.slice(0, colon).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), row.slice(colon + 1).trim()]);
  }
  return { status: Number(status[1]), reason: status[2] ?? '', text, headers };
}

/** Sends text, gives the answers. */
export function ask(to: SipEndpoint, text: string, now: number = NOW): Answer[] {
  return to.receive(asciiToBytes(text), now).messages.map(readAnswer);
}

/** Sends a request that has exactly one answer. */
export function askOnce(changes: RequestChanges, to: SipEndpoint = endpoint(), now: number = NOW): Answer {
  const answers = ask(to, request(changes), now);
  if (answers.length !== 1) throw new Error(`${answers.length} answers`);
  return answers[0] as Answer;
}

/** The only value of a header field. */
export function field(answer: Answer, name: string): string | undefined {
  const values = answer.headers.get(name.toLowerCase()) ?? [];
  if (values.length > 1) throw new Error(`${name} stands ${values.length} times`);
  return values[0];
}
