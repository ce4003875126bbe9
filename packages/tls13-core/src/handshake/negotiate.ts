import type { CipherSuite, NamedGroup, SignatureScheme } from '@portico/crypto';
import { bytesEqual, copyBytes, type Codec } from '@portico/bytes';
import { decodeProtocolNameList } from '../alpn/protocol-name-list.js';
import { selectProtocol } from '../alpn/select.js';
import type { ClientHelloInfo } from '../config.js';
import { TlsError } from '../error.js';
import { type TlsLimits, MAX_GROUPS_EXAMINED, MAX_KEY_SHARES_EXAMINED } from '../limits.js';
import { asksForOcsp } from '../certificate-status.js';
import type { ClientHello } from '../messages/client-hello.js';
import { certificateAuthoritiesCodec } from '../messages/extensions/certificate-authorities.js';
import { earlyDataIndicationCodec } from '../messages/extensions/early-data.js';
import { cookieCodec } from '../messages/extensions/cookie.js';
import { readExtensionBlock, type ExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension, EXTENSION_CODES, type ExtensionName } from '../messages/extensions/extension.js';
import { clientKeySharesCodec, type KeyShareEntry } from '../messages/extensions/key-share.js';
import { offeredPsksCodec, type OfferedPsks } from '../messages/extensions/pre-shared-key.js';
import { pskKeyExchangeModesCodec } from '../messages/extensions/psk-key-exchange-modes.js';
import { decodeRecordSizeLimit } from '../messages/extensions/record-size-limit.js';
import { decodeServerName } from '../messages/extensions/server-name.js';
import {
  knownSignatureSchemes,
  schemesForCertificates,
  signatureAlgorithmsCodec,
} from '../messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../messages/extensions/supported-groups.js';
import { clientSupportedVersionsCodec, TLS_1_2, TLS_1_3 } from '../messages/extensions/supported-versions.js';
import { clientTicketRequestCodec, type ClientTicketRequest } from '../messages/extensions/ticket-request.js';
import type { ServerSettings } from '../settings.js';
import type { FlowContext } from './context.js';
import { askNow } from './flow.js';

/** A ClientHello with the extensions that a server looks at, each decoded. */
export interface ReadClientHello {
  readonly hello: ClientHello;
  /** The first `MAX_GROUPS_EXAMINED`. */
  readonly groups: readonly number[];
  /** The first `MAX_KEY_SHARES_EXAMINED`. */
  readonly keyShares: readonly KeyShareEntry[];
  /** Null where signature_algorithms is absent, as it may be beside a PSK. */
  readonly signatureSchemes: readonly SignatureScheme[] | null;
  /** signature_algorithms_cert, or signature_algorithms where it is absent (RFC 9846 section 4.3.3). */
  readonly certificateSignatureSchemes: readonly SignatureScheme[];
  /** Null where the extension is absent. */
  readonly alpnProtocols: readonly Uint8Array[] | null;
  readonly serverName: string | null;
  /** Whether the client takes an OCSP response beside a certificate. */
  readonly statusRequest: 'asks-for-status' | 'asks-for-none';
  readonly offersEarlyData: boolean;
  /** pre_shared_key, with as many binders as identities; null where absent. */
  readonly psks: OfferedPsks | null;
  /** psk_key_exchange_modes; empty where absent. */
  readonly pskModes: readonly number[];
  readonly ticketRequest: ClientTicketRequest | null;
  /** record_size_limit (RFC 8449); null where absent. */
  readonly recordSizeLimit: number | null;
  /** Null where absent, as it is in every first hello of a client that keeps to section 4.3.2. */
  readonly cookie: Uint8Array | null;
}

/**
 * Reads and judges a ClientHello, RFC 9846 sections 4.2.2 and 9.2.
 * @throws TlsError with the reason that fits
 */
