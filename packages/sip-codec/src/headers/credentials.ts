import type { Scanner } from '../grammar/scanner.js';
import { asciiLowerCase } from '../grammar/text.js';
import { rowsHeader, singleHeader, type HeaderDefinition } from './definition.js';
import { quoteString, type Parameter } from './parameters.js';

/** `auth-scheme LWS auth-param *(COMMA auth-param)`, RFC 3261 sections 20.7, 20.27, 20.28 and 20.44. */
export interface Credentials {
  /** As on the wire; compared without case. */
  readonly scheme: string;
  readonly parameters: readonly Parameter[];
}

/** Authorization, RFC 3261 section 20.7: one for each realm, each in a row of its own. */
export const AUTHORIZATION: HeaderDefinition<readonly Credentials[]> = /* @__PURE__ */ rows('Authorization');

/** Proxy-Authorization, RFC 3261 section 20.28. */
export const PROXY_AUTHORIZATION: HeaderDefinition<readonly Credentials[]> =
  /* @__PURE__ */ rows('Proxy-Authorization');

/** WWW-Authenticate, RFC 3261 section 20.44: one challenge in each row (RFC 8760 section 2.4). */
export const WWW_AUTHENTICATE: HeaderDefinition<readonly Credentials[]> = /* @__PURE__ */ rows('WWW-Authenticate');

/** Proxy-Authenticate, RFC 3261 section 20.27: one challenge in each row. */
export const PROXY_AUTHENTICATE: HeaderDefinition<readonly Credentials[]> = /* @__PURE__ */ rows('Proxy-Authenticate');

const COMMA = 0x2c;
const EQUALS = 0x3d;
const DQUOTE = 0x22;

/** These fields hold commas of their own, so rows are never joined (section 7.3.1). */
function rows(name: string): HeaderDefinition<readonly Credentials[]> {
  return rowsHeader(name, readCredentials, formatCredentials);
}

/** Authentication-Info, RFC 3261 section 20.6. */
export const AUTHENTICATION_INFO: HeaderDefinition<readonly Parameter[]> = /* @__PURE__ */ singleHeader(
  'Authentication-Info',
  readAuthParameters,
  formatAuthParameters,
);

function readCredentials(scanner: Scanner): Credentials {
  const scheme = scanner.token('auth-scheme');
  if (!scanner.skipSpace()) scanner.fail('credentials', 'LWS');
  return { scheme, parameters: readAuthParameters(scanner) };
}

/** `auth-param *( COMMA auth-param )`, `auth-param = auth-param-name EQUAL ( token / quoted-string )` */
function readAuthParameters(scanner: Scanner): readonly Parameter[] {
  const parameters: Parameter[] = [];
  const names = new Set<string>();
  do {
    const at = scanner.offset;
    const name = scanner.token('auth-param-name');
    if (!scanner.takeSeparator(EQUALS)) scanner.fail('auth-param', "'='");
    const quoted = scanner.peek() === DQUOTE;
    const value = quoted ? scanner.quotedString() : scanner.token('auth-param');
    if (names.size === names.add(asciiLowerCase(name)).size) {
      scanner.offset = at;
      scanner.fail('auth-param', `${name} once`);
    }
    parameters.push({ name, value, quoted });
  } while (scanner.takeSeparator(COMMA));
  return parameters;
}

function formatCredentials({ scheme, parameters }: Credentials): string {
  return `${scheme} ${formatAuthParameters(parameters)}`;
}

function formatAuthParameters(parameters: readonly Parameter[]): string {
  return parameters.map(({ name, value, quoted }) => `${name}=${quoted ? quoteString(value ?? '') : value}`).join(', ');
}
