// npm run conformance -- wycheproof DIR [--provider noble|noble-interpreted|node] [--json OUT]
//
// Runs every Wycheproof v1 file of a folder over a provider. The verdict comes from the provider; what the file says is
// only compared with it. `acceptable` means that either answer is right, as long as an accepted result has the value
// that the file gives.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytesEqual, bytesToHex, hexToBytes } from '@portico/bytes';
import { CryptoError, hkdfExpand, hkdfExtract } from '@portico/crypto';
import { createProviderNamed, PROVIDER_NAMES } from '../support/providers.mjs';
import { Report, UsageError } from '../support/report.mjs';

export async function run(args) {
  const { directory, providerName } = parseArguments(args);
  const provider = await createProviderNamed(providerName);
  const report = new Report('wycheproof');
  for (const name of readdirSync(directory).sort()) {
    if (name.endsWith('.json')) await runFile(provider, join(directory, name), report);
  }
  return report;
}

function parseArguments(args) {
  const rest = [...args];
  const at = rest.indexOf('--provider');
  const [, providerName = 'noble'] = at < 0 ? [] : rest.splice(at, 2);
  if (!PROVIDER_NAMES.includes(providerName)) {
    throw new UsageError(`unknown provider ${providerName}: expected one of ${PROVIDER_NAMES.join(', ')}`);
  }
  const [directory, ...extra] = rest;
  if (directory === undefined || extra.length > 0) {
    throw new UsageError(
      'usage: npm run conformance -- wycheproof DIR [--provider noble|noble-interpreted|node] [--json OUT]',
    );
  }
  return { directory, providerName };
}

/** Runs one file into the report. */
export async function runFile(provider, path, report) {
  const file = JSON.parse(readFileSync(path, 'utf8'));
  const name = basename(path, '.json');
  const count = (groups) => groups.reduce((sum, group) => sum + group.tests.length, 0);
  if (!Array.isArray(file.testGroups)) {
    report.skip('not a Wycheproof file');
    return;
  }
  const runner = RUNNERS.find(({ matches }) => matches(file));
  if (runner === undefined) {
    report.skip(`${file.algorithm} is not among this provider's algorithms`, count(file.testGroups));
    return;
  }
  for (const group of file.testGroups) {
    const suite = runner.prepare(provider, group, file);
    if (typeof suite === 'string') {
      report.skip(suite, group.tests.length);
      continue;
    }
    for (const test of group.tests) {
      const outcome = await outcomeOf(suite, test);
      if (typeof outcome === 'object') report.skip(outcome.skipped);
      else report.check(`${name} #${test.tcId}`, expectedOutcome(test, outcome), outcome);
    }
  }
}

/**
 * `valid` for an accepted test with the right value, `invalid` for a refusal, otherwise what went wrong; an object says
 * why the test does not apply.
 */
async function outcomeOf(suite, test) {
  try {
    return await suite(test);
  } catch (error) {
    if (error instanceof CryptoError) return 'invalid';
    return `threw ${error}`;
  }
}

function expectedOutcome(test, outcome) {
  if (test.result === 'acceptable') return outcome === 'invalid' ? 'invalid' : 'valid';
  return test.result;
}

/** What a group's tests are run by: a function, or the reason why the group is skipped. */
const RUNNERS = [
  { matches: (file) => /^HKDF-SHA-\d+$/.test(file.algorithm), prepare: prepareHkdf },
  { matches: (file) => /^HMACSHA\d+$/.test(file.algorithm), prepare: prepareHmac },
  { matches: (file) => file.algorithm === 'AES-GCM', prepare: prepareAead },
  { matches: (file) => file.algorithm === 'AES-CCM', prepare: prepareAead },
  { matches: (file) => file.algorithm === 'CHACHA20-POLY1305', prepare: prepareAead },
  { matches: (file) => file.algorithm === 'XDH', prepare: prepareExchange },
  { matches: (file) => file.algorithm === 'ECDH', prepare: prepareExchange },
  { matches: (file) => file.algorithm === 'ECDSA', prepare: prepareEcdsa },
  { matches: (file) => file.algorithm === 'EDDSA', prepare: prepareEdDsa },
  { matches: (file) => file.algorithm === 'ML-KEM', prepare: prepareMlKem },
  { matches: (file) => /^ML-DSA-\d+$/.test(file.algorithm), prepare: prepareMlDsa },
  { matches: (file) => file.algorithm === 'RSASSA-PSS', prepare: prepareRsaPss },
  { matches: (file) => file.algorithm === 'RSASSA-PKCS1-v1_5', prepare: prepareRsaPkcs1 },
];

