import { format } from 'prettier';

/** Where another verifier judges a chain otherwise than ours. */
export interface Difference {
  readonly oracle: 'OpenSSL' | 'Go';
  /** The rule that ours says is broken, or `trusted`. */
  readonly ours: string;
  /** What the other one says. */
  readonly theirs: RegExp;
  readonly why: string;
}

const TRUSTED = /^trusted$/;

export const DIFFERENCES: readonly Difference[] = [
  {
    oracle: 'OpenSSL',
    ours: 'identity',
    theirs: TRUSTED,
    why: 'OpenSSL looks at the common name where no DNS name is there, and takes a wildcard for a part of a label. RFC 9525 sections 2 and 6.3 allow neither.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'trusted',
    theirs: /^unsuitable certificate purpose$/,
    why: 'For a server OpenSSL wants serverAuth by name where the extension is there; RFC 5280 section 4.2.1.12 lets anyExtendedKeyUsage stand for it. `strictProfile` refuses it in a leaf.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'trusted',
    theirs: /^certificate has expired$/,
    why: 'In the very second of notAfter OpenSSL says expired. RFC 5280 section 4.1.2.5: both ends belong to the period.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'serial-number-length',
    theirs: TRUSTED,
    why: 'RFC 5280 section 4.1.2.2: at most 20 octets. OpenSSL does not count them.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'serial-number-sign',
    theirs: TRUSTED,
    why: 'RFC 5280 section 4.1.2.2: positive. OpenSSL takes negative ones.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'policy',
    theirs: TRUSTED,
    why: 'Policy constraints of the anchor: ours hold them as RFC 5937 does, for OpenSSL an anchor is a name and a key.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'no-revocation-available',
    theirs: TRUSTED,
    why: 'RFC 9608 section 3: a CA with noRevAvail must be refused. OpenSSL 3.0 does not know the extension.',
  },
  {
    oracle: 'OpenSSL',
    ours: 'name-constraints',
    theirs: TRUSTED,
    why: '`*.example.com` below a CA that may not issue for `foo.example.com`: the wildcard stands for that name as well, so it is refused. OpenSSL compares the text.',
  },
  {
    oracle: 'Go',
    ours: 'serial-number-length',
    theirs: TRUSTED,
    why: 'RFC 5280 section 4.1.2.2: at most 20 octets. Go does not count them.',
  },
  {
    oracle: 'Go',
    ours: 'policy',
    theirs: TRUSTED,
    why: 'Policy constraints of the anchor: ours hold them as RFC 5937 does, Go does not look at them in a root.',
  },
  {
    oracle: 'Go',
    ours: 'no-revocation-available',
    theirs: TRUSTED,
    why: 'RFC 9608 section 3: a CA with noRevAvail must be refused. Go does not know the extension.',
  },
  {
    oracle: 'Go',
    ours: 'trusted',
    theirs: /^x509: negative serial number$/,
    why: 'A negative serial number in the anchor: ours ask nothing of an anchor that concerns its issuer alone, Go does not read such a certificate.',
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
      'Chains are generated: none to three CAs below an anchor, with none to two things changed in any of them (validity,',
      'usages, path length, name constraints, policies, serial numbers, critical extensions, forged signatures, names).',
      "Each is judged by ours, by `openssl verify` and by Go's `crypto/x509`, and every disagreement must be one of these.",
      "Node's `X509Certificate` builds no paths: what it judges of a path (issuers, signatures, the host) must hold wherever",
      'ours trust. `npm test` judges some tens of chains by OpenSSL and Node; `X509_DIFFERENTIAL=5000 npx vitest run test/x509`',
      'judges as many as it says, by Go as well. What is not installed is skipped.',
    ].join('\n'),
    ['| who | ours say | they say | why |', '|---|---|---|---|', ...rows].join('\n'),
    'Ours run with the default profile and `createPolicyChecker()`, OpenSSL 3.0 with `-purpose sslserver -policy_check`, Go 1.26 with its defaults.',
  ].join('\n\n');
  return await format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}
