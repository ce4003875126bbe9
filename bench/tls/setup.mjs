// One certificate chain for all: a root that is trusted, an intermediate that is sent, a leaf; all P-256.
import { randomBytes } from 'node:crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import { createCertificateVerifier, createSigner } from '@portico/tls13-core';
import { createSignatureMemory, encodePem, privateKeyToPem, trustAnchorFromDer } from '@portico/x509';
import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';

export const provider = createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });

const DAY = 86_400_000;

/** `cryptography` is whose keys and verifier these are: noble's unless told otherwise. */
export async function makeSetup(cryptography = provider) {
  return setupWith(cryptography);
}

async function setupWith(provider) {
  const validity = { notBefore: Date.now() - DAY, notAfter: Date.now() + 30 * DAY };
  const key = () => generatePrivateKey(provider, 'P-256');
  const root = createAuthority({ provider, privateKey: await key(), subject: [['CN', 'bench root']], ...validity });
  const intermediate = createAuthority({
    provider,
    privateKey: await key(),
    subject: [['CN', 'bench intermediate']],
    issuer: root,
    ...validity,
  });
  const leafKey = await key();
  const leaf = createLeaf({
    provider,
    issuer: intermediate,
    key: leafKey,
    names: ['localhost', '127.0.0.1'],
    ...validity,
  });
  const chain = [leaf.raw, intermediate.certificate.raw];
  return {
    rootPem: encodePem('CERTIFICATE', root.certificate.raw),
    chainPem: chain.map((der) => encodePem('CERTIFICATE', der)).join(''),
    keyPem: privateKeyToPem(leafKey),
    credentials: [{ certificateChain: chain, signer: createSigner(provider, leafKey) }],
    verifyPeer: createCertificateVerifier({
      provider,
      trustAnchors: [trustAnchorFromDer(root.certificate.raw)],
      now: Date.now,
    }),
    /** The same, with a memory of the signatures that it found valid. */
    verifyKnownPeer: createCertificateVerifier({
      provider,
      trustAnchors: [trustAnchorFromDer(root.certificate.raw)],
      now: Date.now,
      path: { memory: createSignatureMemory(provider) },
    }),
    leaf,
    leafKey,
    root,
    intermediate,
  };
}

/** Carries bytes between two connections until both are silent. */
export function exchange(client, server, events = () => {}) {
  for (;;) {
    const up = client.takeOutput();
    const down = server.takeOutput();
    if (up.length === 0 && down.length === 0) return;
    if (up.length > 0) events(server.receive(up));
    if (down.length > 0) events(client.receive(down));
  }
}
