import { beforeAll, describe, expect, it } from 'vitest';
import type { ClientConfig, Credential, ServerConfig } from '../src/config.js';
import { buildClientHello } from '../src/handshake/client-hello.js';
import { readClientHello } from '../src/handshake/negotiate.js';
import { DEFAULT_TLS_LIMITS } from '../src/limits.js';
import type { ClientHello } from '../src/messages/client-hello.js';
import { EXTENSION_CODES } from '../src/messages/extensions/extension.js';
import { clientSettings } from '../src/settings.js';
import { createTestAuthority } from './support/credentials.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { seededProvider } from './support/provider.js';

let p256: Credential;
let ed25519: Credential;
let client: ClientConfig;
let server: ServerConfig;

beforeAll(async () => {
  const authority = await createTestAuthority();
  p256 = await authority.credential('P-256');
  ed25519 = await authority.credential('ed25519');
  client = { provider: seededProvider(1), serverName: 'localhost', verifyPeer: () => ({ trusted: true }) };
  server = { provider: seededProvider(2), credentials: [p256] };
});

describe('which certificate', () => {
  it('the first credential that the client can verify', () => {
    const pair = runNow(
      createPair({ ...client, signatureSchemes: ['ed25519'] }, { ...server, credentials: [p256, ed25519] }),
    );
    expect(pair.client.info?.peerSignatureScheme).toBe('ed25519');
  });

  it('none that the client can verify is handshake_failure', () => {
    const pair = runNow(createPair({ ...client, signatureSchemes: ['ed25519'] }, server));
    expect(failureOf(pair.serverEvents)).toBe('no-common-signature-scheme');
  });

  it('null from the callback refuses a name with unrecognized_name, and a client without a name with handshake_failure', () => {
    const refusing = { ...server, credentials: () => null };
    expect(failureOf(runNow(createPair(client, refusing)).serverEvents)).toBe('unrecognized-name');
    const nameless: ClientConfig = { provider: client.provider, verifyPeer: client.verifyPeer };
    expect(failureOf(runNow(createPair(nameless, refusing)).serverEvents)).toBe('no-credential');
  });

  it('a client goes on as nobody without a credential, and with one that the server cannot check unless it says otherwise', () => {
    const asking: ServerConfig = {
      ...server,
      signatureSchemes: ['ecdsa_secp256r1_sha256'],
      clientAuthentication: { mode: 'request', verifyPeer: () => ({ trusted: true }) },
    };
    const selectCredential = (): Credential => ed25519;
    for (const nobody of [
      { selectCredential: () => null },
      { selectCredential },
      { selectCredential, unfitCredential: 'empty-certificate' },
    ] as const) {
      const pair = runNow(createPair({ ...client, ...nobody }, asking));
      expect([pair.server.state, pair.server.info?.peerCertificates]).toEqual(['open', null]);
    }
    const failing = runNow(createPair({ ...client, selectCredential, unfitCredential: 'fail' }, asking));
    expect(failureOf(failing.clientEvents)).toBe('no-common-signature-scheme');
  });

  it('certificate_authorities in a ClientHello must be well-formed (RFC 9846 section 4.3.4)', () => {
    const constants = {
      random: new Uint8Array(32),
      legacySessionId: new Uint8Array(0),
      shape: (shaped: ClientHello) => shaped,
    };
    const hello = buildClientHello(
      clientSettings(client, { psks: null, credentials: null }),
      constants,
      [],
      null,
      'none',
    );
    const empty = { type: EXTENSION_CODES.certificate_authorities, data: Uint8Array.of(0, 0) };
    const extensions = [...(hello.extensions ?? []), empty];
    expect(() => readClientHello(hello, DEFAULT_TLS_LIMITS)).not.toThrow();
    expect(() => readClientHello({ ...hello, extensions }, DEFAULT_TLS_LIMITS)).toThrow('malformed-extension');
  });
});
