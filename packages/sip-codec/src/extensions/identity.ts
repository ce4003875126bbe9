import type { Scanner } from '../grammar/scanner.js';
import { ALPHANUM, bytesOf, type CharacterClass } from '../grammar/characters.js';
import { rowsHeader, singleHeader, type HeaderDefinition } from '../headers/definition.js';
import type { NameAddress } from '../headers/name-addr.js';
import { readRuledParameters, rule, type ParameterRule } from '../headers/parameter-rules.js';
import { formatParameters, findParameter, type Parameter } from '../headers/parameters.js';
import { addressListHeader, readBracketedUri } from '../headers/shapes.js';
import { formatUri, type Uri } from '../uri/uri.js';

/**
 * P-Asserted-Identity, RFC 3325 section 9.1: one or two addresses. Its grammar has no parameters; those that 3GPP adds
 * are kept.
 */
export const P_ASSERTED_IDENTITY: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ addressListHeader(
  'P-Asserted-Identity',
  'optional',
);

/** P-Preferred-Identity, RFC 3325 section 9.2. */
export const P_PREFERRED_IDENTITY: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ addressListHeader(
  'P-Preferred-Identity',
  'optional',
);

const SEMICOLON = 0x3b;

/** Privacy, RFC 3323 section 4.2, `id` of RFC 3325 and `history` of RFC 7044: tokens between semicolons. */
export const PRIVACY: HeaderDefinition<readonly string[]> = /* @__PURE__ */ singleHeader(
  'Privacy',
  (scanner) => {
    const values: string[] = [];
    do values.push(scanner.token('priv-value'));
    while (scanner.takeSeparator(SEMICOLON));
    return values;
  },
  (values) => values.join(';'),
);

/** Identity, RFC 8224 section 4: a PASSporT, and where to get the certificate. */
export interface Identity {
  /** The PASSporT in compact or full form. */
  readonly digest: string;
  /** `info`. */
  readonly info: Uri;
  /** All but `info`: `alg`, `ppt` and others. */
  readonly parameters: readonly Parameter[];
}

const LEFT_ANGLE = 0x3c;

const IDENTITY_RULES: readonly ParameterRule[] = [
  /* @__PURE__ */ rule('info', 'token', 'required'),
  /* @__PURE__ */ rule('alg', 'token'),
  // The examples of RFC 8224 and RFC 8225 put quotes round it, though the grammar has none.
  /* @__PURE__ */ rule('ppt', 'value'),
];

/** Identity, RFC 8224 section 4; each row is one. */
export const IDENTITY: HeaderDefinition<readonly Identity[]> = /* @__PURE__ */ rowsHeader(
  'Identity',
  readIdentity,
  formatIdentity,
);

function readIdentity(scanner: Scanner): Identity {
  const digest = scanner.runOfSome(DIGEST, 'signed-identity-digest');
  let info: Uri | undefined;
  const from = scanner.offset;
  const all = readRuledParameters(scanner, IDENTITY_RULES, (inner, name) => {
    if (name !== 'info') return undefined;
    if (inner.peek() !== LEFT_ANGLE) inner.fail('ident-info-uri', "'<'");
    info = readBracketedUri(inner);
    return formatUri(info);
  });
  const [first, ...parameters] = all;
  if (first !== findParameter(all, 'info')) {
    scanner.offset = from;
    scanner.fail('ident-info', 'info in front of the other parameters');
  }
  return { digest, info: info as Uri, parameters };
}

function formatIdentity({ digest, info, parameters }: Identity): string {
  return `${digest};info=<${formatUri(info)}>${formatParameters(parameters)}`;
}

/** `base64-char / "."`, and the letters of base64url, in which RFC 8225 writes a PASSporT. */
const DIGEST: CharacterClass = /* @__PURE__ */ bytesOf(ALPHANUM, '/+.-_=');
