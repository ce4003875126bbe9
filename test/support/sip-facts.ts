import { addressTag, CALL_ID, CSEQ, FROM, parseSipMessage, SipError, TO, VIA, viaBranch } from '@portico/sip-codec';
import { messageParsers } from '../../bench/sip/peers.mjs';

/** What a reader makes of a request; a fact that it does not give is missing. Null: it refuses the request. */
export type Facts = Readonly<Record<string, unknown>> | null;

export interface Reader {
  readonly name: string;
  readonly read: (message: Buffer) => Facts;
}

/** Ours, by the strict rules. */
export function readOurs(bytes: Uint8Array): Facts {
  const message = parseSipMessage(bytes);
  if (message.type !== 'request') return null;
  const { headers } = message;
  try {
    const [vias, from, to, cseq] = [headers.read(VIA), headers.read(FROM), headers.read(TO), headers.read(CSEQ)];
    const [via] = vias ?? [];
    if (via === undefined || from === undefined || to === undefined || cseq === undefined) return null;
    return {
      method: message.method,
      'Request-URI': message.requestUri,
      'Call-ID': headers.read(CALL_ID),
      'CSeq number': cseq.number,
      'CSeq method': cseq.method,
      'From tag': addressTag(from) ?? null,
      'To tag': addressTag(to) ?? null,
      branch: viaBranch(via) ?? null,
      Vias: vias?.length,
      body: new TextDecoder().decode(message.body),
    };
  } catch (error) {
    if (error instanceof SipError) return null;
    throw error;
  }
}

// What other packages give has no types here.
/* eslint-disable @typescript-eslint/no-explicit-any */
const FACTS: Readonly<Record<string, (result: any) => Facts>> = {
  sip: ({ method, uri, headers, content }) => ({
    method,
    'Request-URI': uri,
    'Call-ID': headers['call-id'],
    'CSeq number': headers.cseq?.seq,
    'CSeq method': headers.cseq?.method,
    'From tag': headers.from?.params?.tag ?? null,
    'To tag': headers.to?.params?.tag ?? null,
    branch: headers.via?.[0]?.params?.branch ?? null,
    Vias: headers.via?.length,
    body: content,
  }),
  // This one reads values when they are asked for, each by itself.
  'drachtio-srf': ({ method, uri, headers, body }) => ({
    method,
    'Request-URI': uri,
    'Call-ID': headers['call-id'],
    'CSeq number': Number(headers.cseq?.split(' ')[0]),
    'CSeq method': headers.cseq?.split(' ')[1],
    body,
  }),
  jssip: (result) => factsOfKin(result, result.call_id, result.from_tag, result.to_tag, result.via_branch),
  'sip.js': (result) => factsOfKin(result, result.callId, result.fromTag, result.toTag, result.viaBranch),
};

function factsOfKin(result: any, callId: unknown, from: unknown, to: unknown, branch: unknown): Facts {
  return {
    method: result.method,
    'Request-URI': String(result.ruri),
    'Call-ID': callId,
    'CSeq number': result.cseq,
    'CSeq method': result.headers.CSeq?.[0]?.parsed?.method,
    'From tag': from || null,
    'To tag': to || null,
    branch: branch ?? null,
    Vias: result.headers.Via?.length,
    body: result.body ?? '',
  };
}

/** The parsers of npm that the benchmarks compare ours with. */
export async function otherReaders(): Promise<readonly Reader[]> {
  const parsers = (await messageParsers()) as readonly { name: string; parse: (message: Buffer) => unknown }[];
  return parsers.map(({ name, parse }) => ({
    name,
    read: (message) => {
      try {
        const result = parse(message);
        return result === undefined || result === null ? null : (FACTS[name]?.(result) ?? null);
      } catch {
        return null;
      }
    },
  }));
}
