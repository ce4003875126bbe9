import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { CipherSuite } from '@portico/crypto';
import { aes128GcmSha256, aes256GcmSha384, chacha20Poly1305Sha256 } from '@portico/crypto/noble';
import { describe, expect, it } from 'vitest';
import { deterministicRandom } from './deterministic-random.js';

/** `AEAD_TWIN_RUNS=1000000 npx vitest run packages/crypto/test/aead-twins.test.ts` takes some minutes. */
const RUNS = Number(process.env['AEAD_TWIN_RUNS'] ?? 10_000);

/** Most records are short, some reach over the chunks in which they are worked on, one in a hundred is full. */
function lengthFrom(random: (length: number) => Uint8Array): number {
  const [kind = 0, high = 0, low = 0] = random(3);
  const length = (high << 8) | low;
  if (kind < 3) return length % 16_641;
  return kind < 20 ? length % 9_000 : length % 200;
}

describe('the record AEADs of our own beside noble', () => {
  it.each([
    { suite: chacha20Poly1305Sha256, twin: chacha20poly1305 },
    { suite: aes128GcmSha256, twin: gcm },
    { suite: aes256GcmSha384, twin: gcm },
  ] as { suite: CipherSuite; twin: typeof gcm }[])(
    `$suite.name seals and opens ${RUNS} records as its plain twin does`,
    ({ suite, twin }) => {
      const random = deterministicRandom(suite.id);
      let key = random(suite.keyLength);
      let sealer = suite.createSealer(key);
      let opener = suite.createOpener(key);
      for (let run = 0; run < RUNS; run++) {
        // Keys last for a while, so that those of AES-GCM come to have their large tables.
        if (run % 50 === 0) {
          key = random(suite.keyLength);
          [sealer, opener] = [suite.createSealer(key), suite.createOpener(key)];
        }
        const nonce = random(12);
        const additionalData = random(run % 9 === 0 ? (random(1)[0] as number) : 5);
        const plaintext = random(lengthFrom(random));
        const expected = twin(key, nonce, additionalData).encrypt(plaintext);
        const record = new Uint8Array(5 + plaintext.length + 16).subarray(5);
        record.set(plaintext);
        sealer.sealInPlace(nonce, additionalData, record);
        const opened = opener.open(nonce, additionalData, expected);
        if (opened === null || !same(record, expected) || !same(opened, plaintext)) {
          expect({ run, record, opened }).toEqual({ run, record: expected, opened: plaintext });
        }
      }
    },
    3_600_000,
  );
});

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
