import { keyAlgorithmFor, type CryptoProvider, type PrivateKey } from '@portico/crypto';
import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Credential } from '../src/config.js';
import { NOW } from './support/credentials.js';
import { ScriptedClient } from './support/scripted-client.js';
import { ScriptedServer } from './support/scripted-server.js';
import { seededProvider } from './support/provider.js';

/*
 * A peer with a real RSA key, whose PKCS#1 v1.5 signature over the right content verifies: nothing but the rule of
 * RFC 9846 section 4.3.3, that PKCS#1 v1.5 is for certificates, stands in its way.
 */

const provider: CryptoProvider = seededProvider(0x9c51);
let credential: Credential;

beforeAll(async () => {
  const validity = { notBefore: NOW - 1000, notAfter: NOW + 1000 };
  const issuer = createAuthority({
    provider,
    privateKey: await generatePrivateKey(provider, 'P-256'),
    subject: [['CN', 'CA']],
    ...validity,
  });
  const key: PrivateKey = await generatePrivateKey(provider, 'rsa');
  const algorithm = keyAlgorithmFor(provider, key);
  const sign = algorithm?.sign.bind(algorithm);
  if (sign === undefined) throw new Error('the provider has no RSA');
  credential = {
    certificateChain: [createLeaf({ provider, issuer, key, names: ['localhost'], ...validity }).raw],
    signer: {
      schemes: ['rsa_pkcs1_sha256'],
      sign: (_scheme, message) => sign(key, { type: 'rsa-pkcs1', hash: 'sha256' }, message, provider.random),
    },
  };
});

describe('a CertificateVerify whose PKCS#1 v1.5 signature is valid', () => {
  const trusting = { verifyPeer: () => ({ trusted: true }) as const };

  it('is refused by a client', () => {
    const server = new ScriptedServer({ provider, serverName: 'localhost', ...trusting }, credential);
    server.serverHello().encryptedExtensions().certificate().certificateVerify();
    expect(server.failure).toBe('signature-scheme-not-offered');
    expect(server.alerts).toEqual(['illegal_parameter']);
  });

  it('is refused by a server', () => {
    const own: Credential = { ...credential, signer: { ...credential.signer, schemes: ['rsa_pss_rsae_sha256'] } };
    const config = { provider, credentials: [own], clientAuthentication: { mode: 'require', ...trusting } as const };
    const client = new ScriptedClient(config, credential);
    client.clientHello().certificate().certificateVerify();
    expect(client.failure).toBe('signature-scheme-not-offered');
    expect(client.alerts).toEqual(['illegal_parameter']);
  });
});
