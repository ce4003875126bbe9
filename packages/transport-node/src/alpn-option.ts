import { decodeProtocolNameList } from '@portico/tls13-core/alpn';
import { socketError } from './errors.js';

/** Protocol names as `node:tls` takes them: names, or names with a length byte before each in one buffer. */
export type AlpnOption = readonly string[] | readonly Uint8Array[] | Uint8Array;

/** The names, in order. */
export function alpnNames(option: AlpnOption): readonly (string | Uint8Array)[] {
  if (!(option instanceof Uint8Array)) return option;
  const list = new Uint8Array(2 + option.length);
  new DataView(list.buffer).setUint16(0, option.length);
  list.set(option, 2);
  try {
    return decodeProtocolNameList(list);
  } catch (cause) {
    throw socketError('ERR_INVALID_ARG_VALUE', `The ALPNProtocols option: ${(cause as Error).message}`, cause);
  }
}
