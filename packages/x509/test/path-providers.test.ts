import { bytesToHex } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import {
  createPolicyChecker,
  verifyCertificatePath,
  type Certificate,
  type PathFailure,
  type PathVerdict,
} from '../src/index.js';
import { certificatePoliciesExtension } from '../src/issue.js';
import { leaf, NOW } from './support.js';
import { askedBy } from './support/asked.js';
import { countVerifications, good, intermediate, reason, root, verify } from './support/paths.js';
import { rows as refused } from './support/refused-paths.js';
import { responseRows } from './support/ocsp-response-rows.js';
import { listRows } from './support/revocation-list-rows.js';

describe('providers that answer later', () => {
  const later = countVerifications(
    () => undefined,
    (valid) => Promise.resolve(valid),
  );

  /** All of a verdict that people and programs see, certificates by their bytes. */
  function whole(verdict: PathVerdict): unknown {
    const hex = (certificate: Certificate | null): string =>
      certificate === null ? 'none' : bytesToHex(certificate.raw);
    if (verdict.trusted) return { ...verdict, chain: verdict.chain.map(hex) };
    const plain = (found: PathFailure): object => ({ ...found, certificate: hex(found.certificate) });
    const paths = verdict.paths.map(({ chain, failure }) => ({ chain: chain.map(hex), failure: plain(failure) }));
    return { ...plain(verdict), paths };
  }

  it('give the same verdicts, whatever there is to judge', async () => {
    const policies = createPolicyChecker({ requireExplicitPolicy: true });
    const withPolicy = leaf(root, { template: { extraExtensions: [certificatePoliciesExtension(['1.2.3'])] } });
    const trusted = [
      () => verify([good, intermediate.certificate]),
      () => verify([leaf(root)]),
      () => verify([good], [good]),
      () => verify([withPolicy], [root], { policies }),
    ];
    const revocation = [...listRows, ...responseRows].map(([, , found]) => found);
    const rows = [...trusted, ...refused.map(([, verdict]) => verdict), ...revocation].flatMap(askedBy);
    let asynchronous = 0;
    for (const options of rows) {
      const now = verifyCertificatePath(options);
      const keyAlgorithms = options.provider.keyAlgorithms.length === 0 ? [] : later.keyAlgorithms;
      const answered = verifyCertificatePath({ ...options, provider: { ...later, keyAlgorithms } });
      if (answered instanceof Promise) asynchronous++;
      expect(whole(await answered)).toEqual(whole(now as PathVerdict));
    }
    // Rows that end before any signature are answered at once by both.
    expect(asynchronous).toBeGreaterThan(rows.length / 2);
  });

  it('answer at once where no signature is asked for', () => {
    expect(reason(verify([good, intermediate.certificate], [root], { provider: later, time: 0 }))).toBe(
      'not-yet-valid',
    );
  });

  it('reject the verdict when the provider rejects', async () => {
    const broken = countVerifications(
      () => undefined,
      () => Promise.reject(new Error('token removed')),
    );
    const verdict = verifyCertificatePath({
      provider: broken,
      certificates: [leaf(root).raw],
      trustAnchors: [{ certificate: root.certificate }],
      time: NOW,
      purpose: 'server-authentication',
      identity: null,
    });
    await expect(verdict).rejects.toThrow('token removed');
  });
});
