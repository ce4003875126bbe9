import { copyBytes } from '@portico/bytes';
import type { CryptoProvider, RandomBytes } from '@portico/crypto';
import { TlsError } from './error.js';

/** A provider that remembers what was drawn from it. */
export interface RecordingProvider {
  readonly provider: CryptoProvider;
  /**
   * Every draw so far, in order, as copies. They are key material: whoever has them has the private key of each share, and
   * with what was on the wire every secret of the connection. Keep them as one keeps a private key, or do not record.
   */
  readonly draws: readonly Uint8Array[];
}

/**
 * The same provider, with every draw of randomness written down. A connection is a pure function of its configuration, its
 * randomness, the times and answers of its callbacks, and the calls upon it: with a recording of the first, and one's own
 * notes of the others, `replayRandomness` gives the same bytes again. One recording is for one connection, and for the
 * signer that it signs with; it needs a provider that draws from `random` alone, as the noble one does.
 */
export function recordRandomness(provider: CryptoProvider): RecordingProvider {
  const draws: Uint8Array[] = [];
  const random: RandomBytes = (length) => {
    const drawn = provider.random(length);
    // A copy: a share wipes its private key.
    draws.push(copyBytes(drawn));
    return drawn;
  };
  return { provider: { ...provider, random }, draws };
}

/**
 * The same provider with these draws, each once and in order, instead of randomness. A draw of another length, or one too
 * many, is a connection that went another way: `invalid-argument`, which ends it. Never for a connection to anybody: its
 * secrets are known to whoever has the recording.
 */
export function replayRandomness(provider: CryptoProvider, draws: readonly Uint8Array[]): CryptoProvider {
  let next = 0;
  const random: RandomBytes = (length) => {
    const draw = draws[next++];
    if (draw?.length !== length) {
      const expected = draw === undefined ? 'no more draws' : `a draw of ${draw.length} bytes`;
      throw new TlsError('invalid-argument', { subject: 'recording', expected, got: `one of ${length}` });
    }
    return copyBytes(draw);
  };
  return { ...provider, random };
}
