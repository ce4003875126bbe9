import { encodeProtocolNameList } from '../alpn/protocol-name-list.js';
import type { KeyExchange, NamedGroup } from '@portico/crypto';
import type { ClientHello } from '../messages/client-hello.js';
import { cookieCodec } from '../messages/extensions/cookie.js';
import { EXTENSION_CODES, extension, type Extension } from '../messages/extensions/extension.js';
import { isGreaseValue } from '../messages/extensions/grease-values.js';
import { clientKeySharesCodec } from '../messages/extensions/key-share.js';
import { serverNameExtension } from '../messages/extensions/server-name.js';
import { recordSizeLimitExtension } from '../messages/extensions/record-size-limit.js';
import {
  certificateSignaturesExtension,
  signatureAlgorithmsCodec,
} from '../messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../messages/extensions/supported-groups.js';
import { clientSupportedVersionsCodec, TLS_1_2, TLS_1_3 } from '../messages/extensions/supported-versions.js';
import type { ClientSettings } from '../settings.js';

/** A key exchange that was started for a group. */
export interface StartedShare {
  readonly group: NamedGroup;
  readonly exchange: KeyExchange;
}

/** What stays the same in both ClientHellos (RFC 9846 section 4.2.2). */
export interface ClientHelloConstants {
  readonly random: Uint8Array;
  readonly legacySessionId: Uint8Array;
  /** Adds reserved values and changes the order of extensions, where that is configured. */
  readonly shape: HelloShaper;
}

/** Makes another ClientHello of one, without pre_shared_key; called for the first one, then for the second. */
export type HelloShaper = (hello: ClientHello) => ClientHello;

/** What one connection's hellos get beyond the settings. */
export function helloShaper({ grease, extensionOrder, provider }: ClientSettings): HelloShaper {
  const order = extensionOrder?.(provider.random) ?? null;
  const reserved = grease?.shaper(provider.random) ?? null;
  return (hello) => {
    const ordered = order === null ? hello : order(hello);
    return reserved === null ? ordered : reserved(ordered);
  };
}

/** The ClientHello for a configuration, without pre_shared_key; `cookie` only in answer to a HelloRetryRequest, early_data only before. */
export function buildClientHello(
  settings: ClientSettings,
  { random, legacySessionId, shape }: ClientHelloConstants,
  shares: readonly StartedShare[],
  cookie: Uint8Array | null,
  earlyData: 'announced' | 'none',
): ClientHello {
  const keyShares = shares.map(({ group, exchange }) => ({ group: group.id, keyExchange: exchange.share }));
  const extensions: Extension[] = [];
  if (settings.hostName !== null) extensions.push(serverNameExtension(settings.hostName));
  extensions.push(
    extension('supported_versions', clientSupportedVersionsCodec, [TLS_1_3]),
    extension(
      'supported_groups',
      supportedGroupsCodec,
      settings.groups.map((group) => group.id),
    ),
    extension(
      'signature_algorithms',
      signatureAlgorithmsCodec,
      settings.signatureSchemes.map((scheme) => scheme.id),
    ),
  );
  if (settings.certificateSignatureSchemes !== null) {
    extensions.push(certificateSignaturesExtension(settings.certificateSignatureSchemes));
  }
  if (settings.certificateStatus !== null) extensions.push(settings.certificateStatus.extension);
  if (settings.alpn !== null) {
    const data = encodeProtocolNameList(settings.alpn.protocols);
    extensions.push({ type: EXTENSION_CODES.application_layer_protocol_negotiation, data });
  }
  if (settings.parts.psks !== null) extensions.push(...settings.parts.psks.helloExtensions(settings));
  if (earlyData === 'announced') extensions.push({ type: EXTENSION_CODES.early_data, data: new Uint8Array(0) });
  if (settings.recordSizeLimit !== null) extensions.push(recordSizeLimitExtension(settings.recordSizeLimit));
  if (cookie !== null) extensions.push(extension('cookie', cookieCodec, cookie));
  extensions.push(extension('key_share', clientKeySharesCodec, keyShares));
  return shape({
    legacyVersion: TLS_1_2,
    random,
    legacySessionId,
    cipherSuites: settings.cipherSuites.map((suite) => suite.id),
    legacyCompressionMethods: Uint8Array.of(0),
    extensions,
  });
}

/** The extension types of a hello: what its answers may contain. Reserved values never (RFC 8701 section 3.1). */
export function offeredExtensions(hello: ClientHello): ReadonlySet<number> {
  return new Set((hello.extensions ?? []).map(({ type }) => type).filter((type) => !isGreaseValue(type)));
}
