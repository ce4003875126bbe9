// What the runner wants the shim to see: each `-expect-…` flag against what the connection says of itself.
import { readFileSync } from 'node:fs';
import { certificatesFromPem } from '@portico/x509';
import { placeOfPsk } from './credentials.mjs';
import { cipherSuiteId, groupId, hexNames, lengthPrefixed, signatureSchemeId } from './configuration.mjs';
import { Unimplemented } from './flags.mjs';

/**
 * Checks everything that is known when the handshake is complete. `seen` is what the callbacks were told; `which` says
 * whether it is the first connection of the process or a later one.
 * @throws Error for the first expectation that does not hold
 */
export function checkHandshake({ flags, seen, which, info }) {
  expect('version', 'TLSv1.3', info.version);
  expect('resumed', which === 'resume' && !flags['expect-session-miss'], info.resumed);
  const given = (name) => flags[name] !== undefined;
  if (given('expect-peer-signature-algorithm')) {
    const id = info.peerSignatureScheme === null ? null : signatureSchemeId(info.peerSignatureScheme);
    expect('peer signature', flags['expect-peer-signature-algorithm'], id);
  }
  if (given('expect-curve-id')) expect('group', flags['expect-curve-id'], groupId(info.group));
  const suite = cipherSuiteId(info.cipherSuite);
  if (given('expect-cipher')) expect('cipher suite', flags['expect-cipher'], suite);
  // Cryptography in TypeScript has no AES hardware; what is for machines with it does not concern us.
  if (given('expect-cipher-no-aes')) expect('cipher suite', flags['expect-cipher-no-aes'], suite);
  if (given('expect-hrr')) expect('HelloRetryRequest', true, info.helloRetryRequested);
  if (given('expect-no-hrr')) expect('HelloRetryRequest', false, info.helloRetryRequested);
  checkNames(flags, seen, info);
  checkCertificates(flags, info);
  // A session holds neither the verdict nor the OCSP response that it was made with: it is there because both were right.
  if (!info.resumed) checkVerifier(flags, seen, info);
  checkEarlyData(flags, info);
  if (given('expect-selected-credential')) {
    const { externalPskIdentity: identity } = info;
    const place = identity === null ? seen.selectedCredential : placeOfPsk(seen.psks, identity);
    expect('credential', flags['expect-selected-credential'], place);
  }
  if (given('expect-ticket-age-skew') && which === 'resume') {
    expect('ticket age skew in seconds', flags['expect-ticket-age-skew'], Math.round((info.ticketAgeSkew ?? 0) / 1000));
  }
  if (given('expect-peer-verify-pref') && which === 'initial') {
    expect(
      'peer preferences',
      flags['expect-peer-verify-pref'].join(),
      seen.peerSchemes?.map(signatureSchemeId).join(),
    );
  }
  if (given('expect-client-ca-list') && which === 'initial') {
    const expected = hexNames(flags['expect-client-ca-list']);
    expect('certificate authorities', hex(expected), hex(seen.certificateAuthorities ?? []));
  }
}

function checkNames(flags, seen, info) {
  const alpn = info.alpn === null ? '' : Buffer.from(info.alpn).toString('latin1');
  if (!flags.server) expect('ALPN', flags['expect-alpn'] ?? '', alpn);
  else if (!flags['select-empty-alpn']) expect('ALPN', flags['select-alpn'] ?? '', alpn);
  if (flags['expect-advertised-alpn'] !== undefined) {
    expect('offered ALPN', hex(lengthPrefixed(flags['expect-advertised-alpn'])), hex(seen.offeredAlpn ?? []));
  }
  if (flags['expect-server-name'] !== undefined) expect('server name', flags['expect-server-name'], info.serverName);
  if (flags['expect-no-server-name']) expect('server name', null, info.serverName);
}

/** What BoringSSL calls the reason is checked as far as it can be seen from outside. */
const EARLY_DATA_REASONS = {
  accept: { earlyData: 'accepted', resumed: true, helloRetryRequested: false },
  // A server without it calls refused what a client offers all the same.
  disabled: {},
  no_session_offered: { earlyData: 'none', resumed: false },
  session_not_resumed: { resumed: false },
  hello_retry_request: { helloRetryRequested: true },
  peer_declined: { earlyData: 'refused', resumed: true, helloRetryRequested: false },
  alpn_mismatch: { resumed: true, helloRetryRequested: false },
  unsupported_for_session: { resumed: true, helloRetryRequested: false },
  ticket_age_skew: { earlyData: 'refused', resumed: true, helloRetryRequested: false },
};

function checkEarlyData(flags, info) {
  if (flags['expect-accept-early-data']) expect('early data', 'accepted', info.earlyData);
  // A server may be without early data, where the runner offers none.
  if (flags['expect-reject-early-data']) expect('early data accepted', false, info.earlyData === 'accepted');
  if (flags['expect-no-offer-early-data']) expect('early data', 'none', info.earlyData);
  const reason = flags['expect-early-data-reason'];
  if (reason === undefined) return;
  const facts = EARLY_DATA_REASONS[reason];
  if (facts === undefined) throw new Unimplemented(`-expect-early-data-reason ${reason}`);
  expect('early data accepted', reason === 'accept', info.earlyData === 'accepted');
  for (const [name, value] of Object.entries(facts)) expect(`${reason}: ${name}`, value, info[name]);
}

function checkCertificates(flags, info) {
  const shown = info.peerCertificates;
  if (flags['expect-no-peer-cert'] || info.externalPskIdentity !== null) expect('peer certificates', null, shown);
  else if (!flags.server || flags['require-any-client-certificate']) expect('a certificate', true, shown !== null);
  if (flags['expect-peer-cert-file'] !== undefined) {
    const expected = certificatesFromPem(readFileSync(flags['expect-peer-cert-file'])).map(({ raw }) => raw);
    expect('peer certificates', hex(expected), hex(shown ?? []));
  }
}

function checkVerifier(flags, seen, { peerCertificates }) {
  // BoringSSL says X509_V_OK of nothing; here nothing is judged.
  const verdict = peerCertificates === null ? undefined : !flags['verify-fail'];
  if (flags['expect-verify-result']) expect('verdict', verdict, seen.verdict?.trusted);
  const expected = flags['expect-ocsp-response'];
  if (expected !== undefined) expect('OCSP response', hex([expected]), hex([seen.ocspResponse ?? []]));
}

/** Checks what is known only when the connection has ended well. */
export function checkEnd({ flags, sessions, lastSession }) {
  if (flags.server || flags['shim-shuts-down'] || flags['send-alert']) return;
  expect('a session', !flags['expect-no-session'], sessions > 0);
  if (sessions === 0) return;
  const early = flags['expect-ticket-supports-early-data'] === true;
  expect('a session for early data', early, lastSession.maxEarlyDataSize > 0);
  const { isResumableAcrossNames } = lastSession;
  if (flags['expect-resumable-across-names']) expect('for other names', true, isResumableAcrossNames);
  if (flags['expect-not-resumable-across-names']) expect('for other names', false, isResumableAcrossNames);
}

function expect(what, expected, got) {
  if (expected !== got) throw new Error(`${what}: expected ${expected}, got ${got}`);
}

function hex(values) {
  return values.map((value) => Buffer.from(value).toString('hex')).join();
}
