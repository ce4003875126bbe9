import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { RecordSealer } from '../../src/record/protection.js';
import { RecordWriter } from '../../src/record/record-writer.js';
import type { Traced } from '../../src/record/trace.js';
import { toyProvider } from '../support/toy-provider.js';

const [suite] = toyProvider(1).cipherSuites as [CipherSuite];
const KEYS = { key: new Uint8Array(suite.keyLength).fill(1), iv: new Uint8Array(suite.ivLength).fill(2) };

function writer(options: Partial<ConstructorParameters<typeof RecordWriter>[0]> = {}): RecordWriter {
  return new RecordWriter({ maxFragmentLength: 16_384, maxPending: 1 << 20, ...options });
}

describe('legacy_record_version, section 5.1', () => {
  const versionOf = (write: (to: RecordWriter) => void): number => {
    const made = writer();
    write(made);
    const [, high, low] = made.take();
    return ((high as number) << 8) | (low as number);
  };

  it('is 0x0301 in a first ClientHello and 0x0303 in everything else', () => {
    const clientHello = Uint8Array.of(1, 0, 0, 0);
    const hello = (to: RecordWriter): void => {
      to.writeMessage(clientHello);
      to.flush();
    };
    expect(versionOf(hello)).toBe(0x0301);
    // A warning alert begins with the same byte.
    expect(versionOf((to) => to.writeAlert(Uint8Array.of(1, 90)))).toBe(0x0303);
    expect(versionOf((to) => (to.writeMessage(Uint8Array.of(2, 0, 0, 0)), to.flush()))).toBe(0x0303);
    expect(versionOf((to) => to.writeChangeCipherSpec())).toBe(0x0303);
    expect(versionOf((to) => (hello(to), to.take(), hello(to)))).toBe(0x0303);
  });
});

describe('sending keys', () => {
  it('are told of where there are some, and forgotten where others, or none, take their place', () => {
    const seen: Traced[] = [];
    let destroyed = 0;
    const counting: CipherSuite = {
      ...suite,
      createSealer: (key) => ({ ...suite.createSealer(key), destroy: () => void destroyed++ }),
    };
    const made = writer({ trace: (event) => seen.push(event) });
    expect(made.recordsLeft).toBe(Infinity);
    made.useSealer(new RecordSealer(counting, KEYS));
    made.useSealer(new RecordSealer({ ...counting, confidentialityLimit: 7 }, KEYS));
    expect([destroyed, made.recordsLeft]).toEqual([1, 7]);
    made.useSealer(null);
    expect([destroyed, made.recordsLeft]).toEqual([2, Infinity]);
    expect(seen).toEqual(Array.from({ length: 2 }, () => ({ kind: 'keys-changed', direction: 'sent' })));
  });
});

describe('a padding policy that fails', () => {
  it('is asked no more', () => {
    let calls = 0;
    const padding = (): number => {
      calls++;
      return -1;
    };
    const made = writer({ padding });
    made.writeAlert(Uint8Array.of(1, 90));
    expect(calls).toBe(0);
    made.useSealer(new RecordSealer(suite, KEYS));
    expect(() => made.writeApplicationData(Uint8Array.of(1))).toThrow('callback-failed');
    made.writeAlert(Uint8Array.of(1, 0));
    made.writeApplicationData(Uint8Array.of(1));
    expect(calls).toBe(1);
  });
});
