import { list, opaque, struct, u16, u32, type Codec } from '@portico/bytes';
import { SHORTEST_BINDER } from '../../limits.js';

/** PskIdentity, RFC 9846 section 4.3.11. */
export interface PskIdentity {
  /** A ticket, or the label of an external key. */
  readonly identity: Uint8Array;
  /** Milliseconds since the ticket came plus its `ticketAgeAdd`, modulo 2^32 (section 4.3.11.1). */
  readonly obfuscatedTicketAge: number;
}

/** OfferedPsks, RFC 9846 section 4.3.11: one binder for each identity, in the same order. */
export interface OfferedPsks {
  readonly identities: readonly PskIdentity[];
  readonly binders: readonly Uint8Array[];
}

/** pre_shared_key in ClientHello: `identities<7..2^16-1>`, `binders<33..2^16-1>`. */
export const offeredPsksCodec: Codec<OfferedPsks> = /* @__PURE__ */ struct<OfferedPsks>({
  identities: /* @__PURE__ */ list(
    /* @__PURE__ */ struct<PskIdentity>({ identity: /* @__PURE__ */ opaque(1, 0xffff), obfuscatedTicketAge: u32 }),
    7,
    0xffff,
  ),
  binders: /* @__PURE__ */ list(/* @__PURE__ */ opaque(SHORTEST_BINDER, 0xff), SHORTEST_BINDER + 1, 0xffff),
});

/** pre_shared_key in ServerHello: the index of the identity that the server chose. */
export const selectedIdentityCodec: Codec<number> = u16;

/**
 * Truncate() of RFC 9846 section 4.3.11.2: a whole ClientHello message, header included, up to its binders list. A view.
 * The lengths in it stay those of the whole message, and pre_shared_key is its last extension.
 */
export function withoutBinders(clientHello: Uint8Array, { binders }: OfferedPsks): Uint8Array {
  const listLength = binders.reduce((sum, { length }) => sum + 1 + length, 2);
  return clientHello.subarray(0, clientHello.length - listLength);
}