const verdict = (accepted) => (accepted ? 'valid' : 'invalid');

/** An accepted value must be the file's, whatever the result says. */
function verdictOfValue(got, expectedHex) {
  const hex = bytesToHex(got);
  return hex === expectedHex ? 'valid' : `accepted with the value ${hex}`;
}

function hashFor(provider, name) {
  return provider.hashes.find((hash) => hash.name === hashName(name));
}

function hashName(name) {
  return name.toLowerCase().replace('-', '');
}

function prepareHkdf(provider, group, file) {
  const hash = hashFor(provider, file.algorithm.slice('HKDF-'.length));
  if (hash === undefined) return `${file.algorithm}: no such hash`;
  return (test) => {
    const key = hkdfExtract(hash, hexToBytes(test.salt), hexToBytes(test.ikm));
    return verdictOfValue(hkdfExpand(hash, key, hexToBytes(test.info), test.size), test.okm);
  };
}

function prepareHmac(provider, group, file) {
  const hash = hashFor(provider, file.algorithm.slice('HMAC'.length));
  if (hash === undefined) return `${file.algorithm}: no such hash`;
  return (test) => {
    const tag = hash.hmac(hexToBytes(test.key), hexToBytes(test.msg)).subarray(0, group.tagSize / 8);
    return verdict(bytesEqual(tag, hexToBytes(test.tag)));
  };
}

/** Parts of our suites' names. */
const AEADS = { 'AES-GCM': 'GCM', 'AES-CCM': 'CCM', 'CHACHA20-POLY1305': 'CHACHA20' };

function prepareAead(provider, group, file) {
  const { algorithm } = file;
  const suites = provider.cipherSuites.filter(
    ({ name, keyLength }) => keyLength * 8 === group.keySize && name.includes(AEADS[algorithm]),
  );
  if (suites.length === 0) return `${algorithm} with a key of ${group.keySize} bits is no TLS 1.3 suite`;
  const suite = suites.find(({ tagLength }) => tagLength * 8 === group.tagSize);
  if (suite === undefined) return `${algorithm} with a tag of ${group.tagSize} bits is no TLS 1.3 suite`;
  // RFC 9846 section 5.3 fixes the nonce; ChaCha20 refuses every other length, which is what its file wants to see.
  if (group.ivSize !== suite.ivLength * 8 && algorithm !== 'CHACHA20-POLY1305') {
    return `${algorithm} with a nonce of other than 96 bits is not in TLS 1.3`;
  }
  return (test) => {
    const [key, nonce, aad, message] = [test.key, test.iv, test.aad, test.msg].map((hex) => hexToBytes(hex));
    const opened = suite.createOpener(key).open(nonce, aad, hexToBytes(test.ct + test.tag));
    const buffer = new Uint8Array(message.length + suite.tagLength);
    buffer.set(message);
    suite.createSealer(key).sealInPlace(nonce, aad, buffer);
    const sealsTheSame = bytesToHex(buffer) === test.ct + test.tag;
    if (opened === null) return sealsTheSame ? 'refuses what it seals' : 'invalid';
    return sealsTheSame ? verdictOfValue(opened, test.msg) : `sealed ${bytesToHex(buffer)}`;
  };
}

/** Wycheproof's curve → our group, and the bytes of a private key. */
const EXCHANGES = {
  curve25519: { name: 'x25519', length: 32 },
  curve448: { name: 'x448', length: 56 },
  secp256r1: { name: 'secp256r1', length: 32 },
  secp384r1: { name: 'secp384r1', length: 48 },
  secp521r1: { name: 'secp521r1', length: 66 },
};

function prepareExchange(provider, group) {
  const exchange = EXCHANGES[group.curve];
  const namedGroup = provider.groups.find(({ name }) => name === exchange?.name);
  if (namedGroup === undefined) return `${group.curve} is not among this provider's groups`;
  return async (test) => {
    // A group's first draw is its private key; what it draws later only blinds.
    const draws = [padded(hexToBytes(test.private), exchange.length)];
    const started = await namedGroup.start((length) => draws.shift() ?? new Uint8Array(length));
    return verdictOfValue(await started.finish(hexToBytes(test.public)), test.shared);
  };
}

/** Private keys of ECDH are integers without a fixed length. */
function padded(integer, length) {
  const bytes = new Uint8Array(length);
  const significant = integer.subarray(Math.max(0, integer.length - length));
  bytes.set(significant, length - significant.length);
  return bytes;
}

