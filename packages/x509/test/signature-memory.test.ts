import { describe, expect, it } from 'vitest';
import type { CryptoProvider } from '@portico/crypto';
import {
  createPolicyChecker,
  createSignatureMemory,
  verifyCertificatePath,
  type Certificate,
  type SignatureCheck,
} from '../src/index.js';
import { createRevocationChecker } from '../src/revocation.js';
import { authority, leaf, NOW, provider, reasonOf } from './support.js';

const root = authority('root');
const ca = authority('ca', { issuer: root });
const chain = [leaf(ca), ca.certificate];

function counting(): { provider: CryptoProvider; verified: () => number } {
  let verified = 0;
  const keyAlgorithms = provider.keyAlgorithms.map((algorithm) => ({
    ...algorithm,
    verify: (...args: Parameters<typeof algorithm.verify>) => {
      verified++;
      return algorithm.verify(...args);
    },
  }));
  return { provider: { ...provider, keyAlgorithms }, verified: () => verified };
}

function verify(certificates: readonly Certificate[], options: Partial<Parameters<typeof verifyCertificatePath>[0]>) {
  const verdict = verifyCertificatePath({
    provider,
    certificates: certificates.map(({ raw }) => raw),
    trustAnchors: [root],
    time: NOW,
    purpose: 'server-authentication',
    identity: { type: 'dns', name: 'example.com' },
    ...options,
  });
  if (verdict instanceof Promise) throw new Error('expected an answer at once');
  return verdict.trusted ? 'trusted' : verdict.reason;
}

