import { bytesEqual } from '@portico/bytes';
import type { Certificate } from '../certificate.js';
import { TAG } from '../der/tag.js';
import { X509Error } from '../error.js';
import type { GeneralName } from '../name/general-name.js';
import { otherNameText } from '../name/other-name.js';
import { ipAddressToText, parseIpAddress } from '../name/ip-address.js';
import { OID } from '../oids.js';
import { asciiLowerCase, hostNameMatches, normalizeHostName, readPresentedHostName } from './host-name.js';
import { sipIdentities } from './sip.js';
import { hostOfUri } from './uri.js';

/** Who the caller means to talk to. */
export type ReferenceIdentity =
  | { readonly type: 'dns'; /** A host name; an internationalized one as A-labels. */ readonly name: string }
  | { readonly type: 'ip'; /** In text, IPv6 with brackets or without. */ readonly address: string }
  | {
      readonly type: 'sip-domain';
      /** The domain of the SIP URI, before any look-up (RFC 5922 section 7.3). */ readonly domain: string;
    }
  | { readonly type: 'uri'; /** Its scheme and its host are compared, RFC 9525 section 6.5. */ readonly uri: string }
  | {
      readonly type: 'srv';
      /** The service without its underscore, as `imaps` (RFC 4985). */ readonly service: string;
      readonly name: string;
    };

/** Where no public suffix list is given, a top-level domain is the only suffix. */
export function isTopLevelDomain(domain: string): boolean {
  return !domain.includes('.');
}

/**
 * Whether a certificate was issued to that identity: subject alternative names only, RFC 9525 section 6 and RFC 5922
 * section 7; the common name never counts. Null when it was, else what was wanted and what is there, for people.
 * @throws X509Error `invalid-argument` for another type of identity
 * @param isPublicSuffix whether a wildcard right below this domain (lower case, no dot at its end) matches nothing
 */
export function identityMismatch(
  certificate: Pick<Certificate, 'subjectAltNames'>,
  identity: ReferenceIdentity,
  isPublicSuffix: (domain: string) => boolean = isTopLevelDomain,
): readonly [expected: string, got: string] | null {
  const { subjectAltNames } = certificate;
  switch (identity?.type) {
    case 'dns': {
      const reference = normalizeHostName(text(identity.name));
      if (reference === null) return ['a host name', `"${identity.name}"`];
      const matches = subjectAltNames.some((name) => {
        const presented = name.type === 'dns' ? readPresentedHostName(name.name) : null;
        if (presented === null || !hostNameMatches(presented, reference)) return false;
        return !presented.wildcard || !isPublicSuffix(presented.name);
      });
      return matches ? null : [reference, presentedNames(subjectAltNames)];
    }
    case 'ip': {
      const reference = parseIpAddress(text(identity.address));
      if (reference === null) return ['an IP address', `"${identity.address}"`];
      return subjectAltNames.some((name) => name.type === 'ip' && bytesEqual(name.address, reference))
        ? null
        : [ipAddressToText(reference), presentedNames(subjectAltNames)];
    }
    case 'sip-domain': {
      const reference = normalizeHostName(text(identity.domain));
      if (reference === null) return ['a domain', `"${identity.domain}"`];
      const identities = sipIdentities(certificate);
      return identities.includes(reference) ? null : [`SIP domain ${reference}`, identities.join(', ') || 'none'];
    }
    case 'uri': {
      const reference = hostOfUri(text(identity.uri));
      if (reference === null) return ['a URI with a host', `"${identity.uri}"`];
      const matches = subjectAltNames.some((name) => {
        const presented = name.type === 'uri' ? hostOfUri(name.uri) : null;
        return presented?.scheme === reference.scheme && presented.host === reference.host;
      });
      return matches ? null : [`${reference.scheme}: ${reference.host}`, presentedNames(subjectAltNames)];
    }
    case 'srv': {
      const host = normalizeHostName(text(identity.name));
      if (host === null) return ['a host name', `"${identity.name}"`];
      const reference = `_${asciiLowerCase(text(identity.service))}.${host}`;
      return subjectAltNames.some((name) => srvName(name) === reference)
        ? null
        : [reference, presentedNames(subjectAltNames)];
    }
    default:
      throw new X509Error('invalid-argument', {
        expected: 'an identity',
        got: String((identity as ReferenceIdentity | undefined)?.type),
      });
  }
}

/** What an identity says, where its caller has no compiler. */
function text(value: string): string {
  if (typeof value === 'string') return value;
  throw new X509Error('invalid-argument', { expected: 'an identity', got: typeof value });
}

/** SRVName, RFC 4985 section 2: an IA5String `_Service.Name`; null for any other name. */
function srvName(name: GeneralName): string | null {
  return name.type === 'other' && name.oid === OID.dnsSrv
    ? asciiLowerCase(otherNameText(name.value, TAG.ia5String))
    : null;
}

/** Names shown in a message; a certificate may have thousands. */
const SHOWN_NAMES = 8;

function presentedNames(names: readonly GeneralName[]): string {
  const texts = names.flatMap((name) => {
    if (name.type === 'dns') return [name.name];
    if (name.type === 'ip') return [ipAddressToText(name.address)];
    if (name.type === 'uri') return [name.uri];
    return srvName(name) || [];
  });
  const more = texts.length > SHOWN_NAMES ? ` and ${texts.length - SHOWN_NAMES} more` : '';
  return texts.length === 0 ? 'no names' : texts.slice(0, SHOWN_NAMES).join(', ') + more;
}
