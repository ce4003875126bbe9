import { asciiLowerCase, normalizeHostName } from './host-name.js';

/** Scheme and reg-name, with `//` or, as in `sip:example.com`, without. Whoever is named by a user part is no host. */
const URI = /^([a-z][a-z0-9+.-]*):(?:\/\/)?([^/?#:;@[\]]+)(?::[0-9]*)?(?:[/?#;][^@]*)?$/i;

/**
 * Scheme and host of a URI in lower case, which RFC 9525 section 6.5 compares; null where it has a user part or no host
 * name.
 */
export function hostOfUri(uri: string): { readonly scheme: string; readonly host: string } | null {
  const match = URI.exec(uri);
  if (match === null) return null;
  const [, scheme, name] = match as unknown as [string, string, string];
  const host = normalizeHostName(name);
  return host === null ? null : { scheme: asciiLowerCase(scheme), host };
}
