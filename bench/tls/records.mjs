// One record sealed: ours, made once per key, beside noble's own gcm() and chacha20poly1305(), made per record as it must be.
import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { measure, ratioOf } from '../lib/measure.mjs';
import { provider } from './setup.mjs';

const SIZES = [{ size: 64, must: 2.5, aim: 6 }, { size: 1024 }, { size: 16_384 }];
const AT_ONCE = 64;

export async function records(effort) {
  const results = [];
  for (const { size, must, aim } of SIZES) {
    const plaintext = new Uint8Array(size).fill(0x41);
    const header = Uint8Array.of(23, 3, 3, 0, 0);
    const nonce = new Uint8Array(12);
    const rates = await measure(
      [
        ours('portico AES-128-GCM', 'TLS_AES_128_GCM_SHA256', plaintext, header, nonce),
        theirs('noble gcm()', (key) => gcm(key, nonce, header), 16, plaintext),
        ours('portico ChaCha20-Poly1305', 'TLS_CHACHA20_POLY1305_SHA256', plaintext, header, nonce),
        theirs('noble chacha20poly1305()', (key) => chacha20poly1305(key, nonce, header), 32, plaintext),
      ],
      effort,
    );
    for (const value of Object.values(rates)) value.also = `${(1e6 / value.rate).toFixed(2)} µs per record`;
    results.push({
      id: `record-${size}`,
      title: `one record of ${size} bytes sealed`,
      unit: ' records/s',
      rates,
      ratios: [
        {
          what: `${size}-byte record, AES-128-GCM, against noble's gcm()`,
          ratio: ratioOf(rates['portico AES-128-GCM'], rates['noble gcm()']),
          must,
          aim,
        },
      ],
    });
  }
  return results;
}

function ours(name, suiteName, plaintext, header, nonce) {
  const suite = provider.cipherSuites.find((candidate) => candidate.name === suiteName);
  const sealer = suite.createSealer(new Uint8Array(suite.keyLength).fill(7));
  const buffer = new Uint8Array(plaintext.length + suite.tagLength);
  return {
    name,
    run: () => {
      for (let i = 0; i < AT_ONCE; i++) {
        buffer.set(plaintext);
        sealer.sealInPlace(nonce, header, buffer);
      }
      return AT_ONCE;
    },
  };
}

function theirs(name, create, keyLength, plaintext) {
  const key = new Uint8Array(keyLength).fill(7);
  return {
    name,
    run: () => {
      for (let i = 0; i < AT_ONCE; i++) create(key).encrypt(plaintext);
      return AT_ONCE;
    },
  };
}
