import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIP } from 'node:net';
import {
  der,
  identityMismatch,
  ipAddressToText,
  normalizeHostName,
  parseIpAddress,
  OID,
  sipIdentities,
  type GeneralName,
  type ReferenceIdentity,
} from '../src/index.js';
import { hostOfUri } from '../src/identity/uri.js';
import { generalNameFromText } from '../src/issue.js';
import { reasonOf } from './support.js';

/** `DNS:a`, `URI:sip:a`, or text that says by itself what it is. */
function names(...texts: readonly string[]): { subjectAltNames: GeneralName[] } {
  return {
    subjectAltNames: texts.map((text) => {
      if (text.startsWith('SRV:')) return { type: 'other', oid: OID.dnsSrv, value: srvName(text.slice(4)) };
      if (text.startsWith('DNS:')) return { type: 'dns', name: text.slice(4) };
      return text.includes('@') && !text.includes(':') ? { type: 'email', address: text } : generalNameFromText(text);
    }),
  };
}

function srvName(text: string): Uint8Array {
  return Uint8Array.of(0x16, text.length, ...Array.from(text, (character) => character.charCodeAt(0)));
}

function reference(text: string): ReferenceIdentity {
  if (text.startsWith('IP:')) return { type: 'ip', address: text.slice(3) };
  if (text.startsWith('SIP:')) return { type: 'sip-domain', domain: text.slice(4) };
  if (text.startsWith('URI:')) return { type: 'uri', uri: text.slice(4) };
  const [, service, name] = /^SRV:_([^.]*)\.(.*)$/.exec(text) ?? [];
  if (service !== undefined && name !== undefined) return { type: 'srv', service, name };
  return { type: 'dns', name: text };
}

