import { WORD } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { listHeader, singleHeader, type HeaderDefinition } from './definition.js';
import { tokenHeader, tokenListHeader } from './shapes.js';

/** Require, RFC 3261 section 20.32: option tags. */
export const REQUIRE: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('Require');

/** Proxy-Require, RFC 3261 section 20.29: option tags. */
export const PROXY_REQUIRE: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('Proxy-Require');

/** Supported, RFC 3261 section 20.37: option tags, maybe none. */
export const SUPPORTED: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('Supported', {
  empty: 'allowed',
});

/** Unsupported, RFC 3261 section 20.40: option tags. */
export const UNSUPPORTED: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('Unsupported');

/** Allow, RFC 3261 section 20.5: methods, maybe none. */
export const ALLOW: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('Allow', {
  empty: 'allowed',
});

/** Content-Encoding, RFC 3261 section 20.12. */
export const CONTENT_ENCODING: HeaderDefinition<readonly string[]> =
  /* @__PURE__ */ tokenListHeader('Content-Encoding');

/** Priority, RFC 3261 section 20.26. */
export const PRIORITY: HeaderDefinition<string> = /* @__PURE__ */ tokenHeader('Priority');

/** Call-ID, RFC 3261 section 20.8: case-sensitive. */
export const CALL_ID: HeaderDefinition<string> = /* @__PURE__ */ singleHeader('Call-ID', readCallId, (text) => text);

/** In-Reply-To, RFC 3261 section 20.21. */
export const IN_REPLY_TO: HeaderDefinition<readonly string[]> = /* @__PURE__ */ listHeader(
  'In-Reply-To',
  readCallId,
  (text) => text,
);

const AT = 0x40;

/** `callid = word [ "@" word ]` */
export function readCallId(scanner: Scanner): string {
  const from = scanner.offset;
  if (scanner.skipRun(WORD) === from) scanner.fail('word', 'word');
  if (scanner.take(AT)) {
    const second = scanner.offset;
    if (scanner.skipRun(WORD) === second) scanner.fail('word', 'word');
  }
  return scanner.cut(from, scanner.offset);
}
