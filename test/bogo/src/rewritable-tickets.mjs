// Tickets that the runner can open and change: BoringSSL's format, around what our core wants to remember.
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const NAME_LENGTH = 16;
const IV_LENGTH = 16;
const MAC_LENGTH = 32;

const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;

/** SSL_SESSION_ASN1_VERSION of BoringSSL. */
const SESSION_VERSION = Uint8Array.of(1);

/**
 * A TicketProtector with the key of `-ticket-key`: a name, a MAC key and an AES-128-CBC key of 16 bytes each. A ticket is
 * `name, iv, ciphertext, HMAC-SHA256`, and what is encrypted begins like a session of BoringSSL's: an ASN.1 sequence of
 * the format's version, the protocol's version and the suite. Of the core's state the suite stands there and nowhere else,
 * and so does the format of the state, which is one protocol version's: what the runner writes is what the core reads.
 */
export function rewritableTickets(ticketKey) {
  const name = ticketKey.subarray(0, NAME_LENGTH);
  const macKey = ticketKey.subarray(NAME_LENGTH, 32);
  const key = ticketKey.subarray(32, 48);
  const macOf = (bytes) => createHmac('sha256', macKey).update(bytes).digest();
  return {
    seal: (state) => {
      const iv = randomBytes(IV_LENGTH);
      const cipher = createCipheriv('aes-128-cbc', key, iv);
      const authenticated = Buffer.concat([name, iv, cipher.update(sessionOf(state)), cipher.final()]);
      return Uint8Array.from(Buffer.concat([authenticated, macOf(authenticated)]));
    },
    open: (ticket) => {
      if (ticket.length < NAME_LENGTH + IV_LENGTH + MAC_LENGTH) return null;
      const authenticated = ticket.subarray(0, -MAC_LENGTH);
      if (!timingSafeEqual(macOf(authenticated), ticket.subarray(-MAC_LENGTH))) return null;
      const iv = authenticated.subarray(NAME_LENGTH, NAME_LENGTH + IV_LENGTH);
      const decipher = createDecipheriv('aes-128-cbc', key, iv);
      const ciphertext = authenticated.subarray(NAME_LENGTH + IV_LENGTH);
      return stateOf(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
    },
  };
}

/** How far TLS 1.3 (0x0304) is from the version of the core's own format, the first byte of a state; the suite follows. */
const VERSION_DISTANCE = 0x0302;

function sessionOf(state) {
  const version = VERSION_DISTANCE + state[0];
  return element(
    SEQUENCE,
    Buffer.concat([
      element(INTEGER, SESSION_VERSION),
      element(INTEGER, Uint8Array.of(version >> 8, version)),
      element(OCTET_STRING, state.subarray(1, 3)),
      element(OCTET_STRING, state.subarray(3)),
    ]),
  );
}

function stateOf(session) {
  const [, version, suite, rest] = elements(elements(session)[0]);
  return Uint8Array.from(Buffer.concat([Uint8Array.of(version.readUInt16BE(0) - VERSION_DISTANCE), suite, rest]));
}

/** A DER element, its length in as few bytes as it takes. */
function element(tag, content) {
  const { length } = content;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(header), content]);
}

/** The contents of the elements that stand one behind the other, which are ours behind the MAC. */
function elements(bytes) {
  const contents = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at + 1];
    const lengthLength = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + lengthLength;
    const length = lengthLength === 0 ? first : bytes.readUIntBE(at + 2, lengthLength);
    contents.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return contents;
}
