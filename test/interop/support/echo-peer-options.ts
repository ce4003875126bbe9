import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EchoPeer, PeerView } from './echo-peer.js';
import { runOwnClient, type OwnServer } from './own-programs.js';
import type { Running } from './processes.js';

const LABEL = 'EXPERIMENTAL portico';
const EARLY = 'early line\n';
/** As long as a peer's own line. */
const LONGER = 'hello, and some more\n';
/** An OCSPResponse (RFC 6960 section 4.2.1) that says tryLater: it is carried whole, and nobody judges it here. */
const STAPLE = Uint8Array.of(0x30, 0x03, 0x0a, 0x01, 0x03);
let files = 0;

/** The peer logs four secrets at least, of handshake and of traffic, and none that we have otherwise. */
function expectSameSecrets(own: string, other: string): void {
  const lines = (path: string): readonly string[] =>
    readFileSync(path, 'latin1')
      .split('\n')
      .filter((line) => / /.test(line));
  const ours = lines(own);
  const theirs = lines(other);
  expect(theirs.filter((line) => line.includes('TRAFFIC_SECRET'))).toHaveLength(4);
  for (const line of theirs) expect(ours).toContain(line);
}

/** What not every peer can as a client. `received` is what its line comes back as. */
export function clientOptions(
  { can }: EchoPeer,
  roles: {
    folder(): string;
    startEcho(...flags: readonly string[]): Promise<OwnServer>;
    calls(to: OwnServer, ...flags: readonly string[]): Promise<readonly PeerView[]>;
  },
): void {
  const file = (): string => join(roles.folder(), `client-${files++}`);

  it.runIf(can.includes('exporters'))('exports what we export', async () => {
    const telling = await roles.startEcho('--export', `${LABEL}:40`);
    const [view] = await roles.calls(telling, '--export', LABEL);
    expect(view?.exported).toMatch(/^[0-9a-f]{80}$/);
    expect((await telling.nextLine()).exported).toBe(view?.exported);
    await telling.stop();
  });

  it.runIf(can.includes('key log'))('has the secrets that we have', async () => {
    const [own, other] = [file(), file()];
    const telling = await roles.startEcho('--keylog', own);
    await roles.calls(telling, '--keylog', other);
    await telling.nextLine();
    expectSameSecrets(own, other);
    await telling.stop();
  });

  it.runIf(can.includes('key update'))('updates its keys', async () => {
    const echo = await roles.startEcho();
    const [view] = await roles.calls(echo, '--update', 'yes');
    expect(view?.error).toBeUndefined();
    const { ok, bytesSent, keyUpdatesReceived } = await echo.nextLine();
    expect({ ok, bytesSent, updated: keyUpdatesReceived > 0 }).toEqual({ ok: true, bytesSent: 21, updated: true });
    await echo.stop();
  });

  it.runIf(can.includes('stapled'))('is given our OCSP response, of which it tells the length', async () => {
    const response = file();
    writeFileSync(response, STAPLE);
    const stapling = await roles.startEcho('--ocsp', response);
    expect((await roles.calls(stapling))[0]?.stapled).toBe(STAPLE.length);
    await stapling.stop();
  });

  it.runIf(can.includes('early data'))('sends early data, which we take and answer', async () => {
    const taking = await roles.startEcho('--tickets', '2', '--early-data', '1000');
    const views = await roles.calls(taking, '--times', '2', '--early', EARLY.trim());
    expect(views.map(({ received }) => received?.startsWith(EARLY))).toEqual([false, true]);
    expect(await taking.nextLine()).toMatchObject({ ok: true, resumed: false, earlyData: 0 });
    expect(await taking.nextLine()).toMatchObject({ ok: true, resumed: true, earlyData: EARLY.length });
    await taking.stop();
  });
}

/** What not every peer can as a server. */
export function serverOptions(
  { can }: EchoPeer,
  roles: {
    folder(): string;
    /** Flags of our client that trust it, send `hello` and wait for it. */
    trust(): readonly string[];
    serve(flags: readonly string[], work: (port: number, server: Running) => Promise<void>): Promise<void>;
  },
): void {
  const file = (): string => join(roles.folder(), `server-${files++}`);

  it.runIf(can.includes('exporters'))('exports what we export', async () => {
    await roles.serve(['--export', LABEL], async (port, server) => {
      const line = await runOwnClient(port, ...roles.trust(), '--export', `${LABEL}:40`);
      const [view] = await server.waitFor(/^\{.*\}$/m);
      expect((JSON.parse(view) as PeerView).exported).toMatch(/^[0-9a-f]{80}$/);
      expect((JSON.parse(view) as PeerView).exported).toBe(line.exported);
    });
  });

  it.runIf(can.includes('key log'))('has the secrets that we have', async () => {
    const [own, other] = [file(), file()];
    await roles.serve(['--keylog', other], async (port) => {
      await runOwnClient(port, ...roles.trust(), '--keylog', own);
      expectSameSecrets(own, other);
    });
  });

  it.runIf(can.includes('key update'))('updates its keys', async () => {
    await roles.serve(['--update', 'yes'], async (port) => {
      const { ok, received, keyUpdatesReceived } = await runOwnClient(port, ...roles.trust(), '--send', LONGER);
      expect({ ok, received, updated: keyUpdatesReceived > 0 }).toEqual({ ok: true, received: LONGER, updated: true });
    });
  });

  it.runIf(can.includes('stapling'))('staples an OCSP response, where we ask for it', async () => {
    const response = file();
    writeFileSync(response, STAPLE);
    await roles.serve(['--ocsp', response], async (port) => {
      expect(await runOwnClient(port, ...roles.trust(), '--ocsp', 'ask')).toMatchObject({
        ...{ ok: true, received: 'hello\n', stapled: [STAPLE.length] },
      });
      expect(await runOwnClient(port, ...roles.trust())).toMatchObject({ ok: true, stapled: [] });
    });
  });

  it.runIf(can.includes('early data'))('takes our early data, once', async () => {
    const [early, session] = [file(), file()];
    writeFileSync(early, EARLY);
    await roles.serve(['--early', '1000'], async (port, server) => {
      const full = await runOwnClient(port, ...roles.trust(), '--session-out', session);
      expect(full).toMatchObject({ ok: true, resumed: false });
      const again = ['--session-in', session, '--early-data', early];
      const line = await runOwnClient(port, ...roles.trust(), ...again);
      expect(line).toMatchObject({ ok: true, resumed: true, earlyData: EARLY.length, received: `${EARLY}hello\n` });
      await server.waitFor(/"early":"early line\\n"/);
      expect(await runOwnClient(port, ...roles.trust(), ...again)).toMatchObject({ ok: true, earlyData: 0 });
    });
  });
}
