import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const run = fileURLToPath(new URL('run.mjs', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

function fuzzCommand(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [run, ...args], { cwd: root, encoding: 'utf8' });
}

interface Target {
  readonly name: string;
  readonly generate: (random: (below: number) => number) => Uint8Array;
  readonly run: (input: Uint8Array) => string;
}
interface Result {
  readonly runs: number;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failure: null | { readonly input: Uint8Array; readonly original: Uint8Array; readonly error: unknown };
}
type Fuzz = (target: Target, options: { readonly runs: number; readonly seed: number }) => Promise<Result>;

/** The command is plain JavaScript over the built packages; these are its types. */
async function loadFuzz(): Promise<Fuzz> {
  const module = (await import(new URL('fuzz.mjs', import.meta.url).href)) as { fuzz: Fuzz };
  return module.fuzz;
}

describe('npm run fuzz', () => {
  it.each([
    ['alpn', 'taken: selected'],
    ['client-hello', 'ServerHello'],
    ['sip', 'message: request'],
    ['x509', 'path trusted'],
    ['x509-path', 'response, signatures verified: trusted'],
  ])('%s finds nothing in a short run, reaches the good case, and repeats itself', (target, good) => {
    const first = fuzzCommand(target, '--runs', '1500', '--seed', '7');
    expect(first.stderr).toBe('');
    expect(first.status).toBe(0);
    expect(first.stdout).toContain(`${target}: 1500 runs from seed 7`);
    expect(first.stdout).toContain(good);
    expect(first.stdout).toContain('no failure');
    const outcomes = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('  '));
    const again = fuzzCommand(target, '--runs', '1500', '--seed', '7');
    expect(outcomes(again.stdout)).toEqual(outcomes(first.stdout));
  });

  it.each([[[]], [['tea']], [['alpn', 'sip']], [['alpn', '--runs', 'many']], [['alpn', '--colour']]])(
    'says how it is called for %j, with exit code 2',
    (args) => {
      const { status, stderr } = fuzzCommand(...args);
      expect(status).toBe(2);
      expect(stderr).toContain('usage: npm run fuzz -- alpn|client-hello|sip|x509|x509-path [--runs N] [--seed S]');
    },
  );
});

describe('a failing case', () => {
  const broken: Target = {
    name: 'broken',
    generate: (random) => Uint8Array.from({ length: 100 }, () => random(0x100)),
    run: (input) => {
      const at = input.indexOf(0x42);
      if (at >= 0 && input.indexOf(0x17, at) > at) throw new Error('a 42 before a 17');
      return at >= 0 ? 'a 42' : 'no 42';
    },
  };

  it('ends the run and is made as small as it can be', async () => {
    const fuzz = await loadFuzz();
    const { failure, runs, outcomes } = await fuzz(broken, { runs: 10_000, seed: 3 });
    expect(runs).toBeLessThan(10_000);
    expect(failure?.original).toHaveLength(100);
    expect(failure?.input).toEqual(Uint8Array.of(0x42, 0x17));
    expect(String(failure?.error)).toContain('a 42 before a 17');
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(runs - 1);
  });

  it('is written as a file, and the exit code is 1', () => {
    const file = fileURLToPath(new URL('../../test-results/fuzz/self-test-1-1.bin', import.meta.url));
    rmSync(file, { force: true });
    const { status, stderr } = fuzzCommand('self-test', '--runs', '10', '--seed', '1');
    expect(status).toBe(1);
    expect(stderr).toContain('minimal case, 1 of 8 bytes');
    expect(existsSync(file)).toBe(true);
    expect([...readFileSync(file)]).toEqual([0xbd]);
    rmSync(file);
  });
});
