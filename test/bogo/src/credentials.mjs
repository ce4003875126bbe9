// The shim's certificates and PSKs, and which of them a connection used.
import { readFileSync } from 'node:fs';
import { keyFitsScheme, SIGNATURE_SCHEMES } from '@portico/crypto';
import { createSigner, importExternalPsk, stapledOcsp } from '@portico/tls13-core';
import { certificatesFromPem, privateKeyFromPem } from '@portico/x509';

/** What `-expect-selected-credential` calls the credential that has no place in the list. */
const NOT_IN_THE_LIST = -1;

/**
 * Certificates, best first, each with a signer that notes its place in `seen.selectedCredential`. As in BoringSSL, the
 * one outside of the list comes last.
 */
export function readCertificates(provider, flags, seen) {
  seen.selectedCredential = NOT_IN_THE_LIST;
  const places = [...flags.credentials.entries(), [NOT_IN_THE_LIST, flags.credential]];
  return places.flatMap(([place, credential]) => {
    if (credential.type !== 'x509' || credential['cert-file'] === undefined) return [];
    const { schemes, sign } = readSigner(provider, credential);
    return {
      certificateChain: certificatesFromPem(readFileSync(credential['cert-file'])).map(({ raw }) => raw),
      ...stapled(flags, credential),
      signer: {
        schemes,
        sign: (scheme, message) => {
          seen.selectedCredential = place;
          return sign(scheme, message);
        },
      },
    };
  });
}

/** A callback that declines takes the response away, whichever way it was configured. */
function stapled(flags, credential) {
  const response = credential['ocsp-response'];
  return response === undefined || flags['decline-ocsp-callback'] ? {} : { certificateStatus: stapledOcsp(response) };
}

function readSigner(provider, credential) {
  const privateKey = privateKeyFromPem(readFileSync(credential['key-file']));
  if (isTooSmall(privateKey)) return { schemes: [], sign: createSigner(provider, privateKey).sign };
  const wanted = credential['signing-prefs']?.map((id) => SIGNATURE_SCHEMES.find((scheme) => scheme.id === id));
  // A key whose preferences leave nothing is still a credential: the handshake has to fail, not the configuration.
  const usable = wanted?.filter(
    (scheme) => scheme !== undefined && scheme.certificateVerify !== 'none' && keyFitsScheme(privateKey, scheme),
  );
  return createSigner(provider, privateKey, usable === undefined ? {} : { schemes: usable.map(({ name }) => name) });
}

/** The runner has an RSA key of 1024 bits, with which our provider does not sign. */
function isTooSmall(privateKey) {
  return privateKey.type === 'rsa' && 8 * privateKey.modulus.length < 2048;
}

/** PSKs of RFC 9258 with their places in the list. */
export function readPsks(provider, flags) {
  return [...flags.credentials.entries()].flatMap(([place, credential]) => {
    if (credential.type !== 'psk') return [];
    const imported = importExternalPsk({
      provider,
      identity: credential['psk-importer-identity'],
      key: credential['psk-importer-key'],
      context: credential['psk-importer-context'] ?? new Uint8Array(0),
      hash: credential['psk-importer-sha384'] ? 'sha384' : 'sha256',
    });
    return imported.map((psk) => ({ place, psk }));
  });
}

/** The place of the PSK by which the two sides know each other. */
export function placeOfPsk(psks, identity) {
  return psks.find(({ psk }) => Buffer.compare(psk.identity, identity) === 0)?.place;
}