describe('remembered signatures', () => {
  it('are not verified again, while everything else is', () => {
    const { provider: counted, verified } = counting();
    const memory = createSignatureMemory(counted);
    const options = { provider: counted, memory };
    expect(verify(chain, options)).toBe('trusted');
    expect(verified()).toBe(2);
    expect(verify(chain, options)).toBe('trusted');
    expect(verified()).toBe(2);
    expect(verify(chain, { ...options, time: NOW + 1e11 })).toBe('expired');
    expect(verify(chain, { ...options, identity: { type: 'dns', name: 'example.org' } })).toBe('name-mismatch');
    expect(verify(chain, { ...options, trustAnchors: [authority('root')] })).toBe('unknown-issuer');
    // Another leaf of the same CA costs its own signature alone.
    expect(verify([leaf(ca), ca.certificate], options)).toBe('trusted');
    expect(verified()).toBe(4);
  });

  it('are positive, and only of paths that were trusted in the end', () => {
    const { provider: counted, verified } = counting();
    const memory = createSignatureMemory(counted);
    const forged = leaf({ certificate: ca.certificate, privateKey: authority('x').privateKey });
    const options = { provider: counted, memory };
    for (const expected of [2, 4]) {
      expect(verify([forged, ca.certificate], options)).toBe('bad-signature');
      expect(verified()).toBe(expected);
    }
  });

  it('are not kept of a path that policies or revocation refuse', () => {
    const { provider: counted, verified } = counting();
    const options = { provider: counted, memory: createSignatureMemory(counted) };
    const policies = createPolicyChecker({ requireExplicitPolicy: true });
    const revocation = createRevocationChecker({ mode: 'hard-fail', sources: [] });
    expect(verify(chain, { ...options, policies })).toBe('policy');
    expect(verified()).toBe(2);
    expect(verify(chain, { ...options, revocation })).toBe('revocation-unknown');
    expect(verified()).toBe(4);
    expect(verify(chain, options)).toBe('trusted');
    expect(verified()).toBe(6);
  });

  it('count every part: key, algorithm with parameters, message, signature, and where one ends', () => {
    const check: SignatureCheck = {
      algorithm: { type: 'rsa-pss', hash: 'sha256', saltLength: 32 },
      key: { type: 'ed25519', key: new Uint8Array(32) },
      keyInfo: Uint8Array.of(1, 2),
      message: Uint8Array.of(3),
      signature: Uint8Array.of(4),
    };
    const memory = createSignatureMemory(provider);
    memory.remember([check]);
    expect(memory.has({ ...check, algorithm: { saltLength: 32, hash: 'sha256', type: 'rsa-pss' } })).toBe(true);
    for (const changed of [
      { keyInfo: Uint8Array.of(1, 3) },
      { message: Uint8Array.of(4) },
      { signature: Uint8Array.of(3) },
      { algorithm: { type: 'rsa-pss', hash: 'sha256', saltLength: 20 } },
      { algorithm: { type: 'rsa-pss', hash: 'sha384', saltLength: 32 } },
      { algorithm: { type: 'rsa-pkcs1', hash: 'sha256' } },
      { message: Uint8Array.of(3, 4), signature: new Uint8Array(0) },
      { message: new Uint8Array(0), signature: Uint8Array.of(3, 4) },
    ] satisfies Partial<SignatureCheck>[]) {
      expect(memory.has({ ...check, ...changed })).toBe(false);
    }
  });

  it('are bounded: the least recently used one makes room', () => {
    const memory = createSignatureMemory(provider, 2);
    const checks = [1, 2, 3].map((octet): SignatureCheck => ({
      algorithm: { type: 'ed25519' },
      key: { type: 'ed25519', key: new Uint8Array(32) },
      keyInfo: Uint8Array.of(octet),
      message: new Uint8Array(0),
      signature: new Uint8Array(0),
    })) as [SignatureCheck, SignatureCheck, SignatureCheck];
    memory.remember(checks.slice(0, 2));
    expect(memory.has(checks[0])).toBe(true);
    memory.remember([checks[2]]);
    expect(checks.map((check) => memory.has(check))).toEqual([true, false, true]);
  });

  it('that come again are recent again, and as few as one are kept', () => {
    const checks = [1, 2, 3].map((octet): SignatureCheck => ({
      algorithm: { type: 'ed25519' },
      key: { type: 'ed25519', key: new Uint8Array(32) },
      keyInfo: Uint8Array.of(octet),
      message: new Uint8Array(0),
      signature: new Uint8Array(0),
    })) as [SignatureCheck, SignatureCheck, SignatureCheck];
    const memory = createSignatureMemory(provider, 2);
    memory.remember([checks[0], checks[1], checks[0], checks[2]]);
    expect(checks.map((check) => memory.has(check))).toEqual([true, false, true]);
    const single = createSignatureMemory(provider, 1);
    single.remember(checks);
    expect(checks.map((check) => single.has(check))).toEqual([false, false, true]);
  });

  it('are hashed with the length of each part before it, in four octets', () => {
    let hashed: Uint8Array = new Uint8Array(0);
    const sha256 = { ...provider.hashes.find(({ name }) => name === 'sha256') } as CryptoProvider['hashes'][number];
    const digest = (data: Uint8Array): Uint8Array => {
      hashed = data;
      return new Uint8Array(32);
    };
    const memory = createSignatureMemory({ ...provider, hashes: [{ ...sha256, digest }] });
    memory.has({
      algorithm: { type: 'ed25519' },
      key: { type: 'ed25519', key: new Uint8Array(32) },
      keyInfo: Uint8Array.of(1, 2),
      message: new Uint8Array(0x0102_0304),
      signature: new Uint8Array(0x102).fill(4),
    });
    const view = new DataView(hashed.buffer, hashed.byteOffset);
    const lengths: number[] = [];
    for (let at = 0; at < hashed.length; at += 4 + (lengths.at(-1) as number)) lengths.push(view.getUint32(at));
    expect(lengths).toEqual([2, '{"type":"ed25519"}'.length, 0x0102_0304, 0x102]);
    expect(hashed.subarray(4, 6)).toEqual(Uint8Array.of(1, 2));
  });

  it('need SHA-256 and room', () => {
    expect(reasonOf(() => createSignatureMemory({ ...provider, hashes: [] }))).toBe('invalid-argument');
    for (const capacity of [0, -1, NaN]) {
      expect(reasonOf(() => createSignatureMemory(provider, capacity))).toBe('invalid-argument');
    }
  });
});
