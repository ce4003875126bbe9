import { readFileSync } from 'node:fs';
import {
  AUTHENTICATION_INFO,
  CALL_INFO,
  CONTACT,
  CONTENT_TYPE,
  FROM,
  headerKey,
  KNOWN_METHODS,
  parseHeaderValue,
  reasonPhrase,
  RETRY_AFTER,
  SERVER,
  SUBJECT,
  TIMESTAMP,
  USER_AGENT,
  WARNING,
  type HeaderDefinition,
} from '@portico/sip-codec';
import {
  ACCEPT_CONTACT,
  contactGruus,
  contactInstance,
  contactRegId,
  EVENT,
  EXTENSION_DEFINITIONS,
  FEATURE_CAPS,
  featureTag,
  GEOLOCATION,
  HISTORY_INFO,
  IDENTITY,
  JOIN,
  P_ACCESS_NETWORK_INFO,
  P_ASSERTED_IDENTITY,
  P_CHARGING_VECTOR,
  P_DCS_BILLING_INFO,
  P_DCS_LAES,
  P_DCS_REDIRECT,
  PRIVACY,
  RACK,
  REASON,
  REFERRED_BY,
  REPLACES,
  RESOURCE_PRIORITY,
  SESSION_EXPIRES,
  SESSION_ID,
  SIP_EXTENSIONS,
  SUBSCRIPTION_STATE,
  USER_TO_USER,
  type SipExtension,
} from '@portico/sip-codec/extensions';
import { describe, expect, it } from 'vitest';
import { refused } from './wire.js';

const UUID = 'ab30317f1a784dc48ff824d0d3715d86';

