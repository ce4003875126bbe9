/**
 * What this element understands, RFC 3261 section 20.5: ACK and CANCEL belong in Allow although the one is never answered
 * and the other finds no transaction to cancel.
 */
export const SUPPORTED_METHODS: readonly string[] = ['ACK', 'CANCEL', 'OPTIONS', 'REGISTER'];

/** The methods of the IANA registry: one of these that is not served gets 405, any other 501. */
const REGISTERED_METHODS: ReadonlySet<string> = new Set([
  'ACK', // RFC 3261
  'BYE', // RFC 3261
  'CANCEL', // RFC 3261
  'INFO', // RFC 6086
  'INVITE', // RFC 3261
  'MESSAGE', // RFC 3428
  'NOTIFY', // RFC 6665
  'OPTIONS', // RFC 3261
  'PRACK', // RFC 3262
  'PUBLISH', // RFC 3903
  'REFER', // RFC 3515
  'REGISTER', // RFC 3261
  'SUBSCRIBE', // RFC 6665
  'UPDATE', // RFC 3311
]);

/** Methods are compared exactly, RFC 3261 section 7.1. */
export function methodSupport(method: string): 'supported' | 'known' | 'unknown' {
  if (SUPPORTED_METHODS.includes(method)) return 'supported';
  return REGISTERED_METHODS.has(method) ? 'known' : 'unknown';
}

/** Extensions (option tags) that a peer may require or that we offer: Path, RFC 3327, is stored with a binding. */
export const SUPPORTED_EXTENSIONS: readonly string[] = ['path'];

/** Media types of request bodies that are taken; their content is never looked at. */
export const ACCEPTED_MEDIA_TYPES: readonly string[] = ['application/sdp'];

/** Content codings that are taken, RFC 3261 section 20.2. */
export const ACCEPTED_ENCODINGS: readonly string[] = ['identity'];

/** Schemes of a Request-URI that lead here; any other gets 416, RFC 3261 section 8.2.2.1. */
export const SUPPORTED_SCHEMES: readonly string[] = ['sip', 'sips'];