export function readClientHello(hello: ClientHello, limits: TlsLimits): ReadClientHello {
  const versions = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.supported_versions)?.data;
  if (
    versions === undefined ||
    !decodeExtension(clientSupportedVersionsCodec, versions, 'supported_versions').includes(TLS_1_3)
  ) {
    throw new TlsError('no-common-version', { expected: 'TLS 1.3', got: `0x${hello.legacyVersion.toString(16)}` });
  }
  if (hello.legacyVersion !== TLS_1_2) {
    throw new TlsError('illegal-version-field', { expected: '0x303', got: `0x${hello.legacyVersion.toString(16)}` });
  }
  if (!bytesEqual(hello.legacyCompressionMethods, Uint8Array.of(0))) throw new TlsError('illegal-compression-method');
  const block = readExtensionBlock('CH', hello.extensions ?? [], null, limits);
  const psks = readPsks(block);
  // Section 9.2: whoever offers a PSK may do without both, but not without one of the two.
  const exchanges = psks === null || block.has('supported_groups') || block.has('key_share');
  const groups = exchanges
    ? decodeExtension(supportedGroupsCodec, requiredExtension(block, 'supported_groups'), 'supported_groups')
    : [];
  const keyShares = exchanges
    ? decodeExtension(clientKeySharesCodec, requiredExtension(block, 'key_share'), 'key_share')
    : [];
  checkKeyShares(groups, keyShares);
  // Section 9.2: a client that offers a PSK need not be able to check certificates.
  const schemes = psks === null ? requiredExtension(block, 'signature_algorithms') : block.get('signature_algorithms');
  const authorities = block.get('certificate_authorities');
  // Section 4.3.4: not used to choose a certificate, but it has to be well-formed.
  if (authorities !== undefined) decodeExtension(certificateAuthoritiesCodec, authorities, 'certificate_authorities');
  const signatureSchemes =
    schemes === undefined
      ? null
      : knownSignatureSchemes(decodeExtension(signatureAlgorithmsCodec, schemes, 'signature_algorithms'));
  const serverName = block.get('server_name');
  const alpn = block.get('application_layer_protocol_negotiation');
  const recordSizeLimit = block.get('record_size_limit');
  return {
    hello,
    groups: groups.slice(0, MAX_GROUPS_EXAMINED),
    keyShares: keyShares.slice(0, MAX_KEY_SHARES_EXAMINED),
    signatureSchemes,
    certificateSignatureSchemes: schemesForCertificates(block.get('signature_algorithms_cert'), signatureSchemes ?? []),
    alpnProtocols: alpn === undefined ? null : decodeProtocolNameList(alpn),
    serverName: serverName === undefined ? null : decodeServerName(serverName),
    statusRequest: asksForOcsp(block.get('status_request')) ? 'asks-for-status' : 'asks-for-none',
    offersEarlyData: optionalExtension(block, 'early_data', earlyDataIndicationCodec) !== null,
    psks,
    pskModes: optionalExtension(block, 'psk_key_exchange_modes', pskKeyExchangeModesCodec) ?? [],
    ticketRequest: optionalExtension(block, 'ticket_request', clientTicketRequestCodec),
    recordSizeLimit: recordSizeLimit === undefined ? null : decodeRecordSizeLimit(recordSizeLimit),
    cookie: optionalExtension(block, 'cookie', cookieCodec),
  };
}

/**
 * pre_shared_key and what must come with it, RFC 9846 sections 4.3.9 and 4.3.11.
 * @throws TlsError `missing-extension`, `binder-count-mismatch`
 */
function readPsks(block: ExtensionBlock): OfferedPsks | null {
  const psks = optionalExtension(block, 'pre_shared_key', offeredPsksCodec);
  if (psks === null) return null;
  requiredExtension(block, 'psk_key_exchange_modes');
  if (psks.identities.length !== psks.binders.length) {
    throw new TlsError('binder-count-mismatch', {
      expected: `${psks.identities.length} binders`,
      got: psks.binders.length,
    });
  }
  return psks;
}

/** Our suites that the client offers, best first. */
export function commonCipherSuites(
  settings: ServerSettings,
  client: ReadClientHello,
): readonly [CipherSuite, ...CipherSuite[]] {
  const [suite, ...others] = settings.cipherSuites.filter(({ id }) => client.hello.cipherSuites.includes(id));
  if (suite === undefined) throw new TlsError('no-common-cipher-suite');
  return [suite, ...others];
}

