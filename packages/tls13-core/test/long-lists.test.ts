import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkKeyShares } from '../src/handshake/negotiate.js';
import { knownSignatureSchemes } from '../src/messages/extensions/signature-algorithms.js';

/** The same by the words of section 4.3.8, with one search for each share. */
function plainVerdict(groups: readonly number[], shares: readonly number[]): string {
  let previous = -1;
  for (const [index, group] of shares.entries()) {
    if (shares.indexOf(group) < index) return 'duplicate-key-share';
    if (!groups.includes(group)) return 'key-share-for-unoffered-group';
    const position = groups.indexOf(group);
    if (position < previous) return 'key-shares-in-wrong-order';
    previous = position;
  }
  return 'fine';
}

function verdict(groups: readonly number[], shares: readonly number[]): string {
  try {
    checkKeyShares(
      groups,
      shares.map((group) => ({ group })),
    );
    return 'fine';
  } catch (error) {
    return (error as { reason: string }).reason;
  }
}

/** A list that counts how often it is looked into. */
function counted(list: readonly number[]): { readonly list: readonly number[]; readonly looks: () => number } {
  let looks = 0;
  const proxy = new Proxy(list, {
    get: (target, key) => {
      looks++;
      return Reflect.get(target, key) as unknown;
    },
  });
  return { list: proxy, looks: () => looks };
}

describe('the shares of a ClientHello, section 4.3.8', () => {
  const group = fc.integer({ min: 1, max: 8 });

  it('are judged as share by share', () => {
    fc.assert(
      fc.property(fc.uniqueArray(group), fc.array(group, { maxLength: 5 }), (groups, shares) => {
        expect(verdict(groups, shares)).toBe(plainVerdict(groups, shares));
      }),
    );
  });

  it('are judged in one walk over the groups, however many there are', () => {
    const count = 600;
    const groups = Array.from({ length: 3 * count }, (_, index) => index + 1);
    for (const shares of [groups.slice(-count), [...groups.slice(-count), 1], [...groups.slice(-count), 0xffff]]) {
      const { list, looks } = counted(groups);
      verdict(list, shares);
      expect(looks()).toBeLessThan(4 * (groups.length + shares.length));
    }
  });
});

describe('a list of signature schemes', () => {
  it('says each scheme once, however often it stands there', () => {
    const ids = Array.from({ length: 32_766 }, (_, index) => [0x0403, 0x0804, 0xfe00][index % 3] as number);
    expect(knownSignatureSchemes(ids).map(({ name }) => name)).toEqual([
      'ecdsa_secp256r1_sha256',
      'rsa_pss_rsae_sha256',
    ]);
  });
});
