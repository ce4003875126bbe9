import type { ClientConfig } from './config.js';
import { TlsConnection } from './connection.js';
import type { ConnectionOptions } from './connection-options.js';
import { EarlyDataPort } from './early-data-port.js';
import { clientHandshake } from './handshake/client.js';
import { CLIENT_CREDENTIALS } from './handshake/client-credentials.js';
import { CLIENT_PSKS } from './handshake/client-psk.js';
import { clientSettings, invalid, type ClientSettings } from './settings.js';

/** A client's configuration, checked and frozen, for any number of connections to one name. */
export class ParsedClientConfig {
  readonly #settings: ClientSettings;

  /** @throws TlsError `invalid-configuration` */
  constructor(config: ClientConfig) {
    this.#settings = clientSettings(config, { psks: CLIENT_PSKS, credentials: CLIENT_CREDENTIALS });
  }

  get settings(): ClientSettings {
    return this.#settings;
  }
}

/**
 * Checks a client's configuration once, for many connections.
 * @throws TlsError `invalid-configuration`
 */
export function parseClientConfig(config: ClientConfig): ParsedClientConfig {
  return new ParsedClientConfig(config);
}

/**
 * A client's connection. Its ClientHello is in the output at once, unless the provider's key exchange is asynchronous. A
 * client with many connections to one name parses its configuration once.
 * @throws TlsError `invalid-configuration`
 */
export function createTlsClient(config: ClientConfig | ParsedClientConfig): TlsConnection {
  const { settings } = config instanceof ParsedClientConfig ? config : parseClientConfig(config);
  return clientWith(settings, (tell) => new EarlyDataPort(tell));
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
  return clientWith(clientSettings(config, { psks: null, credentials: null }), null);
}

function clientWith(settings: ClientSettings, earlyDataPort: ConnectionOptions['earlyDataPort']): TlsConnection {
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
