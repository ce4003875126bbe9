import { describe, expect, it } from 'vitest';
import { TlsError } from '../src/error.js';
import {
  certificateTrusted,
  clientOfExternalPsk,
  clientOfTicket,
  peerAuthenticated,
  possessionProved,
  pskSelected,
  serverOfSession,
  verifiedBinder,
  verifyBinder,
  verifyFinished,
  type BinderVerified,
  type FinishedVerified,
} from '../src/handshake/proof.js';
import { finishedVerifyData } from '../src/key-schedule/key-schedule.js';
import { toyProvider } from './support/toy-provider.js';

const leaf = Uint8Array.of(1, 2, 3);
const transcriptHash = new Uint8Array(32).fill(4);
const trafficSecret = new Uint8Array(32).fill(5);
const hash = toyProvider(1).hashes[0] as ReturnType<typeof toyProvider>['hashes'][number];

function reasonOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof TlsError ? error.reason : String(error);
  }
  return 'a proof was made';
}

/** Bytes that count how often one of them is read: how long a comparison takes, without a clock. */
function counted(inner: Uint8Array): { readonly bytes: Uint8Array; readonly read: () => number } {
  let reads = 0;
  const bytes = new Proxy(inner, {
    get: (target, key) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  return { bytes, read: () => reads };
}

/** Each proof is made by its check alone, whatever was checked before it. */
describe('a proof is not made', () => {
  it('of a certificate that the verdict does not trust', () => {
    expect(reasonOf(() => certificateTrusted(leaf, { trusted: false } as never))).toBe('certificate-untrusted');
    expect(reasonOf(() => certificateTrusted(leaf, { trusted: true }))).toBe('a proof was made');
  });

  it('of possession with an invalid signature', () => {
    expect(reasonOf(() => possessionProved(leaf, transcriptHash, 'invalid'))).toBe('bad-certificate-verify');
  });

  it('of a peer from two proofs about different certificates', () => {
    const trusted = certificateTrusted(leaf, { trusted: true });
    const other = possessionProved(Uint8Array.of(1, 2, 4), transcriptHash, 'valid');
    expect(reasonOf(() => peerAuthenticated(trusted, other))).toBe('internal-error');
    const possession = possessionProved(leaf, transcriptHash, 'valid');
    expect(peerAuthenticated(trusted, possession)).toMatchObject({ made: true, leaf });
    for (const [first, second] of [
      [{ made: false, leaf }, possession],
      [trusted, { made: false, leaf }],
    ]) {
      expect(reasonOf(() => peerAuthenticated(first as never, second as never))).toBe('internal-error');
    }
    // Each says what it is about.
    expect(trusted.leaf).toBe(leaf);
    expect(possession).toMatchObject({ leaf, transcriptHash });
  });

  it.each(['client', 'server'] as const)('of a Finished of the %s with one bit changed, in any byte', (sender) => {
    const right = finishedVerifyData(hash, trafficSecret, transcriptHash);
    const check = (received: Uint8Array): FinishedVerified =>
      verifyFinished({ hash, sender, trafficSecret, transcriptHash, received });
    expect(check(right)).toMatchObject({ made: true, sender, transcriptHash });
    for (let at = 0; at < right.length; at++) {
      const wrong = right.map((byte, index) => (index === at ? byte ^ 0x80 : byte));
      expect(reasonOf(() => check(wrong))).toBe('bad-finished');
    }
  });

  it('of a binder with one bit changed, in any byte, or of another length', () => {
    const right = finishedVerifyData(hash, trafficSecret, transcriptHash);
    const check = (received: Uint8Array): BinderVerified =>
      verifyBinder({ hash, binderKey: trafficSecret, transcriptHash, received });
    expect(check(right)).toMatchObject({ made: true, transcriptHash });
    for (let at = 0; at < right.length; at++) {
      const wrong = right.map((byte, index) => (index === at ? byte ^ 0x80 : byte));
      expect(reasonOf(() => check(wrong))).toBe('bad-binder');
    }
    expect(reasonOf(() => check(Uint8Array.of(...right, 0)))).toBe('bad-binder');
    expect(reasonOf(() => check(right.subarray(1)))).toBe('bad-binder');
    expect(clientOfTicket(check(right), leaf)).toMatchObject({ made: true, leaf });
    expect(reasonOf(() => clientOfTicket({ made: false } as never, leaf))).toBe('internal-error');
    expect(clientOfExternalPsk(check(right))).toMatchObject({ made: true, leaf: null });
    expect(reasonOf(() => clientOfExternalPsk({ made: false } as never))).toBe('internal-error');
    expect(verifiedBinder(check(right))).toEqual(right);
    expect(reasonOf(() => verifiedBinder({ made: false, binder: right } as never))).toBe('internal-error');
  });

  it.each([
    [
      'Finished',
      (received: Uint8Array) => verifyFinished({ hash, sender: 'client', trafficSecret, transcriptHash, received }),
    ],
    ['binder', (received: Uint8Array) => verifyBinder({ hash, binderKey: trafficSecret, transcriptHash, received })],
  ] as const)('of a %s without a look at every byte, wherever the first wrong one stands', (_what, check) => {
    const right = finishedVerifyData(hash, trafficSecret, transcriptHash);
    const looks = right.map((_, at) => {
      const { bytes, read } = counted(right.map((byte, index) => (index >= at ? byte ^ 1 : byte)));
      expect(reasonOf(() => check(bytes))).toMatch(/^bad-/);
      return read();
    });
    expect(looks).toEqual(right.map(() => right.length));
  });

  it('of a PSK that was not offered or does not fit, nor of a server by it without the server’s Finished', () => {
    const fits = { selectedIdentity: 0, offeredIdentities: 1, hash, pskHash: hash, leaf };
    const longerHash = toyProvider(1, 'two hashes').hashes[1] as typeof hash;
    expect(reasonOf(() => pskSelected({ ...fits, selectedIdentity: 1 }))).toBe('selected-identity-out-of-range');
    expect(reasonOf(() => pskSelected({ ...fits, hash: longerHash }))).toBe('psk-hash-mismatch');
    const finishedOf = (sender: 'client' | 'server'): FinishedVerified => {
      const received = finishedVerifyData(hash, trafficSecret, transcriptHash);
      return verifyFinished({ hash, sender, trafficSecret, transcriptHash, received });
    };
    expect(serverOfSession(pskSelected(fits), finishedOf('server'))).toMatchObject({ made: true, leaf });
    expect(reasonOf(() => serverOfSession(pskSelected(fits), finishedOf('client')))).toBe('internal-error');
    expect(reasonOf(() => serverOfSession({ made: false } as never, finishedOf('server')))).toBe('internal-error');
    const unmade = { made: false, sender: 'server' } as never;
    expect(reasonOf(() => serverOfSession(pskSelected(fits), unmade))).toBe('internal-error');
  });

  it('by hand: the private field cannot be given', () => {
    const proof = certificateTrusted(leaf, { trusted: true });
    const forged = Object.assign(Object.create(Object.getPrototypeOf(proof) as object) as object, { leaf });
    expect(() => (forged as unknown as { made: boolean }).made).toThrow(TypeError);
  });
});