const EC_CURVES = { secp256r1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

function prepareEcdsa(provider, group) {
  const curve = EC_CURVES[group.publicKey.curve];
  const publicKey = { type: 'ec', curve, point: hexToBytes(group.publicKey.uncompressed) };
  return prepareSignature(provider, publicKey, { type: 'ecdsa', hash: hashName(group.sha) });
}

function prepareEdDsa(provider, group) {
  const type = { edwards25519: 'ed25519', edwards448: 'ed448' }[group.publicKey.curve];
  return prepareSignature(provider, { type, key: hexToBytes(group.publicKey.pk) }, { type });
}

function prepareMlDsa(provider, group, file) {
  const type = file.algorithm.toLowerCase();
  if (group.publicKey === undefined || group.publicKey === null)
    return `${file.algorithm}: a group without a public key`;
  const verify = prepareSignature(provider, { type, key: hexToBytes(group.publicKey) }, { type });
  if (typeof verify === 'string') return verify;
  // RFC 9881 section 3 and draft-ietf-tls-mldsa: the context is empty.
  return (test) => ((test.ctx ?? '') === '' ? verify(test) : { skipped: 'ML-DSA with a context is not in TLS' });
}

/** A seed gives a key and opens a ciphertext; a message gives a ciphertext: what both sides of a key exchange do. */
function prepareMlKem(provider, group) {
  const name = group.parameterSet.replaceAll('-', '');
  const kem = provider.groups.find((candidate) => candidate.name === name);
  if (kem === undefined) return `${group.parameterSet} is not among this provider's groups`;
  const drawing = (hex) => {
    const draws = [hexToBytes(hex)];
    return (length) => draws.shift() ?? new Uint8Array(length);
  };
  switch (group.type) {
    case 'MLKEMKeyGen':
      return async ({ seed, ek }) => verdictOfValue((await kem.start(drawing(seed))).share, ek);
    case 'MLKEMEncapsTest':
      return async ({ m, ek, c, K }) => {
        const { share, secret } = await kem.respond(hexToBytes(ek), drawing(m));
        return verdictOfValue(share, c) === 'valid' ? verdictOfValue(secret, K) : verdictOfValue(share, c);
      };
    case 'MLKEMTest':
      return async ({ seed, ek, c, K }) => {
        const exchange = await kem.start(drawing(seed));
        const secret = await exchange.finish(hexToBytes(c));
        return ek === undefined || verdictOfValue(exchange.share, ek) === 'valid'
          ? verdictOfValue(secret, K)
          : verdictOfValue(exchange.share, ek);
      };
    default:
      return `${group.type}: keys of a key exchange are never imported`;
  }
}

function prepareRsaPkcs1(provider, group) {
  return prepareSignature(provider, rsaKey(group, { type: 'rsa' }), { type: 'rsa-pkcs1', hash: hashName(group.sha) });
}

function prepareRsaPss(provider, group) {
  if (group.mgf !== 'MGF1' || group.mgfSha !== group.sha)
    return 'RSASSA-PSS whose mask uses another hash is not in TLS';
  const hash = hashName(group.sha);
  // A file "with parameters" has keys that are for this algorithm alone and say so in their SubjectPublicKeyInfo.
  const kind = /WithParameters/.test(group.type)
    ? { type: 'rsa-pss', restriction: { hash, minimumSaltLength: group.sLen } }
    : { type: 'rsa' };
  return prepareSignature(provider, rsaKey(group, kind), { type: 'rsa-pss', hash, saltLength: group.sLen });
}

function rsaKey(group, kind) {
  const { modulus, publicExponent } = group.publicKey;
  return { ...kind, modulus: hexToBytes(modulus), exponent: hexToBytes(publicExponent) };
}

function prepareSignature(provider, publicKey, algorithm) {
  if (algorithm.hash !== undefined && hashFor(provider, algorithm.hash) === undefined) {
    return `${algorithm.type} with ${algorithm.hash} is not among this provider's algorithms`;
  }
  const implementation = provider.keyAlgorithms.find(
    ({ keyType, curve }) => keyType === publicKey.type && curve === publicKey.curve,
  );
  if (implementation === undefined) return `${publicKey.type} ${publicKey.curve ?? ''} keys are not supported`;
  return async (test) =>
    verdict(await implementation.verify(publicKey, algorithm, hexToBytes(test.msg), hexToBytes(test.sig)));
}
