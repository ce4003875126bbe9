// What one of our handshake messages says, against the trace's: what both can say must be the same.
import { bytesToHex, decode, encode } from '@portico/bytes';
import { supportedSignatureSchemes } from '@portico/crypto';
import { EXTENSION_CODES } from '../../../../packages/tls13-core/dist/messages/extensions/extension.js';
import { encodeHandshakeMessage } from '../../../../packages/tls13-core/dist/messages/message.js';
import { codePointsCodec } from './trace.mjs';

const EXTENSION_NAMES = new Map(Object.entries(EXTENSION_CODES).map(([name, code]) => [code, name]));

/**
 * Compares two decoded messages of a type. The order of extensions is free; lists of code points need to agree in those
 * that our provider has; an extension that only the trace has belongs to a feature that is not ours.
 */
export function compareMessage(id, side, ours, theirs, provider, report) {
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
    if (data === undefined) report.skip(`${name} in ${type}: our ${side} does not send it`);
    else report.check(`${id}, ${name} as ours`, bytesToHex(sayableData(extension, provider)), bytesToHex(data));
  }
  for (const type of own.keys()) report.check(`${id}, extension ${type}`, 'only what the trace has', 'more');
}

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
