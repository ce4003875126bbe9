// Where an error of a parameter points: at its value, or at its name where it has none, whatever stands round it.
import { HEADER_DEFINITIONS, parseSipMessage, SipError, type HeaderDefinition } from '@portico/sip-codec';
import { EXTENSION_DEFINITIONS } from '@portico/sip-codec/extensions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refused, request, wire, wireText } from './wire.js';

/** What breaks the rule of a parameter: its value as it is written, or null for none. */
interface Broken {
  readonly name: string;
  readonly values: readonly (string | null)[];
}

/** A field, what stands in front of its parameters, parameters that it cannot be without, and what to break. */
interface Ruled {
  readonly field: string;
  readonly lead: string;
  readonly needs?: readonly string[];
  /** Its values are a comma list. */
  readonly list?: true;
  /** Other parameters than its own are refused, and it is the whole parameter that is pointed at. */
  readonly closed?: true;
  readonly broken: readonly Broken[];
}

const NO_TOKEN = [null, '"a"', '[::1]'];
const UNQUOTED = [null, 'a', '[::1]'];
const NO_SECONDS = [...NO_TOKEN, 'x', '-1', '4294967296'];
const NO_Q = [...NO_TOKEN, '2', '0.1234', '1.1', '.5'];
const FLAG = ['a', '"a"', '[::1]'];
const TAGGED = [{ name: 'tag', values: NO_TOKEN }];
const Q = [{ name: 'q', values: NO_Q }];

const SECURITY = [
  ...Q,
  { name: 'd-alg', values: NO_TOKEN },
  { name: 'd-qop', values: NO_TOKEN },
  { name: 'd-ver', values: [...UNQUOTED, '"0"', `"${'F'.repeat(32)}"`] },
];

