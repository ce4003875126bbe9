import { format } from 'prettier';
import type { Certificate, GeneralName } from '@portico/x509';
import type { GeneratedChain } from './chains.js';
import { NOW } from './changes.js';

/** Where another verifier judges a chain otherwise than ours. */
export interface Difference {
  readonly oracle: 'OpenSSL' | 'Go';
  /** The rule that ours says is broken, or `trusted`. */
  readonly ours: string;
  /** What the other one says. */
  readonly theirs: RegExp;
  /** Which chains it is about, by what their certificates say: elsewhere the same disagreement is a fault. */
  readonly where: (chain: GeneratedChain) => boolean;
  readonly why: string;
}

const TRUSTED = /^trusted$/;

const ANY_PURPOSE = '2.5.29.37.0';
const POLICY_CONSTRAINTS = '2.5.29.36';
const INHIBIT_ANY_POLICY = '2.5.29.54';
const NO_REV_AVAIL = '2.5.29.56';

type Where = Difference['where'];

function someCertificate(is: (certificate: Certificate) => boolean): Where {
  return ({ anchors, intermediates, leaf }) => [...anchors, ...intermediates, leaf].some(is);
}

function someAuthority(is: (certificate: Certificate) => boolean): Where {
  return ({ anchors, intermediates }) => [...anchors, ...intermediates].some(is);
}

function someAnchor(is: (certificate: Certificate) => boolean): Where {
  return ({ anchors }) => anchors.some(is);
}

function constrains(type: GeneralName['type']): Where {
  return someAuthority(
    ({ nameConstraints }) =>
      nameConstraints !== null &&
      [...nameConstraints.permitted, ...nameConstraints.excluded].some((subtree) => subtree.type === type),
  );
}

function hasExtension({ extensions }: Certificate, ...identifiers: readonly string[]): boolean {
  return extensions.some(({ oid }) => identifiers.includes(oid));
}

function isNegative({ serialNumber }: Certificate): boolean {
  return (serialNumber[0] as number) >= 0x80;
}

/** Without a wildcard in a part of a label. */
function isWholeDnsName(name: GeneralName): boolean {
  return name.type === 'dns' && !name.name.replace(/^\*\./, '').includes('*');
}

/** The host that constraints on e-mail addresses and URIs are about. */
function hostOf(name: GeneralName): string | undefined {
  if (name.type === 'email') return name.address.split('@')[1];
  return name.type === 'uri' ? /^[a-z]+:\/\/([^/:]+)/.exec(name.uri)?.[1] : undefined;
}

/** A mailbox or a URI of the leaf is at a host below the one that such a constraint of a CA names, which has no dot before it. */
function isBelowConstrainedHost(which: 'permitted' | 'excluded'): Where {
  return ({ anchors, intermediates, leaf }) => {
    const subtrees = [...anchors, ...intermediates].flatMap(({ nameConstraints }) => nameConstraints?.[which] ?? []);
    return subtrees.some((subtree) => {
      // In a constraint the uniformResourceIdentifier is a host and nothing else.
      const host = subtree.type === 'email' ? subtree.address : subtree.type === 'uri' ? subtree.uri : '.';
      return (
        !host.startsWith('.') &&
        leaf.subjectAltNames.some((name) => name.type === subtree.type && hostOf(name)?.endsWith(`.${host}`) === true)
      );
    });
  };
}

