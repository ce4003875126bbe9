import { SipError } from '../error.js';
import { asciiLowerCase } from '../grammar/text.js';
import type { Credentials } from '../headers/credentials.js';
import type { LenientReading } from '../headers/tolerances.js';
import { readDigestCredentials, type CredentialsField, type DigestCredentials } from './digest-credentials.js';

/** One thing that the lenient rules forgive in Digest credentials. */
export interface DigestTolerance {
  readonly name: string;
  /** What it makes of them; the same where it has nothing to do. */
  readonly repair: (credentials: Credentials) => Credentials;
}

/** RFC 7616 section 3.4: a sender MUST only use the quoted form of these. */
const TEXTS: ReadonlySet<string> = new Set(['username', 'realm', 'nonce', 'uri', 'response', 'cnonce', 'opaque']);
/** And MUST NOT use it for these. */
const TOKENS: ReadonlySet<string> = new Set(['algorithm', 'qop', 'nc', 'userhash']);

/** The parameters of these names in quotes, or without. */
function requote(names: ReadonlySet<string>, form: 'quoted' | 'token'): DigestTolerance['repair'] {
  const quoted = form === 'quoted';
  return ({ scheme, parameters }) => ({
    scheme,
    parameters: parameters.map((parameter) =>
      names.has(asciiLowerCase(parameter.name)) ? { ...parameter, quoted } : parameter,
    ),
  });
}

/** What the lenient rules forgive, in the order in which it is tried; docs/sip-strictness.md says why. */
export const DIGEST_TOLERANCES: readonly DigestTolerance[] = [
  { name: 'a Digest token in quotes', repair: /* @__PURE__ */ requote(TOKENS, 'token') },
  { name: 'a Digest text without quotes', repair: /* @__PURE__ */ requote(TEXTS, 'quoted') },
];

/**
 * As `readDigestCredentials`, by the lenient rules: where the strict ones refuse, quotes are taken as if they were right. They
 * do not enter the digest (RFC 7616 section 3.4.5), so what is proven is the same.
 * @throws SipError the strict error, where that does not help
 */
export function readDigestLeniently(
  credentials: Credentials,
  field: CredentialsField = 'Authorization',
): LenientReading<DigestCredentials> {
  try {
    return { value: readDigestCredentials(credentials, field), forgiven: null };
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    let mended = credentials;
    const tolerances: string[] = [];
    for (const { name, repair } of DIGEST_TOLERANCES) {
      const repaired = repair(mended);
      if (repaired.parameters.every(({ quoted }, index) => quoted === mended.parameters[index]?.quoted)) continue;
      mended = repaired;
      tolerances.push(name);
    }
    try {
      return { value: readDigestCredentials(mended, field), forgiven: { error, tolerances } };
    } catch (second) {
      throw second instanceof SipError ? error : second;
    }
  }
}
