import {
  maySignCertificateVerify,
  SIGNATURE_SCHEMES,
  supportedSignatureSchemes,
  type CipherSuite,
  type CryptoProvider,
  type NamedGroup,
  type SignatureScheme,
} from '@portico/crypto';
import type { CertificateStatusRequest } from './certificate-status.js';
import { checkedProtocolNames } from './alpn/protocol-name-list.js';
import type {
  ClientAuthenticationConfig,
  ClientConfig,
  CommonConfig,
  HelloRetryConfig,
  PskKeyExchangeMode,
  ServerAlpnConfig,
  ServerConfig,
  TicketProtector,
} from './config.js';
import { TlsError } from './error.js';
import type { ExtensionOrder } from './extension-order.js';
import type { Grease } from './grease.js';
import type { ClientParts } from './handshake/client-parts.js';
import type { ClientEarlyData, ServerEarlyData } from './handshake/early-data.js';
import {
  LARGEST_RECORD_SIZE_LIMIT,
  MAX_PLAINTEXT_LENGTH,
  resolveLimits,
  SMALLEST_RECORD_SIZE_LIMIT,
  type TlsLimits,
  DEFAULT_TICKET_LIFETIME_SECONDS,
  DEFAULT_TICKET_COUNT,
  MAX_TICKET_COUNT,
  LONGEST_POLICY,
  LONGEST_SMALL_SHARE,
  MAX_SESSION_LIFETIME_SECONDS,
} from './limits.js';
import { isHostName } from './messages/extensions/server-name.js';
import type { ClientTicketRequest } from './messages/extensions/ticket-request.js';
import type { OidFilter } from './messages/extensions/oid-filters.js';
import { readOidFilters } from './oid-filters.js';
import type { PaddingPolicy } from './record/padding.js';
import type { Trace } from './record/trace.js';
import type { AcrossNames } from './session/across-names.js';
import type { CheckedExternalPsk } from './session/external-psk.js';
import type { Session, SessionPolicy } from './session/session.js';
import type { SessionStore } from './session/session-store.js';

/** What both sides' configurations come to: checked once, then trusted. */
interface CommonSettings {
  readonly provider: CryptoProvider;
  readonly cipherSuites: readonly CipherSuite[];
  readonly groups: readonly NamedGroup[];
  /** What we accept in certificates. */
  readonly signatureSchemes: readonly SignatureScheme[];
  /** Sent as signature_algorithms_cert; null where signature_algorithms says both. */
  readonly certificateSignatureSchemes: readonly SignatureScheme[] | null;
  readonly keyLog: ((line: string) => void) | null;
  readonly limits: TlsLimits;
  readonly maxFragmentLength: number;
  /** Null where we ask for none. */
  readonly recordSizeLimit: number | null;
  readonly padding: PaddingPolicy | null;
  readonly grease: Grease | null;
  readonly trace: Trace | null;
}

export interface ClientSettings extends CommonSettings, ClientPskSettings {
  readonly parts: ClientParts;
  readonly extensionOrder: ExtensionOrder | null;
  readonly keyShareGroups: readonly NamedGroup[];
  /** What goes into server_name; null for an IP address or no name. */
  readonly hostName: string | null;
  /** What the verifier is told. */
  readonly serverName: string | null;
  readonly verifyPeer: ClientConfig['verifyPeer'];
  readonly certificateStatus: CertificateStatusRequest | null;
  /** Null for a client that has no certificates. */
  readonly credentials: ClientCredentialSettings | null;
  readonly alpn: {
    readonly protocols: readonly Uint8Array[];
    readonly required: boolean;
    readonly acceptUnoffered: boolean;
  } | null;
  readonly middleboxCompatibility: boolean;
  readonly earlyData: ClientEarlyData | null;
}

/** How a client answers a CertificateRequest. */
export interface ClientCredentialSettings {
  readonly select: NonNullable<ClientConfig['selectCredential']>;
  readonly whenUnfit: NonNullable<ClientConfig['unfitCredential']>;
}

