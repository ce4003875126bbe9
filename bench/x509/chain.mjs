// A chain of three certificates as public CAs issue them, with RSA keys: one of the peers reads no others.
import { generateKeyPairSync } from 'node:crypto';
import { privateKeyFromPem } from '@portico/x509';
import {
  authorityInfoAccessExtension,
  createAuthority,
  createLeaf,
  crlDistributionPointsExtension,
} from '@portico/x509/issue';
import { createNodeProvider } from '@portico/transport-node';

const NAMES = 16;

/** Milliseconds since 1970 at which the chain is judged. */
export const NOW = Date.UTC(2026, 6, 1);

/** `{ leaf, intermediate, root }` in DER; the leaf is for `host0.example.com` and fifteen more. */
export async function publicLookingChain() {
  const provider = createNodeProvider();
  const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2027, 0, 1) };
  const newKey = () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return privateKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  };
  const signatureAlgorithm = { type: 'rsa-pkcs1', hash: 'sha256' };
  const subject = (name) => [
    ['C', 'XX'],
    ['O', 'Example Trust Services'],
    ['CN', name],
  ];
  const uri = (path) => ({ type: 'uri', uri: `http://ca.example.net/${path}` });
  const root = await createAuthority({
    provider,
    privateKey: newKey(),
    subject: subject('Example Root R1'),
    template: { signatureAlgorithm },
    ...validity,
  });
  const intermediate = await createAuthority({
    provider,
    privateKey: newKey(),
    subject: subject('Example TLS CA 1'),
    issuer: root,
    pathLength: 0,
    template: { signatureAlgorithm },
    ...validity,
  });
  const leaf = await createLeaf({
    provider,
    issuer: intermediate,
    key: newKey(),
    subject: subject('host0.example.com'),
    names: Array.from({ length: NAMES }, (_, index) => `host${index}.example.com`),
    template: {
      signatureAlgorithm,
      extraExtensions: [
        crlDistributionPointsExtension([uri('tls1.crl')]),
        authorityInfoAccessExtension([
          ['ocsp', uri('ocsp')],
          ['caIssuers', uri('tls1.der')],
        ]),
      ],
    },
    ...validity,
  });
  return { leaf: leaf.raw, intermediate: intermediate.certificate.raw, root: root.certificate.raw };
}
