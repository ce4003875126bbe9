import { bytesEqual } from '@portico/bytes';
import { isSelfIssued, type Certificate } from '../certificate.js';
import { findExtension } from '../extensions.js';
import { readPresentedHostName } from '../identity/host-name.js';
import { ipAddressToText } from '../name/ip-address.js';
import { OID } from '../oids.js';
import { POLICY_OID } from '../policy-oids.js';
import { BASELINE_ANCHOR_RULES, BASELINE_INTERMEDIATE_RULES, BASELINE_LEAF_RULES } from './baseline-rules.js';
import { rule, type Mismatch, type PathProfile, type Rule } from './rule.js';
import { ENCODING_RULES } from './strict-encoding.js';

const COMMON_NAME = '2.5.4.3';

/** Null where the certificate is as it must be, else what it must be and is not. */
type Shape = (certificate: Certificate) => Mismatch | null;

/** A rule about what a certificate says, whatever stands around it on the path. */
function form(name: string, section: string, broken: Shape): Rule {
  return rule(name, 'malformed', section, broken);
}

const leafSerialNumber = [
  // A root's number names nothing to anybody, and some in use have number zero.
  form('serial-number-zero', 'RFC 5280 section 4.1.2.2', ({ serialNumber }) =>
    serialNumber.some((octet) => octet !== 0) ? null : ['a serial number above zero', 'zero'],
  ),
  form('serial-number-20', 'RFC 5280 section 4.1.2.2', ({ serialNumber: { length } }) =>
    length <= 20 ? null : ['a serial number of at most 20 octets', `${length}`],
  ),
];

const hasAuthorityKeyIdentifier = form('authority-key-identifier', 'RFC 5280 section 4.2.1.1', (certificate) =>
  (certificate.authorityKeyIdentifier?.keyIdentifier ?? null) !== null ? null : ['an authority key identifier', 'none'],
);

const leafRules: readonly Rule[] = [
  ...leafSerialNumber,
  form('version-3', 'BR section 7.1.1', ({ version }) => (version === 3 ? null : ['version 3', `${version}`])),
  hasAuthorityKeyIdentifier,
  form('leaf-not-ca', 'BR section 7.1.2.7.8', ({ basicConstraints }) =>
    basicConstraints?.ca !== true ? null : ['a leaf', 'a CA'],
  ),
  form('extended-key-usage-present', 'BR section 7.1.2.7.10', ({ extendedKeyUsage }) =>
    extendedKeyUsage !== null ? null : ['an extended key usage', 'none'],
  ),
  form('extended-key-usage-any', 'BR section 7.1.2.7.10', ({ extendedKeyUsage }) =>
    extendedKeyUsage?.includes(OID.anyExtendedKeyUsage) !== true ? null : ['named usages', 'anyExtendedKeyUsage'],
  ),
  rule('sip-domain-usage', 'extended-key-usage', 'RFC 5924 section 5', ({ extendedKeyUsage: usages }, { purpose }) =>
    purpose.identity?.type !== 'sip-domain' ||
    !purpose.keyPurposes.includes(OID.sipDomain) ||
    usages?.some((usage) => usage === OID.sipDomain || usage === OID.anyExtendedKeyUsage) !== false
      ? null
      : ['id-kp-sipDomain', usages.join(', ')],
  ),
  criticality('extended-key-usage-critical', 'BR section 7.1.2.7.6', OID.extKeyUsage, 'uncritical'),
  form('subject-alt-name-present', 'BR section 7.1.2.7.12', ({ subjectAltNames }) =>
    subjectAltNames.length > 0 ? null : ['subject alternative names', 'none'],
  ),
  form('subject-alt-name-critical', 'RFC 5280 section 4.2.1.6', (certificate) => {
    const critical = isCritical(certificate, OID.subjectAltName);
    const wanted = certificate.subject.rdns.length === 0;
    return critical === null || critical === wanted
      ? null
      : ['subject alternative names critical where the subject is empty, and only there', 'otherwise'];
  }),
  // Preferred name syntax of RFC 1034 section 3.5: no underscore.
  form('dns-name-syntax', 'RFC 5280 section 4.2.1.6', ({ subjectAltNames }) => {
    const bad = subjectAltNames.find(
      (name) => name.type === 'dns' && (name.name.includes('_') || readPresentedHostName(name.name) === null),
    );
    return bad?.type === 'dns' ? ['host names', `"${bad.name}"`] : null;
  }),
  // A common name is one of the alternative names, to the character.
  form('common-name', 'BR section 7.1.4.3', ({ subject, subjectAltNames }) => {
    const texts = new Set<string | null>(
      subjectAltNames.map((name) =>
        name.type === 'dns' ? name.name : name.type === 'ip' ? ipAddressToText(name.address) : null,
      ),
    );
    const stray = subject.rdns.flat().find(({ oid, value }) => oid === COMMON_NAME && !texts.has(value));
    return stray === undefined ? null : ['a common name that is an alternative name', `"${stray.value}"`];
  }),
];

