import { asciiToBytes, bytesToLatin1 } from '@portico/bytes';
import type { CipherSuiteName } from '@portico/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCertificateVerifier } from '../../src/certificate-verifier.js';
import type { ClientConfig, ServerConfig } from '../../src/config.js';
import { parseSession, serializeSession } from '../../src/session/session.js';
import { createTicketProtector } from '../../src/session/ticket-protector.js';
import { createTestAuthority, NOW } from '../support/credentials.js';
import { dataOf, failureOf, runNow } from '../support/pair.js';
import { seededProvider } from '../support/provider.js';
import { connect, TICKET_KEY } from '../support/sessions.js';

const SUITES: readonly CipherSuiteName[] = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
];

let client: ClientConfig;
let server: ServerConfig;

beforeAll(async () => {
  const authority = await createTestAuthority();
  const provider = seededProvider(0x7e5);
  const verifyPeer = createCertificateVerifier({ provider, trustAnchors: authority.trustAnchors, now: () => NOW });
  const own = await authority.credential('P-256', ['alice.test']);
  const serverProvider = seededProvider(0x7e6);
  client = {
    provider,
    serverName: 'localhost',
    verifyPeer,
    selectCredential: () => own,
    resumption: { now: () => NOW, policy: 'authority 1' },
  };
  server = {
    provider: serverProvider,
    credentials: [await authority.credential('P-256')],
    clientAuthentication: { mode: 'require', verifyPeer, policy: 'authority 1' },
    tickets: { protector: createTicketProtector({ provider: serverProvider, keys: [TICKET_KEY] }), now: () => NOW },
  };
});

const WAYS = ['with the share at once', 'after HelloRetryRequest'] as const;
const PAIRS = SUITES.flatMap((first) => SUITES.map((second) => ({ first, second })));
describe.each(WAYS.flatMap((before) => WAYS.map((after) => ({ before, after }))))(
  'a session made $before, offered $after',
  ({ before, after }) => {
    it.each(PAIRS)('from $first to $second', ({ first, second }) => {
      const keyShares = (way: (typeof WAYS)[number]): Partial<ClientConfig> =>
        way === 'after HelloRetryRequest' ? { keyShares: [] } : {};
      const full = connect({ ...client, ...keyShares(before), cipherSuites: [first] }, server);
      expect(full.client.info).toMatchObject({ resumed: false, cipherSuite: first });
      // The session goes through a file, and the client offers all suites: where the server wants another one, it declines.
      const session = parseSession(serializeSession(full.session));
      const pair = connect({ ...client, ...keyShares(after), session }, { ...server, cipherSuites: [second] });
      expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
      const resumed = first === second;
      const agreed = { resumed, cipherSuite: second, helloRetryRequested: after === 'after HelloRetryRequest' };
      expect(pair.client.info).toMatchObject(agreed);
      expect(pair.server.info).toMatchObject(agreed);
      // Both sides know each other as they did before, by certificate or by PSK.
      expect(pair.client.info?.peerCertificates).toEqual(full.client.info?.peerCertificates);
      expect(pair.server.info?.peerCertificates).toEqual(full.server.info?.peerCertificates);
      expect(pair.server.info?.peerCertificates).toHaveLength(1);
      expect(pair.client.info?.peerSignatureScheme).toBe('ecdsa_secp256r1_sha256');
      expect(pair.server.info?.peerSignatureScheme).toBe('ecdsa_secp256r1_sha256');
      expect(pair.client.info?.localSignatureScheme).toBe(resumed ? null : 'ecdsa_secp256r1_sha256');

      pair.client.send(asciiToBytes('ping'));
      pair.server.send(asciiToBytes('pong'));
      runNow(pair);
      const heard = [pair.serverEvents, pair.clientEvents].map((events) => bytesToLatin1(dataOf(events)));
      expect(heard).toEqual(['ping', 'pong']);
      const context = asciiToBytes('context');
      expect(pair.client.exportKeyingMaterial('EXPORTER-x', context, 32)).toEqual(
        pair.server.exportKeyingMaterial('EXPORTER-x', context, 32),
      );
    });
  },
);
