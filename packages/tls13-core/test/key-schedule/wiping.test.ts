import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { ApplicationKeys, checkExport, createOpener, createSealer } from '../../src/key-schedule/application-keys.js';
import { createEarlyExporter } from '../../src/key-schedule/early-exporter.js';
import { KeyMaterial } from '../../src/key-schedule/key-material.js';
import { EarlySecretStage, handshakeSecretWithoutPsk } from '../../src/key-schedule/key-schedule.js';
import { toyProvider } from '../support/toy-provider.js';

const [suite] = toyProvider(1).cipherSuites as [CipherSuite];
const { hash } = suite;
const secret = (byte: number): Uint8Array => new Uint8Array(hash.outputLength).fill(byte);
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** The arrays of that length that were copied while `act` ran: the very ones, to see what became of them. */
function copiedDuring(length: number, act: () => void): Uint8Array[] {
  const copied: Uint8Array[] = [];
  const { set } = Uint8Array.prototype;
  const watched = function (this: Uint8Array, ...[from, offset]: [ArrayLike<number>, number?]): void {
    if (from instanceof Uint8Array && from.length === length && offset === undefined) copied.push(from);
    set.call(this, from, offset);
  };
  Reflect.set(Uint8Array.prototype, 'set', watched);
  try {
    act();
  } finally {
    Reflect.set(Uint8Array.prototype, 'set', set);
  }
  return copied;
}

/** Secrets of whole connections are watched in secrets.test.ts; these never reach a hash or an AEAD as a key. */
describe('what is left over', () => {
  it.each([
    ['receiving', () => createOpener(suite, secret(1))],
    ['sending', () => createSealer(suite, secret(1))],
  ])('of %s keys is wiped once they are in place: key and IV', (_direction, create) => {
    const handed: Uint8Array[] = [];
    const note = (key: Uint8Array): void => void handed.push(key);
    const opener = suite.createOpener;
    const sealer = suite.createSealer;
    Object.assign(suite, {
      createOpener: (key: Uint8Array) => (note(key), opener(key)),
      createSealer: (key: Uint8Array) => (note(key), sealer(key)),
    });
    const ivs = copiedDuring(suite.ivLength, create);
    Object.assign(suite, { createOpener: opener, createSealer: sealer });
    expect(handed).toHaveLength(1);
    expect(ivs.length).toBeGreaterThan(0);
    for (const bytes of [...handed, ...ivs]) expect(isZero(bytes)).toBe(true);
  });

  it('of a key exchange is wiped as it goes into the schedule', () => {
    const shared = secret(2);
    new EarlySecretStage(hash, secret(1)).toHandshake(shared);
    expect(isZero(shared)).toBe(true);
    const withoutPsk = secret(2);
    handshakeSecretWithoutPsk(hash, withoutPsk);
    expect(isZero(withoutPsk)).toBe(true);
  });

  it('of a connection is wiped with it: both traffic secrets and the exporter’s', () => {
    const secrets = { client: secret(3), server: secret(4) };
    const exporter = secret(5);
    new ApplicationKeys(suite, 'client', secrets, exporter).destroy();
    expect([secrets.client, secrets.server, exporter].map(isZero)).toEqual([true, true, true]);
  });

  it('of a generation is wiped by the next', () => {
    const secrets = { client: secret(3), server: secret(4) };
    const keys = new ApplicationKeys(suite, 'server', secrets, secret(5));
    keys.nextSealer();
    expect([secrets.client, secrets.server].map(isZero)).toEqual([false, true]);
    keys.nextOpener();
    expect([secrets.client, secrets.server].map(isZero)).toEqual([true, true]);
  });

  it('of early data is wiped with its exporter', () => {
    const exporter = secret(6);
    createEarlyExporter(hash, exporter).destroy();
    expect(isZero(exporter)).toBe(true);
  });

  it('of an exporter’s own derivation is wiped', () => {
    const keys: Uint8Array[] = [];
    const watched = { ...hash, hmac: (key: Uint8Array, data: Uint8Array) => (keys.push(key), hash.hmac(key, data)) };
    const exporter = secret(7);
    createEarlyExporter(watched, exporter).export('EXPORTER-x', secret(8), 32);
    const derived = keys.filter((key) => key !== exporter);
    expect(derived.length).toBeGreaterThan(0);
    expect(derived.every(isZero)).toBe(true);
    expect(isZero(exporter)).toBe(false);
  });
});

describe('key material of a handshake', () => {
  it('is wiped, arrays and stages alike, unless it was released', () => {
    const destroyed: string[] = [];
    const stage = (name: string) => ({ destroy: () => void destroyed.push(name) });
    const material = new KeyMaterial();
    const released = material.hold(secret(1));
    material.hold(stage('released'));
    material.release();
    const held = material.hold(secret(2));
    material.hold(stage('held'));
    material.wipe();
    expect([isZero(released), isZero(held), destroyed]).toEqual([false, true, ['held']]);
    material.wipe();
    expect(destroyed).toEqual(['held']);
  });
});

describe('what an exporter may be asked for, section 7.5', () => {
  const reasonOf = (label: string, length: number): string => {
    try {
      checkExport(hash, label, length);
    } catch (error) {
      return (error as { readonly reason: string; readonly subject: string }).subject;
    }
    return 'nothing';
  };

  it('is 0 to 255 hashes under 1 to 249 ASCII characters', () => {
    for (const length of [0, 1, 255 * hash.outputLength])
      expect([length, reasonOf('x', length)]).toEqual([length, 'nothing']);
    for (const length of [-1, 0.5, Number.NaN, 255 * hash.outputLength + 1]) {
      expect([length, reasonOf('x', length)]).toEqual([length, 'length']);
    }
    for (const label of [' ', '~', 'x'.repeat(249)]) expect(reasonOf(label, 1)).toBe('nothing');
    for (const label of ['', 'x'.repeat(250), 'ü', '\n', 'a\u007f'])
      expect([label, reasonOf(label, 1)]).toEqual([label, 'label']);
  });

  it('is checked for early data too', () => {
    expect(() => createEarlyExporter(hash, secret(1)).export('', secret(2), 1)).toThrow('invalid-argument');
  });
});
