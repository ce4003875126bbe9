import { socketError } from './errors.js';

/** How programs say which versions of TLS they want. */
export interface VersionOptions {
  /** `TLSv1.2` and older are lower bounds, which TLS 1.3 satisfies. */
  readonly minVersion?: string;
  readonly maxVersion?: string;
  readonly secureProtocol?: string;
}

const VERSIONS: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/**
 * There is TLS 1.3 here and nothing else: whoever asks for an older version only is told so, not served another.
 * @throws SocketError `ERR_TLS_INVALID_PROTOCOL_VERSION`
 */
export function refuseOtherVersions({ minVersion, maxVersion, secureProtocol }: VersionOptions): void {
  for (const [name, version] of [
    ['minVersion', minVersion],
    ['maxVersion', maxVersion],
  ] as const) {
    if (version !== undefined && !VERSIONS.includes(version)) refuse(`${name} "${version}" is no version of TLS`);
  }
  if (maxVersion !== undefined && maxVersion !== 'TLSv1.3') {
    refuse(`maxVersion "${maxVersion}" leaves nothing: only TLS 1.3 is implemented`);
  }
  // The methods without a number mean "any version"; those with one mean that one.
  if (secureProtocol !== undefined && !/^(TLS|TLSv1_3|SSLv23)(_client|_server)?_method$/.test(secureProtocol)) {
    refuse(`secureProtocol "${secureProtocol}" leaves nothing: only TLS 1.3 is implemented`);
  }
}

function refuse(message: string): never {
  throw socketError('ERR_TLS_INVALID_PROTOCOL_VERSION', message);
}
