import { socketError } from './errors.js';

/**
 * Options of `node:tls` that are not built and that would change whom we trust, who we are or what we sign with: to
 * pass over them in silence would be to do something else than the program asked for.
 */
const NOT_SUPPORTED: readonly string[] = [
  'pfx',
  'crl',
  'pskCallback',
  'pskIdentityHint',
  'sigalgs',
  'clientCertEngine',
  'privateKeyEngine',
  'privateKeyIdentifier',
];

/** @throws SocketError `ERR_TLS_OPTION_NOT_SUPPORTED` */
export function refuseUnsupportedOptions(options: object): void {
  for (const name of NOT_SUPPORTED) {
    if ((options as Record<string, unknown>)[name] !== undefined) {
      throw socketError('ERR_TLS_OPTION_NOT_SUPPORTED', `The ${name} option of node:tls is not supported here`);
    }
  }
}
