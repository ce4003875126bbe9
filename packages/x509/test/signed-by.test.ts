import { describe, expect, it } from 'vitest';
import type { Certificate } from '../src/index.js';
import { readOrError, X509Error } from '../src/error.js';
import { isSignedBy } from '../src/revocation/signed-by.js';
import { authority } from './support.js';

describe('a signature under revocation information', () => {
  const { certificate } = authority('ca');
  const { signature } = certificate;
  const algorithm = { type: 'ed25519' } as const;
  const message = Uint8Array.of(1);
  const noKey: Certificate = { ...certificate, publicKey: null };

  it('is yielded for verification, and is what that says', () => {
    const check = {
      algorithm,
      key: certificate.publicKey,
      keyInfo: certificate.subjectPublicKeyInfo,
      message,
      signature,
    };
    for (const answer of [true, false]) {
      const steps = isSignedBy({ signatureReading: { algorithm, problem: null }, signature }, message, certificate);
      expect(steps.next()).toEqual({ done: false, value: check });
      expect(steps.next(answer)).toEqual({ done: true, value: answer });
    }
  });

  it.each([
    ['an unknown algorithm', { algorithm: null, problem: 'unsupported' } as const, certificate],
    ['an unknown key', { algorithm, problem: null }, noKey],
  ])('is none with %s, and nobody is asked', (_, signatureReading, signer) => {
    expect(isSignedBy({ signatureReading, signature }, message, signer).next()).toEqual({ done: true, value: false });
  });
});

describe('reading what may be refused', () => {
  it('gives what was read, or our error, and lets any other go on', () => {
    const refusal = new X509Error('truncated');
    const fault = new TypeError('a fault of ours');
    const throwing = (error: Error) => () => {
      throw error;
    };
    expect(readOrError(() => 1)).toBe(1);
    expect(readOrError(throwing(refusal))).toBe(refusal);
    expect(() => readOrError(throwing(fault))).toThrow(fault);
  });
});