const RULED: readonly Ruled[] = [
  { field: 'From', lead: '"a;tag=[::1]" <sip:a@b;tag=x>', broken: TAGGED },
  { field: 'To', lead: 'sip:a@b', broken: TAGGED },
  {
    field: 'Contact',
    lead: 'J <sip:a@b;q=7?q=5>',
    list: true,
    broken: [...Q, { name: 'expires', values: NO_SECONDS }],
  },
  {
    field: 'Via',
    lead: 'SIP/2.0/UDP a:5060',
    list: true,
    broken: [
      { name: 'ttl', values: [...NO_TOKEN, '256', 'x', '0001'] },
      { name: 'rport', values: ['"5"', '65536', 'x'] },
      { name: 'received', values: [...NO_TOKEN.slice(0, 2), 'host', '1.2.3.256', '[::1'] },
      { name: 'maddr', values: [null, '"a"', '-a', '[1::2::3]', '[g'] },
      { name: 'branch', values: NO_TOKEN },
    ],
  },
  { field: 'Retry-After', lead: '120 (a;duration=x)', broken: [{ name: 'duration', values: NO_SECONDS }] },
  { field: 'Accept', lead: 'text/*', list: true, broken: Q },
  { field: 'Accept-Encoding', lead: 'gzip', list: true, broken: Q },
  { field: 'Accept-Language', lead: 'de', list: true, broken: Q },
  { field: 'Call-Info', lead: '<http://a;purpose=[]>', list: true, broken: [{ name: 'purpose', values: NO_TOKEN }] },
  { field: 'Content-Disposition', lead: 'session', broken: [{ name: 'handling', values: NO_TOKEN }] },
  { field: 'Content-Type', lead: 'text/plain', broken: [{ name: 'charset', values: [null, '[::1]'] }] },
  { field: 'Event', lead: 'presence', broken: [{ name: 'id', values: NO_TOKEN }] },
  {
    field: 'Subscription-State',
    lead: 'active',
    broken: [
      { name: 'reason', values: NO_TOKEN },
      { name: 'expires', values: NO_SECONDS },
      { name: 'retry-after', values: NO_SECONDS },
    ],
  },
  {
    field: 'Identity',
    lead: 'a.b.c',
    needs: [';info=<http://a;alg=b>'],
    broken: [
      { name: 'alg', values: NO_TOKEN },
      { name: 'ppt', values: [null] },
    ],
  },
  {
    field: 'Accept-Contact',
    lead: '*',
    list: true,
    broken: [
      { name: 'require', values: FLAG },
      { name: 'explicit', values: FLAG },
    ],
  },
  { field: 'Answer-Mode', lead: 'Auto', broken: [{ name: 'require', values: FLAG }] },
  { field: 'Priv-Answer-Mode', lead: 'Manual', broken: [{ name: 'require', values: FLAG }] },
  { field: 'Security-Client', lead: 'tls', list: true, broken: SECURITY },
  { field: 'Security-Server', lead: 'tls', list: true, broken: SECURITY },
  { field: 'Security-Verify', lead: 'tls', list: true, broken: SECURITY },
  {
    field: 'P-Charging-Vector',
    lead: 'icid-value=1',
    broken: [{ name: 'transit-ioi', values: UNQUOTED }],
  },
  {
    field: 'P-DCS-Billing-Info',
    lead: '0f/1@a',
    broken: [
      { name: 'rksgroup', values: NO_TOKEN },
      ...['charge', 'calling', 'called', 'routing', 'locroute'].map((name) => ({ name, values: [...UNQUOTED, '"-"'] })),
      { name: 'jip', values: UNQUOTED },
    ],
  },
  {
    field: 'P-DCS-LAES',
    lead: '[::1]:1',
    broken: [
      { name: 'bcid', values: [...NO_TOKEN, 'x', '0'.repeat(49)] },
      { name: 'cccid', values: [...NO_TOKEN, 'x', '0'.repeat(9)] },
      { name: 'content', values: ['-', '"a"'] },
    ],
  },
  {
    field: 'P-DCS-Redirect',
    lead: '"sip:a@b;count=x"',
    broken: [
      { name: 'redirector-uri', values: [...UNQUOTED, '"-"'] },
      { name: 'count', values: [...NO_TOKEN, 'x'] },
    ],
  },
  { field: 'Referred-By', lead: '<sip:a@b;cid=x>', broken: [{ name: 'cid', values: [...UNQUOTED, '"a"', '"a@"'] }] },
  {
    field: 'Replaces',
    lead: 'a@b',
    needs: [';to-tag=a', ';from-tag=b'],
    broken: [{ name: 'early-only', values: FLAG }],
  },
  { field: 'Replaces', lead: 'a@b', needs: [';from-tag=b'], broken: [{ name: 'to-tag', values: NO_TOKEN }] },
  { field: 'Join', lead: 'a@b', needs: [';to-tag=b'], broken: [{ name: 'from-tag', values: NO_TOKEN }] },
  {
    field: 'Target-Dialog',
    lead: 'a@b',
    broken: [
      { name: 'remote-tag', values: NO_TOKEN },
      { name: 'local-tag', values: NO_TOKEN },
    ],
  },
  {
    field: 'History-Info',
    lead: '<sip:a@b;index=x>',
    needs: [';index=1'],
    list: true,
    broken: ['rc', 'mp', 'np'].map((name) => ({ name, values: [null, 'a', '1.', '01', '[::1]'] })),
  },
  { field: 'History-Info', lead: '<sip:a@b>', broken: [{ name: 'index', values: [null, 'a', '01'] }] },
  {
    field: 'Reason',
    lead: 'SIP',
    list: true,
    broken: [
      { name: 'cause', values: [...NO_TOKEN, 'x'] },
      { name: 'text', values: UNQUOTED },
    ],
  },
  {
    field: 'Session-ID',
    lead: '0'.repeat(32),
    broken: [{ name: 'remote', values: [...NO_TOKEN, '0', 'F'.repeat(32)] }],
  },
  {
    field: 'User-to-User',
    lead: '"56;purpose=[]"',
    list: true,
    broken: ['purpose', 'content', 'encoding'].map((name) => ({ name, values: NO_TOKEN })),
  },
  { field: 'Geolocation-Error', lead: '100', broken: [{ name: 'code', values: UNQUOTED }] },
  { field: 'Session-Expires', lead: '1800', broken: [{ name: 'refresher', values: [...NO_TOKEN, 'xx', 'uax'] }] },
  {
    field: 'Feature-Caps',
    lead: '*',
    list: true,
    closed: true,
    broken: [
      { name: 'a', values: [null, 'b', '"c"'] },
      { name: '+b', values: ['c', '"d,"', '"<e"'] },
    ],
  },
];

const DEFINITIONS: readonly HeaderDefinition<unknown>[] = [...HEADER_DEFINITIONS, ...EXTENSION_DEFINITIONS];

function definitionOf(field: string): HeaderDefinition<unknown> {
  const definition = DEFINITIONS.find(({ name }) => name === field);
  if (definition === undefined) throw new Error(`no such field: ${field}`);
  return definition;
}

function failureOf(field: string, text: string): { readonly error: SipError; readonly valueStart: number } {
  const message = parseSipMessage(wire(`OPTIONS sip:a@b SIP/2.0\r\n${field}:${text}\r\n\r\n`));
  const error = refused(() => message.headers.read(definitionOf(field)));
  return { error, valueStart: wireText(message.bytes).indexOf(`${field}:`) + field.length + 1 };
}

/** `SWS`, folds included. */
const space = fc.constantFrom('', '', ' ', '\t ', '\r\n ', ' \r\n\t\r\n  ');

/** Right ones that are easily taken for others, none of which has rules of its own. */
const harmless = fc.uniqueArray(
  fc.constantFrom('x1', 'x2=q', 'x3="q=2;tag=[::1];expires=x,"', 'x4="\\";ttl=999"', 'x5=[::2]', 'qq=0.5', 'tags'),
  { maxLength: 4 },
);

