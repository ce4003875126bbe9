import { readFileSync } from 'node:fs';
import { utf8ToBytes } from '@portico/bytes';
import {
  HEADER_DEFINITIONS,
  parseHeaderValue,
  parseSipMessage,
  SipError,
  type HeaderDefinition,
  type SipMessage,
} from '@portico/sip-codec';
import { EXTENSION_GRAMMAR, productionArbitrary, RFC3261_GRAMMAR } from '@portico/sip-codec/arbitraries';
import { EXTENSION_DEFINITIONS } from '@portico/sip-codec/extensions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbnfRecogniser } from './abnf-recogniser.js';
import { wire, wireText } from './wire.js';

/** Cases for each header: `PROPERTY_SEED=random GRAMMAR_RUNS=2000` looks for new ones. */
const CASES = { numRuns: Number(process.env['GRAMMAR_RUNS'] ?? 60) };
const TIMEOUT = 60_000 + 300 * CASES.numRuns;

/** Every header that has a typed reader; PATH is in both lists. */
const DEFINITIONS: readonly HeaderDefinition<unknown>[] = [
  ...new Set([...HEADER_DEFINITIONS, ...EXTENSION_DEFINITIONS]),
];

const RECOGNISER = new AbnfRecogniser(EXTENSION_GRAMMAR);

/**
 * Rules at which a reader refuses what the grammar alone would let pass, because the text of the RFC bounds it, or
 * because the grammar has a way round its own rule: each named parameter is a generic-param too, and each broken SIP URI
 * an absoluteURI.
 */
// prettier-ignore
const STRICTER_THAN_GRAMMAR: ReadonlySet<string> = new Set([
  // Section 19.1.1: sip and sips URIs have a grammar of their own, and tel has one in RFC 3966.
  'SIP-URI', 'user', 'userinfo', 'password', 'host', 'port', 'IPv6reference', 'IPv6address', 'pname', 'pvalue',
  'uri-parameters', 'hname', 'hvalue', 'header', 'global-number-digits', 'local-number-digits', 'local-number', 'parameter', 'telephone-uri', 'ext', 'isub', 'phone-context',
  // Section 7.3.1: a parameter name comes once.
  'generic-param', 'auth-param',
  // Parameters with a grammar of their own.
  'tag', 'q', 'via-received', 'ttl', 'response-port', 'm-parameter', 'purpose', 'cause', 'text',
  'cid', 'to-tag', 'from-tag', 'early-only', 'remote-tag', 'local-tag', 'refresher', 'id', 'reason', 'expires', 'retry-after',
  'd-alg', 'd-qop', 'd-ver', 'info', 'alg', 'ppt', 'index', 'rc', 'mp', 'np', 'require', 'explicit', 'remote', 'code',
  'icid-value', 'transit-ioi', 'rksgroup', 'charge', 'calling', 'called', 'routing', 'locroute', 'jip', 'bcid', 'cccid',
  'redirector-uri', 'count', 'encoding', 'content', 'duration', 'handling', 'branch', 'received', 'maddr', 'Called-ID', 'feature-cap', 'Billing-Correlation-ID', 'FEID',
  // Section 20: a URI without brackets has no comma, semicolon or question mark.
  'name-addr',
  // A date that does not exist.
  'SIP-date',
]);

/** Fields that chance seldom makes right: they have mandatory parameters, or are dates. */
const OFTEN_REFUSED: ReadonlySet<string> = new Set(['Date', 'Replaces', 'Join', 'History-Info', 'P-DCS-Billing-Info']);

/** A message with just this field, if the text is one field. */
function messageWith(field: string): SipMessage | undefined {
  const message = parseSipMessage(wire(`OPTIONS sip:a@b SIP/2.0\r\n${field}\r\n\r\n`));
  return message.headers.size === 1 && message.headers.faults.length === 0 && message.body.length === 0
    ? message
    : undefined;
}

function outcome(message: SipMessage, definition: HeaderDefinition<unknown>): SipError | null {
  try {
    message.headers.read(definition);
    return null;
  } catch (error) {
    if (error instanceof SipError) return error;
    throw error;
  }
}

