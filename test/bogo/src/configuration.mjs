// Flags to configurations of our client and server.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SIGNATURE_SCHEMES } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import {
  clientEarlyData,
  createCertificateVerifier,
  createReplayStore,
  createTicketProtector,
  ocspStatus,
  permutedExtensions,
  serverEarlyData,
} from '@portico/tls13-core';
import { trustAnchorsFromPem } from '@portico/x509';
import { readCertificates, readPsks } from './credentials.mjs';
import { Unimplemented } from './flags.mjs';
import { rewritableTickets } from './rewritable-tickets.mjs';

const TLS_1_3 = 0x0304;

const noble = createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });

/** What connections of one process share: the clock, the server's ticket keys, the client's last session. */
export const shared = {
  /** Milliseconds since 1970. Only `-resumption-delay` moves it: tests expect ages exactly. */
  clock: Date.now(),
  protector: createTicketProtector({
    provider: noble,
    keys: [{ name: 'bogo', key: new Uint8Array(randomBytes(32)) }],
  }),
  session: null,
};

/** BoringSSL's own limits for early data: 14 KiB, and a minute of difference in a ticket's age. */
const MAX_EARLY_DATA = 14_336;
const FRESHNESS_WINDOW = 60_000;

/** It began long ago: a store that is new refuses early data for a while. */
const replayStore = createReplayStore({ now: () => shared.clock - 4 * FRESHNESS_WINDOW });
const earlyData = serverEarlyData({ replayStore, maxSize: MAX_EARLY_DATA, freshnessWindow: FRESHNESS_WINDOW });

const now = () => shared.clock;

/** One policy for all connections of a test: the runner changes nothing about whom to trust between them. */
const POLICY = 'bogo';

/** BoringSSL's default groups and, for peers' signatures, schemes: the tests know them. */
const DEFAULT_GROUPS = [0x11ec, 0x001d, 0x0017, 0x0018];
const DEFAULT_VERIFY = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];

export function commonConfig(flags, seen) {
  if ((flags['min-version'] ?? 0) > TLS_1_3 || (flags['max-version'] ?? TLS_1_3) < TLS_1_3) {
    throw new Unimplemented('versions other than TLS 1.3');
  }
  const groups = known(noble.groups, flags.curves ?? DEFAULT_GROUPS);
  const wanted = flags['verify-prefs'] ?? DEFAULT_VERIFY;
  // Schemes that TLS 1.3 does not have (SHA-1) cannot be switched on: where nothing else is wanted, the defaults stay.
  // Nor can a client ask for those that only clients sign with (RFC 9963).
  const askable = SIGNATURE_SCHEMES.filter(({ certificateVerify }) => flags.server || certificateVerify !== 'client');
  const schemes = askable.some(({ id }) => wanted.includes(id)) ? wanted : DEFAULT_VERIFY;
  return {
    provider: noble,
    groups: groups.map(({ name }) => name),
    signatureSchemes: known(askable, schemes, 'skip').map(({ name }) => name),
    keyLog: (line) => {
      const [label, , secret] = line.split(' ');
      seen.secrets.set(label, secret);
    },
    ...(flags['max-send-fragment'] === undefined ? {} : { maxFragmentLength: flags['max-send-fragment'] }),
    limits: {
      certificateCount: 100,
      ...(flags['max-cert-list'] === undefined ? {} : { certificateMessageLength: flags['max-cert-list'] }),
    },
  };
}

