import { bytesEqual } from '@portico/bytes';
import type { Certificate } from '../certificate.js';
import { ipAddressToText, parseIpAddress } from '../name/ip-address.js';
import { hostNameMatches, normalizeHostName, readPresentedHostName } from './host-name.js';
import { sipIdentities } from './sip.js';

/** Who the caller means to talk to. */
export type ReferenceIdentity =
  | { readonly type: 'dns'; /** A host name; an internationalized one as A-labels. */ readonly name: string }
  | { readonly type: 'ip'; /** In text, IPv6 with brackets or without. */ readonly address: string }
  | {
      readonly type: 'sip-domain';
      /** The domain of the SIP URI, before any look-up (RFC 5922 section 7.3). */ readonly domain: string;
    };

/**
 * Whether a certificate was issued to that identity: subject alternative names only, RFC 9525 section 6 and RFC 5922
 * section 7; the common name never counts. Null when it was, else what was wanted and what is there, for people.
 */
export function identityMismatch(
  certificate: Pick<Certificate, 'subjectAltNames'>,
  identity: ReferenceIdentity,
): string | null {
  switch (identity.type) {
    case 'dns': {
      const reference = normalizeHostName(identity.name);
      if (reference === null) return `"${identity.name}" is not a host name`;
      const matches = certificate.subjectAltNames.some((name) => {
        const presented = name.type === 'dns' ? readPresentedHostName(name.name) : null;
        return presented !== null && hostNameMatches(presented, reference);
      });
      return matches ? null : `expected ${reference}, got ${presentedNames(certificate)}`;
    }
    case 'ip': {
      const reference = parseIpAddress(identity.address);
      if (reference === null) return `"${identity.address}" is not an IP address`;
      const matches = certificate.subjectAltNames.some(
        (name) => name.type === 'ip' && bytesEqual(name.address, reference),
      );
      return matches ? null : `expected ${ipAddressToText(reference)}, got ${presentedNames(certificate)}`;
    }
    case 'sip-domain': {
      const reference = normalizeHostName(identity.domain);
      if (reference === null) return `"${identity.domain}" is not a domain`;
      const identities = sipIdentities(certificate);
      if (identities.includes(reference)) return null;
      return `expected SIP domain ${reference}, got ${identities.join(', ') || 'none'}`;
    }
  }
}

/** Names shown in a message; a certificate may have thousands. */
const SHOWN_NAMES = 8;

function presentedNames({ subjectAltNames }: Pick<Certificate, 'subjectAltNames'>): string {
  const texts = subjectAltNames.flatMap((name) => {
    if (name.type === 'dns') return [name.name];
    if (name.type === 'ip') return [ipAddressToText(name.address)];
    return name.type === 'uri' ? [name.uri] : [];
  });
  const more = texts.length > SHOWN_NAMES ? ` and ${texts.length - SHOWN_NAMES} more` : '';
  return texts.length === 0 ? 'no names' : texts.slice(0, SHOWN_NAMES).join(', ') + more;
}