/** Whether a field is right by the grammar. Any run of folds is one space (section 7.3.1), and none at the end is its value's. */
function isOfGrammar(name: string, field: string): boolean {
  const line = field.replace(/[ \t\r\n]+$/, '').replace(/(?<!\\)(?:[ \t]*\r\n[ \t]+)+[ \t]*/g, ' ');
  return RECOGNISER.matches(name, line);
}

const NO_LINE_ENDS = [...';,:"\\<>()[]=@%?/ \t*.-a1Z\u0000\u007f\u00c3\u00a9\u00ff'];

/** A field with some characters taken out, put in or changed, none of them in its name or a line end. */
function mutated(field: string): fc.Arbitrary<string> {
  const value = field.indexOf(':') + 1;
  const change = fc.record(
    { at: fc.nat(), kind: fc.constantFrom('insert', 'remove', 'replace'), character: fc.constantFrom(...NO_LINE_ENDS) },
    { noNullPrototype: true },
  );
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce((text, { at, kind, character }) => {
      const from = value + (at % (text.length - value + 1));
      if (/[\r\n]/.test(text.charAt(from))) return text;
      return (
        text.slice(0, from) + (kind === 'remove' ? '' : character) + text.slice(kind === 'insert' ? from : from + 1)
      );
    }, field),
  );
}

describe('typed readers and the grammar', () => {
  it.each(DEFINITIONS.map((definition) => [definition.name, definition] as const))(
    '%s: what the grammar generates is read; format, then parse, gives the value back',
    (name, definition) => {
      let read = 0;
      fc.assert(
        fc.property(productionArbitrary(name), (field) => {
          const message = messageWith(field);
          expect(message, field).toBeDefined();
          if (message === undefined) return;
          const error = outcome(message, definition);
          if (error !== null) {
            if (error.reason !== 'value-out-of-range')
              expect(STRICTER_THAN_GRAMMAR, error.message).toContain(error.rule);
            expect(error.offset).toBeGreaterThanOrEqual('OPTIONS sip:a@b SIP/2.0\r\n'.length);
            return;
          }
          read++;
          const value = message.headers.read(definition);
          const text = definition.format(value);
          // A second time, nothing is left to change.
          const again = parseHeaderValue(definition, text);
          expect(again).toEqual(value);
          expect(definition.format(again)).toBe(text);
          // What was read from one header field can never become two.
          expect(text).not.toMatch(/[\r\n]/);
          // What is written is of the grammar too.
          const written = `${name}: ${wireText(utf8ToBytes(text))}`;
          expect([written, RECOGNISER.matches(name, written)]).toEqual([written, true]);
        }),
        CASES,
      );
      // The cases are not all refused, or they would prove little.
      expect(read).toBeGreaterThan(OFTEN_REFUSED.has(name) ? -1 : 2);
    },
    TIMEOUT,
  );

  let accepted = 0;
  let refused = 0;

  it.each(DEFINITIONS.map((definition) => [definition.name, definition] as const))(
    '%s: nothing is read that the grammar does not generate: every prefix and mutations',
    (name, definition) => {
      const cases = productionArbitrary(name).chain((field) =>
        fc.oneof(
          mutated(field),
          fc
            .nat({ max: Math.max(0, field.length - field.indexOf(':') - 2) })
            .map((cut) => field.slice(0, field.length - cut)),
        ),
      );
      fc.assert(
        fc.property(cases, (field) => {
          // A CR there would belong to the line end.
          const message = field.endsWith('\r') ? undefined : messageWith(field);
          if (message === undefined || !message.headers.has(name)) return;
          const error = outcome(message, definition);
          const isRight = isOfGrammar(name, field);
          if (error === null) {
            accepted++;
            expect(isRight, JSON.stringify(field)).toBe(true);
          } else {
            refused++;
            if (isRight && error.reason !== 'value-out-of-range') {
              expect(STRICTER_THAN_GRAMMAR, `${error.message} in ${JSON.stringify(field)}`).toContain(error.rule);
            }
          }
        }),
        CASES,
      );
    },
    TIMEOUT,
  );

  it('of these cases many are read and many are not', () => {
    expect(accepted).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(500);
  });

  // Each was found by a random run, or is next to one that was.
  it.each([
    ['Contact', 'Contact: *Jim <sip:a@b>', true],
    ['Contact', 'Contact: * <sip:a@b>', true],
    ['Contact', 'Contact: * ', true],
    ['Contact', 'Contact: * x', false],
    ['Contact', 'Contact: *, <sip:a@b>', false],
    ['Warning', 'Warning: 300 a\r\n\t"b"', true],
    ['Warning', 'Warning: 300\t\r\n a "b"', true],
    ['Warning', 'Warning: 300 a\t"b"', false],
    ['Warning', 'Warning: 300 a"b"', false],
    ['Subject', 'Subject: \u00c3\u00a0', true],
    ['Organization', 'Organization: a\\\r\n\t ', true],
    ['Server', 'Server: (a)b (c)d', true],
    ['Server', 'Server: (a', false],
    ['Identity', 'Identity: H;info=<http://a>;alg=b', true],
    ['Identity', 'Identity: H;alg=b;info=<http://a>', false],
    ['Feature-Caps', 'Feature-Caps: *;+a="<b\\>c>"', true],
    ['Feature-Caps', 'Feature-Caps: *;+a="<\\<\\"\\\\>" ; +b', true],
    ['Feature-Caps', 'Feature-Caps: *;+a="<b>c>"', false],
    ['Feature-Caps', 'Feature-Caps: *;+a="\\<b>"', false],
    ['Feature-Caps', 'Feature-Caps: *;+a="\\b"', false],
    ['Feature-Caps', 'Feature-Caps: *;+a="b\\,c"', false],
    ['P-Access-Network-Info', 'P-Access-Network-Info: 3GPP-GERAN;"a\\"b";[::1];c;d=e', true],
    ['P-Access-Network-Info', 'P-Access-Network-Info: 3GPP-GERAN;"a"=b', false],
    ['P-Access-Network-Info', 'P-Access-Network-Info: "3GPP-GERAN"', false],
  ])('%s: reader and grammar agree on %j', (name, field, isRight) => {
    const definition = DEFINITIONS.find((one) => one.name === name);
    const message = messageWith(field);
    if (definition === undefined || message === undefined) throw new Error('no such field');
    expect([outcome(message, definition) === null, isOfGrammar(name, field)]).toEqual([isRight, isRight]);
  });
});