export function clientConfig(flags, seen) {
  const certificates = readCertificates(noble, flags, seen);
  seen.psks = readPsks(noble, flags);
  const alpn = flags['advertise-alpn'];
  return {
    ...commonConfig(flags, seen),
    verifyPeer: maybeAsync(flags, watched(verifier(flags), flags, seen)),
    ...(flags['enable-ocsp-stapling'] ? { certificateStatus: ocspStatus } : {}),
    ...(flags['permute-extensions'] ? { extensionOrder: permutedExtensions } : {}),
    ...(flags['host-name'] === undefined ? {} : { serverName: flags['host-name'] }),
    ...(alpn === undefined
      ? {}
      : {
          alpn: {
            protocols: lengthPrefixed(alpn),
            acceptUnoffered: flags['allow-unknown-alpn-protos'] === true,
          },
        }),
    keyShares: keyShares(flags),
    resumption: { now, policy: POLICY },
    ...(shared.session === null ? {} : { session: shared.session }),
    ...(flags['enable-early-data'] ? { earlyData: clientEarlyData() } : {}),
    ...(seen.psks.length === 0 ? {} : { externalPsks: seen.psks.map(({ psk }) => psk) }),
    selectCredential: maybeAsync(flags, ({ signatureSchemes, certificateAuthorities }) => {
      seen.peerSchemes = signatureSchemes;
      seen.certificateAuthorities = certificateAuthorities;
      if (flags['fail-cert-callback']) throw new Error('asked to fail');
      const fits = ({ signer }) => signer.schemes.some((scheme) => signatureSchemes.includes(scheme));
      return certificates.find(fits) ?? certificates[0] ?? null;
    }),
    // BoringSSL ends the handshake where it cannot sign with the certificate that it has.
    unfitCredential: 'fail',
  };
}

/** As BoringSSL does where nothing is said: the first group with ML-KEM and the first without. */
function keyShares(flags) {
  if (flags['no-key-shares']) return [];
  const groups = known(noble.groups, flags.curves ?? DEFAULT_GROUPS);
  const hasMlKem = ({ name }) => /mlkem/i.test(name);
  const chosen =
    flags['key-shares'] === undefined
      ? [groups.find(hasMlKem), groups.find((group) => !hasMlKem(group))].filter((group) => group !== undefined)
      : known(noble.groups, flags['key-shares']);
  return chosen.map(({ name }) => name);
}

export function serverConfig(flags, seen) {
  const certificates = readCertificates(noble, flags, seen);
  seen.psks = readPsks(noble, flags);
  const authenticate = flags['require-any-client-certificate'] || flags['verify-peer'];
  return {
    ...commonConfig(flags, seen),
    credentials: maybeAsync(flags, (hello) => {
      seen.peerSchemes = hello.signatureSchemes;
      if (flags['fail-early-callback']) return 'no-credential';
      if (flags['fail-cert-callback'] || flags['fail-ocsp-callback']) throw new Error('asked to fail');
      if (certificates.length === 0) return 'no-credential';
      return certificates;
    }),
    ...(seen.psks.length === 0
      ? {}
      : { externalPsks: (identity) => seen.psks.find(({ psk }) => isSame(psk.identity, identity))?.psk ?? null }),
    ...serverAlpn(flags, seen),
    // As BoringSSL does: its favourite group whatever it costs, and change_cipher_spec to everybody.
    groupChoice: 'preferred',
    ...(flags['curves-flags'] === undefined ? {} : { groups: groupsAlike(flags) }),
    middleboxCompatibility: 'always',
    ...(flags['no-server-name-ack'] ? { serverNameAcknowledgement: 'omitted' } : {}),
    ...(flags['no-ticket'] ? {} : { tickets: ticketConfig(flags) }),
    ...(authenticate
      ? {
          clientAuthentication: {
            mode: flags['require-any-client-certificate'] ? 'require' : 'request',
            verifyPeer: maybeAsync(flags, watched(verifier(flags), flags, seen)),
            policy: POLICY,
            ...certificateAuthorities(flags['use-client-ca-list']),
          },
        }
      : {}),
  };
}

/** Bit 0 of a -curves-flags: that group is as good as the one that follows. */
function groupsAlike({ curves, 'curves-flags': groupFlags }) {
  const tiers = [[]];
  for (const [index, { name }] of known(noble.groups, curves).entries()) {
    tiers.at(-1).push(name);
    if ((groupFlags[index] & 1) === 0) tiers.push([]);
  }
  return tiers.filter((tier) => tier.length > 0);
}

