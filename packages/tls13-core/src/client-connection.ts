import type { ClientConfig } from './config.js';
import { TlsConnection } from './connection.js';
import type { ConnectionOptions } from './connection-options.js';
import { EarlyDataPort } from './early-data-port.js';
import { clientHandshake } from './handshake/client.js';
import type { ClientParts } from './handshake/client-parts.js';
import { CLIENT_CREDENTIALS } from './handshake/client-credentials.js';
import { CLIENT_PSKS } from './handshake/client-psk.js';
import { clientSettings, invalid } from './settings.js';

/**
 * A client's connection. Its ClientHello is in the output at once, unless the provider's key exchange is asynchronous.
 * @throws TlsError `invalid-configuration`
 */
export function createTlsClient(config: ClientConfig): TlsConnection {
  const parts = { psks: CLIENT_PSKS, credentials: CLIENT_CREDENTIALS };
  return clientWith(config, parts, (tell) => new EarlyDataPort(tell));
}

const LEFT_OUT = [
  'earlyData',
  'externalPsks',
  'pskModes',
  'resumption',
  'selectCredential',
  'session',
  'unfitCredential',
] as const;

/** What `createMinimalTlsClient` takes. */
export type MinimalClientConfig = Omit<ClientConfig, (typeof LEFT_OUT)[number]>;

/**
 * A client without resumption, external PSKs, 0-RTT and certificates of its own: for bundles in which each kilobyte
 * counts. Whoever asks it for a certificate gets an empty one.
 * @throws TlsError `invalid-configuration`
 */
export function createMinimalTlsClient(config: MinimalClientConfig): TlsConnection {
  for (const option of LEFT_OUT) if (option in config) invalid(option, 'createTlsClient, which has that');
  return clientWith(config, { psks: null, credentials: null }, null);
}

function clientWith(
  config: ClientConfig,
  parts: ClientParts,
  earlyDataPort: ConnectionOptions['earlyDataPort'],
): TlsConnection {
  const settings = clientSettings(config, parts);
  return new TlsConnection({
    side: 'client',
    limits: settings.limits,
    maxFragmentLength: settings.maxFragmentLength,
    padding: settings.padding,
    trace: settings.trace,
    peerAuthentication: 'demanded',
    earlyDataPort,
    start: (carrier) => clientHandshake({ settings, ...carrier }),
  });
}
