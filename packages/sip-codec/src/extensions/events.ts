import type { HeaderDefinition } from '../headers/definition.js';
import { isDeltaSeconds, rule } from '../headers/parameter-rules.js';
import {
  tokenHeader,
  tokenListHeader,
  tokenValueHeader,
  tokenValueListHeader,
  tokenValueReader,
  type TokenValue,
} from '../headers/shapes.js';

/** `event-type = event-package *( "." event-template )`, each a token without dots. */
function isEventType(token: string): boolean {
  return token.split('.').every((part) => part !== '');
}

/** Event, RFC 6665 section 8.2.1; `id` is a token. */
export const EVENT: HeaderDefinition<TokenValue> = /* @__PURE__ */ tokenValueHeader(
  'Event',
  /* @__PURE__ */ tokenValueReader([/* @__PURE__ */ rule('id', 'token')], 'event-type', isEventType),
);

/** Allow-Events, RFC 6665 section 8.2.2: event types. */
export const ALLOW_EVENTS: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('Allow-Events', {
  rule: 'event-type',
  check: isEventType,
});

/** Subscription-State, RFC 6665 section 8.2.3; `expires` and `retry-after` are seconds. */
export const SUBSCRIPTION_STATE: HeaderDefinition<TokenValue> = /* @__PURE__ */ tokenValueHeader(
  'Subscription-State',
  /* @__PURE__ */ tokenValueReader(
    [
      /* @__PURE__ */ rule('reason', 'token'),
      /* @__PURE__ */ rule('expires', 'token', 'optional', isDeltaSeconds),
      /* @__PURE__ */ rule('retry-after', 'token', 'optional', isDeltaSeconds),
    ],
    'substate-value',
  ),
);

/** SIP-ETag, RFC 3903 section 11.3.1. */
export const SIP_ETAG: HeaderDefinition<string> = /* @__PURE__ */ tokenHeader('SIP-ETag');

/** SIP-If-Match, RFC 3903 section 11.3.2. */
export const SIP_IF_MATCH: HeaderDefinition<string> = /* @__PURE__ */ tokenHeader('SIP-If-Match');

/** Info-Package, RFC 6086 section 7.1. */
export const INFO_PACKAGE: HeaderDefinition<TokenValue> = /* @__PURE__ */ tokenValueHeader('Info-Package');

/** Recv-Info, RFC 6086 section 7.2: Info Packages, maybe none. */
export const RECV_INFO: HeaderDefinition<readonly TokenValue[]> = /* @__PURE__ */ tokenValueListHeader(
  'Recv-Info',
  /* @__PURE__ */ tokenValueReader([], 'Info-package-name'),
  'allowed',
);
