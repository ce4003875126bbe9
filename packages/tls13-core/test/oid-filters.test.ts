import type { PrivateKey } from '@portico/crypto';
import { derOid, derSequence, OID } from '@portico/x509';
import { createAuthority, createLeaf } from '@portico/x509/issue';
import { describe, expect, it } from 'vitest';
import type { CertificateRequestInfo, Credential } from '../src/config.js';
import { firstFittingCredential } from '../src/credential-choice.js';
import { matchesOidFilters, oidFilters } from '../src/oid-filters.js';
import { parseServerConfig } from '../src/settings.js';
import { createSigner } from '../src/signer.js';
import { createPair, failureOf, runNow } from './support/pair.js';
import { toyClient, toyServer } from './support/toy-credentials.js';
import { toyProvider } from './support/toy-provider.js';

const provider = toyProvider(0x01d);
const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };

function authority(name: string): ReturnType<typeof createAuthority> {
  const privateKey: PrivateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(name.length) };
  return createAuthority({ provider, privateKey, subject: [['CN', name]], ...validity });
}

const FIRST = authority('First');
const OTHER = authority('Other one');

function credential(seed: number, extendedKeyUsage: readonly string[], issuer = FIRST): Credential {
  const key: PrivateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(seed) };
  const leaf = createLeaf({ provider, issuer, key, names: ['localhost'], extendedKeyUsage, ...validity });
  return { certificateChain: [leaf.raw], signer: createSigner(provider, key) };
}

const forClients = credential(1, ['clientAuth']);
const forSip = credential(2, ['clientAuth', 'sipDomain']);
const ofOther = credential(3, ['clientAuth'], OTHER);

const wantsSip = oidFilters({ keyUsage: ['digitalSignature'], extendedKeyUsage: [OID.clientAuth, OID.sipDomain] });
const leafOf = ({ certificateChain }: Credential): Uint8Array => certificateChain[0] as Uint8Array;

function asking(filters = wantsSip, mode: 'request' | 'require' = 'require') {
  return toyServer({
    clientAuthentication: { mode, verifyPeer: () => ({ trusted: true }), oidFilters: filters },
  });
}

describe('oid_filters, section 4.3.5', () => {
  it('match a certificate with all usages that they ask for, and with more', () => {
    expect(matchesOidFilters(leafOf(forSip), wantsSip)).toBe(true);
    expect(matchesOidFilters(leafOf(forClients), wantsSip)).toBe(false);
    expect(matchesOidFilters(leafOf(forClients), oidFilters({ extendedKeyUsage: [OID.clientAuth] }))).toBe(true);
    expect(matchesOidFilters(leafOf(forClients), oidFilters({ keyUsage: ['digitalSignature'] }))).toBe(true);
    expect(matchesOidFilters(leafOf(forClients), oidFilters({ keyUsage: ['digitalSignature', 'keyCertSign'] }))).toBe(
      false,
    );
    expect(matchesOidFilters(leafOf(forClients), [])).toBe(true);
  });

  it('skip extensions that have no rule', () => {
    const unknown = { oid: derOid('1.2.3.4'), values: Uint8Array.of(5, 0) };
    expect(matchesOidFilters(leafOf(forSip), [unknown, ...wantsSip])).toBe(true);
  });

  it('are told to the client’s choice, which takes the first that fits', () => {
    const requests: CertificateRequestInfo[] = [];
    const choose = firstFittingCredential([forClients, ofOther, forSip]);
    const pair = runNow(
      createPair(
        toyClient({
          selectCredential: (request) => {
            requests.push(request);
            return choose(request);
          },
        }),
        asking(),
      ),
    );
    expect(requests[0]?.oidFilters).toEqual(wantsSip);
    expect(pair.server.info?.peerCertificates?.[0]).toEqual(leafOf(forSip));
  });

  it('leave a client without a fitting credential nobody', () => {
    const selectCredential = firstFittingCredential([forClients]);
    const requested = runNow(createPair(toyClient({ selectCredential }), asking(wantsSip, 'request')));
    expect([requested.server.state, requested.server.info?.peerCertificates]).toEqual(['open', null]);
    const required = runNow(createPair(toyClient({ selectCredential }), asking()));
    expect(failureOf(required.serverEvents)).toBe('certificate-required');
  });

  it('leave a client whose choice does not match nobody (section 4.5.1)', () => {
    const selectCredential = (): Credential => forClients;
    const requested = runNow(createPair(toyClient({ selectCredential }), asking(wantsSip, 'request')));
    expect([requested.server.state, requested.server.info?.peerCertificates]).toEqual(['open', null]);
    const required = runNow(createPair(toyClient({ selectCredential }), asking()));
    expect(failureOf(required.serverEvents)).toBe('certificate-required');
  });

  it('fail a client whose choice does not match, and that is of no use as nobody', () => {
    const client = toyClient({ selectCredential: () => forClients, unfitCredential: 'fail' });
    const pair = runNow(createPair(client, asking(wantsSip, 'request')));
    expect(failureOf(pair.clientEvents)).toBe('credential-does-not-match');
    expect(pair.serverEvents.at(-1)).toMatchObject({ error: { alert: { name: 'handshake_failure' } } });
  });

  it.each([
    ['nothing', () => oidFilters({})],
    ['anyExtendedKeyUsage', () => oidFilters({ extendedKeyUsage: [OID.anyExtendedKeyUsage] })],
    ['an identifier twice', () => parseServerConfig(asking([...wantsSip, ...wantsSip]))],
    [
      'values that are no DER',
      () => parseServerConfig(asking([{ oid: derOid(OID.keyUsage), values: Uint8Array.of(1) }])),
    ],
    ['an empty key usage', () => parseServerConfig(asking([{ oid: derSequence(), values: Uint8Array.of(1) }]))],
  ])('are no configuration with %s', (_name, configure) => {
    expect(configure).toThrow('invalid-configuration');
  });
});

describe('the first fitting credential', () => {
  const request = {
    signatureSchemes: ['ed25519'],
    certificateSignatureSchemes: ['ed25519'],
    certificateAuthorities: [],
    oidFilters: [],
  } as const;

  it('has a scheme that the server takes', () => {
    expect(
      firstFittingCredential([forClients])({ ...request, signatureSchemes: ['ecdsa_secp256r1_sha256'] }),
    ).toBeNull();
    expect(firstFittingCredential([forClients])(request)).toBe(forClients);
  });

  it('was issued by an authority that the server names, if it names some', () => {
    const choose = firstFittingCredential([forClients, ofOther]);
    const certificateAuthorities = [OTHER.certificate.subject.raw];
    expect(choose({ ...request, certificateAuthorities })).toBe(ofOther);
    expect(choose({ ...request, certificateAuthorities: [Uint8Array.of(0x30, 0)] })).toBeNull();
  });
});