/** A group that both sides have, and the client's share for it, or null where it must be asked for. */
export interface GroupChoice {
  readonly group: NamedGroup;
  readonly share: Uint8Array | null;
}

/**
 * Our most preferred group among those with a share, else among all that both have (RFC 9846 section 4.3.8); always
 * among all where `groupChoice` is `preferred`. Among groups that we prefer alike the client's shares and its order decide.
 */
export function chooseGroup({ groupTiers, groupChoice }: ServerSettings, client: ReadClientHello): GroupChoice {
  const common = groupTiers.map((tier) => client.groups.flatMap((id) => tier.filter((group) => group.id === id)));
  const shareFor = ({ id }: NamedGroup): Uint8Array | null =>
    client.keyShares.find((entry) => entry.group === id)?.keyExchange ?? null;
  const candidates = groupChoice === 'with-share' ? common.flat() : (common.find((tier) => tier.length > 0) ?? []);
  const group = candidates.find((candidate) => shareFor(candidate) !== null) ?? candidates[0];
  if (group === undefined) throw new TlsError('no-common-group');
  return { group, share: shareFor(group) };
}

/** The protocol for a connection, RFC 7301 section 3.2, as a copy; null where none is negotiated. */
export function chooseAlpn(
  { settings, guard }: FlowContext<ServerSettings>,
  offered: readonly Uint8Array[] | null,
): Uint8Array | null {
  const { alpn } = settings;
  if (alpn === null) return null;
  if (offered === null) {
    if (alpn.required) throw new TlsError('no-application-protocol', { expected: 'the ALPN extension', got: 'none' });
    return null;
  }
  const { preference } = alpn;
  const selected = selectProtocol(
    offered,
    alpn.protocols,
    typeof preference === 'function'
      ? (names) => askNow(guard, 'alpn.preference', () => preference(names))
      : preference,
  );
  if (selected === null && (alpn.onNoOverlap === 'alert' || alpn.required)) {
    throw new TlsError('no-application-protocol');
  }
  return selected && copyBytes(selected);
}

/** What a credential callback is told. */
export function clientHelloInfo(client: ReadClientHello, selectedAlpn: Uint8Array | null): ClientHelloInfo {
  return {
    serverName: client.serverName,
    alpnProtocols: client.alpnProtocols,
    selectedAlpn,
    signatureSchemes: (client.signatureSchemes ?? []).map(({ name }) => name),
    certificateSignatureSchemes: client.certificateSignatureSchemes.map(({ name }) => name),
    groups: client.groups,
    cipherSuites: client.hello.cipherSuites,
  };
}

/** @throws TlsError `missing-extension`, RFC 9846 section 9.2 */
function requiredExtension(block: ExtensionBlock, name: ExtensionName): Uint8Array {
  const data = block.get(name);
  if (data === undefined) throw new TlsError('missing-extension', { subject: 'client_hello', expected: name });
  return data;
}

function optionalExtension<T>(block: ExtensionBlock, name: ExtensionName, codec: Codec<T>): T | null {
  const data = block.get(name);
  return data === undefined ? null : decodeExtension(codec, data, name);
}

/**
 * Section 4.3.8: shares only for offered groups, one for each, in the order of supported_groups. Both lists are walked
 * once, side by side: a hello has room for thousands of each.
 * @throws TlsError `duplicate-key-share`, `key-share-for-unoffered-group`, `key-shares-in-wrong-order`
 */
export function checkKeyShares(groups: readonly number[], keyShares: readonly Pick<KeyShareEntry, 'group'>[]): void {
  const seen = new Set<number>();
  let next = 0;
  for (const { group } of keyShares) {
    if (seen.has(group)) throw new TlsError('duplicate-key-share', { got: `0x${group.toString(16)}` });
    seen.add(group);
    while (next < groups.length && groups[next] !== group) next++;
    if (next === groups.length) {
      const reason = groups.includes(group) ? 'key-shares-in-wrong-order' : 'key-share-for-unoffered-group';
      throw new TlsError(reason, { got: `0x${group.toString(16)}` });
    }
  }
}