/** PSKs that a client may offer. */
export interface ClientPskSettings {
  readonly resumption: ClientResumptionSettings | null;
  readonly session: Session | null;
  readonly externalPsks: readonly CheckedExternalPsk[];
  /** Best first. */
  readonly pskModes: readonly PskKeyExchangeMode[];
}

export interface ClientResumptionSettings {
  readonly now: () => number;
  readonly policy: SessionPolicy;
  readonly store: SessionStore | null;
  readonly acrossNames: 'never' | 'where-allowed';
  readonly ticketRequest: ClientTicketRequest | null;
}

export interface ServerSettings extends CommonSettings {
  readonly credentials: ServerConfig['credentials'];
  readonly alpn: {
    readonly protocols: readonly Uint8Array[];
    readonly preference: NonNullable<ServerAlpnConfig['preference']>;
    readonly onNoOverlap: 'alert' | 'continue';
    readonly required: boolean;
  } | null;
  readonly helloRetry: Required<HelloRetryConfig> | null;
  readonly groupChoice: NonNullable<ServerConfig['groupChoice']>;
  /** `groups`, those that are as good as each other together. */
  readonly groupTiers: readonly (readonly NamedGroup[])[];
  readonly serverNameAcknowledgement: NonNullable<ServerConfig['serverNameAcknowledgement']>;
  readonly middleboxCompatibility: NonNullable<ServerConfig['middleboxCompatibility']>;
  readonly clientAuthentication: ClientAuthenticationConfig | null;
  readonly tickets: TicketSettings | null;
  readonly externalPsks: NonNullable<ServerConfig['externalPsks']> | null;
  /** Best first. */
  readonly pskModes: readonly PskKeyExchangeMode[];
}

export interface TicketSettings {
  readonly protector: TicketProtector;
  readonly now: () => number;
  readonly lifetimeSeconds: number;
  readonly count: number;
  readonly earlyData: ServerEarlyData | null;
  readonly acrossNames: AcrossNames;
}

/** A server's configuration, checked and frozen, for any number of connections. */
export class ParsedServerConfig {
  readonly #settings: ServerSettings;

  /** @throws TlsError `invalid-configuration` */
  constructor(config: ServerConfig) {
    this.#settings = Object.freeze(serverSettings(config));
  }

  get settings(): ServerSettings {
    return this.#settings;
  }
}

/**
 * Checks a server's configuration once, for many connections.
 * @throws TlsError `invalid-configuration`
 */
export function parseServerConfig(config: ServerConfig): ParsedServerConfig {
  return new ParsedServerConfig(config);
}

/** What a server asks for must be what it could be asked to read itself. */
function checkOidFilters(filters: readonly OidFilter[]): void {
  try {
    readOidFilters(filters);
  } catch (error) {
    invalid('clientAuthentication.oidFilters', 'each identifier once, with DER', String(error));
  }
}

function serverSettings(config: ServerConfig): ServerSettings {
  checkOidFilters(config.clientAuthentication?.oidFilters ?? []);
  const { credentials, alpn, clientAuthentication } = config;
  if (typeof credentials !== 'function') {
    if (credentials.length === 0 && config.externalPsks === undefined) invalid('credentials', 'at least one');
    for (const { certificateChain, signer } of credentials) {
      if (certificateChain.length === 0) invalid('credentials', 'a certificate chain with at least the leaf');
      if (signer.schemes.length === 0) invalid('credentials', 'a signer with at least one scheme');
    }
  }
  const common = commonSettings(config, config.groups?.flat());
  const tickets = ticketSettings(config);
  // Early data comes behind the ClientHello, and waits with it while the application is asked.
  const parkedInput = common.limits.parkedInput + (tickets?.earlyData?.ciphertextAllowance ?? 0);
  return {
    ...common,
    limits: Object.freeze({ ...common.limits, parkedInput }),
    credentials,
    alpn:
      alpn === undefined
        ? null
        : Object.freeze({
            protocols: checkedProtocolNames(alpn.protocols),
            preference: alpn.preference ?? 'server',
            onNoOverlap: alpn.onNoOverlap ?? 'alert',
            required: alpn.required ?? false,
          }),
    helloRetry: config.helloRetry === undefined ? null : Object.freeze({ demand: 'when-needed', ...config.helloRetry }),
    groupChoice: config.groupChoice ?? 'with-share',
    groupTiers:
      config.groups?.map((one) => pick('groups', [one].flat(), common.groups)) ?? common.groups.map((group) => [group]),
    serverNameAcknowledgement: config.serverNameAcknowledgement ?? 'sent',
    middleboxCompatibility: config.middleboxCompatibility ?? 'when-asked',
    clientAuthentication: clientAuthentication ?? null,
    tickets,
    externalPsks: config.externalPsks ?? null,
    pskModes: checkedPskModes(config),
  };
}

