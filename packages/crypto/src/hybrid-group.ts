import { concatBytes } from '@portico/bytes';
import { CryptoError } from './error.js';
import type { GroupName, KeyExchange, MaybePromise, NamedGroup, RandomBytes } from './provider.js';

/** What two groups are made into. */
export interface HybridGroupParts {
  readonly name: GroupName;
  readonly id: number;
  /** In the order in which their shares and their secrets stand: each hybrid of draft-ietf-tls-ecdhe-mlkem has its own. */
  readonly parts: readonly [NamedGroup, NamedGroup];
}

/**
 * A hybrid of two groups, draft-ietf-tls-ecdhe-mlkem: both run, shares and secrets are concatenated, and the secret
 * holds as long as either of them does. Randomness is drawn by the first part, then by the second. Answers at once where
 * both parts do.
 */
export function createHybridGroup({ name, id, parts }: HybridGroupParts): NamedGroup {
  const [first, second] = parts;
  const shareLength = first.shareLength + second.shareLength;
  const answerLength = answerLengthOf(first) + answerLengthOf(second);
  return {
    name,
    id,
    shareLength,
    answerLength,
    start: (random) =>
      andThen(first.start(random), (firstExchange) =>
        andThen(second.start(random), (secondExchange) =>
          combinedExchange(firstExchange, secondExchange, (peerShare) =>
            split(name, peerShare, answerLengthOf(first), answerLength),
          ),
        ),
      ),
    respond: (peerShare, random) => respond(parts, split(name, peerShare, first.shareLength, shareLength), random),
  };
}

interface Answer {
  readonly share: Uint8Array;
  readonly secret: Uint8Array;
}

function respond(
  [first, second]: readonly [NamedGroup, NamedGroup],
  [firstShare, secondShare]: readonly [Uint8Array, Uint8Array],
  random: RandomBytes,
): MaybePromise<Answer> {
  return andThen(first.respond(firstShare, random), (firstAnswer) =>
    andThen(second.respond(secondShare, random), (secondAnswer) => ({
      share: concatBytes(firstAnswer.share, secondAnswer.share),
      secret: joinSecrets(firstAnswer.secret, secondAnswer.secret),
    })),
  );
}

function combinedExchange(
  first: KeyExchange,
  second: KeyExchange,
  splitAnswer: (peerShare: Uint8Array) => readonly [Uint8Array, Uint8Array],
): KeyExchange {
  return {
    share: concatBytes(first.share, second.share),
    finish: (peerShare) => {
      const [firstShare, secondShare] = splitAnswer(peerShare);
      return andThen(first.finish(firstShare), (firstSecret) =>
        andThen(second.finish(secondShare), (secondSecret) => joinSecrets(firstSecret, secondSecret)),
      );
    },
    destroy: () => {
      first.destroy();
      second.destroy();
    },
  };
}

/** The two secrets behind each other; the parts are wiped. */
function joinSecrets(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = concatBytes(first, second);
  first.fill(0);
  second.fill(0);
  return joined;
}

/** Both parts have a fixed length, so a share has exactly one cut. */
function split(name: GroupName, share: Uint8Array, at: number, length: number): readonly [Uint8Array, Uint8Array] {
  if (share.length !== length) {
    throw new CryptoError('invalid-share', `${name}: expected ${length} bytes, got ${share.length}`);
  }
  return [share.subarray(0, at), share.subarray(at)];
}

function answerLengthOf(group: NamedGroup): number {
  return group.answerLength ?? group.shareLength;
}

/** Goes on at once with a value, later with a promise. */
function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

function isPromise<T>(value: MaybePromise<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null)?.then === 'function';
}