describe('values', () => {
  it('of RFC 3261', () => {
    expect(parseHeaderValue(USER_AGENT, 'Softphone/Beta1.5 (a (b) \\) c) x')).toEqual([
      { type: 'product', name: 'Softphone', version: 'Beta1.5' },
      { type: 'comment', text: 'a (b) \\) c' },
      { type: 'product', name: 'x', version: null },
    ]);
    expect(parseHeaderValue(SERVER, 'a(b)')).toHaveLength(2);
    expect(parseHeaderValue(SUBJECT, '')).toBe('');
    expect(parseHeaderValue(SUBJECT, '  Besprechung: übermorgen\r\n  um zehn \t')).toBe(
      'Besprechung: übermorgen um zehn',
    );
    expect(parseHeaderValue(TIMESTAMP, '54.2 0.01')).toEqual({ time: '54.2', delay: '0.01' });
    expect(parseHeaderValue(TIMESTAMP, '54')).toEqual({ time: '54', delay: null });
    expect(parseHeaderValue(CALL_INFO, '<http://a.example/x;y,z?q> ;purpose=icon, <sip:a@b>')).toMatchObject([
      { uri: { type: 'absolute', scheme: 'http' }, parameters: [{ name: 'purpose', value: 'icon' }] },
      { uri: { type: 'sip' } },
    ]);
    expect(parseHeaderValue(AUTHENTICATION_INFO, 'nextnonce="x,y", qop=auth')).toHaveLength(2);
    expect(WARNING.format([{ code: 7, agent: 'a', text: 'b' }])).toBe('007 a "b"');
    expect(RETRY_AFTER.format(parseHeaderValue(RETRY_AFTER, '5 (a\r\n  b)'))).toBe('5 (a b)');
  });

  it('of the extensions', () => {
    expect(parseHeaderValue(RACK, '776656 1 INVITE')).toEqual({ response: 776_656, cseq: 1, method: 'INVITE' });
    expect(
      parseHeaderValue(REPLACES, '98732@sip.example.com ;from-tag=r33th4x0r;to-tag=ff87ff;early-only'),
    ).toMatchObject({
      callId: '98732@sip.example.com',
      parameters: [{ name: 'from-tag' }, { name: 'to-tag' }, { name: 'early-only', value: null }],
    });
    expect(parseHeaderValue(SESSION_EXPIRES, '4000;refresher=UAC')).toMatchObject({ number: 4000 });
    expect(parseHeaderValue(P_ASSERTED_IDENTITY, '"C" <sip:a@b>, tel:+14085264000')).toMatchObject([
      { displayName: 'C' },
      { uri: { type: 'tel' } },
    ]);
    expect(parseHeaderValue(PRIVACY, 'id ; critical')).toEqual(['id', 'critical']);
    expect(parseHeaderValue(REASON, 'SIP ;cause=200 ;text="Call completed elsewhere", Q.850;cause=16')).toHaveLength(2);
    expect(parseHeaderValue(EVENT, 'presence.winfo;id=7')).toMatchObject({ token: 'presence.winfo' });
    expect(
      parseHeaderValue(IDENTITY, 'eyJ.eyJ-_.x=;info=<https://a.example/c.pem>;alg=ES256;ppt="shaken"'),
    ).toMatchObject([
      { digest: 'eyJ.eyJ-_.x=', info: { type: 'absolute' }, parameters: [{ name: 'alg' }, { name: 'ppt' }] },
    ]);
    expect(parseHeaderValue(HISTORY_INFO, '<sip:b@c?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1')).toHaveLength(1);
    expect(parseHeaderValue(SESSION_ID, `${UUID};remote=${'0'.repeat(32)}`)).toMatchObject({ local: UUID });
    expect(parseHeaderValue(USER_TO_USER, '56a390f3d2b7310023a2;encoding=hex, "x;y"')).toHaveLength(2);
    expect(parseHeaderValue(GEOLOCATION, '<cid:a@b>')).toHaveLength(1);
    expect(parseHeaderValue(P_CHARGING_VECTOR, 'icid-value="x";icid-generated-at=[::1]')).toHaveLength(2);
    expect(parseHeaderValue(P_DCS_LAES, 'a:5060;content=[::1]:7;bcid=aF')).toMatchObject({ signalling: 'a:5060' });
    expect(parseHeaderValue(P_DCS_REDIRECT, '"tel:+12";count=3')).toMatchObject({ called: { type: 'tel' } });
    expect(parseHeaderValue(P_DCS_BILLING_INFO, 'a5/9F@h.example;charge="tel:+12"')).toMatchObject({
      correlationId: 'a5',
      financialEntity: '9F@h.example',
    });
  });

  it.each<readonly [HeaderDefinition<unknown>, string, string]>([
    [RACK, '1 2', 'RAck'],
    [REPLACES, 'a;to-tag=1', 'from-tag'],
    [REPLACES, 'a;to-tag=1;from-tag="2"', 'from-tag'],
    [REPLACES, 'a;to-tag=1;from-tag=2;early-only=yes', 'early-only'],
    [JOIN, 'a;from-tag=2', 'to-tag'],
    [SESSION_EXPIRES, '90;refresher=me', 'refresher'],
    [SESSION_EXPIRES, '4294967296', 'Session-Expires'],
    [SUBSCRIPTION_STATE, 'active;expires=x', 'expires'],
    [SUBSCRIPTION_STATE, 'active;retry-after=4294967296', 'retry-after'],
    [EVENT, 'a..b', 'event-type'],
    [EVENT, '.a', 'event-type'],
    [REASON, 'SIP;cause=abc', 'cause'],
    [REASON, 'SIP;text=abc', 'text'],
    [REFERRED_BY, '<sip:a@b>;cid=x', 'cid'],
    [REFERRED_BY, '<sip:a@b>;cid="x"', 'cid'],
    [IDENTITY, 'abc;alg=ES256', 'info'],
    [IDENTITY, 'abc;info=x', 'ident-info-uri'],
    [IDENTITY, 'abc;alg=ES256;info=<http://a>', 'ident-info'],
    [HISTORY_INFO, '<sip:a@b>', 'index'],
    [HISTORY_INFO, '<sip:a@b>;index=01', 'index'],
    [SESSION_ID, UUID.toUpperCase(), 'sess-uuid'],
    [SESSION_ID, `${UUID}0`, 'sess-uuid'],
    [RESOURCE_PRIORITY, 'dsn.flash.x', 'r-value'],
    [FEATURE_CAPS, '*;audio', 'feature-cap'],
    [FEATURE_CAPS, '*;+sip.pns=apns', 'feature-cap'],
    [FEATURE_CAPS, '*;+a="<b>c>"', 'feature-cap'],
    [P_ACCESS_NETWORK_INFO, '3GPP-GERAN;"a";b;B=1', 'generic-param'],
    [ACCEPT_CONTACT, '*;require=x', 'require'],
    [P_CHARGING_VECTOR, 'orig-ioi=x', 'icid-value'],
    [P_DCS_BILLING_INFO, 'a5/9F@h;charge="x"', 'charge'],
    [P_DCS_REDIRECT, '"x"', 'Called-ID'],
    [P_DCS_REDIRECT, '"\\sip:a@b"', 'Called-ID'],
    [CALL_INFO, 'http://a', 'absoluteURI'],
    [CALL_INFO, '<http://a', 'absoluteURI'],
    [CONTACT, '<sip:a@b>;q', 'q'],
    [CONTACT, '<sip:a@b>;expires', 'expires'],
    [FROM, '<sip:a@b>;tag=[::1]', 'tag'],
    [CALL_INFO, '<http://a>;purpose', 'purpose'],
    [CONTENT_TYPE, 'text/plain;charset', 'm-parameter'],
    [WARNING, '399 a_b:5 "x"', 'hostport'],
    [SUBJECT, 'a\u0001', 'TEXT-UTF8-TRIM'],
    [TIMESTAMP, '.5', 'Timestamp'],
    [USER_AGENT, '', 'product'],
    [USER_AGENT, 'a/', 'product-version'],
  ])('%o: %j is refused at the rule %s', (definition, text, rule) => {
    expect(refused(() => parseHeaderValue(definition, text))).toMatchObject({ rule, status: 400 });
  });
});

