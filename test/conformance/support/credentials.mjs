import { appendFileSync, readFileSync } from 'node:fs';
import { sha1 } from '@portico/crypto/sha1';
import { createCertificateVerifier, createSigner, stapledOcsp } from '@portico/tls13-core';
import { certificatesFromPem, privateKeyFromPem, trustAnchorsFromPem } from '@portico/x509';
import { createOcspSource, createRevocationChecker } from '@portico/x509/revocation';
import { createProviderNamed } from './providers.mjs';

/** The provider that this program runs on, from `useProvider` on. */
export let provider;

/** Takes the implementation that `--provider` names, noble where it names none. */
export async function useProvider(name = 'noble') {
  provider = await createProviderNamed(name);
}

/**
 * A chain and its key from two PEM files, as `--cert F --key F` name them, an OCSPResponse in DER (`--ocsp F`), and the
 * schemes that the key signs with (`--sign-with`) where not all that it can.
 */
export function credentialFromFiles(certificatePath, keyPath, { ocspPath, schemes } = {}) {
  return {
    certificateChain: certificatesFromPem(readFileSync(certificatePath)).map(({ raw }) => raw),
    signer: createSigner(provider, privateKeyFromPem(readFileSync(keyPath)), schemes === undefined ? {} : { schemes }),
    ...(ocspPath === undefined ? {} : { certificateStatus: stapledOcsp(new Uint8Array(readFileSync(ocspPath))) }),
  };
}

/**
 * A verifier over the anchors of a PEM file; `identity` as `createCertificateVerifier` takes it. `revocation` is `ask`, or
 * the mode by which stapled OCSP responses are judged.
 */
export function verifierFromFile(anchorsPath, identity, revocation = 'ask') {
  return verifier(trustAnchorsFromPem(readFileSync(anchorsPath)), identity, revocation);
}

/** A verifier over the roots that the host came with; one that our parser does not take is not trusted. */
export async function verifierFromHost(identity, revocation = 'ask') {
  const { rootCertificates } = await import('node:tls');
  return verifier(rootCertificates.flatMap(anchorsOrNone), identity, revocation);
}

function anchorsOrNone(pem) {
  try {
    return trustAnchorsFromPem(pem);
  } catch {
    return [];
  }
}

function verifier(trustAnchors, identity, mode) {
  const revocation = (responses) =>
    createRevocationChecker({ mode, scope: 'leaf', sources: [createOcspSource({ responses, sha1 })] });
  return createCertificateVerifier({
    provider,
    trustAnchors,
    now: () => Date.now(),
    ...(identity === undefined ? {} : { identity }),
    ...(mode === 'ask' ? {} : { path: { revocation } }),
  });
}

/** Subjects of the anchors in a PEM file, for certificate_authorities. */
export function authorityNames(anchorsPath) {
  return certificatesFromPem(readFileSync(anchorsPath)).map(({ subject }) => subject.raw);
}

/** Appends key log lines to a file; whoever reads it can read the connections. */
export function keyLogTo(path) {
  return path === undefined ? undefined : (line) => appendFileSync(path, `${line}\n`, { mode: 0o600 });
}
