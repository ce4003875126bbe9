import { describe, expect, it } from 'vitest';
import { parseCertificate, trustAnchorFromDer, verifyCertificatePath, type Certificate } from '../src/index.js';
import { leaf, NOW } from './support.js';
import { chainOf, countVerifications, damaged, good, intermediate, reason, root, verify } from './support/paths.js';

describe('providers that answer later', () => {
  const later = countVerifications(
    () => undefined,
    (valid) => Promise.resolve(valid),
  );

  it('give the same verdicts', async () => {
    const verdicts = [good, leaf(root), damagedCertificate()].map((end) => ({
      now: verify([end, intermediate.certificate]),
      later: verifyCertificatePath({
        provider: later,
        certificates: [end.raw, intermediate.certificate.raw],
        trustAnchors: [trustAnchorFromDer(root.certificate.raw)],
        time: NOW,
        purpose: 'server-authentication',
        identity: { type: 'dns', name: 'example.com' },
      }),
    }));
    for (const verdict of verdicts) {
      expect(verdict.later).toBeInstanceOf(Promise);
      const awaited = await verdict.later;
      expect(reason(awaited)).toBe(reason(verdict.now));
      if (awaited.trusted) expect(awaited.chain.length).toBe(chainOf(verdict.now).length);
    }
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

function damagedCertificate(): Certificate {
  return parseCertificate(damaged(leaf(root)));
}