function ticketSettings({ tickets, clientAuthentication }: ServerConfig): TicketSettings | null {
  if (tickets === undefined) return null;
  const { protector, now, lifetimeSeconds = DEFAULT_TICKET_LIFETIME_SECONDS, count = DEFAULT_TICKET_COUNT } = tickets;
  const { earlyData = null, acrossNames = 'same-name' } = tickets;
  if (typeof now !== 'function') invalid('tickets.now', 'a function that gives milliseconds since 1970');
  checkInteger('tickets.lifetimeSeconds', lifetimeSeconds, 1, MAX_SESSION_LIFETIME_SECONDS);
  checkInteger('tickets.count', count, 0, MAX_TICKET_COUNT);
  if (clientAuthentication !== undefined) {
    const { policy = '' } = clientAuthentication;
    if (policy === '' || policy.length > LONGEST_POLICY) {
      invalid('clientAuthentication.policy', `1 to ${LONGEST_POLICY} characters, where there are tickets`);
    }
  }
  return Object.freeze({ protector, now, lifetimeSeconds, count, earlyData, acrossNames });
}

const NO_PSKS: ClientPskSettings = { resumption: null, session: null, externalPsks: [], pskModes: [] };

/** @throws TlsError `invalid-configuration` */
export function clientSettings(config: ClientConfig, parts: ClientParts): ClientSettings {
  const common = commonSettings(config, config.groups);
  const keyShareGroups =
    config.keyShares === undefined
      ? defaultKeyShareGroups(common.groups)
      : pick('keyShares', config.keyShares, common.groups, 'allow-empty');
  // Section 4.3.8: shares stand in the order of supported_groups.
  const inOrder = common.groups.filter((group) => keyShareGroups.includes(group));
  if (config.alpn?.required === true && config.alpn.protocols.length === 0) {
    invalid('alpn.protocols', 'at least one where ALPN is required');
  }
  if (typeof config.verifyPeer !== 'function') invalid('verifyPeer', 'a function that judges certificates');
  // RFC 9963 section 2: never in a ClientHello, as no server may sign with them.
  const clientsOnly = common.signatureSchemes.find(
    (scheme) => !maySignCertificateVerify(scheme, 'server') && maySignCertificateVerify(scheme, 'client'),
  );
  if (clientsOnly !== undefined) invalid('signatureSchemes', 'schemes that servers sign with', clientsOnly.name);
  const serverName = config.serverName ?? null;
  // What is spread comes last: each field behind it would cost an engine as much as all of them do before it.
  return Object.freeze({
    extensionOrder: config.extensionOrder ?? null,
    keyShareGroups: inOrder,
    serverName,
    hostName: serverName !== null && isHostName(serverName) ? hostNameForWire(serverName) : null,
    verifyPeer: config.verifyPeer,
    certificateStatus: config.certificateStatus ?? null,
    credentials: parts.credentials?.settings(config) ?? null,
    alpn:
      config.alpn === undefined || config.alpn.protocols.length === 0
        ? null
        : Object.freeze({
            protocols: checkedProtocolNames(config.alpn.protocols),
            required: config.alpn.required ?? false,
            acceptUnoffered: config.alpn.acceptUnoffered ?? false,
          }),
    middleboxCompatibility: config.middleboxCompatibility ?? true,
    earlyData: config.earlyData ?? null,
    parts,
    ...common,
    ...(parts.psks?.settings(config) ?? NO_PSKS),
  });
}

/**
 * The first group and, where its share is a large one, the first with a small share too: a server that does not know the
 * former would ask for another hello otherwise (RFC 9846 section 4.3.8). Never two large ones.
 */
