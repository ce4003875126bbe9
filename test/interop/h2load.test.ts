import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePeer } from './support/peer.js';
import { startPortico, type Portico } from './support/portico.js';
import { run } from './support/processes.js';

describePeer('h2load', ['h2load'], () => {
  let portico: Portico;

  beforeAll(async () => {
    portico = await startPortico();
  });
  afterAll(() => portico?.stop());

  async function load(...flags: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run('h2load', [...flags, `https://127.0.0.1:${portico.port}/healthz`]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return stdout;
  }

  it('gets 1000 answers over ten connections with ten streams each', async () => {
    const report = await load('-n', '1000', '-c', '10', '-m', '10');
    expect(report).toContain('TLS Protocol: TLSv1.3');
    expect(report).toContain('Application protocol: h2');
    expect(report).toContain('1000 succeeded, 0 failed, 0 errored, 0 timeout');
    expect(report).toContain('status codes: 1000 2xx');
  });

  it('gets 200 answers by HTTP/1.1', async () => {
    const report = await load('--h1', '-n', '200', '-c', '4');
    expect(report).toContain('Application protocol: http/1.1');
    expect(report).toContain('200 succeeded, 0 failed, 0 errored, 0 timeout');
  });
});