const authorityRules: readonly Rule[] = [
  form('subject-key-identifier', 'RFC 5280 section 4.2.1.2', ({ subjectKeyIdentifier }) =>
    subjectKeyIdentifier !== null ? null : ['a subject key identifier', 'none'],
  ),
  criticality('basic-constraints-critical', 'RFC 5280 section 4.2.1.9', OID.basicConstraints, 'critical'),
  criticality('name-constraints-critical', 'RFC 5280 section 4.2.1.10', OID.nameConstraints, 'critical'),
  criticality('policy-constraints-critical', 'RFC 5280 section 4.2.1.11', POLICY_OID.policyConstraints, 'critical'),
  criticality('inhibit-any-policy-critical', 'RFC 5280 section 4.2.1.14', POLICY_OID.inhibitAnyPolicy, 'critical'),
  form('dns-constraint-syntax', 'RFC 5280 section 4.2.1.10', ({ nameConstraints }) => {
    const dotted = [...(nameConstraints?.permitted ?? []), ...(nameConstraints?.excluded ?? [])].find(
      (base) => base.type === 'dns' && base.name.startsWith('.'),
    );
    return dotted?.type === 'dns' ? ['DNS name constraints without a dot first', dotted.name] : null;
  }),
];

const anchorRules: readonly Rule[] = [
  form('anchor-extended-key-usage', 'BR section 7.1.2.1.2', ({ extendedKeyUsage }) =>
    extendedKeyUsage === null ? null : ['no extended key usage in a root', extendedKeyUsage.join(', ')],
  ),
  // A root may have the extension with its own key identifier and nothing else.
  form('root-authority-key-identifier', 'BR section 7.1.2.1.3', (certificate) => {
    const { authorityKeyIdentifier, subjectKeyIdentifier } = certificate;
    if (!isSelfIssued(certificate) || authorityKeyIdentifier === null) return null;
    // The issuer and its serial number come together.
    const { keyIdentifier, issuer } = authorityKeyIdentifier;
    const own =
      keyIdentifier !== null && subjectKeyIdentifier !== null && bytesEqual(keyIdentifier, subjectKeyIdentifier);
    return own && issuer === null ? null : ["a root's own key identifier", 'another'];
  }),
  form('anchor-authority-key-identifier', 'RFC 5280 section 4.2.1.1', (certificate) =>
    isSelfIssued(certificate) || (certificate.authorityKeyIdentifier?.keyIdentifier ?? null) !== null
      ? null
      : ['an authority key identifier', 'none'],
  ),
];

/**
 * Also refuses what RFC 5280 tells issuers not to do and what the CA/Browser Forum's Baseline Requirements (BR) add for
 * public TLS certificates. docs/x509-profiles.md lists every difference.
 */
export const strictProfile: PathProfile = {
  name: 'strict',
  rules: {
    leaf: [...leafRules, ...ENCODING_RULES, ...BASELINE_LEAF_RULES],
    intermediate: [
      ...leafSerialNumber,
      ...authorityRules,
      hasAuthorityKeyIdentifier,
      ...ENCODING_RULES,
      ...BASELINE_INTERMEDIATE_RULES,
    ],
    anchor: [...authorityRules, ...anchorRules, ...BASELINE_ANCHOR_RULES],
  },
};

/** An extension that is critical, or is not, where it is there at all. */
export function criticality(name: string, section: string, oid: string, wanted: 'critical' | 'uncritical'): Rule {
  return form(name, section, (certificate) => {
    const critical = isCritical(certificate, oid);
    return critical === null || critical === (wanted === 'critical')
      ? null
      : [`${wanted} extension ${oid}`, 'the opposite'];
  });
}

/** Null where the extension is not there. */
function isCritical({ extensions }: Certificate, oid: string): boolean | null {
  return findExtension(extensions, oid)?.critical ?? null;
}
