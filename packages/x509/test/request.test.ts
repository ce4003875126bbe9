import { concatBytes } from '@portico/bytes';
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  createLeaf,
  certificateRequestFromPem,
  certificateRequestToPem,
  issueCertificateRequest,
  parseCertificateRequest,
  verifyCertificateRequest,
} from '../src/issue.js';
import { authority, fixture, genuineKey, newKey, notAfter, notBefore, provider, reasonOf } from './support.js';

const template = {
  provider,
  subject: [['CN', 'example.com']] as const,
  subjectAltNames: [{ type: 'dns', name: 'example.com' }] as const,
  keyUsage: ['digitalSignature'] as const,
  extendedKeyUsage: ['serverAuth'],
};

describe('certificate requests, RFC 2986', () => {
  it('say what they were told, and prove that the key is there', () => {
    const request = parseCertificateRequest(
      issueCertificateRequest({ ...template, privateKey: newKey() }) as Uint8Array,
    );
    expect(request).toMatchObject({
      subject: { text: 'CN=example.com' },
      subjectAltNames: template.subjectAltNames,
      keyUsage: template.keyUsage,
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
    });
    expect(verifyCertificateRequest(provider, request)).toBe(true);
    const other = { ...request, signature: request.signature.map((octet, i) => (i === 0 ? octet ^ 1 : octet)) };
    expect(verifyCertificateRequest(provider, other)).toBe(false);
    const stolen = parseCertificateRequest(
      issueCertificateRequest({ ...template, privateKey: newKey() }) as Uint8Array,
    );
    expect(verifyCertificateRequest(provider, { ...stolen, publicKey: request.publicKey })).toBe(false);
    expect(verifyCertificateRequest({ ...provider, keyAlgorithms: [] }, request)).toBe(false);
  });

  it('become certificates', () => {
    const request = parseCertificateRequest(
      issueCertificateRequest({ ...template, privateKey: newKey() }) as Uint8Array,
    );
    const issuer = authority('ca');
    const { publicKey: key, subjectAltNames: names } = request;
    const certificate = createLeaf({ provider, issuer, key, names, notBefore, notAfter });
    expect(certificate.publicKey).toEqual(request.publicKey);
  });

  it('OpenSSL writes them so', () => {
    const request = certificateRequestFromPem(fixture('request.pem'));
    expect(request).toMatchObject({
      subject: { text: 'CN=example.com,C=DE' },
      subjectAltNames: [{ type: 'dns', name: 'example.com' }],
    });
    expect(verifyCertificateRequest(provider, request)).toBe(true);
  });

  it.skipIf(!hasOpenssl())('OpenSSL reads and verifies ours', () => {
    for (const one of [template, { provider, subject: [] }]) {
      const input = certificateRequestToPem(
        issueCertificateRequest({ ...one, privateKey: genuineKey() }) as Uint8Array,
      );
      const output = execFileSync('openssl', ['req', '-verify', '-noout', '-text'], { input, stdio: 'pipe' });
      if (one === template) expect(String(output)).toMatch(/DNS:example\.com/);
    }
  });

  it('are DER: no prefix, nothing after it', () => {
    const request = issueCertificateRequest({ ...template, privateKey: newKey() }) as Uint8Array;
    for (let length = 0; length < request.length; length++) {
      expect(reasonOf(() => parseCertificateRequest(request.subarray(0, length)))).not.toBe('accepted');
    }
    expect(reasonOf(() => parseCertificateRequest(concatBytes(request, Uint8Array.of(0))))).toBe('trailing-bytes');
    expect(reasonOf(() => parseCertificateRequest(new Uint8Array(0x4_0001)))).toBe('too-large');
    expect(reasonOf(() => certificateRequestFromPem(fixture('p256.pub.pem')))).toBe('not-found');
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
