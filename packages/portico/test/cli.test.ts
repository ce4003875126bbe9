import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '@portico/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../bin/portico.js', import.meta.url));

let folder = '';
beforeAll(async () => {
  // With a space: paths go into the printed commands.
  folder = join(await mkdtemp(join(tmpdir(), 'portico-')), 'a folder');
  await mkdir(folder);
});
afterAll(() => rm(join(folder, '..'), { recursive: true }));

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  stdout: string;
  stderr: string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

function portico(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0', ...environment },
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string | null);
  const run: Run = { child, stdout: '', stderr: '', ended };
  child.stdout.on('data', (chunk: Buffer) => (run.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (run.stderr += chunk.toString()));
  return run;
}

/** Waits until the output has this; fails with what there was when the program ends before. */
async function until(run: Run, wanted: RegExp): Promise<RegExpExecArray> {
  for (;;) {
    const match = wanted.exec(run.stdout);
    if (match !== null) return match;
    const over = await Promise.race([once(run.child.stdout, 'data').then(() => false), run.ended.then(() => true)]);
    if (over && !wanted.test(run.stdout)) throw new Error(`no ${wanted} in:\n${run.stdout}\n${run.stderr}`);
  }
}

/** CPU time of a process so far, where the system tells (Linux: /proc/PID/stat, in ticks of 10 ms). */
async function cpuSeconds(pid: number): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe.skipIf(!existsSync(PROGRAM))('the command line program (built)', () => {
  test('serve prints where it is, its CA and complete one-liners, and logs what was negotiated', async () => {
    const run = portico(['serve', '--keylog', 'keys.log']);
    const [, port = ''] = await until(run, /on 127\.0\.0\.1:(\d+) /);
    const [, caPath = ''] = await until(run, /^CA certificate: (.*)$/m);
    await until(run, /Ctrl-C/);
    expect(caPath).toBe(join(folder, '.portico', 'ca.pem'));
    expect(run.stdout).toContain(`openssl s_client -connect 127.0.0.1:${port}`);
    expect(run.stdout).toContain(`curl --cacert '${caPath}' --http2`);

    const ca = await readFile(caPath);
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ALPNProtocols: ['sip/2'] });
    await once(socket, 'secureConnect');
    await until(run, /sip: TLSv1\.3 \S+ \S+ alpn=sip\/2 sni=localhost from 127\.0\.0\.1:\d+/);
    expect(await readFile(join(folder, 'keys.log'), 'utf8')).toMatch(/^CLIENT_HANDSHAKE_TRAFFIC_SECRET /m);
    expect((await stat(join(folder, 'keys.log'))).mode & 0o777).toBe(0o600);

    // The connection is idle: it is ended in order, long before the grace is over.
    socket.resume();
    run.child.kill('SIGINT');
    await once(socket, 'close');
    expect(await run.ended).toBe(0);
    expect(run.stdout).toMatch(/SIGINT: closing/);
    expect(run.stderr).toBe('');
  });

  test('later starts keep the certificates and take less than two seconds', async () => {
    const first = await readFile(join(folder, '.portico', 'server.pem'), 'utf8');
    const run = portico(['serve']);
    const [, milliseconds] = await until(run, /ready in (\d+) ms/);
    // Other programs may be busy: what they make it wait is not what a start costs.
    const seconds = (await cpuSeconds(run.child.pid as number)) ?? Number(milliseconds) / 1000;
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(seconds).toBeLessThan(2);
    expect(await readFile(join(folder, '.portico', 'server.pem'), 'utf8')).toBe(first);
  });

  test('a second Ctrl-C does not wait', async () => {
    const run = portico(['serve']);
    const [, port = ''] = await until(run, /on 127\.0\.0\.1:(\d+) /);
    const ca = await readFile(join(folder, '.portico', 'ca.pem'));
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ALPNProtocols: ['http/1.1'] });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    // An upload that goes on for ever keeps the first one waiting.
    socket.write('POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx');
    await until(run, /http: TLSv1\.3/);
    run.child.kill('SIGINT');
    await until(run, /SIGINT: closing/);
    // npm passes on what the terminal has sent already: that one does not count.
    run.child.kill('SIGINT');
    await sleep(400);
    expect(run.child.exitCode).toBeNull();
    run.child.kill('SIGINT');
    // Not 0, with which it ends after waiting.
    expect(await run.ended).toBe(130);
    socket.destroy();
  });

  test('a busy port is one clear line and exit code 1', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as AddressInfo;
    const run = portico(['serve'], { PORT: String(port) });
    expect(await run.ended).toBe(1);
    expect(run.stderr).toBe(`portico: 127.0.0.1:${port} is in use by another program; set PORT to another port\n`);
    busy.close();
  });

  test.each([
    ['an address that is not ours', { HOST: '192.0.2.1' }, 1, /^portico: 192\.0\.2\.1 is not an address of [^\n]*\n$/],
    ['a port that is none', { PORT: 'http' }, 2, /^portico: not a port number \(0 to 65535\) in PORT: http\n$/],
  ])('%s is said in one line', async (_, environment, code, line) => {
    const run = portico(['serve'], environment);
    expect(await run.ended).toBe(code);
    expect(run.stderr).toMatch(line);
  });

  test('a key log that cannot be written is said before anything is served', async () => {
    const run = portico(['serve', '--keylog', '/nonexistent/keys.log']);
    expect(await run.ended).toBe(1);
    expect(run.stderr).toMatch(/^portico: cannot write the key log: [^\n]*\n$/);
    expect(run.stdout).toBe('');
  });

  test('demo makes one call per protocol and prints a table', async () => {
    const run = portico(['demo']);
    expect(await run.ended).toBe(0);
    expect(run.stdout).toMatch(/^ok +SIP OPTIONS +sip\/2 +sip\/2 /m);
    expect(run.stdout).toMatch(/^ok +no common protocol +smtp +- .*alert 120 no_application_protocol/m);
    expect(run.stdout).not.toContain('FAILED');
  });

  test('demo against a server that is not there says so and exits with 1', async () => {
    const run = portico(['demo', '127.0.0.1:1', '--ca', join(folder, '.portico', 'ca.pem')]);
    expect(await run.ended).toBe(1);
    expect(run.stdout).toContain('ECONNREFUSED');
  });

  test('--help, --version and mistakes', async () => {
    const [help, version, mistake] = [portico(['--help']), portico(['--version']), portico(['sing'])];
    expect(await Promise.all([help.ended, version.ended, mistake.ended])).toEqual([0, 0, 2]);
    expect(help.stdout).toContain('portico serve');
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(mistake.stderr).toMatch(/^portico: unknown command: sing\n/);
  });

  test('an old Node is told in one line', async () => {
    // The program reads the version before it loads anything else.
    const child = spawn(process.execPath, [
      '--input-type=module',
      '--eval',
      `Object.defineProperty(process.versions, 'node', { value: '18.20.0' }); await import(${JSON.stringify(PROGRAM)});`,
    ]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(stderr).toBe('portico needs Node 20.19 or newer; this is Node 18.20.0.\n');
  });
});
