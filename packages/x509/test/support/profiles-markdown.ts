import { format } from 'prettier';
import { publicTrustProfile, strictProfile, type Rule } from '../../src/index.js';
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
  'inhibit-any-policy-critical': 'It is processed either way where policies are, and says nothing where they are not.',
  'unique-identifiers': 'Nobody reads them.',
  'time-type': 'Certificates in use have a GeneralizedTime before 2050. It is the same time.',
  'key-usage-bits':
    'Roots in use have them: 2 of the 144 that Node trusts, 4 of 152 in certifi. They mean the same. `strict` takes them in an anchor.',
  'name-constraints-minimum': 'It is the default, spelt out. Any other minimum is refused by both.',
  'key-type': 'Private CAs use Ed25519, and will use ML-DSA; RFC 9846 has both for certificates.',
  'rsa-exponent': 'Whoever certifies such a key harms only its holder.',
  'signature-parameters':
    'RFC 4055 section 5 has verifiers take PKCS #1 without NULL, and leaves the salt to the signer. All readings lead to one algorithm.',
  'authority-key-identifier-alone': 'RFC 5280 section 4.2.1.1 allows it, and older CAs write it.',
  'extended-key-usage-others':
    'Private CAs certify one key for many uses. What the key is used for here is among them.',
  'distribution-points':
    'RFC 5280 section 4.2.1.13 allows other schemes, reasons and CRL issuers. Whoever looks for a CRL there reads it anyway.',
  'one-attribute': 'RFC 5280 section 4.1.2.4 allows more.',
  'ecdsa-hash': 'A longer or shorter hash is as good as the weaker of both, and both are strong.',
  'issuer-octets': 'RFC 5280 section 7.1 compares names without regard to case, spaces and the type of string.',
  'ca-key-usages': 'RFC 5280 allows them beside keyCertSign. `strict` takes them in an anchor: roots in use have them.',
  'ca-key-usage-present': 'RFC 5280 section 6.1.4 (n) asks for keyCertSign only where the extension is there.',
  'subject-alt-name-types':
    'RFC 5280 section 4.2.1.6 knows more. `strict` takes a `sip:` URI beside host names and addresses, for whatever name the certificate is asked: one port for SIP and HTTP has one certificate, and RFC 5922 section 4.1 wants the domain in such a URI. It takes other URIs where a reference of type `uri` asks for one, and SRV names where one of type `srv` does.',
  'reserved-label': 'They match nothing but themselves.',
  'leaf-key-usages':
    'Private CAs write keyEncipherment for all kinds of keys. That digitalSignature is among the usages is asked by both.',
  'organizational-unit': 'Private CAs write it, and nobody compares it.',
};

/** Why \`strict\` takes what \`public-trust\` refuses: private CAs, and the cases of x509-limbo and BetterTLS that it would cost. */
export const COSTS: Readonly<Record<string, string>> = {
  'validity-period':
    'Private CAs issue for years. Of limbo 476 cases that must be accepted would be refused, all of BetterTLS, whose leaves of 2026 are valid for 368 days.',
  'subject-alt-name-server': 'Certificates for SIP domains have a `sip:` URI, RFC 5922 section 4.1.',
  'internal-name': '303 cases of BetterTLS have `test.localhost`.',
  'reserved-address': '301 cases of BetterTLS have `127.0.0.1`.',
  'reverse-zone': 'No case has one; in private networks they may be names of hosts.',
  'leaf-policies': '479 cases have leaves without policies.',
  'access-information': '479 cases have leaves that do not say where their issuer is.',
  'access-locations': 'One case (`rfc5280::ee-aia`) has a location that is no URI and must be accepted.',
  'revocation-information': 'As for `access-information`.',
  'key-usage-critical': 'RFC 5280 section 4.2.1.3 only recommends it, and 45 cases have it uncritical.',
  'ca-subject': 'Few private CAs have country and organization.',
  'ca-crl-sign': '491 cases have CAs without it: whoever issues no CRL needs none.',
  'ca-extended-key-usage': '479 cases have CAs without it.',
  'ca-policies': '479 cases have CAs without it.',
  'ca-distribution-points': '479 cases have CAs without it.',
};

