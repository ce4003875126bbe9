import type { ServerConfig } from './config.js';
import { TlsConnection } from './connection.js';
import { EarlyDataPort } from './early-data-port.js';
import { serverHandshake } from './handshake/server.js';
import { ParsedServerConfig, parseServerConfig } from './settings.js';

/**
 * A server's connection, waiting for a ClientHello. A server with many connections parses its configuration once.
 * @throws TlsError `invalid-configuration`
 */
export function createTlsServer(config: ServerConfig | ParsedServerConfig): TlsConnection {
  const { settings } = config instanceof ParsedServerConfig ? config : parseServerConfig(config);
  return new TlsConnection({
    side: 'server',
    limits: settings.limits,
    maxFragmentLength: settings.maxFragmentLength,
    padding: settings.padding,
    trace: settings.trace,
    peerAuthentication: settings.clientAuthentication?.mode === 'require' ? 'demanded' : 'optional',
    earlyDataPort: (tell) => new EarlyDataPort(tell),
    start: (carrier) => serverHandshake({ settings, ...carrier }),
  });
}