describe('values that no parameter of a usual header has', () => {
  it('a feature-capability indicator with escaped brackets comes back as it was (RFC 6809, RFC 3840 section 9)', () => {
    const values = parseHeaderValue(FEATURE_CAPS, '*;+a="<b\\>\\\\\\"c>";+d="x,!y"');
    expect(values).toEqual([
      [
        { name: '+a', value: '<b>\\"c>', quoted: true },
        { name: '+d', value: 'x,!y', quoted: true },
      ],
    ]);
    expect(FEATURE_CAPS.format(values)).toBe('*;+a="<b\\>\\\\\\"c>";+d="x,!y"');
    expect(featureTag(values[0] ?? [], '+a')).toEqual({ type: 'text', text: 'b>\\"c' });
  });

  it('P-Access-Network-Info: quoted strings and addresses that stand for themselves (RFC 7315 section 5.4)', () => {
    const values = parseHeaderValue(
      P_ACCESS_NETWORK_INFO,
      'IEEE-802.11;"a\\"b";[2001:db8::1];network-provided, 3GPP-GERAN',
    );
    expect(values).toEqual([
      {
        token: 'IEEE-802.11',
        parameters: [{ name: 'network-provided', value: null, quoted: false }],
        values: [
          { text: 'a"b', quoted: true },
          { text: '[2001:db8::1]', quoted: false },
        ],
      },
      { token: '3GPP-GERAN', parameters: [], values: [] },
    ]);
    expect(P_ACCESS_NETWORK_INFO.format(values)).toBe('IEEE-802.11;network-provided;"a\\"b";[2001:db8::1], 3GPP-GERAN');
  });
});

