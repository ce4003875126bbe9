// Reads one trace: what its peers chose, and what they sent, in order.
import { decode, encode, hexToBytes, list, opaque, struct, u16, u32 } from '@portico/bytes';
import { EXTENSION_CODES } from '../../../../packages/tls13-core/dist/messages/extensions/extension.js';
import {
  clientKeySharesCodec,
  keyShareEntryCodec,
} from '../../../../packages/tls13-core/dist/messages/extensions/key-share.js';
import {
  HANDSHAKE_HEADER_LENGTH,
  handshakeTypeName,
} from '../../../../packages/tls13-core/dist/messages/handshake-type.js';
import { decodeHandshakeMessage } from '../../../../packages/tls13-core/dist/messages/message.js';

/** What the text of a step calls a group → our name. */
const GROUP_NAMES = { x25519: 'x25519', 'P-256': 'secp256r1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };

export const KEY_PAIR_STEP = /^create an ephemeral (\S+) key pair/;
export const RECORD_STEP = /^send (\w+) record/;

/** pre_shared_key in a ClientHello, RFC 9846 section 4.3.11. */
const offeredPsksCodec = struct({
  identities: list(struct({ identity: opaque(1, 0xffff), obfuscatedTicketAge: u32 }), 7, 0xffff),
  binders: list(opaque(32, 255), 33, 0xffff),
});
const bindersCodec = list(opaque(32, 255), 33, 0xffff);

/**
 * The trace: its steps, the key pairs of both sides, the records, and the handshake messages in wire order. `missing`
 * says what our code would need to follow it, or is null.
 */
export function readTrace({ section, steps }, provider) {
  const keyPairs = { client: [], server: [] };
  const records = [];
  let missing = null;
  for (const { who, text, values } of steps) {
    const [, group] = KEY_PAIR_STEP.exec(text) ?? [];
    if (group !== undefined) {
      const named = provider.groups.find(({ name }) => name === GROUP_NAMES[group]);
      if (named === undefined) missing = `${group} is not among our groups`;
      else keyPairs[who].push({ group: named, privateKey: valueOf(values, 'private key') });
    }
    const [, type] = RECORD_STEP.exec(text) ?? [];
    if (type !== undefined) {
      records.push({ who, type, payload: valueOf(values, 'payload'), bytes: valueOf(values, 'complete record') });
    }
  }
  const messages = [];
  for (const { who, type, payload } of records) {
    if (type === 'handshake') messages.push(...cutMessages(payload).map((message) => ({ who, ...message })));
  }
  const serverHello = messages.find(({ type }) => type === 'server_hello');
  if (serverHello === undefined) throw new Error('there is no ServerHello');
  const suite = provider.cipherSuites.find(({ id }) => id === serverHello.body.cipherSuite);
  if (suite === undefined) missing = `cipher suite ${serverHello.body.cipherSuite} is not among ours`;
  const clientHello = messages.findLast(({ type }) => type === 'client_hello');
  if (clientHello !== undefined && offeredPsks(clientHello) !== null && selectedPsk(serverHello) === null) {
    missing = 'a PSK that the server did not take';
  }
  return { id: section, steps, keyPairs, records, messages, serverHello, suite, missing };
}

function valueOf(values, name) {
  const value = values.find((candidate) => candidate.name === name);
  if (value === undefined) throw new Error(`a step has no value "${name}"`);
  return hexToBytes(value.hex);
}

/** The messages of a record's content; in a trace each ends with its record. */
function cutMessages(payload) {
  const messages = [];
  for (let at = 0; at < payload.length;) {
    const [code, high, middle, low] = payload.subarray(at, at + HANDSHAKE_HEADER_LENGTH);
    const end = at + HANDSHAKE_HEADER_LENGTH + ((high << 16) | (middle << 8) | low);
    const type = handshakeTypeName(code);
    if (type === undefined || end > payload.length) throw new Error(`no handshake message at byte ${at} of a payload`);
    messages.push(decodeHandshakeMessage(type, payload.slice(at, end)));
    at = end;
  }
  return messages;
}

/** extension_data, or undefined where the message does not have it. */
export function extensionData({ body }, name) {
  return body.extensions?.find(({ type }) => type === EXTENSION_CODES[name])?.data;
}

/** The shares of a ClientHello. */
export function clientShares(clientHello) {
  const data = extensionData(clientHello, 'key_share');
  return data === undefined ? [] : decode(clientKeySharesCodec, data);
}

/** The share of a ServerHello, or null with a PSK alone. */
export function serverShare(serverHello) {
  const data = extensionData(serverHello, 'key_share');
  return data === undefined ? null : decode(keyShareEntryCodec, data);
}

/** The identities that a ClientHello offers, with the hello up to its binders (RFC 9846 section 4.3.11.2), or null. */
export function offeredPsks(clientHello) {
  const data = extensionData(clientHello, 'pre_shared_key');
  if (data === undefined) return null;
  const { identities, binders } = decode(offeredPsksCodec, data);
  const { raw } = clientHello;
  return { identities, binders, prefix: raw.subarray(0, raw.length - encode(bindersCodec, binders).length) };
}

/** Which of the offered PSKs the server took, or null (RFC 9846 section 4.3.11). */
export function selectedPsk(serverHello) {
  const data = extensionData(serverHello, 'pre_shared_key');
  return data === undefined ? null : decode(u16, data);
}

/** The first message of that type that this side sent. */
export function messageOf({ messages }, who, type) {
  return messages.find((message) => message.who === who && message.type === type);
}

/** An extension of code points: supported_groups, or signature_algorithms. */
export const codePointsCodec = list(u16, 2, 0xfffe);
