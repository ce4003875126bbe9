import { list, opaque, struct, u32, type Codec } from '@portico/bytes';
import { extensionCodec, type Extension } from './extensions/extension.js';

/** NewSessionTicket, RFC 9846 section 4.7.1. */
export interface NewSessionTicket {
  /** Seconds. */
  readonly ticketLifetime: number;
  readonly ticketAgeAdd: number;
  readonly ticketNonce: Uint8Array;
  readonly ticket: Uint8Array;
  readonly extensions: readonly Extension[];
}

export const newSessionTicketCodec: Codec<NewSessionTicket> = /* @__PURE__ */ struct<NewSessionTicket>({
  ticketLifetime: u32,
  ticketAgeAdd: u32,
  ticketNonce: /* @__PURE__ */ opaque(0, 0xff),
  ticket: /* @__PURE__ */ opaque(1, 0xffff),
  extensions: /* @__PURE__ */ list(extensionCodec, 0, 0xffff),
});
