// A handshake in memory with ALPN, and a SIP request through it, by the built packages under whatever runtime runs this
// file. Prints one JSON line with what both sides saw.
import { createNobleProvider } from '@portico/crypto/noble';
import { createSipFramer, parseSipMessage } from '@portico/sip-codec';
import { createCertificateVerifier, createSigner, createTlsClient, createTlsServer } from '@portico/tls13-core';
import { trustAnchorsFromPem } from '@portico/x509';
import { certificatesToPem, createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';

const provider = createNobleProvider({ random: (length) => crypto.getRandomValues(new Uint8Array(length)) });
const DAY_MS = 86_400_000;
const validity = { notBefore: Date.now() - DAY_MS, notAfter: Date.now() + DAY_MS };
const privateKey = await generatePrivateKey(provider, 'P-256');
const issuer = await createAuthority({ provider, privateKey, subject: [['CN', 'runtime ca']], ...validity });
const key = await generatePrivateKey(provider, 'P-256');
const leaf = createLeaf({ provider, issuer, key, names: ['sip.test'], ...validity });

const client = createTlsClient({
  provider,
  serverName: 'sip.test',
  alpn: { protocols: ['h2', 'sip/2'] },
  verifyPeer: createCertificateVerifier({
    provider,
    trustAnchors: trustAnchorsFromPem(certificatesToPem([issuer.certificate])),
    now: () => Date.now(),
    identity: { type: 'dns', name: 'sip.test' },
  }),
});
const server = createTlsServer({
  provider,
  credentials: [{ certificateChain: [leaf.raw], signer: createSigner(provider, key) }],
  alpn: { protocols: ['sip/2', 'http/1.1'] },
});
const events = { client: [], server: [] };
async function exchange() {
  for (let moved = true; moved;) {
    moved = false;
    for (const [from, to, name] of [
      [client, server, 'server'],
      [server, client, 'client'],
    ]) {
      if (from.pendingOutputLength === 0) continue;
      moved = true;
      events[name].push(...to.receive(from.takeOutput()));
      while (to.waiting !== null) events[name].push(...(await to.waiting));
    }
  }
}
await exchange();
for (const e of [...events.client, ...events.server]) if (e.type === 'failed') throw e.error;
const info = (name) => events[name].find(({ type }) => type === 'handshake-complete')?.info;
const text = 'OPTIONS sip:sip.test SIP/2.0\r\nCall-ID: one\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n';
client.send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
await exchange();
const framer = createSipFramer({ mode: 'stream' });
const data = events.server.filter(({ type }) => type === 'data');
const [item] = data.flatMap((event) => [...framer.push(event.data)]);
const message = parseSipMessage(item);
const { version, cipherSuite, group, alpnText } = info('client');
const same = group === info('server').group && alpnText === info('server').alpnText;
const { method, headers } = message;
console.log(JSON.stringify({ version, cipherSuite, group, alpnText, same, method, callId: headers.texts('Call-ID') }));
