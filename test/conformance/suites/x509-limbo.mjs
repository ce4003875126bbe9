import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  compatibleProfile,
  createPolicyChecker,
  decodePem,
  publicTrustProfile,
  strictProfile,
  trustAnchorsFromPem,
  verifyCertificatePath,
  X509Error,
} from '@portico/x509';
import { createCrlSource, createRevocationChecker } from '@portico/x509/revocation';
import { createProviderNamed, PROVIDER_NAMES } from '../support/providers.mjs';
import { UsageError } from '../support/report.mjs';

const HELP = `x509-limbo FILE... [--profile compatible|strict|public-trust] [--provider noble|noble-interpreted|node] [--json OUT]
Limbo-format files (.json or .json.gz). A case is skipped only for a feature that the verifier does not have.
Signatures are verified by node:crypto unless told otherwise: files have ten thousand cases and more.`;

const PROFILES = new Map(
  [compatibleProfile, strictProfile, publicTrustProfile].map((profile) => [profile.name, profile]),
);

const EXTENDED_KEY_USAGES = new Map([
  ['serverAuth', '1.3.6.1.5.5.7.3.1'],
  ['clientAuth', '1.3.6.1.5.5.7.3.2'],
  ['codeSigning', '1.3.6.1.5.5.7.3.3'],
  ['emailProtection', '1.3.6.1.5.5.7.3.4'],
  ['timeStamping', '1.3.6.1.5.5.7.3.8'],
  ['OCSPSigning', '1.3.6.1.5.5.7.3.9'],
]);

/**
 * Judges every case of limbo-format files: `{suite, passed, failed, skipped, failures, skips, wronglyAccepted, profile}`.
 * @param {readonly string[]} args
 */
export async function run(args) {
  const files = [];
  let profile = 'compatible';
  let providerName = 'node';
  for (let i = 0; i < args.length; i++) {
    const argument = args[i];
    if (argument === '--profile') profile = args[++i];
    else if (argument === '--provider') providerName = args[++i];
    else files.push(argument);
  }
  if (files.length === 0 || !PROFILES.has(profile) || !PROVIDER_NAMES.includes(providerName)) {
    throw new UsageError(HELP);
  }
  const provider = await createProviderNamed(providerName);
  const result = {
    suite: 'x509-limbo',
    profile,
    passed: 0,
    failed: 0,
    skipped: 0,
    wronglyAccepted: 0,
    failures: [],
    skips: {},
  };
  for (const file of files) {
    for (const testcase of readCases(file)) {
      const missing = missingFeature(testcase);
      if (missing !== null) {
        result.skipped++;
        result.skips[missing] = (result.skips[missing] ?? 0) + 1;
        continue;
      }
      const got = await judge(testcase, provider, PROFILES.get(profile));
      if (got.verdict === testcase.expected_result) {
        result.passed++;
        continue;
      }
      result.failed++;
      if (got.verdict === 'SUCCESS') result.wronglyAccepted++;
      result.failures.push({ id: testcase.id, expected: testcase.expected_result, got: got.text });
    }
  }
  return result;
}

function readCases(file) {
  const bytes = readFileSync(file);
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')).testcases;
}

function missingFeature(testcase) {
  if (testcase.signature_algorithms.length > 0) return 'restriction of signature algorithms';
  if (testcase.extended_key_usage.some((usage) => !EXTENDED_KEY_USAGES.has(usage))) return 'unnamed extended key usage';
  return peerName(testcase) === undefined ? 'peer name that is neither a DNS name nor an address' : null;
}

async function judge(testcase, provider, profile) {
  try {
    const verdict = await verifyCertificatePath({
      provider,
      profile,
      certificates: [testcase.peer_certificate, ...testcase.untrusted_intermediates].flatMap((pem) =>
        decodePem(pem).map(({ bytes }) => bytes),
      ),
      trustAnchors: testcase.trusted_certs.flatMap(readTrustAnchors),
      time: testcase.validation_time === null ? Date.now() : Date.parse(testcase.validation_time),
      purpose: testcase.validation_kind === 'CLIENT' ? 'client-authentication' : 'server-authentication',
      identity: peerName(testcase),
      // The format says which usages a case demands; TLS would always demand digitalSignature.
      keyUsages: testcase.key_usage,
      ...(testcase.extended_key_usage.length === 0
        ? {}
        : { keyPurposes: testcase.extended_key_usage.map((usage) => EXTENDED_KEY_USAGES.get(usage)) }),
      policies: createPolicyChecker(),
      ...revocation(testcase),
      ...(testcase.max_chain_depth === null ? {} : { limits: { maxIntermediates: testcase.max_chain_depth } }),
    });
    return verdict.trusted
      ? { verdict: 'SUCCESS', text: 'trusted' }
      : { verdict: 'FAILURE', text: `${verdict.reason}: ${verdict.message}` };
  } catch (error) {
    // Anything else that is thrown is a fault of ours, whatever the case expects.
    if (error instanceof X509Error) return { verdict: 'FAILURE', text: error.message };
    return { verdict: 'ERROR', text: String(error?.stack ?? error) };
  }
}

/** Where a case has lists, every certificate of the chain must be on a good one. */
function revocation({ crls = [] }) {
  if (crls.length === 0) return {};
  const lists = crls.flatMap((pem) => decodePem(pem).map(({ bytes }) => bytes));
  return { revocation: createRevocationChecker({ mode: 'hard-fail', sources: [createCrlSource({ lists })] }) };
}

/** A root that cannot be read is not trusted; the others of the set still are. */
function readTrustAnchors(pem) {
  try {
    return trustAnchorsFromPem(pem);
  } catch (error) {
    if (error instanceof X509Error) return [];
    throw error;
  }
}

/** Null where the case asks for no name; undefined for a kind that the verifier has no reference for. */
function peerName({ expected_peer_name: name }) {
  if (name === null) return null;
  if (name.kind === 'DNS') return { type: 'dns', name: name.value };
  if (name.kind === 'IP') return { type: 'ip', address: name.value };
  return undefined;
}