/** What public CAs must keep to and no profile asks. */
const NOT_CHECKED: readonly (readonly [section: string, what: string])[] = [
  [
    'BR section 7.1.2.7',
    'that a serial number has 64 bits from a random generator: a number does not show where it is from',
  ],
  [
    'BR section 6.1.6',
    'that an exponent is at least 65537, and a modulus odd and without small factors: recommended only',
  ],
  [
    'BR section 3.2.2.6',
    'a wildcard right below a public suffix: that is asked with the name, of the caller’s `isPublicSuffix`',
  ],
  [
    'BR section 7.1.2.7.12',
    'that A-labels are what a U-label becomes, and that a name ends in a top-level domain that IANA lists',
  ],
  [
    'BR section 7.1.2.7.9',
    'that the policy fits the subject (domain, organization, individual, extended validation); qualifiers',
  ],
  [
    'BR section 7.1.2.7.10',
    'that a client’s leaf has serverAuth: the BR are about servers, for whom everybody is asked it',
  ],
  ['BR section 7.1.4.2', 'order, length and types of string of subject attributes; that each is there once'],
  ['BR section 7.1.2.1.1', 'how long a root is valid: it binds whoever makes one, and nobody who trusts it'],
  ['RFC 6962', 'certificate transparency, which the BR do not ask for'],
  [
    'root programs',
    'that a CA is for servers alone: rules of one browser, with dates of their own; clientAuth is taken beside serverAuth',
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
  const known = new Set(strict.map(([{ name }]) => name));
  const publicTrust = [...rulesOf(publicTrustProfile.rules).values()]
    .filter(({ rule }) => !known.has(rule.name))
    .map(({ rule, roles }) => [rule, `${roles.join(', ')} | ${COSTS[rule.name] ?? ''}`] as const);
  const text = [
    '<!-- Printed from packages/x509/src/path by packages/x509/test/profiles.test.ts. -->',
    '# Certificate profiles',
    "`verifyCertificatePath` judges by a profile. `compatibleProfile` is the default: it refuses what is unsafe and takes what real public and private sites need. `strictProfile` is that and more: what RFC 5280 tells issuers not to do, and those of the CA/Browser Forum's Baseline Requirements (BR, here version 2.2.6) that careful private CAs keep to as well. `publicTrustProfile` is the strict one and the rest of the BR that can be read off a certificate, for whoever talks to servers with certificates of public CAs alone. A profile is a value, so a program that never names one does not carry it, and a caller can write another ([why three](decisions/x509-profiles.md)).",
    '## Rules for everybody',
    'Asked in this order of each certificate in its place. Beyond them the path builder asks for an issuer, its signature, name constraints, certificate policies, the limits of `PathLimits`, and revocation where the caller wants it.',
    table(basic, 'asked of'),
    '## What `strict` refuses and `compatible` takes',
    table(strict, 'asked of | why `compatible` takes it').replace('|---|---|---|---|', '|---|---|---|---|---|'),
    '## What `public-trust` refuses and `strict` takes',
    'Rules that came into force later are asked of certificates from that day on, by their notBefore. The BR bind what was issued from 2012-07-01 (section 1.1), so the validity of older ones is not limited.',
    table(publicTrust, 'asked of | why `strict` takes it').replace('|---|---|---|---|', '|---|---|---|---|---|'),
    '## What no profile asks',
    "What binds issuers and cannot be read off a certificate, or is left to others. A caller who needs more adds rules of its own to the profile's.",
    ['| from | what |', '|---|---|', ...NOT_CHECKED.map(([section, what]) => `| ${section} | ${what} |`)].join('\n'),
    '## Between these and other verifiers',
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
