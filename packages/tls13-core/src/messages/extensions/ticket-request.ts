import { struct, u8, type Codec } from '@portico/bytes';

/** ClientTicketRequest, RFC 9149 section 3: how many tickets a client would like. */
export interface ClientTicketRequest {
  /** After a full handshake. */
  readonly newSessionCount: number;
  /** After a resumption. */
  readonly resumptionCount: number;
}

/** ticket_request in ClientHello. */
export const clientTicketRequestCodec: Codec<ClientTicketRequest> = /* @__PURE__ */ struct<ClientTicketRequest>({
  newSessionCount: u8,
  resumptionCount: u8,
});

/** ticket_request in EncryptedExtensions: how many tickets the server means to send (RFC 9149 section 3). */
export const serverTicketRequestCodec: Codec<number> = u8;