describe('productions', () => {
  it('there is an arbitrary for every rule of section 25, and the recogniser takes what it makes', () => {
    // The names on the left of the RFC's own rules, in its order.
    const names = readFileSync(new URL('fixtures/rfc3261-rules.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    expect(names).toHaveLength(282);
    expect(names.filter((name) => !RFC3261_GRAMMAR.has(name.toLowerCase()))).toEqual([]);
    for (const rule of RFC3261_GRAMMAR.keys()) {
      for (const text of fc.sample(productionArbitrary(rule), 5)) {
        expect([rule, text, RECOGNISER.matches(rule, text)]).toEqual([rule, text, true]);
      }
    }
    expect(() => productionArbitrary('constructor')).toThrow(/no rule/);
  });

  it('whole messages of the grammar are read, header by header, and only refused where the text is stricter', () => {
    let requests = 0;
    fc.assert(
      fc.property(productionArbitrary('SIP-message'), (text) => {
        const message = parseSipMessage(wire(text));
        if (message.type !== 'malformed') requests++;
        for (const definition of HEADER_DEFINITIONS) {
          const error = outcome(message, definition);
          if (error === null || error.reason === 'value-out-of-range' || error.reason === 'header-repeated') continue;
          // An extension-header may have any name, that of a field with a stricter grammar too.
          const fields = message.headers.all(definition.name);
          const isRight = fields.every((field) =>
            RECOGNISER.matches(definition.name, text.slice(field.start, field.valueEnd)),
          );
          if (!isRight) continue;
          // Section 10.2.2: a star stands alone, which the grammar of one field cannot say.
          const values = fields.map((field) => text.slice(field.valueStart, field.valueEnd).trim());
          if (definition.name === 'Contact' && values.length > 1 && values.includes('*')) continue;
          expect(STRICTER_THAN_GRAMMAR, error.message).toContain(error.rule);
        }
      }),
      { numRuns: 200 },
    );
    expect(requests).toBeGreaterThan(100);
  });
});
