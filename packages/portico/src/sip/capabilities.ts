import type { UasCapabilities } from '@portico/sip-codec';

/** What this element can do; whatever else a request asks for is refused before it is looked at (RFC 3261 section 8.2). */
export const CAPABILITIES: UasCapabilities & {
  readonly [K in 'methods' | 'extensions' | 'mediaTypes']: readonly string[];
} = {
  // Section 20.5: ACK and CANCEL belong in Allow although the one is never answered and the other never finds a
  // transaction to cancel.
  methods: ['ACK', 'CANCEL', 'OPTIONS', 'REGISTER'],
  // Path, RFC 3327, is stored with a binding.
  extensions: ['path'],
  schemes: ['sip', 'sips'],
  // Bodies of this type are taken and not looked at.
  mediaTypes: ['application/sdp'],
};

/** Content codings that are taken, RFC 3261 section 20.2. */
export const ACCEPTED_ENCODINGS: readonly string[] = ['identity'];
