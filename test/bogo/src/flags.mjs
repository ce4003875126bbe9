// The runner's flags: which there are, what they take, and what they mean for one connection.

/** Thrown for a flag that we do not know: the runner then counts the test as not implemented. */
export class Unimplemented extends Error {}

/** Flags without a value that need no action: what they switch off or on is not there, or is always so. */
const IGNORED = new Set([
  'no-tls1',
  'no-tls11',
  'no-tls12',
  'use-old-client-cert-callback',
  'expect-extended-master-secret',
  'renegotiate-freely',
  'no-legacy-server-connect',
  'peek-then-read',
  'expect-secure-renegotiation',
  'no-rsa-pss-rsae-certs',
  'ipv6',
  'server-preference',
  'expect-no-secure-renegotiation',
  'no-op-extra-handshake',
  'is-quic-off',
  // A server with tickets keeps no sessions.
  'expect-no-session-id',
]);

/** name → what its value becomes: `on` takes none, `list` may come several times. */
const FLAGS = {
  port: 'number',
  'shim-id': 'text',
  server: 'on',
  'trust-cert': 'text',
  'resume-count': 'number',
  'min-version': 'number',
  'max-version': 'number',
  curves: 'list',
  'curves-flags': 'list',
  // The suites of older versions, so without a meaning here.
  cipher: 'text',
  'key-shares': 'list',
  'no-key-shares': 'on',
  'verify-prefs': 'list',
  'require-any-client-certificate': 'on',
  'verify-peer': 'on',
  'verify-fail': 'on',
  'use-custom-verify-callback': 'on',
  'expect-verify-result': 'on',
  'enable-ocsp-stapling': 'on',
  'expect-ocsp-response': 'base64',
  'use-ocsp-callback': 'on',
  'fail-ocsp-callback': 'on',
  'decline-ocsp-callback': 'on',
  'set-ocsp-in-callback': 'on',
  'use-client-ca-list': 'text',
  'expect-client-ca-list': 'text',
  'expect-peer-signature-algorithm': 'number',
  'expect-peer-verify-pref': 'list',
  'expect-peer-cert-file': 'text',
  'expect-no-peer-cert': 'on',
  'expect-curve-id': 'number',
  'expect-cipher': 'number',
  'expect-cipher-aes': 'number',
  'expect-cipher-no-aes': 'number',
  'expect-hrr': 'on',
  'expect-no-hrr': 'on',
  'expect-session-miss': 'on',
  'expect-no-session': 'on',
  'expect-selected-credential': 'number',
  'enable-early-data': 'on',
  'expect-ticket-supports-early-data': 'on',
  'expect-accept-early-data': 'on',
  'expect-reject-early-data': 'on',
  'expect-no-offer-early-data': 'on',
  'expect-early-data-reason': 'text',
  'expect-ticket-age-skew': 'number',
  'expect-resumable-across-names': 'on',
  'expect-not-resumable-across-names': 'on',
  'resumption-across-names-enabled': 'on',
  'shim-initial-write': 'text',
  'repeat-shim-initial-write': 'number',
  'resumption-delay': 'number',
  'no-ticket': 'on',
  'ticket-key': 'base64',
  'implicit-handshake': 'on',
  'check-close-notify': 'on',
  'shim-shuts-down': 'on',
  'shim-writes-first': 'on',
  'advertise-alpn': 'text',
  'expect-alpn': 'text',
  'expect-advertised-alpn': 'text',
  'select-alpn': 'text',
  'select-empty-alpn': 'on',
  'decline-alpn': 'on',
  'reject-alpn': 'on',
  'allow-unknown-alpn-protos': 'on',
  'host-name': 'text',
  'expect-server-name': 'text',
  'expect-no-server-name': 'on',
  'no-server-name-ack': 'on',
  'export-keying-material': 'number',
  'export-label': 'text',
  'export-context': 'text',
  'use-export-context': 'on',
  'export-traffic-secrets': 'on',
  'send-alert': 'on',
  'key-update': 'on',
  'key-update-before-read': 'on',
  'read-size': 'number',
  'max-send-fragment': 'number',
  'permute-extensions': 'on',
  'max-cert-list': 'number',
  'fail-cert-callback': 'on',
  'fail-early-callback': 'on',
  'use-early-callback': 'on',
  async: 'on',
};

/** Flags of the credential that the last `-new-…-credential` began, or of the only one. */
const CREDENTIAL_FLAGS = {
  'cert-file': 'text',
  'key-file': 'text',
  'signing-prefs': 'list',
  'ocsp-response': 'base64',
  'psk-importer-key': 'base64',
  'psk-importer-identity': 'base64',
  'psk-importer-context': 'base64',
  'psk-importer-sha256': 'on',
  'psk-importer-sha384': 'on',
};
const NEW_CREDENTIAL = { 'new-x509-credential': 'x509', 'new-psk-credential': 'psk' };

const PREFIXES = { 'on-initial-': 'initial', 'on-resume-': 'resume', 'on-retry-': 'retry' };

/**
 * Reads the command line into the flags of each connection: `{ initial, resume, retry }`. Each has `credential`, the one
 * that is always there, and `credentials`, those that have a place in a list.
 */
export function readFlags(words) {
  const empty = () => ({ credential: { type: 'x509' }, credentials: [] });
  const flags = { initial: empty(), resume: empty(), retry: empty() };
  for (let i = 0; i < words.length; i++) {
    let name = words[i].replace(/^-/, '');
    let targets = Object.values(flags);
    for (const [prefix, connection] of Object.entries(PREFIXES)) {
      if (name.startsWith(prefix)) {
        name = name.slice(prefix.length);
        targets = [flags[connection]];
      }
    }
    if (IGNORED.has(name)) continue;
    if (NEW_CREDENTIAL[name] !== undefined) {
      for (const target of targets) target.credentials.push({ type: NEW_CREDENTIAL[name] });
      continue;
    }
    const kind = FLAGS[name] ?? CREDENTIAL_FLAGS[name];
    if (kind === undefined) throw new Unimplemented(`-${name}`);
    const value = kind === 'on' ? true : words[++i];
    for (const target of targets) {
      const holder = name in CREDENTIAL_FLAGS ? (target.credentials.at(-1) ?? target.credential) : target;
      put(holder, name, kind, value);
    }
  }
  return flags;
}

function put(holder, name, kind, value) {
  switch (kind) {
    case 'list':
      (holder[name] ??= []).push(Number(value));
      return;
    case 'number':
      holder[name] = Number(value);
      return;
    case 'base64':
      holder[name] = Uint8Array.from(Buffer.from(value, 'base64'));
      return;
    case 'text':
    case 'on':
      holder[name] = value;
      return;
  }
}