describe('identities, RFC 9525 and RFC 5922', () => {
  it.each<readonly [wanted: string, ...presented: string[]]>([
    ['example.com', 'example.com'],
    ['example.com', 'other.test', 'example.com'],
    ['EXAMPLE.com', 'example.COM'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['foo.example.com', '*.example.com'],
    ['foo.Example.com', '*.EXAMPLE.com'],
    ['xn--bcher-kva.example', '*.example.test', 'xn--bcher-kva.example'],
    ['under_score.example.com', 'under_score.example.com'],
    ['IP:192.0.2.1', '192.0.2.1'],
    ['IP:2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['IP:[::1]', '::1'],
    ['SIP:example.com', 'sip:example.com'],
    ['SIP:Example.COM.', 'SIP:example.com'],
    ['SIP:example.com', 'sip:example.com;transport=tls'],
    ['SIP:example.com', 'sip:example.com:5061?subject=x'],
    ['SIP:example.com', 'DNS:example.com'],
    ['SIP:example.com', 'sip:alice@example.com', 'DNS:example.com'],
    ['SIP:example.com', 'sips:other.test', 'https://other.test/', 'DNS:example.com'],
    ['SIP:b.test', 'sip:a.test', 'sip:b.test'],
    ['SIP:example.com', 'sip:other.test;x=@y', 'DNS:example.com'],
    ['URI:https://example.com/a?b', 'https://example.com/'],
    ['URI:HTTPS://Example.com', 'https://example.COM:8443/other'],
    ['URI:sip:voice.example.com', 'sip:voice.example.com;transport=tls'],
    ['SRV:_imaps.example.com', 'SRV:_imaps.example.com'],
    ['SRV:_IMAPS.Example.com.', 'SRV:_imaps.EXAMPLE.com'],
  ])('%s is in %s %s %s', (wanted, ...presented) => {
    expect(identityMismatch(names(...presented), reference(wanted))).toBeNull();
  });

  it.each<readonly [wanted: string, ...presented: string[]]>([
    ['example.com'],
    ['example.com', 'example.org'],
    ['example.com', 'www.example.com'],
    ['www.example.com', 'example.com'],
    ['example.com', '*.example.com'],
    ['.example.com', '*.example.com'],
    ['a.b.example.com', '*.example.com'],
    ['foo.example.com', 'f*.example.com'],
    ['foo.example.com', '*o.example.com'],
    ['foo.bar.example.com', 'foo.*.example.com'],
    ['foo.bar.example.com', '*.*.example.com'],
    ['example.com', '*.com'],
    ['com', '*'],
    ['example.com', '*'],
    ['*.example.com', '*.example.com'],
    ['example.com', 'DNS:example.com.'],
    ['foo.example.com', 'DNS:*.example.com.'],
    ['foo.example.com', 'DNS:.example.com'],
    ['example.com', 'DNS:'],
    ['', 'DNS:'],
    ['.', 'DNS:.'],
    ['example..com', 'DNS:example..com'],
    ['exa mple.com', 'DNS:exa mple.com'],
    ['example.com\0.evil.test', 'DNS:example.com\0.evil.test'],
    ['b\u{fc}cher.example', 'xn--bcher-kva.example'],
    // The Kelvin sign lower-cases to k.
    ['\u{212a}elvin.example', 'kelvin.example'],
    ['example.com', 'https://example.com', 'a@example.com', 'sip:example.com'],
    ['192.0.2.1', 'DNS:192.0.2.1'],
    ['192.0.2.1', '192.0.2.1'],
    ['IP:192.0.2.1', 'DNS:192.0.2.1'],
    ['IP:192.0.2.1', '192.0.2.2'],
    ['IP:192.0.2.1', '::ffff:192.0.2.1'],
    ['IP:192.0.2.01', '192.0.2.1'],
    ['IP:example.com', 'example.com'],
    ['IP:fe80::1%eth0', 'fe80::1'],
    ['SIP:example.com'],
    ['SIP:example.com', 'sip:www.example.com'],
    ['SIP:example.com', 'sip:other.test', 'DNS:example.com'],
    ['SIP:example.com', 'sip:192.0.2.1', 'DNS:example.com'],
    ['SIP:example.com', 'DNS:example.com.'],
    ['SIP:example.com', 'sip:alice@example.com'],
    ['SIP:example.com', 'sip:other.test;x=@example.com'],
    ['SIP:example.com', 'sips:example.com'],
    ['SIP:example.com', 'sip:example.com/path'],
    ['SIP:example.com', 'sip://example.com'],
    ['SIP:foo.example.com', 'DNS:*.example.com'],
    ['SIP:foo.example.com', 'sip:*.example.com'],
    ['SIP:*.example.com', 'DNS:*.example.com'],
    ['SIP:192.0.2.1', 'sip:192.0.2.1'],
    ['SIP:alice@example.com', 'sip:example.com'],
    ['*.example.com', '*.example.com'],
    ['a.example.com', 'a*.example.com'],
    ['xn--bcher-kva.example.com', 'xn--*.example.com'],
    ['a.com', '*.com'],
    ['bücher.example.com', 'xn--bcher-kva.example.com'],
    ['URI:https://example.com', 'http://example.com'],
    ['URI:https://example.com', 'https://www.example.com'],
    ['URI:https://example.com', 'https://user@example.com'],
    ['URI:https://a.example.com', 'https://*.example.com'],
    ['URI:https://example.com', 'example.com'],
    ['URI:mailto:a@example.com', 'mailto:a@example.com'],
    ['URI:nothing', 'nothing'],
    ['SRV:_imaps.example.com', 'SRV:_pop3s.example.com'],
    ['SRV:_imaps.example.com', 'SRV:_imaps.example.org'],
    ['SRV:_imaps.a.example.com', 'SRV:_imaps.*.example.com'],
    ['SRV:_imaps.example.com', 'DNS:_imaps.example.com', 'DNS:example.com'],
  ])('"%s" is not in %s %s %s', (wanted, ...presented) => {
    expect(identityMismatch(names(...presented), reference(wanted))).not.toBeNull();
  });

  it('lists the SIP identities of a certificate', () => {
    expect(sipIdentities(names('sip:A.test', 'sip:a.test;x', 'sip:b@c.test', 'DNS:d.test'))).toEqual(['a.test']);
    expect(sipIdentities(names('sip:b@c.test', 'DNS:D.test', 'DNS:*.e.test', '192.0.2.1'))).toEqual(['d.test']);
    expect(sipIdentities(names())).toEqual([]);
  });

  it.each([
    'sip:[2001:db8::1]',
    'sip:192.0.2.1',
    'sip:example.org:99999999',
    'sip:example.org:x',
    'sip:example.org/path',
    'sip:*.example.org',
    'sip:ex%61mple.org',
    'sip:',
  ])('%s is a sip URI, beside which no DNS name counts, RFC 5922 section 7.1', (uri) => {
    expect(sipIdentities({ subjectAltNames: [{ type: 'uri', uri }, ...names('DNS:d.test').subjectAltNames] })).toEqual(
      [],
    );
  });

  it.each(['sip:alice@example.org', 'sips:example.org', 'https://example.org/', 'sipx:example.org'])(
    '%s is none, so DNS names count',
    (uri) => {
      const subjectAltNames: GeneralName[] = [{ type: 'uri', uri }, ...names('DNS:d.test').subjectAltNames];
      expect(sipIdentities({ subjectAltNames })).toEqual(['d.test']);
    },
  );

  it('an SRVName may be longer than a length of one octet can say', () => {
    const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`;
    const text = Uint8Array.from(`_sips.${host}`, (character) => character.charCodeAt(0));
    const subjectAltNames: GeneralName[] = [{ type: 'other', oid: OID.dnsSrv, value: der(0x16, text) }];
    expect(identityMismatch({ subjectAltNames }, { type: 'srv', service: 'SIPS', name: host })).toBeNull();
    expect(identityMismatch({ subjectAltNames }, { type: 'srv', service: 'sip', name: host })).toEqual([
      `_sip.${host}`,
      `_sips.${host}`,
    ]);
  });

  it('refuses a type of identity that there is not', () => {
    const identity = { type: 'email', address: 'a@example.com' } as never;
    expect(reasonOf(() => identityMismatch(names('example.com'), identity))).toBe('invalid-argument');
  });

  it('a service is named by an SRVName and by nothing that looks like one', () => {
    const value = srvName('_imaps.example.com');
    const wanted = reference('SRV:_imaps.example.com');
    const named = (name: GeneralName): unknown => identityMismatch({ subjectAltNames: [name] }, wanted);
    expect(named({ type: 'other', oid: OID.dnsSrv, value })).toBeNull();
    expect(named({ type: 'other', oid: '1.2.3', value })).not.toBeNull();
    expect(named({ type: 'other', oid: OID.dnsSrv, value: Uint8Array.of(0x0c, ...value.subarray(1)) })).not.toBeNull();
    expect(named({ type: 'other', oid: OID.dnsSrv, value: value.subarray(0, -1) })).not.toBeNull();
    expect(identityMismatch(names('example.com'), { type: 'srv', service: 'x', name: '' })).not.toBeNull();
  });

  it('a name of another form that has the same identifier is no SRVName', () => {
    const wanted = reference('SRV:_imaps.example.com');
    const registered: GeneralName = { type: 'registered-id', oid: OID.dnsSrv };
    expect(identityMismatch({ subjectAltNames: [registered] }, wanted)).toEqual(['_imaps.example.com', 'no names']);
    const text = srvName('_imaps.example.com');
    const value = Uint8Array.of(0x16, 5, ...text.subarray(2));
    expect(identityMismatch({ subjectAltNames: [{ type: 'other', oid: OID.dnsSrv, value }] }, wanted)).not.toBeNull();
  });

  it.each<readonly [wanted: string, presented: readonly string[], expected: string, got: string]>([
    ['Example.COM.', ['a.test', '192.0.2.1', 'sip:b.test'], 'example.com', 'a.test, 192.0.2.1, sip:b.test'],
    ['example.com', [], 'example.com', 'no names'],
    ['example.com', ['a@example.com'], 'example.com', 'no names'],
    ['example.com', ['SRV:_imaps.Example.com'], 'example.com', '_imaps.example.com'],
    ['exa mple', ['exa mple'], 'a host name', '"exa mple"'],
    ['IP:2001:DB8::1', ['::1'], '2001:db8::1', '::1'],
    ['IP:example.com', ['example.com'], 'an IP address', '"example.com"'],
    ['SIP:Example.com', ['sip:a.test', 'sip:b.test'], 'SIP domain example.com', 'a.test, b.test'],
    ['SIP:example.com', ['https://a.test'], 'SIP domain example.com', 'none'],
    ['SIP:exa mple', ['sip:a.test'], 'a domain', '"exa mple"'],
    ['URI:HTTPS://Example.com/a', ['http://example.com'], 'https: example.com', 'http://example.com'],
    ['URI:nothing', ['https://a.test'], 'a URI with a host', '"nothing"'],
    ['SRV:_IMAPS.Example.com.', ['a.test'], '_imaps.example.com', 'a.test'],
    ['SRV:_imaps.exa mple', ['a.test'], 'a host name', '"exa mple"'],
  ])('%s in %j: expected %s, got %s', (wanted, presented, expected, got) => {
    expect(identityMismatch(names(...presented), reference(wanted))).toEqual([expected, got]);
  });

  it('a URI is compared with URIs alone', () => {
    const other: GeneralName = { type: 'other', oid: '1.2.3', value: Uint8Array.of(5, 0) };
    expect(identityMismatch({ subjectAltNames: [other] }, reference('URI:https://undefined'))).not.toBeNull();
    expect(hostOfUri('nothing')).toBeNull();
    expect(hostOfUri('https://exa_mple..a')).toBeNull();
    expect(hostOfUri('HTTPS://User.Example:1/')).toEqual({ scheme: 'https', host: 'user.example' });
  });

  it('a wildcard does not stand for what has no dot, whatever is a public suffix', () => {
    expect(identityMismatch(names('*.localhost'), reference('localhost'), () => false)).not.toBeNull();
    expect(identityMismatch(names('*.localhost'), reference('a.localhost'), () => false)).toBeNull();
  });

  it('a wildcard stands for nothing below a public suffix', () => {
    const [wanted, presented] = [reference('a.b.test'), names('*.b.test')];
    expect(identityMismatch(presented, wanted, () => false)).toBeNull();
    expect(identityMismatch(presented, wanted, (domain) => domain === 'b.test')).not.toBeNull();
    expect(identityMismatch(names('a.b.test'), wanted, () => true)).toBeNull();
  });

  it('shows a bounded number of names', () => {
    const many = names(...Array.from({ length: 1000 }, (_, i) => `n${i}.test`));
    expect(identityMismatch(many, reference('example.com'))?.[1]).toMatch(/n7\.test and 992 more$/);
    const shown = (count: number): string | undefined =>
      identityMismatch({ subjectAltNames: many.subjectAltNames.slice(0, count) }, reference('example.com'))?.[1];
    expect(shown(8)).toMatch(/n6\.test, n7\.test$/);
    expect(shown(9)).toMatch(/n6\.test, n7\.test and 1 more$/);
    expect(shown(1)).toBe('n0.test');
  });
});

describe('host names', () => {
  it.each(['a', 'a-b.c', `${'a'.repeat(63)}.test`, '1.2.3.a', '_sip._tcp.example.com', `${'a.'.repeat(126)}a`])(
    '%s',
    (name) => {
      expect(normalizeHostName(name)).toBe(name);
    },
  );
  it.each(['-a.test', 'a-.test', `${'a'.repeat(64)}.test`, '1', 'a.1', 'a..b', ' a', `${'a.'.repeat(126)}aa`, 'a..'])(
    'not %s',
    (name) => {
      expect(normalizeHostName(name)).toBeNull();
    },
  );
});

describe('IP addresses', () => {
  it('reads what Node takes for an address, and nothing else', () => {
    const piece = fc.constantFrom(
      '',
      ':',
      '::',
      '.',
      '0',
      '1',
      '00',
      '255',
      '256',
      'ffff',
      '10000',
      'a',
      '192.0.2.1',
      'g',
      '%e',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(parseIpAddress(text)?.length ?? 0).toBe(text.includes('%') ? 0 : [0, 0, 0, 0, 4, 0, 16][isIP(text)]);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:0:0:2:0:0:3', '1::2:0:0:3'],
    ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ])('shortens the longest run of zeros, the first of equals (RFC 5952 section 4.2): %s is %s', (long, short) => {
    expect(ipAddressToText(parseIpAddress(long) as Uint8Array)).toBe(short);
  });

  it('reads back what it wrote', () => {
    const octets = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 0xab), { minLength: 16, maxLength: 16 })
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(octets, (address) => {
        expect(parseIpAddress(ipAddressToText(address))).toEqual(address);
      }),
    );
  });

  it.each([
    ['[::1', null],
    ['::1]', null],
    ['1::1]', null],
    ['[1::1', null],
    ['[192.0.2.1]', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['1.2.3.255', '1.2.3.255'],
    ['1.2.3.256', null],
    ['1::2::3', null],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1::2:3:4:5:6:7:8', null],
    ['1:2:3:4:5:6:7', null],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7:8:9', null],
    ['::192.0.2.1', '::c000:201'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
    ['1:2:3:4:5:192.0.2.1:6', null],
    ['192.0.2.1::', null],
    ['1:192.0.2.1::2', null],
    ['::192.0.2.256', null],
    ['::192.0.2', null],
    ['0000:0000:0000:0000:0000:0000:255.255.255.255', '::ffff:ffff'],
    ['ABCD:ef01::', 'abcd:ef01::'],
    ['::g', null],
    ['::12345', null],
  ])('%s is read as %s', (text, written) => {
    const octets = parseIpAddress(text);
    expect(octets === null ? null : ipAddressToText(octets)).toBe(written);
  });

  it.each([
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['0:0:1::', '0:0:1::'],
  ])('%s is written %s, RFC 5952', (text, written) => {
    expect(ipAddressToText(parseIpAddress(text) as Uint8Array)).toBe(written);
  });
});
