import { WORD } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { listHeader, singleHeader, type HeaderDefinition } from './definition.js';

function tokenList(name: string, empty: 'allowed' | 'refused'): HeaderDefinition<readonly string[]> {
  return listHeader(
    name,
    (scanner) => scanner.token(),
    (token) => token,
    empty,
  );
}

/** Require, RFC 3261 section 20.32: option tags. */
export const REQUIRE: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenList('Require', 'refused');

/** Proxy-Require, RFC 3261 section 20.29: option tags. */
export const PROXY_REQUIRE: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenList('Proxy-Require', 'refused');

/** Supported, RFC 3261 section 20.37: option tags, maybe none. */
export const SUPPORTED: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenList('Supported', 'allowed');

/** Unsupported, RFC 3261 section 20.40: option tags. */
export const UNSUPPORTED: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenList('Unsupported', 'refused');

/** Allow, RFC 3261 section 20.5: methods, maybe none. */
export const ALLOW: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenList('Allow', 'allowed');

/** Content-Encoding, RFC 3261 section 20.12. */
export const CONTENT_ENCODING: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenList(
  'Content-Encoding',
  'refused',
);

/** Priority, RFC 3261 section 20.26. */
export const PRIORITY: HeaderDefinition<string> = /* @__PURE__ */ singleHeader(
  'Priority',
  (scanner) => scanner.token(),
  (token) => token,
);

/** Call-ID, RFC 3261 section 20.8: case-sensitive. */
export const CALL_ID: HeaderDefinition<string> = /* @__PURE__ */ singleHeader('Call-ID', readCallId, (text) => text);

const AT = 0x40;

/** `callid = word [ "@" word ]` */
function readCallId(scanner: Scanner): string {
  const from = scanner.offset;
  if (scanner.skipRun(WORD) === from) scanner.fail('word', 'word');
  if (scanner.take(AT)) {
    const second = scanner.offset;
    if (scanner.skipRun(WORD) === second) scanner.fail('word', 'word');
  }
  return scanner.cut(from, scanner.offset);
}
