// The certificate libraries of npm that ours is measured beside. Each reads DER into what it calls a certificate.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import 'reflect-metadata';
import * as peculiar from '@peculiar/x509';
import * as pkijs from 'pkijs';

const forge = createRequire(import.meta.url)('node-forge');

/** A platform's cryptography that takes every signature for valid at once: what is left is building the path. */
const everythingIsValid = {
  subtle: {
    importKey: async (_format, _data, algorithm) => ({ type: 'public', algorithm, usages: ['verify'] }),
    verify: async () => true,
    // By thumbprints a builder knows which certificates it has been through.
    digest: async (_algorithm, data) => createHash('sha1').update(new Uint8Array(data)).digest().buffer,
  },
  getRandomValues: (bytes) => bytes,
};

/** `parse(der)` gives a certificate; `readAll(certificate)` reads every field and every extension that TLS needs. */
export const parsers = [
  {
    name: '@peculiar/x509',
    parse: (der) => new peculiar.X509Certificate(der),
    readAll: (certificate) => [
      certificate.serialNumber,
      certificate.issuer,
      certificate.subject,
      certificate.notBefore.getTime(),
      certificate.notAfter.getTime(),
      certificate.signatureAlgorithm,
      certificate.signature,
      certificate.publicKey.algorithm,
      ...certificate.extensions.map(({ type, critical }) => [type, critical]),
      certificate
        .getExtension(peculiar.SubjectAlternativeNameExtension)
        ?.names.items.map(({ type, value }) => [type, value]),
      certificate.getExtension(peculiar.KeyUsagesExtension)?.usages,
      certificate.getExtension(peculiar.ExtendedKeyUsageExtension)?.usages,
      certificate.getExtension(peculiar.BasicConstraintsExtension)?.ca,
      certificate.getExtension(peculiar.SubjectKeyIdentifierExtension)?.keyId,
      certificate.getExtension(peculiar.AuthorityKeyIdentifierExtension)?.keyId,
    ],
  },
  {
    name: 'pkijs',
    parse: (der) => pkijs.Certificate.fromBER(der),
    readAll: (certificate) => [
      certificate.serialNumber,
      ...[certificate.issuer, certificate.subject].flatMap(({ typesAndValues }) =>
        typesAndValues.map(({ type, value }) => [type, value.valueBlock.value]),
      ),
      certificate.notBefore.value.getTime(),
      certificate.notAfter.value.getTime(),
      certificate.signatureAlgorithm.algorithmId,
      certificate.signatureValue,
      certificate.subjectPublicKeyInfo.parsedKey,
      ...(certificate.extensions ?? []).map(({ extnID, critical, parsedValue }) => [extnID, critical, parsedValue]),
    ],
  },
  {
    name: 'node-forge',
    parse: (der) => forge.pki.certificateFromAsn1(forge.asn1.fromDer(Buffer.from(der).toString('binary'))),
    readAll: (certificate) => [
      certificate.serialNumber,
      ...[certificate.issuer, certificate.subject].flatMap(({ attributes }) =>
        attributes.map(({ type, value }) => [type, value]),
      ),
      certificate.validity.notBefore.getTime(),
      certificate.validity.notAfter.getTime(),
      certificate.siginfo.algorithmOid,
      certificate.signature,
      certificate.publicKey.n,
      ...certificate.extensions.map((extension) => Object.values(extension)),
    ],
  },
];

/**
 * `prepare(root)` once, then `build(prepared, leaf, intermediate)`: from DER to a path that ends in the root, with no
 * signature verified.
 */
export const pathBuilders = [
  {
    name: '@peculiar/x509',
    prepare: (root) => new peculiar.X509Certificate(root),
    build: async (root, leaf, intermediate) => {
      const builder = new peculiar.X509ChainBuilder({
        certificates: [new peculiar.X509Certificate(intermediate), root],
      });
      return (await builder.build(new peculiar.X509Certificate(leaf), everythingIsValid)).length;
    },
  },
  {
    name: 'pkijs',
    prepare: (root) => pkijs.Certificate.fromBER(root),
    build: async (root, leaf, intermediate) => {
      const engine = new pkijs.CertificateChainValidationEngine({
        trustedCerts: [root],
        certs: [pkijs.Certificate.fromBER(intermediate), pkijs.Certificate.fromBER(leaf)],
        checkDate: new Date(Date.UTC(2026, 6, 1)),
      });
      const { result, certificatePath, resultMessage } = await engine.verify({}, everythingIsValidEngine);
      if (!result) throw new Error(resultMessage);
      return certificatePath.length;
    },
  },
  {
    name: 'node-forge',
    prepare: (root) => forge.pki.createCaStore([trusting(readForge(root))]),
    build: (store, leaf, intermediate) => {
      const chain = [readForge(leaf), trusting(readForge(intermediate))];
      let length = 0;
      forge.pki.verifyCertificateChain(store, chain, {
        validityCheckDate: new Date(Date.UTC(2026, 6, 1)),
        verify: (verified, depth) => {
          if (verified) length = Math.max(length, depth + 1);
          return verified;
        },
      });
      return length + 1;
    },
  },
];

function readForge(der) {
  return forge.pki.certificateFromAsn1(forge.asn1.fromDer(Buffer.from(der).toString('binary')));
}

/** A certificate whose key takes every signature below it for valid. */
function trusting(certificate) {
  certificate.verify = () => true;
  return certificate;
}

class EverythingIsValid extends pkijs.CryptoEngine {
  async verifyWithPublicKey() {
    return true;
  }
}

const everythingIsValidEngine = new EverythingIsValid({ name: 'valid', crypto: everythingIsValid });
