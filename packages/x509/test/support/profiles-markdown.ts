import { format } from 'prettier';
import { strictProfile, type Rule } from '../../src/index.js';
import { BASIC_RULES } from '../../src/path/certificate-rules.js';

/** Why `compatible` takes what `strict` refuses: who needs it, and why it does no harm. */
export const REASONS: Readonly<Record<string, string>> = {
  'serial-number-zero':
    'Certificates that people make for themselves often have it. A serial number matters for revocation alone.',
  'serial-number-20':
    'A sign octet before 20 octets is a common slip; 21 octets are as unique as 20. More are refused by both.',
  'version-3':
    'A certificate without extensions has no alternative names, so it is of use for clients without a name only.',
  'authority-key-identifier': 'It helps to find the issuer and proves nothing; small CAs leave it out.',
  'leaf-not-ca':
    "Servers in private networks present certificates that are CAs too. That a certificate could sign others does not make it less its holder's.",
  'extended-key-usage-present':
    'RFC 5280 section 4.2.1.12 makes it optional: without it the key may be used for everything. Private CAs leave it out.',
  'extended-key-usage-any': 'RFC 5280 section 4.2.1.12 allows it, and private CAs write it.',
  'sip-domain-usage':
    'Public CAs issue certificates for SIP servers with the TLS usages alone, and RFC 5922 asks for no more. Whoever wants RFC 5924 to the letter in this profile passes `keyPurposes` with id-kp-sipDomain alone; in `strict`, `keyPurposes` without it takes the rule out.',
  'extended-key-usage-critical':
    'RFC 5280 section 4.2.1.12 leaves it to the issuer; the extension is processed either way.',
  'subject-alt-name-present':
    'Client certificates in use name people in the subject. Whoever asks for a name finds none and refuses.',
  'subject-alt-name-critical': 'The extension is processed whether it is critical or not.',
  'dns-name-syntax': 'Hosts with underscores exist in private networks. Names that are no host names match nothing.',
  'common-name': 'The common name is never compared with anything, so a stray one misleads nobody but people.',
  'subject-key-identifier': 'It helps to find the issuer and proves nothing; small CAs leave it out.',
  'basic-constraints-critical': 'Old roots have it uncritical. It is processed either way.',
  'name-constraints-critical':
    'Real CAs have it uncritical, for the sake of verifiers that do not know it. It is processed either way.',
  'policy-constraints-critical': 'It is processed either way.',
  'dns-constraint-syntax': 'Real CAs write a dot first for "at least one label more", and all verifiers take it so.',
  'anchor-extended-key-usage': 'It bounds what the root may issue, and it is enforced.',
  'root-authority-key-identifier': 'In a root, which nobody is looked for above, it says nothing.',
  'anchor-authority-key-identifier': 'It helps to find the issuer, and above an anchor nobody is looked for.',
};

/** What public CAs must keep to and `strict` does not ask. */
const NOT_CHECKED: readonly (readonly [section: string, what: string])[] = [
  [
    'BR section 6.3.2',
    'how long a leaf is valid: 398 days if issued from 2020-09-01, 200 from 2026-03-15, 100 from 2027-03-15, 47 from 2029-03-15',
  ],
  ['BR section 6.1.5', 'that a key is RSA or on P-256, P-384 or P-521: Ed25519, Ed448 and ML-DSA are taken'],
  ['BR section 6.1.6', 'that an RSA exponent is odd and at least 3'],
  [
    'BR sections 4.2.2, 7.1.2.7.12',
    'that alternative names are host names and addresses alone, none of them internal or reserved',
  ],
  ['BR section 7.1.2.7.10', 'extended key usages beside serverAuth and clientAuth'],
  ['BR section 7.1.2.7.9', 'that certificate policies are there'],
  ['BR section 7.1.3.2', 'that ECDSA goes with the hash of its curve'],
  [
    'X.690 sections 11.2.2, 11.5',
    'zero bits at the end of KeyUsage; a default that is spelt out: critical, cA, the trailer of RSASSA-PSS',
  ],
];

function table(rules: readonly (readonly [Rule, string])[], last: string): string {
  const rows = rules.map(
    ([{ name, reason, section }, text]) => `| \`${name}\` | ${section} | \`${reason}\` | ${text} |`,
  );
  return [`| rule | from | code | ${last} |`, '|---|---|---|---|', ...rows].join('\n');
}

/** Each rule once, with the places where it is asked. */
function rulesOf(set: typeof BASIC_RULES): Map<string, { rule: Rule; roles: string[] }> {
  const found = new Map<string, { rule: Rule; roles: string[] }>();
  for (const [role, rules] of Object.entries(set)) {
    for (const rule of rules as readonly Rule[]) {
      const entry = found.get(rule.name) ?? { rule, roles: [] };
      entry.roles.push(role);
      found.set(rule.name, entry);
    }
  }
  return found;
}

/** docs/x509-profiles.md, from the rules as they stand in the verifier. */
export async function profilesMarkdown(): Promise<string> {
  const basic = [...rulesOf(BASIC_RULES).values()].map(({ rule, roles }) => [rule, roles.join(', ')] as const);
  const strict = [...rulesOf(strictProfile.rules).values()].map(
    ({ rule, roles }) => [rule, `${roles.join(', ')} | ${REASONS[rule.name] ?? ''}`] as const,
  );
  const text = [
    '<!-- Printed from packages/x509/src/path by packages/x509/test/profiles.test.ts. -->',
    '# Certificate profiles',
    "`verifyCertificatePath` judges by one of two profiles. `compatibleProfile` is the default: it refuses what is unsafe and takes what real public and private sites need. `strictProfile` is that and more: what RFC 5280 tells issuers not to do, and what the CA/Browser Forum's Baseline Requirements (BR) add for public TLS certificates. A profile is a value, so a program that never names the strict one does not carry it, and a caller can write another.",
    '## Rules for everybody',
    'Asked in this order of each certificate in its place. Beyond them the path builder asks for an issuer, its signature, name constraints, certificate policies, the limits of `PathLimits`, and revocation where the caller wants it.',
    table(basic, 'asked of'),
    '## What `strict` refuses and `compatible` takes',
    table(strict, 'asked of | why `compatible` takes it').replace('|---|---|---|---|', '|---|---|---|---|---|'),
    '## What `strict` does not ask',
    "Baseline Requirements and rules of DER that bind issuers and that neither profile checks. A caller who needs them adds rules of its own to the profile's.",
    ['| from | what |', '|---|---|', ...NOT_CHECKED.map(([section, what]) => `| ${section} | ${what} |`)].join('\n'),
    '## Between the two and other verifiers',
    [
      '- Anchors are certificates, and their validity, CA flag, path length, usages, name constraints and policy constraints hold for what is below them (RFC 5937). Their signature and their serial number are not looked at.',
      '- A leaf that is itself an anchor is trusted after its own rules: nobody above it is asked. Policies and revocation that the caller passes are judged as if it had issued itself, so what another CA says of it is not heard: with `hard-fail` such a leaf is refused.',
      '- One accepted extended key usage must hold from the leaf to the anchor, wherever a certificate has the extension.',
      '- The common name is never compared with a reference identity (RFC 9525 section 2).',
      '- A wildcard matches nothing right below a public suffix. Which domains are suffixes the caller says (`isPublicSuffix`); without that, top-level domains are.',
    ].join('\n'),
  ].join('\n\n');

  return await format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}
