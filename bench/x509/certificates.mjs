// Parsing a certificate, and building a path of three without verifying a signature, beside the libraries of npm.
import { parseCertificate, trustAnchorFromDer, verifyCertificatePath } from '@portico/x509';
import { createNodeProvider } from '@portico/transport-node';
import { fastestOf, measure, ratioOf } from '../lib/measure.mjs';
import { NOW, publicLookingChain } from './chain.mjs';
import { parsers, pathBuilders } from './peers.mjs';

const MUST = 5;
const AIM = 8;

export async function certificates(effort) {
  const chain = await publicLookingChain();
  return [await parsing(chain.leaf, effort), await paths(chain, effort)];
}

/**
 * Peers leave extensions, names or keys as bytes until somebody asks; ours reads and checks all of it at once, and only
 * writes names as one line of text when asked. So there are several rows: what the constructor does, everything read, and
 * for ours and the one peer that writes names as text, these as well.
 */
async function parsing(leaf, effort) {
  const ours = { name: 'portico', parse: parseCertificate, readAll: readOurs };
  const contenders = [ours, withNameTexts(ours), ...parsers].flatMap(({ name, parse, readAll }) => [
    { name: `${name}, parsed`, run: () => repeat(() => use(parse(leaf))) },
    { name: `${name}, parsed and all read`, run: () => repeat(() => use(readAll(parse(leaf)))) },
  ]);
  const rates = await measureWarm(contenders, effort);
  const fastest = (what) =>
    fastestOf(
      rates,
      parsers.map(({ name }) => `${name}, ${what}`),
    );
  return {
    id: 'x509-parsing',
    title: `One certificate of ${leaf.length} bytes, RSA, 16 names`,
    unit: ' certificates/s',
    rates,
    ratios: ['parsed', 'parsed and all read'].map((what) => ({
      what: `a certificate ${what}, against the fastest of ${parsers.map(({ name }) => name).join(', ')}`,
      ratio: ratioOf(rates[`portico, ${what}`], fastest(what)),
      must: MUST,
      aim: AIM,
    })),
  };
}

async function paths({ leaf, intermediate, root }, effort) {
  const anchor = trustAnchorFromDer(root);
  const provider = takesEverything(createNodeProvider());
  const ours = () => {
    const verdict = verifyCertificatePath({
      provider,
      certificates: [leaf, intermediate],
      trustAnchors: [anchor],
      time: NOW,
      purpose: 'server-authentication',
      identity: { type: 'dns', name: 'host0.example.com' },
    });
    return verdict.trusted ? verdict.chain.length : 0;
  };
  const peers = pathBuilders.map(({ name, prepare, build }) => {
    const prepared = prepare(root);
    return { name, build: () => build(prepared, leaf, intermediate) };
  });
  const contenders = [{ name: 'portico', build: ours }, ...peers].map(({ name, build }) => ({
    name,
    run: async () => {
      for (let i = 0; i < BATCH; i++) {
        const built = build();
        const length = typeof built === 'number' ? built : await built;
        if (length !== 3) throw new Error(`${name}: a path of ${length}`);
      }
      return BATCH;
    },
  }));
  const rates = await measureWarm(contenders, effort);
  const fastest = fastestOf(
    rates,
    peers.map(({ name }) => name),
  );
  return {
    id: 'x509-paths',
    title: 'A path of three certificates from DER, the root parsed before, no signature verified',
    unit: ' paths/s',
    rates,
    ratios: [
      {
        what: `a path of three, against the fastest of ${peers.map(({ name }) => name).join(', ')}`,
        ratio: ratioOf(rates.portico, fastest),
        must: MUST,
        aim: AIM,
      },
    ],
    notes: [
      'Ours also checks the host name, usages, name constraints and algorithms; what the peers check beside issuer, ' +
        'validity and CA flag differs.',
    ],
  };
}

function withNameTexts({ name, parse, readAll }) {
  return {
    name: `${name}, names also as text`,
    parse: (der) => {
      const certificate = parse(der);
      return [certificate, certificate.issuer.text, certificate.subject.text];
    },
    readAll: ([certificate, ...texts]) => [...readAll(certificate), ...texts],
  };
}

/** Certificates in one go: asking the clock after each would cost more than reading one. */
const BATCH = 20;

function repeat(work) {
  for (let i = 0; i < BATCH; i++) work();
  return BATCH;
}

/** What is short runs long before it is compiled for good: everybody has a few rounds that do not count. */
async function measureWarm(contenders, effort) {
  await measure(contenders, { ...effort, rounds: 3 });
  return await measure(contenders, effort);
}

let used = 0;

/** What is made must not be left out by a clever compiler. */
function use(made) {
  used += made === undefined ? 1 : 0;
  if (used > 0) throw new Error('nothing was made');
}

function readOurs(certificate) {
  return [
    certificate.serialNumber,
    ...certificate.issuer.rdns.flat().map(({ oid, value }) => [oid, value]),
    ...certificate.subject.rdns.flat().map(({ oid, value }) => [oid, value]),
    certificate.notBefore,
    certificate.notAfter,
    certificate.signatureReading.algorithm,
    certificate.signature,
    certificate.publicKey,
    ...certificate.extensions.map(({ oid, critical }) => [oid, critical]),
    certificate.subjectAltNames,
    certificate.keyUsage,
    certificate.extendedKeyUsage,
    certificate.basicConstraints,
    certificate.subjectKeyIdentifier,
    certificate.authorityKeyIdentifier,
  ];
}

function takesEverything(provider) {
  return {
    ...provider,
    keyAlgorithms: provider.keyAlgorithms.map((algorithm) => ({ ...algorithm, verify: () => true })),
  };
}
