import type { HeaderDefinition } from './definition.js';
import { ACCEPT_PARAMETERS } from './parameter-rules.js';
import { tokenListHeader, tokenValueListHeader, tokenValueReader, type TokenValue } from './shapes.js';

/** Accept-Encoding, RFC 3261 section 20.2: content codings, or `*`; maybe none. */
export const ACCEPT_ENCODING: HeaderDefinition<readonly TokenValue[]> = /* @__PURE__ */ tokenValueListHeader(
  'Accept-Encoding',
  /* @__PURE__ */ tokenValueReader(ACCEPT_PARAMETERS, 'codings'),
  'allowed',
);

/** Accept-Language, RFC 3261 section 20.3: language ranges, or `*`; maybe none. */
export const ACCEPT_LANGUAGE: HeaderDefinition<readonly TokenValue[]> = /* @__PURE__ */ tokenValueListHeader(
  'Accept-Language',
  /* @__PURE__ */ tokenValueReader(
    ACCEPT_PARAMETERS,
    'language-range',
    (token) => token === '*' || isLanguageTag(token),
  ),
  'allowed',
);

/** Content-Language, RFC 3261 section 20.13. */
export const CONTENT_LANGUAGE: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader(
  'Content-Language',
  { rule: 'language-tag', check: isLanguageTag },
);

/**
 * `language-tag = primary-tag *( "-" subtag )`. The subtags of RFC 5646, which replaced the definition that RFC 3261
 * took over, may hold digits: `es-419`.
 */
function isLanguageTag(token: string): boolean {
  return /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/.test(token);
}
