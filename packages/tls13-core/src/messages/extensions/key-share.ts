import { list, opaque, struct, u16, type Codec } from '@portico/bytes';

/** KeyShareEntry, RFC 9846 section 4.3.8. */
export interface KeyShareEntry {
  readonly group: number;
  readonly keyExchange: Uint8Array;
}

/** key_share in ServerHello. */
export const keyShareEntryCodec: Codec<KeyShareEntry> = /* @__PURE__ */ struct<KeyShareEntry>({
  group: u16,
  keyExchange: /* @__PURE__ */ opaque(1, 0xffff),
});

/** key_share in ClientHello: `KeyShareEntry client_shares<0..2^16-1>`; empty asks for a HelloRetryRequest. */
export const clientKeySharesCodec: Codec<readonly KeyShareEntry[]> = /* @__PURE__ */ list(
  keyShareEntryCodec,
  0,
  0xffff,
);

/** key_share in HelloRetryRequest: the selected group. */
export const retryKeyShareCodec: Codec<number> = u16;
