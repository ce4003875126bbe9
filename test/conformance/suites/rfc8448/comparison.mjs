// What one of our handshake messages says, against the trace's: what both can say must be the same.
import { bytesToHex, decode, encode } from '@portico/bytes';
import { supportedSignatureSchemes } from '@portico/crypto';
import { EXTENSION_CODES } from '../../../../packages/tls13-core/dist/messages/extensions/extension.js';
import { encodeHandshakeMessage } from '../../../../packages/tls13-core/dist/messages/message.js';
import { codePointsCodec } from './trace.mjs';

const EXTENSION_NAMES = new Map([
  ...Object.entries(EXTENSION_CODES).map(([name, code]) => [code, name]),
  // Extensions of TLS 1.2, which no code of ours knows.
  [35, 'session_ticket'],
  [65281, 'renegotiation_info'],
]);

/**
 * Compares two decoded messages of a type. The order of extensions is free; lists of code points need to agree in those
 * that our provider has; an extension that only the trace has must be one of `NOT_OURS`, or is a failure.
 */
export function compareMessage(id, { isResumption }, ours, theirs, provider, report) {
  const { type } = theirs;
  if (theirs.body.extensions === undefined) {
    report.check(`${id}, as ours`, bytesToHex(theirs.raw), bytesToHex(ours.raw));
    return;
  }
  const withoutExtensions = ({ body }) => bytesToHex(encodeHandshakeMessage(type, { ...body, extensions: [] }));
  report.check(`${id}, fields as ours`, withoutExtensions(theirs), withoutExtensions(ours));
  const own = new Map(ours.body.extensions.map((extension) => [extension.type, extension.data]));
  for (const extension of theirs.body.extensions) {
    const name = EXTENSION_NAMES.get(extension.type) ?? `extension ${extension.type}`;
    const data = own.get(extension.type);
    own.delete(extension.type);
    const reason = NOT_OURS[`${name} in ${type}`];
    if (data === undefined && reason !== undefined && (reason.only !== 'in a resumption' || isResumption)) {
      report.skip(`${name} in ${type}: ${reason.why}`);
    } else if (data === undefined) report.check(`${id}, ${name} as ours`, bytesToHex(extension.data), 'not sent');
    else report.check(`${id}, ${name} as ours`, bytesToHex(sayableData(extension, provider)), bytesToHex(data));
  }
  for (const type of own.keys()) report.check(`${id}, extension ${type}`, 'only what the trace has', 'more');
}

/** What is not sent by us, and why. */
const NOT_OURS = {
  'renegotiation_info in client_hello': { why: 'it is about TLS 1.2, which our client never offers' },
  'session_ticket in client_hello': { why: 'it is about TLS 1.2, which our client never offers' },
  'padding in client_hello': { why: 'our client does not pad its hellos (RFC 7685)' },
  'supported_groups in encrypted_extensions': {
    why: 'our server names its groups only where it would have preferred another one (RFC 9846 section 4.3.7)',
  },
  'server_name in encrypted_extensions': {
    only: 'in a resumption',
    why: 'our server acknowledges no name in a resumption (RFC 6066 section 3)',
  },
};

/** extension_data without the code points that our provider has no algorithm for. */
function sayableData({ type, data }, provider) {
  const lists = {
    [EXTENSION_CODES.supported_groups]: provider.groups,
    [EXTENSION_CODES.signature_algorithms]: supportedSignatureSchemes(provider),
  };
  const known = lists[type];
  if (known === undefined) return data;
  const codes = decode(codePointsCodec, data).filter((code) => known.some(({ id }) => id === code));
  return encode(codePointsCodec, codes);
}
