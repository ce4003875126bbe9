// A program for `no-host-crypto.test.ts`: uses every algorithm once and prints what came out.
import { bytesToHex } from '@portico/bytes';
import type { KeyAlgorithm, PrivateKey, SignatureAlgorithm } from '@portico/crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import { deterministicRandom } from './deterministic-random.js';
import values from './vectors/rsa-2048.json' with { type: 'json' };
import { rsaPrivateValues } from './rsa-values.js';

declare const console: { log(...values: unknown[]): void };

const provider = createNobleProvider({ random: deterministicRandom(99) });
const { random } = provider;
const message = Uint8Array.of(1, 2, 3);

for (const suite of provider.cipherSuites) {
  const key = random(suite.keyLength);
  const buffer = new Uint8Array(40);
  suite.createSealer(key).sealInPlace(new Uint8Array(12), message, buffer);
  const opened = suite.createOpener(key).open(new Uint8Array(12), message, buffer);
  console.log(suite.name, bytesToHex(buffer), opened?.length);
}
for (const group of provider.groups) {
  const exchange = await group.start(random);
  const { share, secret } = await group.respond(exchange.share, random);
  console.log(group.name, bytesToHex(await exchange.finish(share)) === bytesToHex(secret), bytesToHex(secret));
}
for (const keys of provider.keyAlgorithms) {
  const isRsa = keys.keyType === 'rsa' || keys.keyType === 'rsa-pss';
  const privateKey = isRsa
    ? ({ type: keys.keyType, ...rsaPrivateValues(values) } as PrivateKey)
    : ((await keys.generate?.(random)) as PrivateKey);
  const algorithm = algorithmOf(keys);
  const signature = await keys.sign(privateKey, algorithm, message, random);
  const verified = await keys.verify(keys.publicKey(privateKey), algorithm, message, signature);
  console.log(keys.keyType, keys.curve, verified, bytesToHex(signature));
}
console.log('done');

/** With a hash of another length than the curve's, for ECDSA. */
function algorithmOf({ keyType }: KeyAlgorithm): SignatureAlgorithm {
  switch (keyType) {
    case 'rsa':
    case 'rsa-pss':
      return { type: 'rsa-pss', hash: 'sha256', saltLength: 32 };
    case 'ec':
      return { type: 'ecdsa', hash: 'sha384' };
    case 'ed25519':
    case 'ed448':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return { type: keyType };
  }
}
