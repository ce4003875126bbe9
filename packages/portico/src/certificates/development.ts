import { bytesEqual } from '@portico/bytes';
import type { CryptoProvider } from '@portico/crypto';
import { encodeGeneralName, keyMatchesCertificate, type Certificate } from '@portico/x509';
import {
  createAuthority,
  createLeaf,
  generalNameFromText,
  generatePrivateKey,
  type Credential,
} from '@portico/x509/issue';

const DAY = 86_400_000;

/** Clocks of test machines and phones are not exact. */
const BACKDATED = DAY;

/** People import the CA into browsers by hand: it should last. */
const AUTHORITY_LIFETIME = 1825 * DAY;

/** Browsers refuse leaves that live longer than 398 days, and Safari development ones above 825. */
const LEAF_LIFETIME = 90 * DAY;

/** A certificate this close to its end is replaced at start, so that a server left running does not outlive it soon. */
const RENEWAL_WINDOW = 14 * DAY;

/** The names every development server answers to. */
export const DEVELOPMENT_NAMES: readonly string[] = ['localhost', '127.0.0.1', '::1', 'sip:localhost'];

export interface IssueOptions {
  readonly provider: CryptoProvider;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A self-signed CA for one developer's machine, ECDSA P-256. */
export async function issueAuthority({ provider, now }: IssueOptions): Promise<Credential> {
  return createAuthority({
    provider,
    privateKey: await generatePrivateKey(provider, 'P-256'),
    subject: [['CN', 'Portico development CA (this machine only)']],
    notBefore: now - BACKDATED,
    notAfter: now + AUTHORITY_LIFETIME,
    pathLength: 0,
  });
}

/** A server certificate for these host names, addresses and SIP URIs (RFC 5922 section 7.1), ECDSA P-256. */
export async function issueLeaf(
  { provider, now }: IssueOptions,
  issuer: Credential,
  names: readonly string[],
): Promise<Credential> {
  const privateKey = await generatePrivateKey(provider, 'P-256');
  const certificate = createLeaf({
    provider,
    issuer,
    key: privateKey,
    names,
    notBefore: now - BACKDATED,
    notAfter: Math.min(now + LEAF_LIFETIME, issuer.certificate.notAfter),
  });
  return { certificate, privateKey };
}

/** Whether a stored CA can go on signing: its key fits and its end is not near. */
export function authorityIsUsable({ provider, now }: IssueOptions, authority: Credential): boolean {
  return (
    authority.certificate.basicConstraints?.ca === true &&
    isCurrent(authority.certificate, now) &&
    // A leaf must fit in what is left of its CA.
    authority.certificate.notAfter > now + LEAF_LIFETIME &&
    keyMatchesCertificate(provider, authority.privateKey, authority.certificate)
  );
}

/** Whether a stored leaf is current, for these names, from this CA, and for its key. */
export function leafIsUsable(
  { provider, now }: IssueOptions,
  leaf: Credential,
  authority: Certificate,
  names: readonly string[],
): boolean {
  return (
    isCurrent(leaf.certificate, now) &&
    isIssuedBy(leaf.certificate, authority) &&
    names.every((name) => coversName(leaf.certificate, name)) &&
    keyMatchesCertificate(provider, leaf.privateKey, leaf.certificate)
  );
}

function isCurrent(certificate: Certificate, now: number): boolean {
  return certificate.notBefore <= now && certificate.notAfter > now + RENEWAL_WINDOW;
}

/** By key identifier, which is a hash of the CA's random key: the folder is ours, this finds mixed files, not forgers. */
function isIssuedBy(leaf: Certificate, authority: Certificate): boolean {
  const wanted = leaf.authorityKeyIdentifier?.keyIdentifier ?? null;
  return (
    wanted !== null && authority.subjectKeyIdentifier !== null && bytesEqual(wanted, authority.subjectKeyIdentifier)
  );
}

function coversName(leaf: Certificate, name: string): boolean {
  const wanted = encodeGeneralName(generalNameFromText(name));
  return leaf.subjectAltNames.some((present) => bytesEqual(encodeGeneralName(present), wanted));
}
