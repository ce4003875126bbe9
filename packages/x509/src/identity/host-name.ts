/** RFC 1035 section 2.3.4, without the root's empty label. */
const MAX_NAME_LENGTH = 253;

/**
 * Labels: letters, digits, hyphens within; underscores, which hosts in use have (RFC 8553 section 1). The last one is no
 * number.
 */
const HOST_NAME = /^(?!(?:.*\.)?[0-9]+$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!$)|$))+$/;

/**
 * A host name in the form in which names are compared: lower case and without the dot of the root (RFC 9525 section
 * 6.3); null for what is no host name: U-labels, wildcards, empty labels, and anything that ends in a number, which is
 * or looks like an IPv4 address.
 */
export function normalizeHostName(text: string): string | null {
  const name = asciiLowerCase(text.endsWith('.') ? text.slice(0, -1) : text);
  return name.length <= MAX_NAME_LENGTH && HOST_NAME.test(name) ? name : null;
}

/** What a dNSName presents: a host name, or a pattern with `*` as its whole left-most label. */
export interface PresentedHostName {
  /** Without the `*.`, normalized. */
  readonly name: string;
  readonly wildcard: boolean;
}

/** Reads a dNSName of a certificate; null where it is neither a host name nor a pattern. It has no dot at its end. */
export function readPresentedHostName(text: string): PresentedHostName | null {
  const wildcard = text.startsWith('*.');
  const name = text.endsWith('.') ? null : normalizeHostName(wildcard ? text.slice(2) : text);
  return name === null ? null : { name, wildcard };
}

/**
 * Whether a presented name is the reference's, RFC 9525 section 6.3: equal without regard to case, or a wildcard for
 * exactly one label. What a wildcard may stand below is for the caller to say.
 * @param reference normalized
 */
export function hostNameMatches(presented: PresentedHostName, reference: string): boolean {
  if (!presented.wildcard) return presented.name === reference;
  return reference.includes('.') && reference.slice(reference.indexOf('.') + 1) === presented.name;
}

/** Case folding of ASCII alone: no other character may become an ASCII one (U+212A, the Kelvin sign, would be `k`). */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
