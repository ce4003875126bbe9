import { createNobleProvider } from '@portico/crypto/noble';
import { createCertificateVerifier, createSigner, createTlsClient, createTlsServer } from '@portico/tls13-core';
import { trustAnchorFromDer } from '@portico/x509';
import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';
import { testRandom } from './random.mjs';

/** Issues certificates, does a whole handshake with ALPN, and sends data, with nothing from the host. */
export async function run() {
  const provider = createNobleProvider({ random: testRandom() });
  const now = Date.UTC(2026, 5, 1);
  const period = { notBefore: now - 1000, notAfter: now + 86_400_000 };
  const authority = createAuthority({
    provider,
    privateKey: await generatePrivateKey(provider, 'P-256'),
    subject: [['CN', 'Smoke CA']],
    ...period,
  });
  const key = await generatePrivateKey(provider, 'P-256');
  const leaf = createLeaf({ provider, issuer: authority, key, names: ['localhost'], ...period });
  const server = createTlsServer({
    provider,
    credentials: [{ certificateChain: [leaf.raw], signer: createSigner(provider, key) }],
    alpn: { protocols: ['sip/2'] },
  });
  const client = createTlsClient({
    provider,
    serverName: 'localhost',
    alpn: { protocols: ['sip/2'] },
    verifyPeer: createCertificateVerifier({
      provider,
      trustAnchors: [trustAnchorFromDer(authority.certificate.raw)],
      now: () => now,
    }),
  });
  const events = [];
  for (let flight = 0; flight < 10; flight++) {
    events.push(...server.receive(client.takeOutput()), ...client.receive(server.takeOutput()));
    if (flight === 5) client.send(Uint8Array.of(1, 2, 3));
  }
  const complete = events.filter((event) => event.type === 'handshake-complete');
  const data = events.find((event) => event.type === 'data');
  if (complete.length !== 2 || complete.some((event) => event.info.alpnText !== 'sip/2')) {
    throw new Error(`no handshake: ${events.map((event) => event.error?.message ?? event.type).join(', ')}`);
  }
  if (data?.data.join() !== '1,2,3') throw new Error('no data');
}
