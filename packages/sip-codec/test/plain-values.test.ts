import * as sip from '@portico/sip-codec';
import {
  canonicalHeaderName,
  CONTACT,
  FROM,
  HEADER_DEFINITIONS,
  parseSipMessage,
  RECORD_ROUTE,
  Scanner,
  SipError,
  VIA,
  type HeaderDefinition,
  type SipMessage,
} from '@portico/sip-codec';
import { messageArbitrary, mutatedStreamArbitrary } from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { TWIN_TIMEOUT, enough, twinRuns, wire } from './wire.js';

function response(lines: readonly string[]): Uint8Array {
  return wire(['SIP/2.0 200 OK', ...lines, '', ''].join('\r\n'));
}

/** What a header says, or the whole of its error. */
function outcome(read: () => unknown, type: typeof SipError = SipError): unknown {
  try {
    return { value: read() };
  } catch (error) {
    if (!(error instanceof type)) throw error;
    return { error: error.message };
  }
}

/** The general readers alone: a scanner without the decoded text of the head has no short way. */
function readGenerally(message: SipMessage, definition: HeaderDefinition<unknown>): unknown {
  const rows = message.headers
    .all(definition.name)
    .map(({ valueStart, valueEnd }) => new Scanner(message.bytes, valueStart, valueEnd, definition.name));
  return rows.length === 0 ? undefined : definition.read(rows);
}

function expectAgreement(message: SipMessage, definitions: readonly HeaderDefinition<unknown>[]): void {
  for (const definition of definitions) {
    expect(outcome(() => message.headers.read(definition))).toEqual(outcome(() => readGenerally(message, definition)));
  }
}

/** Values with a place or two where something was put in, left out or changed. */
const pieces = fc.constantFrom(
  ...[
    ';',
    '=',
    ',',
    ' ',
    '"',
    '<',
    '>',
    ':',
    '@',
    '%41',
    '\\',
    '[::1]',
    '?',
    '\t',
    '\r\n ',
    'é',
    '.',
    '-',
    '1',
    '99999',
  ],
  ...[';tag', ';TAG=a', ';rport=07', ';Rport=5', ';rport="5"', ';received=[::1]', ';received=1.2.3.256', ';ttl=300'],
  ...[';maddr=-', ';lr', ';LR', ';expires=5', ';q=2', ';branch=x', '/', 's', 'sips:', '*'],
);

function alteredArbitrary(values: readonly string[]): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(), fc.nat({ max: 2 }), pieces);
  return fc.tuple(fc.constantFrom(...values), fc.array(change, { maxLength: 3 })).map(([value, changes]) => {
    let text = value;
    for (const [place, removed, piece] of changes) {
      const at = place % (text.length + 1);
      text = text.slice(0, at) + piece + text.slice(at + removed);
    }
    return text;
  });
}

const VIAS = [
  'SIP/2.0/TLS proxy.example.net:5061;branch=z9hG4bK-5;rport;received=203.0.113.9',
  'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa',
  'SIP/2.0/TCP a.example;alias;maddr=b.example;ttl=5, SIP/2.0/TLS c.example:1;x="y z"',
];
const ADDRESSES = [
  '"Anna B." <sip:anna@example.com>;tag=88;q=0.5;expires=60',
  '<sips:example.com:5061;transport=tls;lr;ob>;+sip.instance="<urn:uuid:1>";reg-id=1',
  '<sip:+1415@192.0.2.7;user=phone>, "b" <sip:b;c=d@example.com?subject=x>',
];

describe('the short ways for plain values and the general readers', () => {
  it(
    'agree on every header of 3,000 messages, right and mutated',
    () => {
      const messages = fc.oneof(messageArbitrary(), mutatedStreamArbitrary());
      fc.assert(
        fc.property(messages, (bytes) => expectAgreement(parseSipMessage(bytes), HEADER_DEFINITIONS)),
        twinRuns(3_000),
      );
    },
    TWIN_TIMEOUT,
  );

  it(
    'agree on 10,000 Vias and addresses with small changes, errors and their offsets included',
    () => {
      let values = 0;
      let errors = 0;
      fc.assert(
        fc.property(alteredArbitrary(VIAS), alteredArbitrary(ADDRESSES), (via, address) => {
          const message = parseSipMessage(
            response([`Via: ${via}`, `From: ${address}`, `m: ${address}`, `Record-Route: ${address}`]),
          );
          const definitions: readonly HeaderDefinition<unknown>[] = [VIA, FROM, CONTACT, RECORD_ROUTE];
          expectAgreement(message, definitions);
          for (const definition of definitions) {
            if (message.headers.readIfValid(definition) === undefined) errors++;
            else values++;
          }
        }),
        twinRuns(10_000),
      );
      // The cases reach both outcomes, or they would prove little.
      expect(values).toBeGreaterThan(enough(5_000, 10_000));
      expect(errors).toBeGreaterThan(enough(5_000, 10_000));
    },
    TWIN_TIMEOUT,
  );
});

describe('header names', () => {
  it('in the table are found in the bytes of a message, in any case', () => {
    const names = ['Via', 'From', 'Call-ID', 'i', 'CSeq', 'WWW-Authenticate', 'P-Asserted-Identity', 'MIME-Version'];
    for (const name of [...HEADER_DEFINITIONS.map((definition) => definition.name), ...names]) {
      for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
        const [field] = parseSipMessage(response([`${spelling}: x`])).headers;
        expect(field?.name).toBe(canonicalHeaderName(name));
        expect(field?.known).toBeDefined();
      }
    }
  });
});

describe('a host without TextDecoder', () => {
  it('gives the same values', async () => {
    vi.stubGlobal('TextDecoder', undefined);
    vi.resetModules();
    const bare = await import('@portico/sip-codec');
    vi.unstubAllGlobals();
    const bytes = response(['Via: SIP/2.0/TLS a.example;branch=z9hG4bK1', 'From: "Zoé" <sip:a@b>', 'CSeq: 1 INVITE']);
    const ascii = response([`Via: ${VIAS.join(', ')}`, ...ADDRESSES.map((address) => `Contact: ${address}`)]);
    const definitionsOf = ({ VIA, FROM, CONTACT, CSEQ }: typeof sip): readonly HeaderDefinition<unknown>[] => [
      VIA,
      FROM,
      CONTACT,
      CSEQ,
    ];
    for (const message of [bytes, ascii]) {
      const read = (codec: typeof sip): unknown[] => {
        const { headers } = codec.parseSipMessage(message);
        return definitionsOf(codec).map((definition) => outcome(() => headers.read(definition), codec.SipError));
      };
      expect(read(bare)).toEqual(read(sip));
    }
  });
});
