import { TlsError } from '../../error.js';
import type { TlsLimits } from '../../limits.js';
import {
  EXTENSION_CODES,
  PLACES_BY_CODE,
  type Extension,
  type ExtensionName,
  type ExtensionPlace,
} from './extension.js';

/** A checked extension block: no type twice, nothing where it may not be, nothing that was not asked for. */
export class ExtensionBlock {
  readonly #data: ReadonlyMap<number, Uint8Array>;

  constructor(data: ReadonlyMap<number, Uint8Array>) {
    this.#data = data;
  }

  /** extension_data, or undefined where the extension is absent. */
  get(name: ExtensionName): Uint8Array | undefined {
    return this.#data.get(EXTENSION_CODES[name]);
  }

  has(name: ExtensionName): boolean {
    return this.#data.has(EXTENSION_CODES[name]);
  }
}

/**
 * Judges the extensions of one message as RFC 9846 section 4.3 says. `requested` are the types that we sent, for the
 * messages that answer (SH, HRR, EE, CT); null for the others.
 * @throws TlsError `too-many-extensions`, `duplicate-extension`, `unsolicited-extension`, `extension-in-wrong-message`,
 *   `pre-shared-key-not-last`
 */
export function readExtensionBlock(
  place: ExtensionPlace,
  extensions: readonly Extension[],
  requested: ReadonlySet<number> | null,
  limits: TlsLimits,
): ExtensionBlock {
  if (extensions.length > limits.extensionCount) {
    throw new TlsError('too-many-extensions', {
      subject: place,
      expected: `at most ${limits.extensionCount}`,
      got: extensions.length,
    });
  }
  const data = new Map<number, Uint8Array>();
  for (const { type, data: bytes } of extensions) {
    if (data.has(type)) {
      const reason = place === 'HRR' ? 'duplicate-extension-in-hello-retry-request' : 'duplicate-extension';
      throw new TlsError(reason, { subject: place, got: type });
    }
    data.set(type, bytes);
  }
  for (const type of data.keys()) {
    // Section 4.3 wants unsupported_extension for what we did not ask for, wherever it stands; a cookie needs no asking.
    if (requested !== null && !requested.has(type) && !(place === 'HRR' && type === EXTENSION_CODES.cookie)) {
      throw new TlsError('unsolicited-extension', { subject: place, got: type });
    }
    const places = PLACES_BY_CODE.get(type);
    if (places !== undefined && !places.includes(place)) {
      throw new TlsError('extension-in-wrong-message', { subject: place, got: type });
    }
  }
  const pskIndex = extensions.findIndex(({ type }) => type === EXTENSION_CODES.pre_shared_key);
  if (place === 'CH' && pskIndex >= 0 && pskIndex !== extensions.length - 1) {
    throw new TlsError('pre-shared-key-not-last');
  }
  return new ExtensionBlock(data);
}
