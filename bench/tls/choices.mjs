// What groups, suites and signatures cost with either provider: which to pick where.
import { createNodeProvider } from '@portico/transport-node';
import { cpuMicroseconds } from '../lib/measure.mjs';
import { provider as nobleProvider } from './setup.mjs';

const GROUPS = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448', 'X25519MLKEM768', 'SecP256r1MLKEM768'];
const AT_ONCE = 8;
const KEYS = [
  { name: 'ECDSA P-256', keyType: 'ec', curve: 'P-256', algorithm: { type: 'ecdsa', hash: 'sha256' } },
  { name: 'ECDSA P-384', keyType: 'ec', curve: 'P-384', algorithm: { type: 'ecdsa', hash: 'sha384' } },
  { name: 'Ed25519', keyType: 'ed25519', algorithm: { type: 'ed25519' } },
  { name: 'RSA-2048 (PSS)', keyType: 'rsa', algorithm: { type: 'rsa-pss', hash: 'sha256', saltLength: 32 } },
];

export async function choices(effort) {
  const seconds = effort.secondsPerRound / 5;
  const providers = [
    ['noble', nobleProvider],
    ['node:crypto', createNodeProvider()],
  ];
  const results = [];
  for (const [name, provider] of providers) {
    results.push(await groupsOf(name, provider, seconds));
    results.push(suitesOf(name, provider, seconds));
    results.push(await signaturesOf(name, provider, seconds));
  }
  return results;
}

async function groupsOf(providerName, provider, seconds) {
  const rates = {};
  for (const wanted of GROUPS) {
    const group = provider.groups.find(({ name }) => name === wanted);
    const exchange = await group.start(provider.random);
    const answer = await group.respond(exchange.share, provider.random);
    const client = microseconds(() => void group.start(provider.random).finish(answer.share), seconds);
    const server = microseconds(() => void group.respond(exchange.share, provider.random), seconds);
    rates[wanted] = {
      rate: 1e6 / (client + server),
      client,
      server,
      also: `client ${us(client)}, server ${us(server)}; ${exchange.share.length} + ${answer.share.length} bytes`,
    };
  }
  return {
    id: `choices-groups-${providerName}`,
    title: `key exchange, both sides, ${providerName}`,
    unit: ' exchanges/s',
    rates,
    ratios: [],
  };
}

function suitesOf(providerName, provider, seconds) {
  const rates = {};
  for (const suite of provider.cipherSuites) {
    const sealer = suite.createSealer(new Uint8Array(suite.keyLength).fill(7));
    const opener = suite.createOpener(new Uint8Array(suite.keyLength).fill(7));
    const [nonce, header] = [new Uint8Array(suite.ivLength), new Uint8Array(5)];
    const timeOf = (length) => {
      const record = new Uint8Array(length + suite.tagLength);
      const seal = microseconds(() => sealer.sealInPlace(nonce, header, record), seconds);
      record.fill(0);
      sealer.sealInPlace(nonce, header, record);
      return [seal, microseconds(() => opener.open(nonce, header, record), seconds)];
    };
    const [[sealShort, openShort], [sealLong, openLong]] = [timeOf(64), timeOf(16_384)];
    rates[suite.name] = {
      rate: (2 * 16_384 * 1e6) / (sealLong + openLong),
      sealShort,
      openShort,
      sealLong,
      openLong,
      also: `16 KiB sealed ${us(sealLong)}, opened ${us(openLong)}; 64 B ${us(sealShort)}, ${us(openShort)}`,
    };
  }
  return { id: `choices-suites-${providerName}`, title: `records, ${providerName}`, unit: 'B/s', rates, ratios: [] };
}

async function signaturesOf(providerName, provider, seconds) {
  const rates = {};
  const message = new Uint8Array(130).fill(0x20);
  for (const { name, keyType, curve, algorithm } of KEYS) {
    const keys = provider.keyAlgorithms.find((found) => found.keyType === keyType && found.curve === curve);
    const key = await keys.generate(provider.random);
    const publicKey = keys.publicKey(key);
    const signature = await keys.sign(key, algorithm, message, provider.random);
    const sign = microseconds(() => void keys.sign(key, algorithm, message, provider.random), seconds);
    const verify = microseconds(() => void keys.verify(publicKey, algorithm, message, signature), seconds);
    rates[name] = {
      rate: 1e6 / (sign + verify),
      sign,
      verify,
      also: `signed ${us(sign)}, verified ${us(verify)}; ${signature.length} bytes`,
    };
  }
  return {
    id: `choices-signatures-${providerName}`,
    title: `signatures, signed and verified, ${providerName}`,
    unit: ' pairs/s',
    rates,
    ratios: [],
  };
}

/** CPU of one call. */
function microseconds(work, secondsPerRound) {
  return cpuMicroseconds(work, { rounds: 7, secondsPerRound, atOnce: AT_ONCE });
}

function us(value) {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} ms` : `${value.toFixed(value < 10 ? 1 : 0)} µs`;
}
