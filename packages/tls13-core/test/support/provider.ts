import { createNobleProvider } from '@portico/crypto/noble';
import type { CryptoProvider } from '@portico/crypto';
import { randomBytes, seededRandom } from '../../../../test/support/random.js';

/** A provider whose randomness is a function of the seed: the same seed replays the same handshake. */
export function seededProvider(seed: number): CryptoProvider {
  const random = seededRandom(seed);
  return createNobleProvider({ random: (length) => randomBytes(random, length) });
}
