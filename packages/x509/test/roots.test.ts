import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { certificatesFromPem, DEFAULT_PATH_LIMITS, decodePem, type Certificate } from '../src/index.js';
import { BASIC_RULES } from '../src/path/certificate-rules.js';
import { provider } from './support.js';

/** The rules that a root breaks as an anchor, on a day in the middle of its validity. */
function brokenRules(certificate: Certificate): string[] {
  const context = {
    provider,
    processedExtensions: [],
    role: 'anchor',
    below: [],
    budget: DEFAULT_PATH_LIMITS,
    purpose: {
      time: (certificate.notBefore + certificate.notAfter) / 2,
      keyPurposes: ['1.3.6.1.5.5.7.3.1'],
      keyUsages: [],
      identity: null,
      isPublicSuffix: () => false,
      limits: DEFAULT_PATH_LIMITS,
    },
  } as const;
  return BASIC_RULES.anchor.filter((rule) => rule.broken(certificate, context) !== null).map(({ name }) => name);
}

describe('the roots that people trust', () => {
  const pem = readFileSync(createRequire(import.meta.url).resolve('certifi/cacert.pem'), 'utf8');

  it('of Mozilla, as certifi has them, can all be read', () => {
    const roots = certificatesFromPem(pem);
    expect(roots.length).toBe(pem.match(/^-----BEGIN CERTIFICATE-----$/gm)?.length);
    expect(roots.length).toBeGreaterThan(100);
    // The file is old: some of its roots have keys that are refused today. Nothing else is wrong with any.
    const broken = roots.map(brokenRules);
    expect(new Set(broken.flat())).toEqual(new Set(['rsa-minimum']));
    expect(broken.filter(({ length }) => length === 0).length).toBeGreaterThan(100);
  });

  it('of Node can all be read and used', () => {
    for (const text of rootCertificates) {
      const [root] = certificatesFromPem(text);
      expect(brokenRules(root as Certificate)).toEqual([]);
      expect(root?.raw).toEqual(decodePem(text)[0]?.bytes);
    }
  });
});
