import {
  SIGNATURE_SCHEMES,
  type SignatureAlgorithm,
  type SignatureScheme,
  type SignatureSchemeName,
} from '@portico/crypto';
import {
  firstFittingCredential,
  type CertificateRequestInfo,
  type ClientConfig,
  type ClientHelloInfo,
  type Credential,
  type ServerConfig,
} from '@portico/tls13-core';
import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';
import { beforeAll, describe, expect, it } from 'vitest';
import { chainFit } from '../src/chain-signatures.js';
import { decodeExtension, EXTENSION_CODES } from '../src/messages/extensions/extension.js';
import { signatureAlgorithmsCodec } from '../src/messages/extensions/signature-algorithms.js';
import { createTestAuthority } from './support/credentials.js';
import { createPair, failureOf, runNow, type Pair } from './support/pair.js';
import { seededProvider } from './support/provider.js';
import { ScriptedServer } from './support/scripted-server.js';

/** All have P-256 keys: what differs is who signed them. */
let byP256: Credential;
let byEd25519: Credential;
let bySha1: Credential;

const trusted = (): { trusted: true } => ({ trusted: true });
const CLIENT: ClientConfig = { provider: seededProvider(1), serverName: 'localhost', verifyPeer: trusted };
const SCHEMES: readonly SignatureSchemeName[] = ['ecdsa_secp256r1_sha256', 'ed25519'];

beforeAll(async () => {
  byP256 = await (await createTestAuthority('P-256 CA')).credential('P-256');
  byEd25519 = await (await createTestAuthority('Ed25519 CA', 'ed25519')).credential('P-256');
  const byRsa = await (await createTestAuthority('RSA CA', 'rsa')).credential('P-256');
  bySha1 = { ...byRsa, certificateChain: byRsa.certificateChain.map(withSha1) };
});

/** RSASSA-PSS becomes sha1WithRSAEncryption wherever it stands; the signature is wrong then, at which nobody looks here. */
function withSha1(certificate: Uint8Array): Uint8Array {
  const oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
  return certificate.map((byte, at) =>
    oid.every((octet, index) => certificate[at - oid.length + 1 + index] === octet) ? 0x05 : byte,
  );
}

function connect(client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair {
  return runNow(
    createPair({ ...CLIENT, ...client }, { provider: seededProvider(2), credentials: [byP256, byEd25519], ...server }),
  );
}

function shown({ client }: Pair): Uint8Array | undefined {
  return client.info?.peerCertificates?.[0];
}

describe('signature_algorithms_cert (RFC 9846 section 4.3.3)', () => {
  it('is sent where it is configured, in a ClientHello and in a CertificateRequest', () => {
    const hello = new ScriptedServer({ ...CLIENT, certificateSignatureSchemes: SCHEMES }).last('client_hello');
    const sent = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.signature_algorithms_cert);
    expect(decodeExtension(signatureAlgorithmsCodec, sent?.data as Uint8Array, 'signature_algorithms_cert')).toEqual([
      0x0403, 0x0807,
    ]);
    const plain = new ScriptedServer(CLIENT).last('client_hello');
    expect(plain.extensions?.map(({ type }) => type)).not.toContain(EXTENSION_CODES.signature_algorithms_cert);
  });

  it('is told to the server’s choice, or signature_algorithms where it is absent', () => {
    const told: (readonly SignatureSchemeName[])[] = [];
    const credentials = (hello: ClientHelloInfo): Credential => {
      told.push(hello.certificateSignatureSchemes);
      return byP256;
    };
    connect({ certificateSignatureSchemes: ['ed448', 'rsa_pkcs1_sha256'] }, { credentials });
    connect({ signatureSchemes: SCHEMES }, { credentials });
    expect(told).toEqual([['ed448', 'rsa_pkcs1_sha256'], SCHEMES]);
  });

  it('is told to the client’s choice, or signature_algorithms where it is absent', () => {
    const told: (readonly SignatureSchemeName[])[] = [];
    const selectCredential = (request: CertificateRequestInfo): Credential => {
      told.push(request.certificateSignatureSchemes);
      return byP256;
    };
    const clientAuthentication = { mode: 'require', verifyPeer: trusted } as const;
    connect({ selectCredential }, { clientAuthentication, certificateSignatureSchemes: ['ed448'] });
    connect({ selectCredential }, { clientAuthentication, signatureSchemes: SCHEMES });
    expect(told).toEqual([['ed448'], SCHEMES]);
  });

  it('names schemes, each once, that are known', () => {
    for (const names of [[], ['ed25519', 'ed25519'], ['dsa']]) {
      const certificateSignatureSchemes = names as SignatureSchemeName[];
      expect(() => connect({ certificateSignatureSchemes }, {})).toThrow('certificateSignatureSchemes');
      expect(() => connect({}, { certificateSignatureSchemes })).toThrow('certificateSignatureSchemes');
    }
  });

  it('may not change after a HelloRetryRequest', () => {
    const pair = createPair(
      { ...CLIENT, keyShares: [], certificateSignatureSchemes: SCHEMES },
      { provider: seededProvider(2), credentials: [byP256] },
    );
    const flip = (bytes: Uint8Array): Uint8Array => {
      const at = bytes.findIndex((_, index) =>
        [0, 50, 0, 6, 0, 4, 4, 3].every((octet, k) => bytes[index + k] === octet),
      );
      return at < 0 ? bytes : bytes.with(at + 7, 5);
    };
    let hellos = 0;
    runNow(pair, (bytes, direction) => [direction === 'to-server' && ++hellos === 2 ? flip(bytes) : bytes]);
    expect(failureOf(pair.serverEvents)).toBe('client-hello-changed');
  });
});

