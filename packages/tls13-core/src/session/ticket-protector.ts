import { asciiToBytes, ByteReader, bytesEqual, BytesError, ByteWriter, concatBytes, copyBytes } from '@portico/bytes';
import { hkdfExpand, hkdfExtract, type CipherSuite, type CryptoProvider } from '@portico/crypto';
import type { TicketProtector } from '../config.js';
import { checkedKeys } from './named-keys.js';
import { LONGEST_KEY_NAME } from '../limits.js';

/** A key that protects tickets. */
export interface TicketKey {
  /** Tells keys apart; it stands in the clear in every ticket. 1 to 32 bytes, as text in UTF-8. */
  readonly name: string;
  /** At least 32 bytes of a good random source. Whoever has it can read the connections that its tickets resume. */
  readonly key: Uint8Array;
}

export interface TicketProtectorOptions {
  readonly provider: CryptoProvider;
  /** The first seals, all open. To rotate, put a new one in front and drop the last once its tickets have expired. */
  readonly keys: readonly TicketKey[];
}

/**
 * Protects tickets without keeping anything: all servers with the same keys, now or after a restart, open each other's
 * tickets. A ticket is `version, suite, key name, salt` in the clear and the state sealed under a key and nonce of its
 * own, which come of the ticket key and the 32 random bytes of the salt: no nonce can repeat, however many servers seal.
 * @throws TlsError `invalid-configuration` for no key, a short or all-zero one, or a name that is too long or stands twice
 */
export function createTicketProtector({ provider, keys }: TicketProtectorOptions): TicketProtector {
  const known = checkedKeys('ticket keys', keys);
  const [sealing] = known;
  const [suite] = provider.cipherSuites as [CipherSuite];
  return {
    seal: (state) => {
      const header = encodeHeader({ suite: suite.id, name: sealing.name, salt: provider.random(SALT_LENGTH) });
      const { key, nonce } = ticketKeys(suite, sealing.key, header);
      const ticket = concatBytes(header, state, new Uint8Array(suite.tagLength));
      const sealer = suite.createSealer(key);
      sealer.sealInPlace(nonce, header, ticket.subarray(header.length));
      sealer.destroy();
      key.fill(0);
      state.fill(0);
      return ticket;
    },
    open: (ticket) => {
      const header = readHeader(ticket);
      const named = known.find(({ name }) => header !== null && bytesEqual(name, header.name));
      const sealedWith = provider.cipherSuites.find(({ id }) => id === header?.suite);
      if (header === null || named === undefined || sealedWith === undefined) return null;
      const additionalData = ticket.subarray(0, header.length);
      const { key, nonce } = ticketKeys(sealedWith, named.key, additionalData);
      const opener = sealedWith.createOpener(key);
      const state = opener.open(nonce, additionalData, ticket.subarray(header.length));
      opener.destroy();
      key.fill(0);
      return state;
    },
  };
}

const FORMAT_VERSION = 1;
const SALT_LENGTH = 32;

interface TicketHeader {
  readonly suite: number;
  readonly name: Uint8Array;
  readonly salt: Uint8Array;
}

function encodeHeader({ suite, name, salt }: TicketHeader): Uint8Array {
  const writer = new ByteWriter(1 + 2 + 1 + LONGEST_KEY_NAME + SALT_LENGTH);
  writer.u8(FORMAT_VERSION);
  writer.u16(suite);
  writer.prefixed(1, name);
  writer.bytes(salt);
  return writer.toBytes();
}

/** Null for what is no ticket of this format. */
function readHeader(ticket: Uint8Array): (TicketHeader & { readonly length: number }) | null {
  const reader = new ByteReader(ticket);
  try {
    if (reader.u8() !== FORMAT_VERSION) return null;
    return { suite: reader.u16(), name: reader.prefixed(1), salt: reader.bytes(SALT_LENGTH), length: reader.offset };
  } catch (error) {
    if (error instanceof BytesError) return null;
    throw error;
  }
}

/** HKDF (RFC 5869) with the whole header as the salt, so that no two tickets share a key and a nonce. */
function ticketKeys(
  { hash, keyLength, ivLength }: CipherSuite,
  ticketKey: Uint8Array,
  header: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const pseudorandomKey = hkdfExtract(hash, header, ticketKey);
  const material = hkdfExpand(hash, pseudorandomKey, asciiToBytes('portico session ticket'), keyLength + ivLength);
  pseudorandomKey.fill(0);
  const keys = { key: copyBytes(material.subarray(0, keyLength)), nonce: copyBytes(material.subarray(keyLength)) };
  material.fill(0);
  return keys;
}