/** What is written in front of the place that the error has to name, and what follows. */
function written({ field, lead, needs = [], list, closed }: Ruled, name: string, value: string | null) {
  // A parameter of Content-Type has a value, and that is no address.
  const others = closed ? fc.constant<string[]>([]) : harmless;
  const right = others.map((all) => (field === 'Content-Type' ? all.filter((one) => /=[q"0]/.test(one)) : all));
  const spaces = fc.array(space, { minLength: 8, maxLength: 8 });
  return fc
    .tuple(right, right, spaces, fc.boolean(), fc.boolean())
    .map(([front, back, blanks, inUpperCase, isSecond]) => {
      let at = 0;
      const blank = (): string => blanks[at++ % blanks.length] as string;
      const before = front.map((one) => `${blank()};${blank()}${one}`).join('');
      const after = back.filter((one) => !front.includes(one)).map((one) => `${blank()};${blank()}${one}`);
      const first = list === true && isSecond ? `${lead}${needs.join('')}${blank()},${blank()}` : '';
      const own = inUpperCase ? name.toUpperCase() : name;
      const start = `${blank()}${first}${lead}${needs.join('')}${before}${blank()};${blank()}`;
      const toValue = value === null ? '' : `${own}${blank()}=${blank()}`;
      const place = closed === true ? start : start + toValue;
      return { place, text: `${start}${toValue}${value ?? own}${after.join('')}` };
    });
}

describe('the error of a parameter points at it', () => {
  it.each(RULED.map((ruled) => [ruled.field, ruled] as const))('%s', (field, ruled) => {
    const cases = fc
      .constantFrom(...ruled.broken)
      .chain(({ name, values }) =>
        fc.constantFrom(...values).chain((value) => written(ruled, name, value).map((made) => ({ value, ...made }))),
      );
    const check = fc.property(cases, ({ value, place, text }) => {
      const { error, valueStart } = failureOf(field, text);
      const at = (error.offset as number) - valueStart;
      // What is wrong inside of an address in brackets is pointed at itself.
      const isInside = value?.startsWith('[') === true && !value.endsWith(']');
      expect([text.slice(0, isInside ? place.length : at), error.field]).toEqual([place, field]);
    });
    fc.assert(check, { numRuns: 60 * ruled.broken.length });
  });

  it.each([
    ['Session-Expires', '1800;a=b;refresher=xx', '1800;a=b;refresher='],
    ['Contact', '<sip:a@b>;q=2', '<sip:a@b>;q='],
    ['Contact', '<sip:a@b>;expires=4294967296;q=1', '<sip:a@b>;expires='],
    ['Contact', '<sip:a@b>;q=1, <sip:c@d>;a;q=7;b', '<sip:a@b>;q=1, <sip:c@d>;a;q='],
    ['From', '<sip:a@b>;x;tag', '<sip:a@b>;x;'],
  ])('%s: %s', (field, text, place) => {
    const { error, valueStart } = failureOf(field, text);
    expect(error.offset).toBe(valueStart + place.length);
  });

  it.each([
    ['Via', 'SIP/2.0/UDP a;x;y=1;', 'X', ';z'],
    ['From', '<sip:a@b>;x;tag=y; ', 'TAG=z', ''],
    ['Accept', 'a/b;x;y;z;a;b;c;d;e;f\r\n ;', 'E', ';g'],
    ['Authorization', 'Digest a="b",\r\n c=d, ', 'A=e', ', f=g'],
    ['P-Access-Network-Info', '3GPP-GERAN;a;"a"; b;', 'a=c', ';d'],
    ['P-Charging-Vector', 'icid-value=a;b;', 'icid-value=c', ''],
  ])('%s: a name that comes twice is pointed at where it comes again', (field, front, again, behind) => {
    const { error, valueStart } = failureOf(field, front + again + behind);
    expect(error.offset).toBe(valueStart + front.length);
    expect(error.expected).toBe(`${again.replace(/=.*/, '')} once`);
  });

  it.each([
    ['Replaces', 'a@b;to-tag=c', ' ; x'],
    ['Join', 'a@b;from-tag=c', ''],
    ['History-Info', '<sip:a@b>;rc=1', ', <sip:b@c>;index=1'],
    ['P-Charging-Vector', 'a="icid-value=c"', ''],
  ])('%s: one that is missing is missed at the end', (field, front, behind) => {
    const { error, valueStart } = failureOf(field, front + behind);
    const end = behind.startsWith(',') ? front : front + behind;
    expect(error.offset).toBe(valueStart + end.length);
  });

  it('what is read of a message and what is read of its text differ in the offset alone', () => {
    const message = request(wire('OPTIONS sip:a@b SIP/2.0\r\nContact: <sip:a@b>;q=2\r\n\r\n'));
    const definition = definitionOf('Contact');
    const { offset, message: _message, ...inMessage } = refused(() => message.headers.read(definition));
    expect(inMessage).toMatchObject({ rule: 'q', got: '0x32' });
    expect(offset).toBe(wireText(message.bytes).indexOf('2\r\n\r\n'));
  });
});