function defaultKeyShareGroups(groups: readonly NamedGroup[]): readonly NamedGroup[] {
  const isSmall = ({ shareLength }: NamedGroup): boolean => shareLength <= LONGEST_SMALL_SHARE;
  const small = groups.find(isSmall);
  return groups
    .filter((group, index) => index === 0 || group === small)
    .slice(0, isSmall(groups[0] as NamedGroup) ? 1 : 2);
}

/** server_name has no trailing dot (RFC 6066 section 3). */
function hostNameForWire(name: string): string {
  const wire = name.endsWith('.') ? name.slice(0, -1) : name;
  for (const character of wire) {
    if (character <= ' ' || character > '~') invalid('serverName', 'ASCII: the A-labels of an internationalised name');
  }
  return wire;
}

function commonSettings(config: Omit<CommonConfig, 'groups'>, groups: CommonConfig['groups']): CommonSettings {
  const { provider } = config;
  const maxFragmentLength = config.maxFragmentLength ?? MAX_PLAINTEXT_LENGTH;
  checkInteger('maxFragmentLength', maxFragmentLength, 1, MAX_PLAINTEXT_LENGTH);
  if (config.recordSizeLimit !== undefined) {
    checkInteger('recordSizeLimit', config.recordSizeLimit, SMALLEST_RECORD_SIZE_LIMIT, LARGEST_RECORD_SIZE_LIMIT);
  }
  return {
    provider,
    cipherSuites: pick('cipherSuites', config.cipherSuites, provider.cipherSuites),
    groups: pick('groups', groups, provider.groups),
    signatureSchemes: pick('signatureSchemes', config.signatureSchemes, supportedSignatureSchemes(provider)),
    certificateSignatureSchemes:
      config.certificateSignatureSchemes === undefined
        ? null
        : pick('certificateSignatureSchemes', config.certificateSignatureSchemes, SIGNATURE_SCHEMES),
    keyLog: config.keyLog ?? null,
    limits: resolveLimits(config.limits),
    maxFragmentLength,
    recordSizeLimit: config.recordSizeLimit ?? null,
    padding: config.padding ?? null,
    grease: config.grease ?? null,
    trace: config.trace ?? null,
  };
}

const PSK_MODES: readonly PskKeyExchangeMode[] = ['psk_dhe_ke', 'psk_ke'];

/** In our order whatever theirs is: forward secrecy first. */
export function checkedPskModes({
  pskModes: modes = ['psk_dhe_ke'],
}: Pick<CommonConfig, 'pskModes'>): readonly PskKeyExchangeMode[] {
  const chosen = PSK_MODES.filter((mode) => modes.includes(mode));
  if (chosen.length === 0 || chosen.length !== modes.length) invalid('pskModes', 'psk_dhe_ke, psk_ke or both');
  return chosen;
}

/** What the names stand for at the provider, in the order of the names. */
function pick<T extends { readonly name: string; readonly byDefault?: 'off' }>(
  option: string,
  names: readonly string[] | undefined,
  available: readonly T[],
  whenEmpty: 'allow-empty' | 'refuse-empty' = 'refuse-empty',
): readonly T[] {
  if (names === undefined) {
    const byDefault = available.filter((candidate) => candidate.byDefault !== 'off');
    return byDefault.length > 0 ? byDefault : invalid(option, 'names: what the provider has is off by default');
  }
  const chosen = names.map((name) => {
    const found = available.find((candidate) => candidate.name === name);
    return found ?? invalid(option, `one of ${available.map((candidate) => candidate.name).join(', ')}`, name);
  });
  if (chosen.length === 0 && whenEmpty === 'refuse-empty') invalid(option, 'at least one');
  if (new Set(chosen).size !== chosen.length) invalid(option, 'no duplicates');
  return chosen;
}

export function checkInteger(subject: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    invalid(subject, `an integer from ${least} to ${most}`, String(value));
  }
}

export function invalid(subject: string, expected: string, got?: string): never {
  throw new TlsError('invalid-configuration', { subject, expected, ...(got === undefined ? {} : { got }) });
}