function ticketConfig(flags) {
  return {
    protector: flags['ticket-key'] === undefined ? shared.protector : rewritableTickets(flags['ticket-key']),
    now,
    ...(flags['enable-early-data'] ? { earlyData } : {}),
    ...(flags['resumption-across-names-enabled'] ? { acrossNames: 'any-name' } : {}),
  };
}

function isSame(left, right) {
  return Buffer.compare(left, right) === 0;
}

/** -use-client-ca-list: names in hexadecimal, or a word for none. */
function certificateAuthorities(list) {
  if (list === undefined || list === '<EMPTY>' || list === '<NULL>') return {};
  return { certificateAuthorities: hexNames(list) };
}

function serverAlpn(flags, seen) {
  const selected = flags['select-alpn'];
  if (
    flags['select-empty-alpn'] === undefined &&
    selected === undefined &&
    !flags['decline-alpn'] &&
    !flags['reject-alpn']
  ) {
    return {};
  }
  return {
    alpn: {
      protocols: [],
      onNoOverlap: flags['reject-alpn'] ? 'alert' : 'continue',
      preference: (offered) => {
        seen.offeredAlpn = offered;
        if (flags['decline-alpn'] || flags['reject-alpn']) return null;
        return Uint8Array.from(Buffer.from(flags['select-empty-alpn'] ? '' : selected, 'latin1'));
      },
    },
  };
}

function verifier(flags) {
  if (flags['verify-fail']) return () => ({ trusted: false, refusal: 'unknown', message: 'asked to fail' });
  const checksPath = flags['verify-peer'] && !flags['use-custom-verify-callback'] && flags['trust-cert'] !== undefined;
  if (!checksPath) return () => ({ trusted: true });
  return createCertificateVerifier({
    provider: noble,
    trustAnchors: trustAnchorsFromPem(readFileSync(flags['trust-cert'])),
    now,
    identity: null,
  });
}

/**
 * Notes what the verifier was shown and said. As in BoringSSL, a client that was not told to verify goes on whatever it
 * says, and a client's callback for OCSP comes behind it.
 */
function watched(verify, flags, seen) {
  const isFatal = flags.server || flags['verify-peer'] || flags['use-custom-verify-callback'];
  return (peer) => {
    seen.ocspResponse = peer.ocspResponses?.[0] ?? null;
    seen.verdict = verify(peer);
    if (isFatal && !seen.verdict.trusted) return seen.verdict;
    if (!flags.server && flags['fail-ocsp-callback']) {
      return { trusted: false, refusal: 'status-unacceptable', message: 'asked to fail' };
    }
    return { trusted: true };
  };
}

function maybeAsync(flags, callback) {
  return flags.async ? async (...values) => callback(...values) : callback;
}

function known(available, ids, unknown = 'refuse') {
  const found = ids.flatMap((id) => available.find((candidate) => candidate.id === id) ?? []);
  if (unknown === 'refuse' ? found.length < ids.length : found.length === 0) {
    throw new Unimplemented(`code points ${ids.join()}`);
  }
  return found;
}

export function groupId(name) {
  return noble.groups.find((group) => group.name === name)?.id;
}

export function cipherSuiteId(name) {
  return noble.cipherSuites.find((suite) => suite.name === name)?.id;
}

export function signatureSchemeId(name) {
  return SIGNATURE_SCHEMES.find((scheme) => scheme.name === name)?.id;
}

/** Names in hexadecimal, with commas between them. */
export function hexNames(list) {
  return list.split(',').map((name) => Uint8Array.from(Buffer.from(name, 'hex')));
}

/** A list of names, each behind a length byte, in one argument. */
export function lengthPrefixed(argument) {
  const bytes = Buffer.from(argument, 'latin1');
  const names = [];
  for (let at = 0; at < bytes.length; at += 1 + bytes[at]) {
    names.push(Uint8Array.from(bytes.subarray(at + 1, at + 1 + bytes[at])));
  }
  return names;
}
