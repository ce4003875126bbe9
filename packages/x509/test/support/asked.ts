import { verifyCertificatePath, type PathVerdict, type VerifyOptions } from '../../src/index.js';

const asked: VerifyOptions[] = [];

/** What a provider that answers at once makes of it. */
export function judgeNow(options: VerifyOptions): PathVerdict {
  asked.push(options);
  const verdict = verifyCertificatePath(options);
  if (verdict instanceof Promise) throw new Error('expected an answer at once');
  return verdict;
}

/** All that was asked through `judgeNow` meanwhile. */
export function askedBy(action: () => unknown): readonly VerifyOptions[] {
  asked.length = 0;
  action();
  return [...asked];
}
