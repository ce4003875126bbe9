import type { HeaderDefinition } from '../headers/definition.js';
import { MAX_DELTA_SECONDS } from '../headers/numbers.js';
import { rule } from '../headers/parameter-rules.js';
import { numberHeader, numberValueHeader, type NumberValue } from '../headers/shapes.js';

/** Session-Expires, RFC 4028 section 4, in seconds; `refresher` is uas or uac. */
export const SESSION_EXPIRES: HeaderDefinition<NumberValue> = /* @__PURE__ */ numberValueHeader(
  'Session-Expires',
  MAX_DELTA_SECONDS,
  [/* @__PURE__ */ rule('refresher', 'token', 'optional', (value) => /^ua[sc]$/i.test(value))],
);

/** The smallest interval that may be asked for, in seconds, RFC 4028 section 5. */
export const MIN_SESSION_INTERVAL = 90;

/** Min-SE, RFC 4028 section 5, in seconds. */
export const MIN_SE: HeaderDefinition<NumberValue> = /* @__PURE__ */ numberValueHeader('Min-SE', MAX_DELTA_SECONDS);

/** Flow-Timer, RFC 5626 section 10, in seconds. */
export const FLOW_TIMER: HeaderDefinition<number> = /* @__PURE__ */ numberHeader('Flow-Timer', MAX_DELTA_SECONDS);

/** Max-Breadth, RFC 5393 section 5.3.3; a request without one may be forked without bound but for this default. */
export const MAX_BREADTH: HeaderDefinition<number> = /* @__PURE__ */ numberHeader('Max-Breadth', MAX_DELTA_SECONDS);

/** RFC 5393 section 5.3.3.1: what a proxy sets where a request has no Max-Breadth. */
export const DEFAULT_MAX_BREADTH = 60;
