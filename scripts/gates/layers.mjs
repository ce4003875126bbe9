// Which package and which folder may import which (docs/architecture.md): bytes, records, messages, decisions.
// Data only; imports.mjs checks it, and test/layers.test.ts checks that.

/** Each package with the packages of ours that it may import, and the modules from elsewhere. */
export const PACKAGES = {
  bytes: { below: [], modules: [] },
  crypto: { below: ['bytes'], modules: ['@noble/hashes', '@noble/curves', '@noble/ciphers', '@noble/post-quantum'] },
  x509: { below: ['bytes', 'crypto'], modules: [] },
  'tls13-core': { below: ['bytes', 'crypto', 'x509'], modules: [] },
  'sip-codec': { below: ['bytes'], modules: [] },
  'msrp-codec': { below: ['bytes'], modules: [] },
  'transport-node': { below: ['bytes', 'crypto', 'x509', 'tls13-core', 'sip-codec', 'msrp-codec'], modules: ['node:'] },
  portico: {
    below: ['bytes', 'crypto', 'x509', 'tls13-core', 'sip-codec', 'msrp-codec', 'transport-node'],
    modules: ['node:', 'ws'],
  },
};

/** Packages that run where there is nothing but ES2022: no host globals, no IO. */
export const CORE_PACKAGES = ['bytes', 'crypto', 'x509', 'tls13-core', 'sip-codec', 'msrp-codec'];

const SIP_ENTRIES = ['extensions', 'routing', 'writing', 'bodies'];

/** Folders of a package that may not import certain others of it. Files at the top of `src` may import any. */
export const FOLDERS = {
  'tls13-core': {
    alpn: ['record', 'key-schedule', 'messages', 'session', 'handshake'],
    record: ['messages', 'key-schedule', 'session', 'handshake'],
    messages: ['record', 'key-schedule', 'session', 'handshake'],
    'key-schedule': ['session', 'handshake'],
    session: ['record', 'messages', 'key-schedule', 'handshake'],
  },
  // The entries of their own come last: whoever imports the index alone gets nothing of them.
  'sip-codec': {
    grammar: ['framing', 'message', 'headers', 'uri', ...SIP_ENTRIES],
    framing: ['message', 'headers', 'uri', ...SIP_ENTRIES],
    uri: ['framing', 'message', 'headers', ...SIP_ENTRIES],
    headers: ['framing', ...SIP_ENTRIES],
    message: SIP_ENTRIES,
  },
  x509: {
    path: ['revocation', 'files', 'issue'],
    identity: ['path', 'revocation', 'files', 'issue'],
    keys: ['path', 'revocation', 'files', 'issue'],
    revocation: ['files', 'issue'],
    files: ['revocation', 'issue'],
  },
};

/** Modules that no client bundle may hold, by path below `packages/`. */
export const SERVER_CODE =
  /^tls13-core\/(src|dist)\/(handshake\/server[^/]*|session\/(ticket|cookie)-[^/]*|session\/named-keys|server|server-connection)\.(ts|js)$/;
