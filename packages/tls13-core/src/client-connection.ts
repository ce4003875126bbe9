import type { ClientConfig } from './config.js';
import { TlsConnection } from './connection.js';
import { clientHandshake } from './handshake/client.js';
import { clientSettings } from './settings.js';

/**
 * A client's connection. Its ClientHello is in the output at once, unless the provider's key exchange is asynchronous.
 * @throws TlsError `invalid-configuration`
 */
export function createTlsClient(config: ClientConfig): TlsConnection {
  const settings = clientSettings(config);
  return new TlsConnection({
    side: 'client',
    limits: settings.limits,
    maxFragmentLength: settings.maxFragmentLength,
    padding: settings.padding,
    trace: settings.trace,
    peerAuthentication: 'demanded',
    start: (carrier) => clientHandshake({ settings, ...carrier }),
  });
}
