// A certificate for `localhost` that is good for a day, with the authority that issued it. Yours comes from files.
import { defaultProvider } from '@portico/transport-node';
import { privateKeyToPem } from '@portico/x509';
import { certificatesToPem, createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';

const DAY = 86_400_000;

/** `{ cert, key, ca }` in PEM. */
export async function makeCertificate() {
  const provider = defaultProvider();
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + DAY };
  const caKey = await generatePrivateKey(provider, 'P-256');
  const ca = createAuthority({ provider, privateKey: caKey, subject: [['CN', 'Example CA']], ...validity });
  const key = await generatePrivateKey(provider, 'P-256');
  const leaf = createLeaf({ provider, issuer: ca, key, names: ['localhost'], ...validity });
  return {
    cert: certificatesToPem([leaf]),
    key: privateKeyToPem(key),
    ca: certificatesToPem([ca.certificate]),
  };
}
