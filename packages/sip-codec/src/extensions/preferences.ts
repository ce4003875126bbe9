import type { Scanner } from '../grammar/scanner.js';
import { listHeader, type HeaderDefinition } from '../headers/definition.js';
import { TAG_VALUE } from './contact-parameters.js';
import { isQvalue, readRuledParameters, rule, type ParameterRule } from '../headers/parameter-rules.js';
import { formatParameters, quoteString, type Parameter } from '../headers/parameters.js';
import {
  tokenListHeader,
  tokenValueHeader,
  tokenValueListHeader,
  tokenValueReader,
  type TokenValue,
} from '../headers/shapes.js';

const STAR = 0x2a;
const SEMICOLON = 0x3b;

/** `"*" *( SEMI feature-param / generic-param )`: the parameters of each value. */
function featuresHeader(
  name: string,
  rules: readonly ParameterRule[],
): HeaderDefinition<readonly (readonly Parameter[])[]> {
  return listHeader(
    name,
    (scanner: Scanner) => {
      scanner.expect(STAR, name);
      return readRuledParameters(scanner, rules);
    },
    (parameters) => `*${formatParameters(parameters)}`,
  );
}

/** Accept-Contact, RFC 3841 section 9.2: feature predicates, with `require` and `explicit`. */
export const ACCEPT_CONTACT: HeaderDefinition<readonly (readonly Parameter[])[]> = /* @__PURE__ */ featuresHeader(
  'Accept-Contact',
  [/* @__PURE__ */ rule('require', 'flag'), /* @__PURE__ */ rule('explicit', 'flag')],
);

/** Reject-Contact, RFC 3841 section 9.3: feature predicates. */
export const REJECT_CONTACT: HeaderDefinition<readonly (readonly Parameter[])[]> = /* @__PURE__ */ featuresHeader(
  'Reject-Contact',
  [],
);

/** Feature-Caps, RFC 6809 section 6.3.1: feature-capability indicators, whose names begin with `+`. */
export const FEATURE_CAPS: HeaderDefinition<readonly (readonly Parameter[])[]> = /* @__PURE__ */ listHeader(
  'Feature-Caps',
  (scanner: Scanner) => {
    scanner.expect(STAR, 'Feature-Caps');
    const from = scanner.offset;
    const parameters = readRuledParameters(scanner, []);
    // As written: whether a bracket or a comma is escaped can no longer be seen in the text of a quoted string.
    const written = scanner.cut(from, scanner.offset);
    const [right = ''] = FEATURE_CAPS_AT_START.exec(written) ?? [];
    if (right.length < written.length) {
      scanner.offset = from + right.length;
      scanner.takeSeparator(SEMICOLON);
      scanner.fail('feature-cap', 'a feature-capability indicator');
    }
    return parameters;
  },
  (parameters) => `*${parameters.map(formatFeatureCap).join('')}`,
);

/**
 * `*(SEMI feature-cap)`, `feature-cap = "+" fcap-name [EQUAL LDQUOT (fcap-value-list / fcap-string-value ) RDQUOT]`: as many as
 * are right.
 */
const FEATURE_CAPS_AT_START = new RegExp(
  `^(?:\\s*;\\s*\\+[A-Za-z][A-Za-z0-9!'.%-]*(?:\\s*=\\s*"(?:${TAG_VALUE}(?:,${TAG_VALUE})*|<(?:[^<>\\\\"]|\\\\[^])*>)")?(?=\\s*;|$))*`,
);

/** A text in angle brackets may hold brackets of its own as quoted-pairs only: `qdtext-no-abkt`, RFC 3840 section 9. */
function formatFeatureCap(parameter: Parameter): string {
  const { name, value } = parameter;
  if (value === null || !/^<[^]*>$/.test(value)) return formatParameters([parameter]);
  return `;${name}="<${quoteString(value.slice(1, -1)).slice(1, -1).replace(/[<>]/g, '\\$&')}>"`;
}

/** Request-Disposition, RFC 3841 section 9.1: directives, of each pair one at most. */
export const REQUEST_DISPOSITION: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader(
  'Request-Disposition',
  {
    rule: 'directive',
    check: (token) => /^(?:proxy|redirect|(?:no-)?(?:cancel|fork|recurse|queue)|parallel|sequential)$/i.test(token),
  },
);

/** Answer-Mode, RFC 5373 section 4.1: `Manual`, `Auto` or another token; `require` is a flag. */
export const ANSWER_MODE: HeaderDefinition<TokenValue> = /* @__PURE__ */ answerModeHeader('Answer-Mode');

/** Priv-Answer-Mode, RFC 5373 section 4.2. */
export const PRIV_ANSWER_MODE: HeaderDefinition<TokenValue> = /* @__PURE__ */ answerModeHeader('Priv-Answer-Mode');

function answerModeHeader(name: string): HeaderDefinition<TokenValue> {
  return tokenValueHeader(name, tokenValueReader([rule('require', 'flag')], 'answer-mode-value'));
}

/** Security-Client, Security-Server and Security-Verify, RFC 3329 section 2.2: mechanisms. */
function securityHeader(name: string): HeaderDefinition<readonly TokenValue[]> {
  const rules = [
    rule('q', 'token', 'optional', isQvalue),
    rule('d-alg', 'token'),
    rule('d-qop', 'token'),
    rule('d-ver', 'quoted', 'optional', (value) => /^[0-9a-f]{32}$/.test(value)),
  ];
  return tokenValueListHeader(name, tokenValueReader(rules, 'mechanism-name'));
}

/** Security-Client, RFC 3329 section 2.2. */
export const SECURITY_CLIENT: HeaderDefinition<readonly TokenValue[]> =
  /* @__PURE__ */ securityHeader('Security-Client');

/** Security-Server, RFC 3329 section 2.2. */
export const SECURITY_SERVER: HeaderDefinition<readonly TokenValue[]> =
  /* @__PURE__ */ securityHeader('Security-Server');

/** Security-Verify, RFC 3329 section 2.2. */
export const SECURITY_VERIFY: HeaderDefinition<readonly TokenValue[]> =
  /* @__PURE__ */ securityHeader('Security-Verify');

/** Resource-Priority, RFC 4412 section 3.1: values `namespace.priority`. */
export const RESOURCE_PRIORITY: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader(
  'Resource-Priority',
  { rule: 'r-value', check: isResourceValue },
);

/** Accept-Resource-Priority, RFC 4412 section 3.2: values `namespace.priority`, maybe none. */
export const ACCEPT_RESOURCE_PRIORITY: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader(
  'Accept-Resource-Priority',
  { empty: 'allowed', rule: 'r-value', check: isResourceValue },
);

/** `r-value = namespace "." r-priority`, each a token without dots. */
function isResourceValue(token: string): boolean {
  return /^[^.]+\.[^.]+$/.test(token);
}
