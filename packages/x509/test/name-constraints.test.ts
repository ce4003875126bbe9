import { asciiToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import {
  der,
  derNull,
  derOid,
  derSequence,
  derSetOf,
  derUtf8String,
  encodeName,
  OID,
  TAG,
  verifyCertificatePath,
  type Certificate,
  type GeneralName,
  type Name,
  type NameConstraints,
  type PathLimits,
  type PathVerdict,
} from '../src/index.js';
import type { Credential } from '../src/issue.js';
import { authority, leaf, NOW, provider } from './support.js';

const root = authority('root');

function answerTo(
  certificates: readonly Certificate[],
  anchor: Credential = root,
  limits: Partial<PathLimits> = {},
): PathVerdict {
  const answer = verifyCertificatePath({
    provider,
    certificates: certificates.map(({ raw }) => raw),
    trustAnchors: [anchor],
    time: NOW,
    purpose: 'server-authentication',
    identity: null,
    limits,
  });
  if (answer instanceof Promise) throw new Error('expected an answer at once');
  return answer;
}

function verdict(...args: Parameters<typeof answerTo>): string {
  const answer = answerTo(...args);
  return answer.trusted ? 'trusted' : answer.reason;
}

/** The subtree of a name's own host. */
function host(name: GeneralName): GeneralName {
  if (name.type === 'uri') return uri('other.test');
  return name.type === 'email' ? email('other.test') : name;
}

const dns = (name: string): GeneralName => ({ type: 'dns', name });
const email = (address: string): GeneralName => ({ type: 'email', address });
/** A UTF8String of an octet that begins no character, and `@example.com`. */
const NOT_UTF8 = der(TAG.utf8String, Uint8Array.of(0xff), asciiToBytes('@example.com'));
const mailbox = (text: string): GeneralName => ({
  type: 'other',
  oid: OID.smtpUtf8Mailbox,
  value: derUtf8String(text),
});
const uri = (text: string): GeneralName => ({ type: 'uri', uri: text });
const ip = (...octets: number[]): GeneralName => ({ type: 'ip', address: Uint8Array.from(octets) });
const ipv6 = (prefix: readonly number[], mask?: readonly number[]): GeneralName =>
  ip(...padded(prefix), ...(mask === undefined ? [] : padded(mask)));
const padded = (octets: readonly number[]): number[] => [...octets, ...new Array<number>(16 - octets.length).fill(0)];
const directory = (...attributes: readonly (readonly [string, string])[]): GeneralName => ({
  type: 'directory',
  // Writing needs the encoding alone.
  name: { raw: encodeName(attributes) } as Name,
});
const other: GeneralName = { type: 'other', oid: '1.2.3', value: Uint8Array.of(5, 0) };
const registered: GeneralName = { type: 'registered-id', oid: '1.2.3' };

/** A leaf of these names below a CA of these constraints. */
function constrained(
  nameConstraints: NameConstraints,
  names: readonly GeneralName[],
  subject: [string, string][] = [],
) {
  const ca = authority('ca', { issuer: root, template: { nameConstraints } });
  return verdict([leaf(ca, { names, subject }), ca.certificate]);
}

type Row = readonly [subtree: GeneralName, name: GeneralName, position: 'within' | 'outside' | 'refused'];

const rows: readonly Row[] = [
  [dns('example.com'), dns('example.com'), 'within'],
  [dns('example.com'), dns('a.b.EXAMPLE.com'), 'within'],
  [dns('Example.COM'), dns('example.com'), 'within'],
  [dns('example.com'), dns('notexample.com'), 'outside'],
  [dns('example.com'), dns('example.com.test'), 'outside'],
  [dns('example.com'), dns('com'), 'outside'],
  [dns('example.com'), dns('*.example.com'), 'within'],
  [dns('com'), dns('*.example.com'), 'within'],
  [dns('a.b.example.com'), dns('*.example.com'), 'outside'],
  [dns(''), dns('example.com'), 'within'],
  [dns('.example.com'), dns('a.example.com'), 'within'],
  [dns('.example.com'), dns('*.example.com'), 'within'],
  [dns('.example.com'), dns('example.com'), 'outside'],
  [dns('.a.example.com'), dns('*.example.com'), 'outside'],
  // A wildcard may become a name on either side: neither permitted nor free of exclusion.
  [dns('foo.example.com'), dns('*.example.com'), 'refused'],
  [dns('example.com'), dns('.example.com'), 'refused'],
  [dns('example.com'), dns('a..example.com'), 'refused'],
  [dns('*.example.com'), dns('a.example.com'), 'refused'],
  [dns('example.com.'), dns('example.com'), 'refused'],
  [dns('exa mple.com'), dns('other.test'), 'refused'],

  [ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0, 2, 7), 'within'],
  [ip(192, 0, 2, 9, 255, 255, 255, 0), ip(192, 0, 2, 7), 'within'],
  [ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0, 3, 7), 'outside'],
  [ip(192, 0, 2, 0, 255, 255, 255, 128), ip(192, 0, 2, 128), 'outside'],
  [ip(0, 0, 0, 0, 0, 0, 0, 0), ip(192, 0, 2, 7), 'within'],
  [ip(192, 0, 2, 7, 255, 255, 255, 255), ip(192, 0, 2, 7), 'within'],
  [ipv6([0x20, 1, 0xd, 0xb8], [0xff, 0xff, 0xff, 0xff]), ipv6([0x20, 1, 0xd, 0xb8, 9]), 'within'],
  [ipv6([0x20, 1, 0xd, 0xb8], [0xff, 0xff, 0xff, 0xff]), ipv6([0x20, 1, 0xd, 0xb9]), 'outside'],
  [ip(0, 0, 0, 0, 0, 0, 0, 0), ipv6([0x20, 1]), 'outside'],
  [ip(192, 0, 2, 0, 255, 0, 255, 0), ip(192, 0, 2, 7), 'refused'],
  [ip(192, 0, 2, 0, 255, 255, 253, 0), ip(10, 0, 0, 1), 'refused'],
  [ip(192, 0, 2, 0, 127, 0, 0, 0), ip(10, 0, 0, 1), 'refused'],

  [email('example.com'), email('a@example.com'), 'within'],
  [email('example.com'), email('a@EXAMPLE.com'), 'within'],
  [email('example.com'), email('a@b.example.com'), 'outside'],
  [email('.example.com'), email('a@b.example.com'), 'within'],
  [email('.example.com'), email('a@example.com'), 'outside'],
  [email('a@example.com'), email('a@Example.com'), 'within'],
  [email('a@example.com'), email('A@example.com'), 'outside'],
  [email('a@example.com'), email('a@example.org'), 'outside'],
  [email('*@example.com'), email('a@example.com'), 'outside'],
  [email('*@example.com'), email('*@example.com'), 'within'],
  [email('example.com'), email('a@b@example.com'), 'refused'],
  [email('example.com'), email('@example.com'), 'refused'],
  [email('example.com'), email('example.com'), 'refused'],
  [email('a@b@example.com'), email('a@example.com'), 'refused'],
  [email('a@.example.com'), email('a@b.example.com'), 'refused'],
  [email('a@example.com'), email('nobody'), 'refused'],
  [email('.example.com'), email('a@example.org'), 'outside'],

  [email('example.com'), mailbox('学生@example.com'), 'within'],
  [email('.example.com'), mailbox('学生@b.example.com'), 'within'],
  [email('xn--pss25c.example.com'), mailbox('医生@xn--pss25c.example.com'), 'within'],
  [email('example.com'), mailbox('学生@example.org'), 'outside'],
  [email('.example.com'), mailbox('学生@example.com'), 'outside'],
  // Domains are A-labels here, RFC 9598 section 3.
  [email('example.com'), mailbox('学生@例え.example.com'), 'refused'],
  [email('example.com'), mailbox('学生'), 'refused'],
  [email('example.com'), { type: 'other', oid: OID.smtpUtf8Mailbox, value: Uint8Array.of(5, 0) }, 'refused'],
  [email('example.com'), { type: 'other', oid: OID.smtpUtf8Mailbox, value: NOT_UTF8 }, 'refused'],
  // A constraint to one mailbox says nothing about an internationalized one but its host.
  [email('a@example.com'), mailbox('学生@example.com'), 'refused'],
  [email('a@example.com'), mailbox('学生@example.org'), 'outside'],

  [uri('example.com'), uri('https://example.com/'), 'within'],
  [uri('example.com'), uri('https://user@EXAMPLE.com:8443?q'), 'within'],
  [uri('example.com'), uri('https://a.example.com'), 'outside'],
  [uri('.example.com'), uri('https://a.example.com'), 'within'],
  [uri('.example.com'), uri('https://example.com'), 'outside'],
  [uri('.example.com'), uri('https://example.org'), 'outside'],
  [uri('example.com'), uri('https://example.org/@example.com/'), 'outside'],
  [uri('example.com'), uri('https://a@b@example.com/'), 'refused'],
  [uri('example.com'), uri('https://192.0.2.1/'), 'refused'],
  [uri('example.com'), uri('https://[::1]/'), 'refused'],
  [uri('example.com'), uri('sip:example.com'), 'refused'],
  [uri('example.com'), uri('urn:a:b'), 'refused'],
  // What is no URI of RFC 3986 has a host that depends on who reads it.
  ...['\\', ' ', '"', '<', '>', '^', '`', '{', '|', '}', '\n', '\x7f', '\0'].map(
    (octet) => [uri('example.com'), uri(`https://example.org${octet}@example.com/`), 'refused'] as const,
  ),
  [uri('example.com'), uri('https://example.com/\\'), 'refused'],
  [uri('example.com'), uri("https://a-._~%41!$&'()*+,;=:@example.com/?#[]"), 'within'],
  [uri('exa mple'), uri('https://example.com/'), 'refused'],

  [directory(['C', 'DE']), directory(['C', 'DE'], ['CN', 'a']), 'within'],
  [directory(['C', 'DE']), directory(['C', 'de'], ['CN', 'a']), 'within'],
  [directory(['C', 'DE']), directory(['C', 'FR'], ['CN', 'a']), 'outside'],
  [directory(['O', 'Evil Corp']), directory(['O', 'Ev\u00adil Corp'], ['CN', 'a']), 'within'],
  [directory(['O', 'Evil Corp']), directory(['O', 'Evil\u200b Corp']), 'within'],
  [directory(['O', 'Evil Corp']), directory(['O', 'Evil\u0001\u00a0 CORP']), 'within'],
  [directory(['O', 'straße']), directory(['O', 'STRASSE']), 'within'],
  [directory(['O', 'Evil Corp']), directory(['O', 'EvilCorp']), 'outside'],
  [directory(['C', 'DE'], ['O', 'x']), directory(['C', 'DE']), 'outside'],
  [directory(['O', 'x']), directory(['C', 'DE'], ['O', 'x']), 'outside'],
  [directory(), directory(['C', 'DE']), 'within'],

  [other, other, 'refused'],
  [registered, registered, 'refused'],
];

