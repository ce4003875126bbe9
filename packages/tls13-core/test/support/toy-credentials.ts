import type { PrivateKey } from '@portico/crypto';
import { createAuthority, createLeaf } from '@portico/x509/issue';
import type { ClientConfig, Credential, ServerConfig } from '../../src/config.js';
import { createSigner } from '../../src/signer.js';
import { toyProvider } from './toy-provider.js';

const provider = toyProvider(0x70);
const NOT_BEFORE = Date.UTC(2026, 0, 1);
const NOT_AFTER = Date.UTC(2027, 0, 1);

function toyCredential(seedByte: number): Credential {
  const caKey: PrivateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(0xca) };
  const authority = createAuthority({
    provider,
    privateKey: caKey,
    subject: [['CN', 'Toy CA']],
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
  });
  const key: PrivateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(seedByte) };
  const leaf = createLeaf({
    provider,
    issuer: authority,
    key,
    names: ['localhost'],
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
  });
  return { certificateChain: [leaf.raw], signer: createSigner(provider, key) };
}

/** Certificates of the toy provider; whoever has them is trusted by the configurations below. */
export const TOY_SERVER: Credential = toyCredential(1);
export const TOY_CLIENT: Credential = toyCredential(2);

/** A client whose certificate checks are the verifier's business, not this test's. */
export function toyClient(config: Partial<ClientConfig> = {}): ClientConfig {
  return {
    provider: toyProvider(0xc11e),
    serverName: 'localhost',
    verifyPeer: () => ({ trusted: true }),
    ...config,
  };
}

export function toyServer(config: Partial<ServerConfig> = {}): ServerConfig {
  return { provider: toyProvider(0x5e44e4), credentials: [TOY_SERVER], ...config };
}

/** A server that asks for a certificate. */
export function toyServerWithClientAuthentication(
  mode: 'request' | 'require',
  config: Partial<ServerConfig> = {},
): ServerConfig {
  return toyServer({ clientAuthentication: { mode, verifyPeer: () => ({ trusted: true }) }, ...config });
}