describe('the credential that a server shows (RFC 9846 section 4.5.1.2)', () => {
  it('has a chain that the client can verify, though another credential stands before it', () => {
    expect(shown(connect({ certificateSignatureSchemes: ['ed25519'] }, {}))).toEqual(byEd25519.certificateChain[0]);
    expect(shown(connect({ certificateSignatureSchemes: ['ecdsa_secp256r1_sha256'] }, {}))).toEqual(
      byP256.certificateChain[0],
    );
    // signature_algorithms says both where it stands alone.
    expect(
      shown(connect({ signatureSchemes: ['ecdsa_secp256r1_sha256'] }, { credentials: [byEd25519, byP256] })),
    ).toEqual(byP256.certificateChain[0]);
  });

  it('is the first one where no chain is as the client wants it', () => {
    expect(shown(connect({ certificateSignatureSchemes: ['ed448'] }, {}))).toEqual(byP256.certificateChain[0]);
  });

  it('never has SHA-1 in its chain', () => {
    const asked = { certificateSignatureSchemes: ['ed448'] } as const;
    expect(shown(connect(asked, { credentials: [bySha1, byEd25519] }))).toEqual(byEd25519.certificateChain[0]);
    expect(failureOf(connect(asked, { credentials: [bySha1] }).serverEvents)).toBe('no-common-signature-scheme');
  });
});

describe('the credential that firstFittingCredential chooses', () => {
  it('has a chain that the server can verify, if there is one', () => {
    const choose = firstFittingCredential([byP256, byEd25519]);
    const request = { signatureSchemes: SCHEMES, certificateAuthorities: [], oidFilters: [] };
    expect(choose({ ...request, certificateSignatureSchemes: ['ed25519'] })).toBe(byEd25519);
    expect(choose({ ...request, certificateSignatureSchemes: ['ecdsa_secp256r1_sha256'] })).toBe(byP256);
    expect(choose({ ...request, certificateSignatureSchemes: ['ed448'] })).toBe(byP256);
    // One with SHA-1 in its chain would be refused when it is to be sent.
    expect(firstFittingCredential([bySha1, byEd25519])({ ...request, certificateSignatureSchemes: ['ed448'] })).toBe(
      byEd25519,
    );
  });
});

describe('whether a chain is signed as it should be', () => {
  const schemes = (...names: SignatureSchemeName[]): typeof SIGNATURE_SCHEMES =>
    SIGNATURE_SCHEMES.filter(({ name }) => names.includes(name));

  it('looks at the hash of ECDSA, and at the issuer’s curve where the issuer is in the chain', async () => {
    const authority = await createTestAuthority('Another P-256 CA');
    const { certificateChain: leaf } = await authority.credential('P-256');
    const whole = [...leaf, authority.certificate];
    const [right] = schemes('ecdsa_secp256r1_sha256') as [SignatureScheme];
    for (const chain of [leaf, whole]) {
      expect(chainFit(chain, [right])).toBe('fits');
      expect(chainFit(chain, schemes('ecdsa_secp384r1_sha384'))).toBe('does-not-fit');
    }
    expect(chainFit(leaf, [{ ...right, curve: 'P-384' }])).toBe('fits');
    expect(chainFit(whole, [{ ...right, curve: 'P-384' }])).toBe('does-not-fit');
  });

  it('looks at the salt of RSASSA-PSS, and takes nothing that is for CertificateVerify alone', async () => {
    const provider = seededProvider(3);
    const dates = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
    const privateKey = await generatePrivateKey(provider, 'rsa');
    const issuer = createAuthority({ provider, privateKey, subject: [['CN', 'RSA CA']], ...dates });
    const key = await generatePrivateKey(provider, 'P-256');
    const chain = (signatureAlgorithm: SignatureAlgorithm): Uint8Array[] => [
      createLeaf({ provider, issuer, key, names: ['localhost'], ...dates, template: { signatureAlgorithm } }).raw,
    ];
    const pss = { type: 'rsa-pss', hash: 'sha256' } as const;
    expect(chainFit(chain({ ...pss, saltLength: 32 }), schemes('rsa_pss_rsae_sha256'))).toBe('fits');
    expect(chainFit(chain({ ...pss, saltLength: 20 }), schemes('rsa_pss_rsae_sha256'))).toBe('does-not-fit');
    const pkcs1 = chain({ type: 'rsa-pkcs1', hash: 'sha256' });
    expect(chainFit(pkcs1, schemes('rsa_pkcs1_sha256'))).toBe('fits');
    expect(chainFit(pkcs1, schemes('rsa_pkcs1_sha256_legacy'))).toBe('does-not-fit');
  });

  it('passes over self-signed certificates', async () => {
    const { certificate } = await createTestAuthority('Ed25519 CA', 'ed25519');
    expect(chainFit([...byP256.certificateChain, certificate], schemes('ecdsa_secp256r1_sha256'))).toBe('fits');
  });

  it('does not know what it cannot read', () => {
    expect(chainFit([Uint8Array.of(0)], SIGNATURE_SCHEMES)).toBe('does-not-fit');
  });
});
