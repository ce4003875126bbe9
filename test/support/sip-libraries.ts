import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  addressTag,
  CALL_ID,
  CONTENT_LENGTH,
  createSipFramer,
  CSEQ,
  FROM,
  parseSipMessage,
  SipError,
  TO,
  VIA,
  viaBranch,
} from '@portico/sip-codec';

/** What a reader makes of a message, as text by the name of the fact; or the rule at which it refuses it. */
export type LibraryFacts = ReadonlyMap<string, string> | { readonly refused: string };

/** A SIP library in C, if there is a compiler and its header files are installed. */
export interface SipLibrary {
  readonly name: string;
  readonly read: (messages: readonly Uint8Array[]) => readonly LibraryFacts[];
}

const SOURCES = fileURLToPath(new URL('../interop/sip-readers/', import.meta.url));

/** What to link with, by pkg-config where the library has a file for it. */
const LIBRARIES: readonly {
  readonly name: string;
  readonly source: string;
  readonly flags: () => readonly string[];
}[] = [
  { name: 'libosip2', source: 'osip.c', flags: () => ['-losipparser2'] },
  {
    name: 'sofia-sip',
    source: 'sofia.c',
    flags: () =>
      execFileSync('pkg-config', ['--cflags', '--libs', 'sofia-sip-ua'], { encoding: 'utf8', stdio: 'pipe' })
        .trim()
        .split(/\s+/),
  },
];

/** Builds a small program over each library; those that cannot be built are not there. */
export function sipLibraries(): readonly SipLibrary[] {
  const folder = mkdtempSync(join(tmpdir(), 'sip-readers-'));
  return LIBRARIES.flatMap(({ name, source, flags }) => {
    const program = join(folder, name);
    try {
      execFileSync('cc', ['-O1', '-o', program, join(SOURCES, source), ...flags()], { stdio: 'pipe' });
    } catch {
      return [];
    }
    return [{ name, read: (messages: readonly Uint8Array[]) => readBy(program, messages) }];
  });
}

function readBy(program: string, messages: readonly Uint8Array[]): readonly LibraryFacts[] {
  const input = messages.flatMap((message) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    return [length, message];
  });
  const { stdout } = spawnSync(program, { input: Buffer.concat(input), maxBuffer: 1 << 28 });
  const lines = stdout.toString('latin1').split('\n').slice(0, -1);
  if (lines.length !== messages.length) throw new Error(`${lines.length} answers to ${messages.length} messages`);
  return lines.map((line) => {
    const [verdict, ...facts] = line.split(' ');
    if (verdict !== 'accepted') return { refused: verdict === 'refused' ? 'refused' : 'no answer' };
    return new Map(
      facts.map((fact) => {
        const [key = '', hex = ''] = fact.split('=');
        const text = Buffer.from(hex, 'hex').toString('latin1');
        return [key.replaceAll('_', ' '), normal(key, text)];
      }),
    );
  });
}

/** The same fact in the same letters: numbers without leading zeros, addresses without brackets. */
function normal(key: string, text: string): string {
  if (/^(?:CSeq_number|Content-Length|sent-by_port)$/.test(key) && /^\d+$/.test(text)) return String(Number(text));
  return key === 'sent-by_host' ? text.replace(/^\[(.*)\]$/, '$1') : text;
}

/** Ours, by the strict rules, of one datagram. */
export function readDatagram(bytes: Uint8Array): LibraryFacts {
  const [item] = createSipFramer({ mode: 'datagram' }).push(bytes);
  if (item === undefined || item.type !== 'message') {
    return { refused: item?.type === 'error' ? item.error.reason : 'nothing' };
  }
  const message = parseSipMessage(item);
  if (message.type === 'malformed') return { refused: message.error.rule ?? message.error.reason };
  const { headers } = message;
  const facts = new Map<string, string>();
  const put = (name: string, value: string | number | null | undefined): void => {
    if (value !== undefined && value !== null) facts.set(name, String(value));
  };
  if (headers.faults[0] !== undefined) return { refused: headers.faults[0].rule ?? headers.faults[0].reason };
  try {
    if (message.type === 'request') {
      put('method', message.method);
      void message.uri;
      put('Request-URI', Buffer.from(message.requestUri).toString('latin1'));
    } else {
      put('status', message.status);
      put('reason', Buffer.from(message.reason).toString('latin1'));
    }
    const vias = headers.read(VIA);
    const via = vias?.[0];
    put('Vias', vias?.length ?? 0);
    if (via !== undefined) {
      put('protocol', `${via.protocol}/${via.version}/${via.transport}`);
      put('sent-by host', via.host.text.replace(/^\[(.*)\]$/, '$1'));
      put('sent-by port', via.port);
      put('branch', viaBranch(via));
    }
    const [from, to, cseq] = [headers.read(FROM), headers.read(TO), headers.read(CSEQ)];
    put('From tag', from && addressTag(from));
    put('To tag', to && addressTag(to));
    put('Call-ID', headers.read(CALL_ID));
    if (message.type === 'request' && cseq !== undefined && cseq.method !== message.method) {
      return { refused: 'cseq-method-mismatch' };
    }
    put('CSeq number', cseq?.number);
    put('CSeq method', cseq?.method);
    put('Content-Length', headers.read(CONTENT_LENGTH));
    put('fields', headers.size);
    put('body length', message.body.length);
  } catch (error) {
    if (error instanceof SipError) return { refused: error.rule ?? error.reason };
    throw error;
  }
  return facts;
}
