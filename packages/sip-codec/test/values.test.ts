import {
  ACCEPT,
  ALLOW,
  AUTHORIZATION,
  CALL_ID,
  CONTACT,
  CONTENT_LENGTH,
  CONTENT_TYPE,
  CSEQ,
  DATE,
  EXPIRES,
  formatUri,
  FROM,
  getParameter,
  isHostname,
  isIpv4Address,
  isIpv6Address,
  MAX_FORWARDS,
  MIME_VERSION,
  parseHeaderValue,
  parseUri,
  REQUIRE,
  RETRY_AFTER,
  ROUTE,
  SUPPORTED,
  TO,
  unescapeUri,
  uriParameter,
  VIA,
  WARNING,
  type HeaderDefinition,
} from '@portico/sip-codec';
import { hostArbitrary, quotedStringArbitrary, sipUriArbitrary, tokenArbitrary } from '@portico/sip-codec/arbitraries';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refused, wireText } from './wire.js';

describe('URIs', () => {
  it('parse and format give the text back', () => {
    fc.assert(
      fc.property(sipUriArbitrary(), (text) => {
        expect(formatUri(parseUri(text))).toBe(text.replace(/^SIP:/, 'sip:'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('have user, password, host, port, parameters and headers', () => {
    const uri = parseUri('sips:al%69ce:p%3Aw@[2001:db8::1]:5061;transport=tls;lr;%6Cx=%41?subject=a%20b&to=');
    expect(uri).toEqual({
      type: 'sip',
      scheme: 'sips',
      user: 'al%69ce',
      password: 'p%3Aw',
      host: { type: 'ipv6', text: '[2001:db8::1]' },
      port: 5061,
      parameters: [
        { name: 'transport', value: 'tls' },
        { name: 'lr', value: null },
        { name: '%6Cx', value: '%41' },
      ],
      headers: [
        { name: 'subject', value: 'a%20b' },
        { name: 'to', value: '' },
      ],
    });
    expect(uriParameter(uri, 'LR')).toBeNull();
    expect(uriParameter(uri, 'lx')).toBe('%41');
    expect(uriParameter(uri, 'maddr')).toBeUndefined();
  });

  it('a semicolon or a question mark in front of @ belongs to the user', () => {
    expect(parseUri('sip:user;par=u%40x@example.com')).toMatchObject({ user: 'user;par=u%40x', parameters: [] });
    expect(parseUri('sip:a?b@example.com')).toMatchObject({ user: 'a?b', headers: [] });
  });

  it('escapes are decoded exactly once, NUL included', () => {
    expect(wireText(unescapeUri('%2541%00'))).toBe('%41\0');
    expect(wireText(unescapeUri('100%'))).toBe('100%');
    expect(wireText(unescapeUri('%4'))).toBe('%4');
    expect(wireText(unescapeUri('%zz%C3%A9'))).toBe('%zz\xc3\xa9');
  });

  it('other schemes are kept whole; tel is read', () => {
    expect(parseUri('HTTP://example.com/a?b=c')).toEqual({
      type: 'absolute',
      scheme: 'http',
      rest: '//example.com/a?b=c',
    });
    expect(parseUri('tel:+1-201-555-0123;ext=12')).toEqual({
      type: 'tel',
      number: '+1-201-555-0123',
      parameters: [{ name: 'ext', value: '12' }],
    });
    expect(formatUri(parseUri('tel:7042;phone-context=example.com'))).toBe('tel:7042;phone-context=example.com');
  });

  it.each([
    ['', 'scheme'],
    ['sip', 'scheme'],
    ['1sip:a', 'scheme'],
    ['sip:', 'host'],
    ['sip:@host', 'user'],
    ['sip:a@', 'host'],
    ['sip:a b@host', 'userinfo'],
    ['sip:a%4@host', 'user'],
    ['sip:a%gg@host', 'user'],
    ['sip:a@b@c', 'SIP-URI'],
    ['sip:a:b:c@host', 'userinfo'],
    ['sip:host:', 'port'],
    ['sip:host:65536', 'port'],
    ['sip:host:50 60', 'SIP-URI'],
    ['sip:host;', 'pname'],
    ['sip:host;a=', 'pvalue'],
    ['sip:host;lr;LR', 'uri-parameters'],
    ['sip:host;lr;%6Cr', 'uri-parameters'],
    ['sip:host?', 'hname'],
    ['sip:host?a', 'header'],
    ['sip:2001:db8::1', 'host'],
    ['sip:[2001:db8::1', 'IPv6reference'],
    ['sip:[fe80::1%25eth0]', 'IPv6reference'],
    ['sip:[::1]]', 'SIP-URI'],
    ['sip:1.2.3', 'host'],
    ['sip:1.2.3.256', 'host'],
    ['sip:-a.com', 'host'],
    ['sip:a-.com', 'host'],
    ['sip:a..com', 'host'],
    ['sip:a.1com', 'host'],
    ['sip:a_b.com', 'SIP-URI'],
    ['sip:é@host', 'user'],
    ['sip:host>', 'SIP-URI'],
    ['http:', 'absoluteURI'],
    ['http:a b', 'absoluteURI'],
    ['tel:', 'local-number-digits'],
    ['tel:+', 'global-number-digits'],
    ['tel:--', 'local-number-digits'],
    ['tel:7042', 'local-number'],
    ['tel:+12;a=1;A=2', 'parameter'],
  ])('%j is refused at the rule %s', (text, rule) => {
    expect(refused(() => parseUri(text))).toMatchObject({ reason: 'uri-syntax', level: 'uri', status: 400, rule });
  });

  it('host names: labels of letters, digits and inner hyphens, the last one beginning with a letter', () => {
    for (const good of ['a', 'a.', '1.a', 'a--b.c1', 'x.y-z.', '1.2.3.4a.b'])
      expect([good, isHostname(good)]).toEqual([good, true]);
    for (const bad of ['', '.', 'a..', '.a', 'a.-b', 'a-', 'a-.b', '-a', '1', 'a.1', 'a_b', 'a b', 'é', '1.2.3.4']) {
      expect([bad, isHostname(bad)]).toEqual([bad, false]);
    }
    for (const bad of ['1.2.3', '1.2.3.4.5', '1..2.3', '1.2.3.', '.1.2.3', '1.2.3.256', '1.2.3.0004', '1.2.3.4 ']) {
      expect([bad, isIpv4Address(bad)]).toEqual([bad, false]);
    }
    expect(isIpv4Address('000.1.22.255')).toBe(true);
  });

  it('a parameter that comes twice is refused among few and among many', () => {
    const many = Array.from({ length: 40 }, (_, index) => `;p${index}`).join('');
    expect(parseHeaderValue(FROM, `<sip:a@b>${many}`).parameters).toHaveLength(40);
    for (const again of [';P3', ';p20', ';P39=x'])
      expect(refused(() => parseHeaderValue(FROM, `<sip:a@b>${many}${again}`)).rule).toBe('generic-param');
  });

  it('IPv6 addresses: eight groups, one run of zeros, IPv4 at the end, and the third colon of RFC 5118 section 4.10', () => {
    for (const good of [
      '::',
      '::1',
      '1::',
      '1:2:3:4:5:6:7:8',
      '::ffff:192.0.2.1',
      '1:2:3:4:5:6:1.2.3.4',
      '2001:db8:::192.0.2.1',
      '1::2:3:4:5:6:7',
    ]) {
      expect([good, isIpv6Address(good)]).toEqual([good, true]);
    }
    for (const bad of [
      '',
      ':',
      ':::',
      '1',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      '12345::',
      '::g',
      '::1.2.3',
      '::256.0.0.1',
      '1.2.3.4',
      '1:2:3:4:5:6:7::8',
      '1.2.3.4::',
      '1:2:3:4:5:6:7:1.2.3.4',
    ]) {
      expect([bad, isIpv6Address(bad)]).toEqual([bad, false]);
    }
  });
});

describe('typed headers', () => {
  it('Via: protocol, transport, sent-by, parameters, with white space wherever the grammar has it', () => {
    const vias = parseHeaderValue(
      VIA,
      'SIP / 2.0 / TLS   a.example.com : 5061 ; branch = z9hG4bK1 ;rport, SIP/2.0/UDP [::1];received=::2;ttl=3',
    );
    expect(vias.map(({ transport, host, port }) => [transport, host.text, port])).toEqual([
      ['TLS', 'a.example.com', 5061],
      ['UDP', '[::1]', null],
    ]);
    expect(getParameter(vias[0]?.parameters ?? [], 'BRANCH')).toBe('z9hG4bK1');
    expect(getParameter(vias[0]?.parameters ?? [], 'rport')).toBeNull();
    expect(getParameter(vias[1]?.parameters ?? [], 'received')).toBe('::2');
  });

  it('From and To: display names as tokens and quoted strings, parameters after the brackets', () => {
    expect(parseHeaderValue(TO, '"A \\"B\\" C" <sip:a@b;x=1>;tag=t;y="q;,"')).toMatchObject({
      displayName: 'A "B" C',
      uri: { parameters: [{ name: 'x', value: '1' }] },
      parameters: [
        { name: 'tag', value: 't', quoted: false },
        { name: 'y', value: 'q;,', quoted: true },
      ],
    });
    expect(parseHeaderValue(FROM, 'J  Rosenberg <sip:a@b>')).toMatchObject({ displayName: 'J Rosenberg' });
    expect(parseHeaderValue(FROM, 'caller<sip:a@b>')).toMatchObject({ displayName: 'caller' });
    expect(parseHeaderValue(FROM, '<sip:a@b>')).toMatchObject({ displayName: null });
  });

  it('without brackets parameters belong to the header field', () => {
    expect(parseHeaderValue(FROM, 'sip:a@b;tag=1')).toMatchObject({
      uri: { parameters: [] },
      parameters: [{ name: 'tag', value: '1' }],
    });
  });

  it('Contact: a list with q and expires, or a star', () => {
    expect(parseHeaderValue(CONTACT, '*')).toBe('*');
    const contacts = parseHeaderValue(CONTACT, '"a, b" <sip:a@b>;q=0.5;expires=60, sip:c@d;expires=0, <tel:+12>');
    expect(contacts).toMatchObject([
      { q: 0.5, expires: 60 },
      { q: null, expires: 0 },
      { q: null, expires: null, uri: { type: 'tel' } },
    ]);
  });

  it('numbers, tokens, media types, dates', () => {
    expect(parseHeaderValue(CSEQ, '0009  INVITE')).toEqual({ number: 9, method: 'INVITE' });
    expect(parseHeaderValue(CSEQ, '2147483647 A')).toEqual({ number: 2_147_483_647, method: 'A' });
    expect(parseHeaderValue(MAX_FORWARDS, '0255')).toBe(255);
    expect(parseHeaderValue(EXPIRES, '4294967295')).toBe(4_294_967_295);
    expect(parseHeaderValue(CONTENT_LENGTH, '150')).toBe(150);
    expect(parseHeaderValue(MIME_VERSION, '1.0')).toBe('1.0');
    expect(parseHeaderValue(CALL_ID, 'a<b>"c"@[x]')).toBe('a<b>"c"@[x]');
    expect(parseHeaderValue(SUPPORTED, '')).toEqual([]);
    expect(parseHeaderValue(ALLOW, 'INVITE , ACK')).toEqual(['INVITE', 'ACK']);
    expect(parseHeaderValue(CONTENT_TYPE, 'Application / SDP ;charset="utf-8"')).toMatchObject({
      type: 'application',
      subtype: 'sdp',
    });
    expect(parseHeaderValue(ACCEPT, 'text/*;q=0.3, */*')).toHaveLength(2);
    expect(parseHeaderValue(DATE, 'Sat, 13 Nov 2010 23:29:00 GMT')).toBe(1_289_690_940_000);
    expect(parseHeaderValue(RETRY_AFTER, '3600 (a \\) (b) c);duration=9')).toMatchObject({
      seconds: 3600,
      comment: 'a \\) (b) c',
    });
    expect(parseHeaderValue(WARNING, '307 isi.edu:5060 "no \\"x\\"", 301 [::1] "y"')).toEqual([
      { code: 307, agent: 'isi.edu:5060', text: 'no "x"' },
      { code: 301, agent: '[::1]', text: 'y' },
    ]);
    expect(parseHeaderValue(AUTHORIZATION, 'Digest username="a, b", nc=00000001')).toMatchObject([
      { scheme: 'Digest', parameters: [{ name: 'username', value: 'a, b' }, { name: 'nc' }] },
    ]);
  });

  const refusals: readonly (readonly [HeaderDefinition<unknown>, string, string])[] = [
    [VIA, '', 'protocol-name'],
    [VIA, 'SIP/2.0', 'sent-protocol'],
    [VIA, 'SIP/2.0/UDP', 'via-parm'],
    [VIA, 'SIP/2.0/UDP a;', 'generic-param'],
    [VIA, 'SIP/2.0/UDP a;;b', 'generic-param'],
    [VIA, 'SIP/2.0/UDP a,', 'protocol-name'],
    [VIA, 'SIP/2.0/UDP a;branch=', 'via-branch'],
    [VIA, 'SIP/2.0/UDP a;branch=1;Branch=2', 'generic-param'],
    [VIA, 'SIP/2.0/UDP a;ttl=256', 'ttl'],
    [VIA, 'SIP/2.0/UDP a;rport=65536', 'response-port'],
    [VIA, 'SIP/2.0/UDP a;received=b.c', 'via-received'],
    [VIA, 'SIP/2.0/UDP a:65536', 'port'],
    [VIA, 'SIP/2.0/UDP a b', 'Via'],
    [FROM, '', 'scheme'],
    [FROM, '"a <sip:b@c>', 'quoted-string'],
    [FROM, '"a" sip:b@c', 'name-addr'],
    [FROM, 'Bell, A <sip:b@c>', 'display-name'],
    [FROM, 'a b', 'display-name'],
    [FROM, '<sip:b@c', 'name-addr'],
    [FROM, '<sip:b@c>>', 'From'],
    [FROM, '< sip:b@c>', 'scheme'],
    [FROM, '<sip:b@c>;tag', 'tag'],
    [FROM, '<sip:b@c>;tag="x"', 'tag'],
    [FROM, '<sip:b@c>;tag=a@b', 'From'],
    [CONTACT, '', 'scheme'],
    [CONTACT, '*, *', 'display-name'],
    [CONTACT, '<sip:a@b>,,<sip:c@d>', 'scheme'],
    [CONTACT, 'sip:a@b?c=d', 'name-addr'],
    [CONTACT, '<sip:a@b>;q=2', 'q'],
    [CONTACT, '<sip:a@b>;q=0.1234', 'q'],
    [CONTACT, '<sip:a@b>;q', 'q'],
    [CONTACT, '<sip:a@b>;expires=x', 'expires'],
    [CONTACT, '<sip:a@b>;expires=4294967296', 'expires'],
    [ROUTE, 'sip:a@b', 'name-addr'],
    [CSEQ, '1', 'CSeq'],
    [CSEQ, '1INVITE', 'CSeq'],
    [CSEQ, '-1 INVITE', 'CSeq'],
    [CSEQ, '2147483648 A', 'CSeq'],
    [CSEQ, '1 INVITE x', 'CSeq'],
    [MAX_FORWARDS, '256', 'Max-Forwards'],
    [MAX_FORWARDS, '', 'Max-Forwards'],
    [EXPIRES, '4294967296', 'delta-seconds'],
    [EXPIRES, '99999999999999999999999999', 'delta-seconds'],
    [CALL_ID, 'a@b@c', 'Call-ID'],
    [CALL_ID, '', 'word'],
    [REQUIRE, '', 'token'],
    [REQUIRE, 'a,,b', 'token'],
    [MIME_VERSION, '1', 'MIME-Version'],
    [CONTENT_TYPE, 'text', 'media-type'],
    [DATE, 'Fri, 01 Jan 2010 16:00:00 EST', 'SIP-date'],
    [DATE, 'Fri, 31 Feb 2010 16:00:00 GMT', 'SIP-date'],
    [DATE, 'Fri, 01 Jan 2010 24:00:00 GMT', 'SIP-date'],
    [DATE, 'Xyz, 01 Jan 2010 16:00:00 GMT', 'SIP-date'],
    [RETRY_AFTER, '5 (x', 'comment'],
    [RETRY_AFTER, `5 ${'('.repeat(40)}${')'.repeat(40)}`, 'comment'],
    [WARNING, '1812 a "b"', 'warn-code'],
    [WARNING, '99 a "b"', 'warn-code'],
    [WARNING, '399 a b', 'quoted-string'],
    [AUTHORIZATION, 'Digest', 'credentials'],
    [AUTHORIZATION, 'Digest a', 'auth-param'],
    [AUTHORIZATION, 'Digest a=1, a=2', 'auth-param'],
  ];

  it.each(refusals.map(([definition, text, rule]) => [definition.name, text, rule, definition] as const))(
    '%s: %j is refused at the rule %s',
    (_, text, rule, definition) => {
      const error = refused(() => parseHeaderValue(definition, text));
      expect(error.rule).toBe(rule);
      expect(error.status).toBe(400);
      expect(error.offset).toBeGreaterThanOrEqual(0);
    },
  );

  it('format, then parse, gives the value back', () => {
    const address = fc
      .tuple(fc.option(quotedStringArbitrary()), sipUriArbitrary(), tokenArbitrary(), quotedStringArbitrary())
      .map(([name, uri, tag, text]) => `${name ?? ''} <${uri}>;tag=${tag};x=${text}`);
    const via = fc
      .tuple(hostArbitrary(), tokenArbitrary(), fc.nat({ max: 65_535 }))
      .map(([host, branch, port]) => `SIP/2.0/TLS ${host}:${port};branch=${branch};rport`);
    const cases: readonly (readonly [HeaderDefinition<unknown>, fc.Arbitrary<string>])[] = [
      [FROM, address],
      [CONTACT, fc.array(address, { minLength: 1, maxLength: 3 }).map((list) => list.join(','))],
      [VIA, fc.array(via, { minLength: 1, maxLength: 3 }).map((list) => list.join(' , '))],
      [DATE, fc.integer({ min: 0, max: 4_102_444_800 }).map((seconds) => DATE.format(seconds * 1000))],
      [AUTHORIZATION, quotedStringArbitrary().map((text) => `Digest realm=${text}, qop=auth`)],
    ];
    for (const [definition, texts] of cases) {
      fc.assert(
        fc.property(texts, (text) => {
          const value = parseHeaderValue(definition, text);
          expect(parseHeaderValue(definition, definition.format(value))).toEqual(value);
        }),
        { numRuns: 300 },
      );
    }
  });
});