const text = (name: GeneralName): string => {
  if (name.type === 'directory') return `directory ${name.name.raw.join(' ')}`;
  return `${name.type} ${'name' in name ? name.name : 'address' in name ? String(name.address) : 'uri' in name ? name.uri : ''}`;
};

describe('name constraints, RFC 5280 section 4.2.1.10', () => {
  it.each(rows.map((row) => [text(row[0]), text(row[1]), row[2], row] as const))(
    '%s: %s is %s',
    (_subtree, _name, position, [subtree, name]) => {
      expect({
        permitted: constrained({ permitted: [subtree], excluded: [] }, [name]),
        excluded: constrained({ permitted: [], excluded: [subtree] }, [name]),
      }).toEqual({
        permitted: position === 'within' ? 'trusted' : 'name-constraint',
        excluded: position === 'outside' ? 'trusted' : 'name-constraint',
      });
    },
  );

  it('a form without constraints is free, and one within is enough', () => {
    expect(constrained({ permitted: [dns('example.com')], excluded: [] }, [ip(192, 0, 2, 1)])).toBe('trusted');
    expect(constrained({ permitted: [other], excluded: [other] }, [dns('example.com')])).toBe('trusted');
    const two = { permitted: [dns('a.test'), dns('b.test')], excluded: [] };
    expect(constrained(two, [dns('a.test'), dns('b.test')])).toBe('trusted');
    expect(constrained(two, [dns('a.test'), dns('c.test')])).toBe('name-constraint');
    expect(constrained({ permitted: [dns('a.test'), dns('*.b')], excluded: [] }, [dns('a.test')])).toBe(
      'name-constraint',
    );
  });

  it.each([
    [dns('a.test'), dns('*.b'), dns('a.test')],
    [ip(192, 0, 2, 0, 255, 255, 255, 0), ip(192, 0, 2, 0, 255, 0, 255, 0), ip(192, 0, 2, 7)],
    [email('a.test'), email('a@b@a.test'), email('a@a.test')],
    [email('a.test'), email('exa mple'), email('a@a.test')],
    [email('a@a.test'), email('a@exa mple'), email('a@a.test')],
    [uri('a.test'), uri('exa mple'), uri('https://a.test/')],
  ])('a constraint that cannot be read refuses even beside one that fits: %#', (fits, unreadable, name) => {
    expect(constrained({ permitted: [fits], excluded: [] }, [name])).toBe('trusted');
    expect(constrained({ permitted: [fits, unreadable], excluded: [] }, [name])).toBe('name-constraint');
    expect(constrained({ permitted: [unreadable, fits], excluded: [] }, [name])).toBe('name-constraint');
  });

  it('other names are mailboxes only with the identifier of those', () => {
    const mail = { permitted: [email('example.com')], excluded: [] };
    const elsewhere = derUtf8String('学生@example.org');
    expect(constrained(mail, [{ type: 'other', oid: '1.2.3', value: elsewhere }])).toBe('trusted');
    expect(constrained(mail, [{ type: 'other', oid: OID.smtpUtf8Mailbox, value: elsewhere }])).toBe('name-constraint');
    expect(constrained(mail, [{ type: 'registered-id', oid: OID.smtpUtf8Mailbox }])).toBe('trusted');
  });

  it('an e-mail address in the subject that is no text lies in no subtree', () => {
    const subject = derSequence(derSetOf(derSequence(derOid(OID.emailAddress), derNull())));
    const ca = authority('ca', {
      issuer: root,
      template: { nameConstraints: { permitted: [email('example.com')], excluded: [] } },
    });
    const end = leaf(ca, { template: { overrides: { subject } } });
    expect(verdict([end, ca.certificate])).toBe('name-constraint');
  });

  it('comparisons are those with permitted and with excluded subtrees', () => {
    const nameConstraints = { permitted: [dns('com'), dns('test')], excluded: [dns('a.test')] };
    const ca = authority('ca', { issuer: root, template: { nameConstraints } });
    const limited = (maxNameComparisons: number): string =>
      verdict([leaf(ca, { names: [dns('example.com')], subject: [] }), ca.certificate], root, { maxNameComparisons });
    expect(limited(3)).toBe('trusted');
    expect(limited(2)).toBe('limit-exceeded');
  });

  it.each<readonly [name: GeneralName, got: string]>([
    [dns('Other.test'), 'DNS other.test'],
    [email('a@other.test'), 'e-mail a@other.test'],
    [uri('https://other.test/'), 'URI https://other.test/'],
    [directory(['CN', 'other']), 'directory name CN=other'],
    [ip(192, 0, 2, 1), 'ip name'],
  ])('says which name lies outside: %#', (name, got) => {
    const nameConstraints = {
      permitted: [dns('a.test'), email('a.test'), uri('a.test'), directory(['CN', 'a']), ip(10, 0, 0, 0, 255, 0, 0, 0)],
      excluded: [],
    };
    const ca = authority('ca', { issuer: root, template: { nameConstraints } });
    const sent = [leaf(ca, { names: [name], subject: [] }), ca.certificate];
    expect(answerTo(sent)).toMatchObject({ expected: 'a name permitted by CN=ca', got });
    const excluding = authority('ca', {
      issuer: root,
      template: {
        nameConstraints: {
          permitted: [],
          excluded: [name.type === 'ip' ? ip(192, 0, 2, 0, 255, 255, 255, 0) : host(name)],
        },
      },
    });
    expect(answerTo([leaf(excluding, { names: [name], subject: [] }), excluding.certificate])).toMatchObject({
      expected: 'a name not excluded by CN=ca',
      got,
    });
  });

  it('exclusion beats permission', () => {
    const both = { permitted: [dns('example.com')], excluded: [dns('a.example.com')] };
    expect(constrained(both, [dns('b.example.com')])).toBe('trusted');
    expect(constrained(both, [dns('a.example.com')])).toBe('name-constraint');
  });

  it('hold for the subject, and for its e-mail address where there is no other', () => {
    const german = { permitted: [directory(['C', 'DE'])], excluded: [] };
    expect(constrained(german, [dns('a.test')], [['C', 'DE']])).toBe('trusted');
    expect(constrained(german, [dns('a.test')], [['C', 'FR']])).toBe('name-constraint');
    expect(constrained(german, [dns('a.test')], [])).toBe('trusted');
    const mail = { permitted: [email('example.com')], excluded: [] };
    expect(constrained(mail, [dns('a.test')], [['emailAddress', 'a@example.com']])).toBe('trusted');
    expect(constrained(mail, [dns('a.test')], [['emailAddress', 'a@example.org']])).toBe('name-constraint');
    expect(constrained(mail, [email('b@example.com')], [['emailAddress', 'a@example.org']])).toBe('trusted');
    expect(constrained(mail, [dns('a.test'), email('b@example.com')], [['emailAddress', 'a@b.test']])).toBe('trusted');
    expect(constrained(mail, [dns('a.test')], [['CN', 'no address']])).toBe('trusted');
  });

  it('bind every certificate below but self-issued CAs', () => {
    const nameConstraints = { permitted: [dns('example.com')], excluded: [] };
    const ca = authority('ca', { issuer: root, template: { nameConstraints } });
    const template = { subjectAltNames: [dns('elsewhere.test')] };
    const lower = authority('lower', { issuer: ca, template });
    expect(verdict([leaf(lower), lower.certificate, ca.certificate])).toBe('name-constraint');
    const selfIssued = authority('ca', { issuer: ca, template });
    expect(verdict([leaf(selfIssued), selfIssued.certificate, ca.certificate])).toBe('trusted');
    const selfIssuedLeaf = leaf(ca, { subject: [['CN', 'ca']], names: ['elsewhere.test'] });
    expect(verdict([selfIssuedLeaf, ca.certificate])).toBe('name-constraint');
  });

  it('of several CAs all hold, and so do those of the anchor and of an uncritical extension', () => {
    const narrow = { permitted: [dns('example.com')], excluded: [] };
    const wide = { permitted: [dns('com')], excluded: [] };
    const upper = authority('upper', { issuer: root, template: { nameConstraints: narrow } });
    const lower = authority('lower', { issuer: upper, template: { nameConstraints: wide } });
    const sent = [lower.certificate, upper.certificate];
    expect(verdict([leaf(lower, { names: ['example.com'] }), ...sent])).toBe('trusted');
    expect(verdict([leaf(lower, { names: ['example.org'] }), ...sent])).toBe('name-constraint');
    expect(verdict([leaf(lower, { names: ['other.com'] }), ...sent])).toBe('name-constraint');

    const anchor = authority('anchor', { template: { nameConstraints: narrow } });
    expect(verdict([leaf(anchor, { names: ['other.com'] })], anchor)).toBe('name-constraint');
    const extensions = anchor.certificate.extensions.map((one) => ({ ...one, critical: false }));
    const uncritical = authority('anchor', { template: { overrides: { extensions } } });
    expect(verdict([leaf(uncritical, { names: ['other.com'] })], uncritical)).toBe('name-constraint');
  });
});
