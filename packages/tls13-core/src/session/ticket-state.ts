import {
  BytesError,
  bytesToUtf8,
  decode,
  encodeSecret,
  list,
  opaque,
  struct,
  u16,
  u32,
  u8,
  utf8ToBytes,
  type Codec,
} from '@portico/bytes';
import { acrossNamesCodec, type AcrossNames } from './across-names.js';
import { timeCodec } from './lifetime.js';

/** Everything that a server keeps of a connection in a ticket. Times are in milliseconds since 1970. */
export interface TicketState {
  /** Code point of the suite under which the ticket was sent; its hash is the PSK's. */
  readonly cipherSuite: number;
  readonly psk: Uint8Array;
  readonly issuedAt: number;
  /** See `authenticationExpiry`: the same for all tickets that come of one full handshake. */
  readonly authenticationExpiresAt: number;
  /** What the client asked for in server_name. */
  readonly serverName: string | null;
  /** `clientAuthentication.policy` of the configuration; null where the client was not asked for a certificate. */
  readonly clientPolicy: string | null;
  /** DER, leaf first, of the original handshake; empty where the client sent none. */
  readonly clientCertificates: readonly Uint8Array[];
  /** Code point of what the client signed the original handshake with; 0 where it did not. */
  readonly clientSignatureScheme: number;
  /** Identity of the external PSK that the client is known by; null for any other. */
  readonly externalIdentity: Uint8Array | null;
  /** What the ticket's age is hidden with. */
  readonly ticketAgeAdd: number;
  /** The protocol that the connection had: 0-RTT needs the same one. Null where it had none. */
  readonly alpn: Uint8Array | null;
  /** max_early_data_size of the ticket, in bytes; 0 where it allows no 0-RTT. */
  readonly maxEarlyDataSize: number;
  /** Whether the ticket says that it may be used under another name. */
  readonly acrossNames: AcrossNames;
}

/** The bytes that a protector seals: key material in the clear. */
export function encodeTicketState(state: TicketState): Uint8Array {
  return encodeSecret(writtenStateCodec, {
    ...state,
    version: FORMAT_VERSION,
    serverName: writeText(state.serverName),
    clientPolicy: writeText(state.clientPolicy),
    alpn: state.alpn ?? new Uint8Array(0),
    externalIdentity: state.externalIdentity ?? new Uint8Array(0),
  });
}

/** What `encodeTicketState` wrote, with its byte strings as views; null for anything else: then the ticket is unknown. */
export function decodeTicketState(bytes: Uint8Array): TicketState | null {
  try {
    const { version, serverName, clientPolicy, alpn, externalIdentity, ...state } = decode(writtenStateCodec, bytes);
    if (version !== FORMAT_VERSION) return null;
    return {
      ...state,
      serverName: readText(serverName),
      clientPolicy: readText(clientPolicy),
      alpn: alpn.length === 0 ? null : alpn,
      externalIdentity: externalIdentity.length === 0 ? null : externalIdentity,
    };
  } catch (error) {
    if (error instanceof BytesError) return null;
    throw error;
  }
}

/** No name may be empty, so that an empty one can stand for none. */
function writeText(text: string | null): Uint8Array {
  return text === null ? new Uint8Array(0) : utf8ToBytes(text);
}

function readText(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : bytesToUtf8(bytes);
}

/** Counts up with every change to the format: tickets from before it are then unknown. */
const FORMAT_VERSION = 2;

interface WrittenState extends Omit<TicketState, 'serverName' | 'clientPolicy' | 'alpn' | 'externalIdentity'> {
  readonly version: number;
  readonly serverName: Uint8Array;
  readonly clientPolicy: Uint8Array;
  readonly alpn: Uint8Array;
  readonly externalIdentity: Uint8Array;
}

const writtenStateCodec: Codec<WrittenState> = /* @__PURE__ */ struct<WrittenState>({
  version: u8,
  cipherSuite: u16,
  psk: /* @__PURE__ */ opaque(32, 64),
  issuedAt: timeCodec,
  authenticationExpiresAt: timeCodec,
  serverName: /* @__PURE__ */ opaque(0, 0xff),
  clientPolicy: /* @__PURE__ */ opaque(0, 0xff),
  clientCertificates: /* @__PURE__ */ list(/* @__PURE__ */ opaque(1, 0xffffff), 0, 0xffffff),
  clientSignatureScheme: u16,
  externalIdentity: /* @__PURE__ */ opaque(0, 0xffff),
  ticketAgeAdd: u32,
  alpn: /* @__PURE__ */ opaque(0, 0xff),
  maxEarlyDataSize: u32,
  acrossNames: acrossNamesCodec,
});
