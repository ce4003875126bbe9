import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll } from 'vitest';

/** How long anything may take before a test gives up on it. A bound for broken peers, never a measurement. */
const PATIENCE_MS = 30_000;

/** A peer that was started here and is ended here. */
export interface Running {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or null for a signal. */
  readonly exited: Promise<number | null>;
  write(text: string): void;
  endInput(): void;
  /** Waits for a match in what it has printed, on either stream, or for the n-th on one. */
  waitFor(pattern: RegExp, options?: WaitOptions): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export interface WaitOptions {
  readonly stream?: 'stdout' | 'stderr' | 'either';
  readonly times?: number;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stopWith?: NodeJS.Signals;
}

const alive = new Set<ChildProcessWithoutNullStreams>();

/** Where the test's own process is killed, the kernel ends its peers: no orphans. */
const setpriv = findProgram('setpriv');

afterAll(async () => {
  await Promise.all([...alive].map((child) => end(child, 'SIGTERM')));
});
process.once('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

/** The path of a program, or null where it is not installed. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

export function start(command: string, args: readonly string[], options: StartOptions = {}): Running {
  const path = findProgram(command) ?? command;
  const [program, argv] = setpriv === null ? [path, args] : [setpriv, ['--pdeathsig', 'KILL', '--', path, ...args]];
  const child = spawn(program, argv, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  alive.add(child);
  let stdout = '';
  let stderr = '';
  let ended: number | null | undefined;
  const listeners = new Set<() => void>();
  const announce = (): void => listeners.forEach((listener) => listener());
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    stdout += text;
    announce();
  });
  child.stderr.setEncoding('latin1').on('data', (text: string) => {
    stderr += text;
    announce();
  });
  child.stdin.on('error', () => undefined);
  const exited = new Promise<number | null>((resolve) => {
    const finish = (code: number | null): void => {
      alive.delete(child);
      ended = code;
      announce();
      resolve(code);
    };
    child.on('close', finish);
    child.on('error', (error) => {
      stderr += `${error.message}\n`;
      finish(null);
    });
  });

  const waitFor: Running['waitFor'] = (pattern, { stream = 'either', times = 1 } = {}) =>
    new Promise((resolve, reject) => {
      const find = (text: string): RegExpExecArray | null =>
        [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))][times - 1] ?? null;
      const fail = (what: string): void => {
        stopListening();
        reject(new Error(`${command} ${what} without ${String(pattern)}:\n${stdout}\n${stderr}`));
      };
      const timer = setTimeout(() => fail('went on'), PATIENCE_MS);
      const listener = (): void => {
        const match = (stream === 'stderr' ? null : find(stdout)) ?? (stream === 'stdout' ? null : find(stderr));
        if (match !== null) {
          stopListening();
          resolve(match);
        } else if (ended !== undefined) {
          fail('ended');
        }
      };
      const stopListening = (): void => {
        clearTimeout(timer);
        listeners.delete(listener);
      };
      listeners.add(listener);
      listener();
    });

  return {
    pid: child.pid ?? -1,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    exited,
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    waitFor,
    stop: () => end(child, options.stopWith ?? 'SIGTERM'),
  };
}

/** Ends a process by its id: politely, then not. */
async function end(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await closed;
  clearTimeout(timer);
}

/** What a program that ends by itself printed. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with that input. */
export async function run(
  command: string,
  args: readonly string[],
  { input, patience = PATIENCE_MS, ...options }: StartOptions & { input?: string; patience?: number } = {},
): Promise<Ran> {
  const running = start(command, args, options);
  if (input !== undefined) running.write(input);
  running.endInput();
  const timer = setTimeout(() => void running.stop(), patience);
  const code = await running.exited;
  clearTimeout(timer);
  return { code, stdout: running.stdout, stderr: running.stderr };
}

/** A port on 127.0.0.1 that nobody listened on just now: the wanted one where it is free, else any. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort())));
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
