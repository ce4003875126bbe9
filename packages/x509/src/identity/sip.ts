import type { Certificate } from '../certificate.js';
import { normalizeHostName } from './host-name.js';

/** `sip:`, and a hostport after which parameters and headers may follow (RFC 3261 section 19.1.1). */
const SIP_DOMAIN_URI = /^sip:(?:([^:;?/[\]]+)(?::[0-9]{1,5})?(?:[;?].*)?$)?/i;

/**
 * The SIP domain identities of a certificate, RFC 5922 section 7.1: the hosts of its `sip:` URIs that have no user
 * part; only where there is none, its DNS names. The common name is not looked at. Lower case; wildcards and IP
 * addresses are no domains and left out. Say who the peer is only with a certificate that was verified.
 */
export function sipIdentities(certificate: Pick<Certificate, 'subjectAltNames'>): readonly string[] {
  const uris: (string | null)[] = [];
  const names: (string | null)[] = [];
  for (const name of certificate.subjectAltNames) {
    if (name.type === 'dns') names.push(name.name.endsWith('.') ? null : normalizeHostName(name.name));
    // Whoever is named by a user part is no domain.
    const match = name.type !== 'uri' || name.uri.includes('@') ? null : SIP_DOMAIN_URI.exec(name.uri);
    // A sip URI whose host is no domain, or cannot be read, is still one of the sip URI type: DNS names stay unused.
    if (match !== null) uris.push(normalizeHostName(match[1] ?? ''));
  }
  const found = uris.length > 0 ? uris : names;
  return [...new Set(found.filter((identity) => identity !== null))];
}
