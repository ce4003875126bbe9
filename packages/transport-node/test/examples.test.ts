import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connect } from '../src/index.js';
import { cleanUp, textOf } from './support/servers.js';

/** Runs an example on the built packages until the end of the test, and reads the line that it prints. */
async function run(name: string, ...args: string[]): Promise<{ port: number; ports: number[]; ca: string }> {
  const file = fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  cleanUp(async () => {
    child.stdin.end();
    expect(await ended).toEqual([0, null]);
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as { port: number; ports: number[]; ca: string };
}

/** One request; the answer, and the session for the next. */
async function ask(port: number, ca: string, session?: Buffer): Promise<{ answer: string; session: Buffer }> {
  const client = connect({
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca,
    ALPNProtocols: ['sip/2'],
    ...(session === undefined ? {} : { session }),
  });
  cleanUp(() => void client.destroy());
  const ticket = once(client, 'session') as Promise<[Buffer]>;
  client.write('OPTIONS sip:localhost SIP/2.0\r\n\r\n');
  return { answer: await textOf(client), session: (await ticket)[0] };
}

describe('the examples of several workers', () => {
  it('cluster: a session made with one process is resumed by the others', async () => {
    const { port, ca } = await run('cluster.mjs', '2');
    const answers: string[] = [];
    let session: Buffer | undefined;
    for (let i = 0; i < 6; i++) {
      const next = await ask(port, ca, session);
      answers.push(next.answer);
      session = next.session;
    }
    expect(answers.map((answer) => /200 (\w+) at/.exec(answer)?.[1])).toEqual(['new', ...Array(5).fill('resumed')]);
    expect(new Set(answers.map((answer) => /process (\d+)/.exec(answer)?.[1])).size).toBe(2);
  });

  it('worker threads: a session made with one thread is resumed by the other', async () => {
    const { ports, ca } = await run('worker-threads.mjs', '2');
    const first = await ask(ports[0] as number, ca);
    const second = await ask(ports[1] as number, ca, first.session);
    expect([first.answer, second.answer].map((answer) => /200 (\w+) at thread/.exec(answer)?.[1])).toEqual([
      'new',
      'resumed',
    ]);
    expect(first.answer.slice(-6)).not.toBe(second.answer.slice(-6));
  });
});
