import { SIGNATURE_SCHEMES, type SignatureSchemeName } from '@portico/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../src/certificate-verifier.js';
import { createTlsClient } from '../src/client-connection.js';
import type { ClientConfig, Credential, ServerConfig } from '../src/config.js';
import { chooseCredential } from '../src/handshake/local-authentication.js';
import { createSigner } from '../src/signer.js';
import { generatePrivateKey } from '@portico/x509/issue';
import { createTestAuthority, NOW } from './support/credentials.js';
import { createPair, failureOf, runNow, type Pair } from './support/pair.js';
import { seededProvider } from './support/provider.js';

const LEGACY: readonly SignatureSchemeName[] = [
  'rsa_pkcs1_sha256_legacy',
  'rsa_pkcs1_sha384_legacy',
  'rsa_pkcs1_sha512_legacy',
];

const provider = seededProvider(0x9963);
let client: ClientConfig;
let server: ServerConfig;
let withSchemes: (schemes: readonly SignatureSchemeName[] | undefined) => Credential;

beforeAll(async () => {
  const authority = await createTestAuthority();
  const verifyPeer = createCertificateVerifier({ provider, trustAnchors: authority.trustAnchors, now: () => NOW });
  const rsa = await authority.keyed('rsa');
  withSchemes = (schemes) => ({
    certificateChain: rsa.certificateChain,
    signer: createSigner(provider, rsa.privateKey, schemes === undefined ? {} : { schemes }),
  });
  client = { provider: seededProvider(1), serverName: 'localhost', verifyPeer };
  server = { provider, credentials: [await authority.credential('P-256')] };
  // RSA keys take their time to find.
}, 60_000);

/** A client with this credential at a server that asks for one, verified with these schemes. */
function connect(schemes: readonly SignatureSchemeName[] | undefined, credential: Credential): Pair {
  return runNow(
    createPair(
      { ...client, selectCredential: () => credential },
      {
        ...server,
        ...(schemes === undefined ? {} : { signatureSchemes: schemes }),
        clientAuthentication: { mode: 'require', verifyPeer: client.verifyPeer },
      },
    ),
  );
}

describe('PKCS#1 v1.5 in a client’s CertificateVerify (RFC 9963)', () => {
  it.each(LEGACY)('%s, where both sides name it', (scheme) => {
    const pair = connect([scheme, 'ecdsa_secp256r1_sha256'], withSchemes([scheme]));
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    expect(pair.server.info?.peerSignatureScheme).toBe(scheme);
    expect(pair.client.info?.localSignatureScheme).toBe(scheme);
  });

  it.each(LEGACY)('%s is not asked for unasked', (scheme) => {
    const pair = connect(undefined, withSchemes([scheme]));
    expect(pair.client.info?.localSignatureScheme).toBeNull();
    expect(failureOf(pair.serverEvents)).toBe('certificate-required');
  });

  it.each(LEGACY)('%s is not signed with unasked', (scheme) => {
    expect(withSchemes(undefined).signer.schemes).not.toContain(scheme);
    const pair = connect([scheme], withSchemes(undefined));
    expect(pair.client.info?.localSignatureScheme).toBeNull();
    expect(failureOf(pair.serverEvents)).toBe('certificate-required');
  });

  it.each(LEGACY)('%s is no scheme of a server, nor of a ClientHello', (scheme) => {
    const hello = { ...client, signatureSchemes: [scheme, 'ecdsa_secp256r1_sha256'] as const };
    expect(() => createTlsClient(hello)).toThrow(/invalid-configuration in signatureSchemes/);
    // A peer's list may say anything.
    const signatures = SIGNATURE_SCHEMES.filter(({ name }) => name === scheme);
    const offered = { signatures, certificates: SIGNATURE_SCHEMES };
    expect(chooseCredential([withSchemes([scheme])], offered, 'server')).toBeNull();
    expect(chooseCredential([withSchemes([scheme])], offered, 'client')?.scheme.name).toBe(scheme);
  });

  it('a signer takes only schemes of its key', async () => {
    const ec = await generatePrivateKey(provider, 'P-256');
    for (const scheme of ['rsa_pkcs1_sha256_legacy', 'ed25519', 'rsa_pkcs1_sha256'] as const) {
      expect(() => createSigner(provider, ec, { schemes: [scheme] })).toThrow('invalid-configuration');
    }
    expect(() => withSchemes(['rsa_pkcs1_sha256'])).toThrow('invalid-configuration');
  });
});