describe('parameters of Contact', () => {
  const [contact] = parseHeaderValue(
    CONTACT,
    '<sip:a@b>;reg-id=1;+sip.instance="<urn:uuid:0>";pub-gruu="sip:a@b;gr=x";temp-gruu="sip:t@b;gr";audio;' +
      'methods="INVITE,BYE";description="<a, b>";+e="<a\\>\\<b>";+x="!a,#>=1.5";+bad="a b";+unquoted=x',
  ) as readonly { readonly parameters: Parameters<typeof contactRegId>[0] }[];
  const parameters = contact?.parameters ?? [];

  it('outbound: reg-id and +sip.instance (RFC 5626)', () => {
    expect(contactRegId(parameters)).toBe(1);
    expect(contactInstance(parameters)).toBe('urn:uuid:0');
    expect(contactRegId([])).toBeNull();
    expect(contactInstance([])).toBeNull();
    for (const value of ['0', '2147483648', 'x']) {
      expect(refused(() => contactRegId([{ name: 'reg-id', value, quoted: false }])).rule).toBe('c-p-reg');
    }
    for (const [value, quoted] of [
      ['urn:x', true],
      ['<urn:x>', false],
      ['<a b>', true],
    ] as const) {
      expect(refused(() => contactInstance([{ name: '+sip.instance', value, quoted }])).rule).toBe('c-p-instance');
    }
  });

  it('GRUUs (RFC 5627)', () => {
    expect(contactGruus(parameters)).toMatchObject({ public: { user: 'a' }, temporary: { user: 't' } });
    expect(contactGruus([])).toEqual({ public: null, temporary: null });
    expect(refused(() => contactGruus([{ name: 'pub-gruu', value: 'x', quoted: false }])).rule).toBe('pub-gruu');
  });

  it('feature tags (RFC 3840)', () => {
    expect(featureTag(parameters, 'audio')).toBeNull();
    expect(featureTag(parameters, 'video')).toBeUndefined();
    expect(featureTag(parameters, 'methods')).toEqual({ type: 'list', values: ['INVITE', 'BYE'] });
    expect(featureTag(parameters, 'description')).toEqual({ type: 'text', text: 'a, b' });
    expect(featureTag(parameters, '+e')).toEqual({ type: 'text', text: 'a><b' });
    expect(featureTag(parameters, '+x')).toEqual({ type: 'list', values: ['!a', '#>=1.5'] });
    expect(refused(() => featureTag(parameters, '+bad')).rule).toBe('tag-value-list');
    expect(refused(() => featureTag(parameters, '+unquoted')).rule).toBe('feature-param');
  });
});

describe('the table of extensions', () => {
  const document = readFileSync(new URL('../../../docs/supported.md', import.meta.url), 'utf8');

  it.each(SIP_EXTENSIONS.map((extension) => [extension.rfc, extension] as const))(
    'RFC %i stands in docs/supported.md as it stands in the table',
    (_, extension) => {
      expect(document).toContain(rowOf(extension));
    },
  );

  it('its methods are known to judgeRequest, its statuses have phrases, its headers are each there once', () => {
    for (const { methods = [], statuses = [] } of SIP_EXTENSIONS) {
      for (const method of methods) expect(KNOWN_METHODS).toContain(method);
      for (const status of statuses) expect([status, reasonPhrase(status)]).not.toEqual([status, reasonPhrase(400)]);
    }
    const keys = EXTENSION_DEFINITIONS.map(({ name }) => headerKey(name));
    expect(new Set(keys).size).toBe(keys.length);
    expect(SIP_EXTENSIONS.map(({ rfc }) => rfc)).toEqual(SIP_EXTENSIONS.map(({ rfc }) => rfc).sort((a, b) => a - b));
  });
});

/** One row: RFC, what it defines, yes, where, test. */
function rowOf({ rfc, title, ...parts }: SipExtension): string {
  const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
  const { headers = [], methods = [], optionTags = [], events = [], statuses = [], uriParameters = [] } = parts;
  const what = [
    [headers.length > 0, `header fields ${headers.map(({ name }) => name).join(', ')}`],
    [(parts.headerParameters ?? []).length > 0, `parameters ${code(parts.headerParameters ?? [])}`],
    [uriParameters.length > 0, `URI parameters ${code(uriParameters)}`],
    [methods.length > 0, `methods ${methods.join(', ')}`],
    [events.length > 0, `events ${code(events)}`],
    [optionTags.length > 0, `option tags ${code(optionTags)}`],
    [statuses.length > 0, `statuses ${statuses.join(', ')}`],
  ];
  const said = what.filter(([there]) => there).map(([, text]) => text);
  return `| RFC ${rfc} | ${title}: ${said.join('; ')} | yes | sip-codec \`extensions/\` | \`grammar.test.ts\`, \`extensions.test.ts\` |`;
}
