import { bytesToHex, hexToBytes } from '@portico/bytes';
import type { PrivateKey } from '@portico/crypto';
import { parseCertificate, trustAnchorFromDer, type Certificate } from '@portico/x509';
import { createAuthority, createLeaf } from '@portico/x509/issue';
import { describe, expect, it } from 'vitest';
import type { AlertName } from '../src/alert.js';
import { createCertificateVerifier } from '../src/certificate-verifier.js';
import type { CertificateRefusal, Credential, PeerCertificates } from '../src/config.js';
import { createPair, failureOf, runNow, type Pair } from './support/pair.js';
import { ScriptedServer } from './support/scripted-server.js';
import { TOY_CLIENT, TOY_SERVER, toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const REFUSALS: readonly (readonly [CertificateRefusal, AlertName])[] = [
  ['untrusted', 'bad_certificate'],
  ['unknown-ca', 'unknown_ca'],
  ['expired', 'certificate_expired'],
  ['revoked', 'certificate_revoked'],
  ['status-unacceptable', 'bad_certificate_status_response'],
  ['unsupported', 'unsupported_certificate'],
  ['name-mismatch', 'bad_certificate'],
  ['malformed', 'bad_certificate'],
  ['unknown', 'certificate_unknown'],
];

describe('a verdict against a certificate', () => {
  it.each(REFUSALS)('%s becomes %s, at a client and at a server', (refusal, alert) => {
    const verifyPeer = () => ({ trusted: false, refusal, message: 'no' }) as const;
    const atClient = runNow(createPair(toyClient({ verifyPeer }), toyServer()));
    expect(atClient.clientEvents.at(-1)).toMatchObject({ error: { kind: 'peer-incompatible' } });
    expect(atClient.serverEvents.at(-1)).toMatchObject({ error: { alert: { name: alert } } });
    const atServer = runNow(
      createPair(
        toyClient({ selectCredential: () => TOY_CLIENT }),
        toyServer({ clientAuthentication: { mode: 'request', verifyPeer } }),
      ),
    );
    expect(atServer.clientEvents.at(-1)).toMatchObject({ error: { alert: { name: alert } } });
  });

  it('that is no verdict refuses', () => {
    for (const verdict of [undefined, null, true, {}, { trusted: 'yes' }, { trusted: false, refusal: 'whim' }]) {
      const pair = runNow(createPair(toyClient({ verifyPeer: () => verdict as never }), toyServer()));
      expect(pair.client.state).toBe('failed');
      expect(pair.client.info).toBeNull();
    }
    const whim = { trusted: false, refusal: 'whim', message: 'no' } as never;
    const { clientEvents } = runNow(createPair(toyClient({ verifyPeer: () => whim }), toyServer()));
    expect(clientEvents.at(-1)).toMatchObject({
      error: { reason: 'certificate-unknown', subject: "the server's certificate", got: 'no' },
    });
  });

  it('is asked for once, with the chain, its leaf as it was parsed, the side and the name that was wanted', () => {
    const asked: unknown[] = [];
    const verifyPeer = (peer: unknown) => {
      asked.push(peer);
      return { trusted: true } as const;
    };
    runNow(
      createPair(
        toyClient({ verifyPeer, serverName: '192.0.2.7', selectCredential: () => TOY_CLIENT }),
        toyServer({ clientAuthentication: { mode: 'require', verifyPeer } }),
      ),
    );
    expect(asked).toEqual([
      { ...shown(TOY_SERVER), peer: 'server', serverName: '192.0.2.7' },
      { ...shown(TOY_CLIENT), peer: 'client', serverName: null },
    ]);
  });
});

it('the verifier by certificate path takes the leaf that was parsed', () => {
  const { certificates, leaf } = shown(TOY_SERVER);
  const looked = new Set<string | symbol>();
  const watched = new Proxy(leaf as Certificate, {
    get: (target, field) => {
      looked.add(field);
      return Reflect.get(target, field) as unknown;
    },
  });
  const anchor = trustAnchorFromDer(certificates.at(-1) as Uint8Array);
  const verifyPeer = createCertificateVerifier({ provider: toyProvider(1), trustAnchors: [anchor], now: () => 0 });
  void verifyPeer({ certificates, leaf: watched, peer: 'server', serverName: 'example.com' });
  expect([...looked]).toContain('subject');
});

/** What a verifier sees of a chain. */
function shown({ certificateChain }: Credential): Pick<PeerCertificates, 'certificates' | 'leaf'> {
  return { certificates: certificateChain, leaf: parseCertificate(certificateChain[0] as Uint8Array) };
}

/** A client that trusts everybody, against a server with this leaf. */
function against(leaf: Uint8Array): Pair {
  const credential: Credential = { certificateChain: [leaf], signer: TOY_SERVER.signer };
  return runNow(createPair(toyClient(), toyServer({ credentials: () => credential })));
}

describe('a leaf is refused whatever the verifier says', () => {
  const provider = toyProvider(5);
  const key: PrivateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(1) };
  const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
  const issuer = createAuthority({ provider, privateKey: key, subject: [['CN', 'CA']], ...validity });

  it('where its key usage does not allow signatures', () => {
    const template = { keyUsage: ['keyAgreement'] as const };
    const leaf = createLeaf({ provider, issuer, key, names: ['localhost'], ...validity, template });
    // A server of ours does not even show it.
    expect(failureOf(against(leaf.raw).serverEvents)).toBe('no-common-signature-scheme');
    const shown = { certificateChain: [leaf.raw], signer: TOY_SERVER.signer };
    const server = new ScriptedServer(toyClient(), shown).serverHello().encryptedExtensions().certificate();
    expect(server.failure).toBe('certificate-unsupported');
  });

  it('but not where it says nothing of its usage', () => {
    const template = { keyUsage: undefined as never };
    const leaf = createLeaf({ provider, issuer, key, names: ['localhost'], ...validity, template });
    expect(leaf.keyUsage).toBeNull();
    expect(against(leaf.raw).client.state).toBe('open');
  });

  it('where its key is of a kind that nobody knows', () => {
    // The object identifier of Ed25519 stands in the certificate three times; the second is that of the key.
    const parts = bytesToHex(TOY_SERVER.certificateChain[0] as Uint8Array).split('06032b6570');
    expect(parts).toHaveLength(4);
    const [head, beforeKey, afterKey, tail] = parts as [string, string, string, string];
    const leaf = hexToBytes([head, '06032b6570', beforeKey, '06032b6579', afterKey, '06032b6570', tail].join(''));
    expect(failureOf(against(leaf).clientEvents)).toBe('certificate-unsupported');
  });
});