export const DIFFERENCES: readonly Difference[] = [
  {
    oracle: 'OpenSSL',
    ours: 'identity',
    theirs: TRUSTED,
    where: ({ leaf }) => !leaf.subjectAltNames.some(isWholeDnsName),
    why: 'OpenSSL looks at the common name where no DNS name is there, and takes a wildcard for a part of a label. RFC 9525 sections 2 and 6.3 allow neither.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'trusted',
    theirs: /^unsuitable certificate purpose$/,
    where: someCertificate(({ extendedKeyUsage }) => extendedKeyUsage?.join() === ANY_PURPOSE),
    why: 'For a server OpenSSL wants serverAuth by name where the extension is there; RFC 5280 section 4.2.1.12 lets anyExtendedKeyUsage stand for it. `strictProfile` refuses it in a leaf.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'trusted',
    theirs: /^certificate has expired$/,
    where: someCertificate(({ notAfter }) => notAfter === NOW),
    why: 'In the very second of notAfter OpenSSL says expired. RFC 5280 section 4.1.2.5: both ends belong to the period.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'serial-number-length',
    theirs: TRUSTED,
    where: someCertificate(({ serialNumber }) => serialNumber.length > 20),
    why: 'RFC 5280 section 4.1.2.2: at most 20 octets. OpenSSL does not count them.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'serial-number-sign',
    theirs: TRUSTED,
    where: someCertificate(isNegative),
    why: 'RFC 5280 section 4.1.2.2: positive. OpenSSL takes negative ones.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'policy',
    theirs: TRUSTED,
    where: someAnchor((anchor) => hasExtension(anchor, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY)),
    why: 'Policy constraints of the anchor: ours hold them as RFC 5937 does, for OpenSSL an anchor is a name and a key.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'no-revocation-available',
    theirs: TRUSTED,
    where: someAuthority((authority) => hasExtension(authority, NO_REV_AVAIL)),
    why: 'RFC 9608 section 3: a CA with noRevAvail must be refused. OpenSSL 3.0 does not know the extension.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'name-constraints',
    theirs: TRUSTED,
    where: (chain) =>
      chain.leaf.subjectAltNames.some((name) => name.type === 'dns' && name.name.startsWith('*.')) &&
      constrains('dns')(chain),
    why: '`*.example.com` below a CA that may not issue for `foo.example.com`: the wildcard stands for that name as well, so it is refused. OpenSSL compares the text.',
  },
  {
    oracle: 'Go',
    ours: 'serial-number-length',
    theirs: TRUSTED,
    where: someCertificate(({ serialNumber }) => serialNumber.length > 20),
    why: 'RFC 5280 section 4.1.2.2: at most 20 octets. Go does not count them.',
  },
  {
    oracle: 'Go',
    ours: 'policy',
    theirs: TRUSTED,
    where: someAnchor((anchor) => hasExtension(anchor, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY)),
    why: 'Policy constraints of the anchor: ours hold them as RFC 5937 does, Go does not look at them in a root.',
  },
  {
    oracle: 'Go',
    ours: 'no-revocation-available',
    theirs: TRUSTED,
    where: someAuthority((authority) => hasExtension(authority, NO_REV_AVAIL)),
    why: 'RFC 9608 section 3: a CA with noRevAvail must be refused. Go does not know the extension.',
  },
  {
    oracle: 'Go',
    ours: 'trusted',
    theirs: /^x509: negative serial number$/,
    where: someAnchor(isNegative),
    why: 'A negative serial number in the anchor: ours ask nothing of an anchor that concerns its issuer alone, Go does not read such a certificate.',
  },
  {
    oracle: 'Go',
    ours: 'trusted',
    theirs: /^x509: unhandled critical extension$/,
    where: constrains('directory'),
    why: 'Constraints on directory names, RFC 5280 section 4.2.1.10: Go does not read them, and refuses a critical extension that it does not read.',
  },
  {
    oracle: 'Go',
    ours: 'trusted',
    theirs: /URI with empty host/,
    where: (chain) =>
      !constrains('uri')(chain) &&
      chain.leaf.subjectAltNames.some((name) => name.type === 'uri' && !name.uri.includes('//')),
    why: 'A URI without a host below constraints on names of other kinds: RFC 5280 section 4.2.1.10 lets these say nothing of URIs. Go wants a host wherever there is any constraint.',
  },
  {
    oracle: 'Go',
    ours: 'name-constraints',
    theirs: TRUSTED,
    where: isBelowConstrainedHost('permitted'),
    why: 'A constraint to `example.com` and a mailbox or URI at `mail.example.com`: RFC 5280 section 4.2.1.10 lets a host without a dot before it stand for that host alone. Go adds labels to it as to a DNS name.',
  },
  {
    oracle: 'Go',
    ours: 'trusted',
    theirs: /is excluded by constraint/,
    where: isBelowConstrainedHost('excluded'),
    why: 'The same where `example.com` is excluded: Go excludes hosts below it as well.',
  },
  {
    oracle: 'Go',
    ours: 'ca-flag',
    theirs: TRUSTED,
    where: someAnchor(({ version }) => version === 2),
    why: 'An anchor of version 2, which has no extensions: ours take a missing CA flag in an anchor of version 1 alone, since such roots were in use; Go in one of version 2 as well.',
  },
];

/** docs/x509-differences.md. */
export async function differencesMarkdown(): Promise<string> {
  const rows = DIFFERENCES.map(({ oracle, ours, theirs, why }) => {
    const said = theirs.source.replace(/[\^$]/g, '');
    return `| ${oracle} | ${ours === 'trusted' ? ours : `\`${ours}\``} | ${said} | ${why} |`;
  });
  const text = [
    '<!-- Printed from test/x509/differences.ts by test/x509/differential.test.ts. -->',
    '# Where other verifiers judge otherwise',
    [
      'Chains are generated: none to three CAs below an anchor, with none to three things changed in any of them (validity,',
      'versions, usages, path length, constraints on DNS names, addresses, mailboxes, URIs and directory names, policies with',
      'mappings and constraints, serial numbers, critical extensions, forged signatures, names), and in most of them',
      'certificates beside: another anchor, the same CA certified by two, certified again, expired or with less right, CAs',
      'that certify each other, namesakes with another key, the anchor and the leaf sent along.',
      "Each is judged by ours, by `openssl verify` and by Go's `crypto/x509`, and every disagreement must be one of these.",
      "Node's `X509Certificate` builds no paths: what it judges of a path (issuers, signatures, the host) must hold wherever",
      'ours trust. `npm test` judges some tens of chains by OpenSSL and Node; `X509_DIFFERENTIAL=5000 npx vitest run test/x509`',
      'judges as many as it says, by Go as well; `X509_DIFFERENTIAL_SEED=2900570000` before it begins with that chain. The last',
      'runs, of 5,000 chains each, were on 2026-11-28: the first found what Go does with hosts, the second nothing that is not',
      'here. What is not installed is skipped.',
    ].join('\n'),
    [
      'Where ours trust a chain and another does not, the path that ours found is judged once more by itself. OpenSSL makes one',
      'path and does not go back from it when a rule on it is broken (of two certificates of one CA it may take the one that',
      'is not enough); so what it trusts then is no disagreement about the path. The certificates themselves decide which row',
      'may explain what is left: the same verdicts about another chain are a failure.',
    ].join('\n'),
    ['| who | ours say | they say | why |', '|---|---|---|---|', ...rows].join('\n'),
    'Ours run with the default profile and `createPolicyChecker()`, OpenSSL 3.0 with `-purpose sslserver -policy_check`, Go 1.26 with its defaults.',
  ].join('\n\n');
  return await format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}
