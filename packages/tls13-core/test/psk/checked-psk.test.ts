import { utf8ToBytes } from '@portico/bytes';
import { describe, expect, it } from 'vitest';
import { checkExternalPsk, isIdentityOf, type ExternalPsk } from '../../src/session/external-psk.js';

const KEY = new Uint8Array(16).fill(7);

describe('an external PSK of the configuration', () => {
  it.each<[ExternalPsk, Partial<ReturnType<typeof checkExternalPsk>>]>([
    [
      { identity: 'ü', key: KEY },
      { identity: utf8ToBytes('ü'), key: KEY, hash: 'sha256', binderLabel: 'ext binder' },
    ],
    [
      { identity: Uint8Array.of(0), key: KEY, hash: 'sha384' },
      { identity: Uint8Array.of(0), hash: 'sha384' },
    ],
    [{ identity: 'a', key: KEY, kind: 'external' }, { binderLabel: 'ext binder' }],
    [{ identity: 'a', key: KEY, kind: 'imported' }, { binderLabel: 'imp binder' }],
    [{ identity: 'a', key: Uint8Array.of(...new Uint8Array(15), 1) }, { hash: 'sha256' }],
    [{ identity: 'x'.repeat(65_528), key: KEY }, { hash: 'sha256' }],
  ])('is taken: %#', (psk, checked) => {
    expect(checkExternalPsk(psk)).toMatchObject(checked);
  });

  it('is copied, identity and key', () => {
    const [identity, key] = [Uint8Array.of(1, 2), KEY.slice()];
    const checked = checkExternalPsk({ identity, key });
    identity.fill(0);
    key.fill(0);
    expect([checked.identity, checked.key]).toEqual([Uint8Array.of(1, 2), KEY]);
    expect(
      [Uint8Array.of(1, 2), Uint8Array.of(1), Uint8Array.of(1, 3)].map((one) => isIdentityOf(checked, one)),
    ).toEqual([true, false, false]);
  });

  it.each<[string, ExternalPsk, string]>([
    ['an empty identity', { identity: '', key: KEY }, 'identity'],
    ['an empty identity of bytes', { identity: new Uint8Array(0), key: KEY }, 'identity'],
    ['an identity that fits in no extension', { identity: new Uint8Array(65_529), key: KEY }, 'identity'],
    ['15 bytes of key', { identity: 'a', key: KEY.slice(1) }, 'key'],
    ['a key of zeros', { identity: 'a', key: new Uint8Array(32) }, 'key'],
  ])('is refused: %s', (_, psk, field) => {
    const refusal = { reason: 'invalid-configuration', subject: `external PSK, ${field}` };
    expect(() => checkExternalPsk(psk)).toThrow(expect.objectContaining(refusal));
  });
});
