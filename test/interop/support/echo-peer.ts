import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  opensslCertificates,
  ownCertificates,
  type Certificates,
  type CredentialFiles,
  type ClassicKeyKind,
} from './certificates.js';
import { clientOptions, serverOptions } from './echo-peer-options.js';
import { runOwnClient, startOwnServer, type OwnServer } from './own-programs.js';
import { describePeer } from './peer.js';
import { freePort, run, start, type Running } from './processes.js';

/** A small program of ours over somebody else's TLS, with the flags that its head comment lists. */
export interface EchoPeer {
  readonly title: string;
  /** What must be installed. */
  readonly needs: readonly string[];
  /** Builds it, if need be, and says how it is started. */
  prepare(): Promise<readonly [command: string, ...args: string[]]>;
  /** The groups of ours that it has. */
  readonly groups: readonly string[];
  /** Those that ours has off by default. */
  readonly unusualGroups?: readonly string[];
  /** The keys that it takes in certificates. */
  readonly keys: readonly ClassicKeyKind[];
  /** What not every peer can, or has a way to show: see `echo-peer-options.ts`. */
  readonly can: readonly PeerOption[];
}

/** `key update` is one that the peer begins; `stapling` the carrying of an OCSP response to us, `stapled` to the peer. */
export type PeerOption = 'exporters' | 'key log' | 'key update' | 'stapling' | 'stapled' | 'early data';

/** What it prints of a connection. */
export interface PeerView {
  readonly version?: string;
  readonly suite?: string;
  readonly alpn?: string;
  readonly peer?: string;
  readonly received?: string;
  /** In hexadecimal. */
  readonly exported?: string;
  /** Bytes of an OCSP response. */
  readonly stapled?: number;
  readonly error?: string;
}

const SUITES = ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'];
const LINE = 'a line from the peer\n';

/** A peer may have a library in C to build. */
const BUILD_MS = 900_000;

/** Both roles of a peer, each over its suites, groups, certificates and refusals. */
export function describeEchoPeer(peer: EchoPeer): void {
  describePeer(peer.title, [...peer.needs, 'openssl'], () => {
    // We use what our issuer made, the peer what OpenSSL made: each reads what the other's side wrote.
    let ours: Certificates;
    let theirs: Certificates;
    let program: readonly [string, ...string[]];

    beforeAll(async () => {
      ours = await ownCertificates(peer.keys);
      theirs = opensslCertificates(peer.keys);
      program = await peer.prepare();
    }, BUILD_MS);

    const identity = ({ cert, key }: CredentialFiles): string[] => ['--cert', cert, '--key', key];

    describe('as client', () => {
      let server: OwnServer;

      beforeAll(async () => {
        server = await startEcho(peer.keys[0] as ClassicKeyKind);
      });
      beforeEach(() => server.forgetLines());
      afterAll(() => server?.stop());

      const startEcho = (kind: ClassicKeyKind, ...flags: string[]): Promise<OwnServer> =>
        startOwnServer(...identity(ours.server(kind)), '--alpn', 'sip/2,http/1.1', '--app', 'echo', ...flags);

      async function calls(to: OwnServer, ...flags: readonly string[]): Promise<readonly PeerView[]> {
        const [command, ...args] = program;
        const role = ['client', '--port', String(to.port), '--ca', ours.ca];
        const { stdout, stderr } = await run(command, [...args, ...role, ...flags]);
        if (!stdout.startsWith('{')) throw new Error(`${peer.title} printed no line: ${stdout}${stderr}`);
        return stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as PeerView);
      }

      async function call(to: OwnServer, ...flags: string[]): Promise<PeerView> {
        return (await calls(to, ...flags))[0] as PeerView;
      }

      it('negotiates sip/2 and gets its line back', async () => {
        expect(await call(server, '--alpn', 'foo,sip/2')).toMatchObject({ alpn: 'sip/2', received: LINE });
        expect(await server.nextLine()).toMatchObject({ ok: true, alpn: 'sip/2', sni: 'localhost', bytesSent: 21 });
      });

      it('gets alert 120 where it offers nothing that we know', async () => {
        expect((await call(server, '--alpn', 'sip')).error).toBeDefined();
        expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'no_application_protocol' });
      });

      it.each(SUITES)('with %s', async (suite) => {
        const other = await startEcho(peer.keys[0] as ClassicKeyKind, '--suites', suite);
        expect(await call(other)).toMatchObject({ suite, received: LINE });
        expect(await other.nextLine()).toMatchObject({ ok: true, suite });
        await other.stop();
      });

      it.each(peer.groups)('with a share for %s', async (group) => {
        expect(await call(server, '--group', group)).toMatchObject({ received: LINE });
        expect(await server.nextLine()).toMatchObject({ ok: true, group, hrr: false });
      });

      it.each(peer.unusualGroups ?? [])('with a share for %s, where we switch it on', async (group) => {
        const other = await startEcho(peer.keys[0] as ClassicKeyKind, '--groups', group);
        expect(await call(other, '--group', group)).toMatchObject({ received: LINE });
        expect(await other.nextLine()).toMatchObject({ ok: true, group, hrr: false });
        await other.stop();
      });

      it.each([
        ['and we wait', []],
        ['with a cookie, and we forget it', ['--cookie', 'when-needed', '--stateless']],
      ])('is asked for another share, %s', async (_what, flags) => {
        const picky = await startEcho(peer.keys[0] as ClassicKeyKind, '--groups', 'secp384r1', ...flags);
        expect(await call(picky, '--alpn', 'sip/2')).toMatchObject({ alpn: 'sip/2', received: LINE });
        const forgotten = flags.length > 0 ? 1 : 0;
        expect(await picky.nextLine()).toMatchObject({ ok: true, group: 'secp384r1', hrr: true, forgotten });
        await picky.stop();
      });

      it.each(peer.keys)('trusts our certificate for %s', async (kind) => {
        const other = await startEcho(kind);
        expect(await call(other)).toMatchObject({ received: LINE });
        expect((await other.nextLine()).ok).toBe(true);
        await other.stop();
      });

      it('takes our padded and small records, and tickets with reserved values', async () => {
        const odd = ['--grease', '--padding', '256', '--max-fragment', '100', '--tickets', '2'];
        const other = await startEcho(peer.keys[0] as ClassicKeyKind, ...odd);
        expect(await call(other)).toMatchObject({ received: LINE });
        expect((await other.nextLine()).ok).toBe(true);
        await other.stop();
      });

      it('is known by its certificate', async () => {
        const asking = await startEcho(peer.keys[0] as ClassicKeyKind, '--client-auth', 'require', '--ca', theirs.ca);
        expect(await call(asking, ...identity(theirs.client))).toMatchObject({ received: LINE });
        expect((await asking.nextLine()).clientCertificate).toMatchObject({ subject: 'CN=alice' });
        expect((await call(asking)).error).toBeDefined();
        expect(await asking.nextLine()).toMatchObject({ ok: false, alertSent: 'certificate_required' });
        await asking.stop();
      });

      it('resumes, again and again', async () => {
        const issuing = await startEcho(peer.keys[0] as ClassicKeyKind, '--tickets', '2');
        const views = await calls(issuing, '--times', '3');
        expect(views.map(({ received, error }) => error ?? received)).toEqual([LINE, LINE, LINE]);
        for (const resumed of [false, true, true]) {
          expect(await issuing.nextLine()).toMatchObject({ ok: true, resumed });
        }
        await issuing.stop();
      });

      it.each(['send', 'request'])('goes on after our KeyUpdate, and answers it if asked: %s', async (keyUpdate) => {
        const updating = await startEcho(peer.keys[0] as ClassicKeyKind, '--key-update', keyUpdate);
        expect(await call(updating)).toMatchObject({ received: LINE });
        const answers = keyUpdate === 'request' ? 1 : 0;
        expect(await updating.nextLine()).toMatchObject({ ok: true, bytesSent: 21, keyUpdatesReceived: answers });
        await updating.stop();
      });

      clientOptions(peer, {
        folder: () => ours.folder,
        startEcho: (...flags) => startEcho(peer.keys[0] as ClassicKeyKind, ...flags),
        calls,
      });

      it('is refused with TLS 1.2 alone', async () => {
        expect((await call(server, '--old', 'yes')).error).toBeDefined();
        expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'protocol_version' });
      });

      it.each([
        ['a CA that it does not know', (): string[] => ['--ca', ours.otherCa]],
        ['a wrong name', (): string[] => ['--name', 'wrong.test']],
      ])('refuses %s', async (_what, flags) => {
        expect((await call(server, ...flags())).error).toBeDefined();
        const { ok, alertReceived } = await server.nextLine();
        expect({ ok, told: alertReceived !== null }).toEqual({ ok: false, told: true });
      });
    });

    describe('as server', () => {
      let trust: readonly string[];
      beforeAll(() => {
        trust = ['--servername', 'localhost', '--ca', theirs.ca, '--send', 'hello\n', '--until', 'hello'];
      });

      async function serve(
        kind: ClassicKeyKind,
        flags: readonly string[],
        work: (port: number, server: Running) => Promise<void>,
      ): Promise<void> {
        const port = await freePort();
        const [command, ...args] = program;
        const server = start(command, [
          ...args,
          'server',
          '--port',
          String(port),
          ...identity(theirs.server(kind)),
          ...flags,
        ]);
        await server.waitFor(/^listening$/m);
        await work(port, server);
        await server.stop();
      }

      it('negotiates sip/2, or sends alert 120', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, ['--alpn', 'http/1.1,sip/2'], async (port, server) => {
          const line = await runOwnClient(port, ...trust, '--alpn', 'sip/2');
          expect(line).toMatchObject({ ok: true, alpn: 'sip/2', received: 'hello\n' });
          const [view] = await server.waitFor(/^\{.*\}$/m);
          expect(JSON.parse(view)).toMatchObject({ alpn: 'sip/2', suite: line.suite });
          const refused = await runOwnClient(port, ...trust, '--alpn', 'msrp');
          expect(refused).toMatchObject({ ok: false, alertReceived: 'no_application_protocol' });
        });
      });

      it('with each of our suites', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, [], async (port) => {
          for (const suite of SUITES) {
            const line = await runOwnClient(port, ...trust, '--suites', suite);
            expect(line).toMatchObject({ ok: true, suite, received: 'hello\n' });
          }
        });
      });

      it.each(peer.groups)('asks us for a share for %s', async (group) => {
        await serve(peer.keys[0] as ClassicKeyKind, ['--group', group], async (port) => {
          const other = group === 'x25519' ? 'secp256r1' : 'x25519';
          const line = await runOwnClient(port, ...trust, '--key-shares', other);
          expect(line).toMatchObject({ ok: true, group, hrr: true, received: 'hello\n' });
        });
      });

      it.each(peer.keys)('with a certificate for %s', async (kind) => {
        await serve(kind, [], async (port) => {
          const line = await runOwnClient(port, ...trust);
          expect(line).toMatchObject({ ok: true, received: 'hello\n' });
          expect(line.serverCertificate?.subject).toBe(`CN=server-${kind}`);
        });
      });

      it('knows us by our certificate, or refuses', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, ['--ca', ours.ca], async (port) => {
          const known = await runOwnClient(port, ...trust, ...identity(ours.client));
          expect(known).toMatchObject({ ok: true, received: 'hello\n', clientCertificate: { subject: 'CN=alice' } });
          const unknown = await runOwnClient(port, ...trust);
          expect({ ok: unknown.ok, told: unknown.alertReceived !== null }).toEqual({ ok: false, told: true });
        });
      });

      it('names the CA that it trusts, by which our client chooses among its certificates', async () => {
        const both = [theirs.client, ours.client].flatMap(identity);
        await serve(peer.keys[0] as ClassicKeyKind, ['--ca', ours.ca], async (port) => {
          const known = await runOwnClient(port, ...trust, ...both);
          expect(known).toMatchObject({ ok: true, received: 'hello\n', clientCertificate: { subject: 'CN=alice' } });
        });
        await serve(peer.keys[0] as ClassicKeyKind, ['--ca', ours.otherCa], async (port) => {
          expect((await runOwnClient(port, ...trust, ...both)).clientCertificate).toBeNull();
        });
      });

      it.each(peer.unusualGroups ?? [])('takes our share for %s, where we switch it on', async (group) => {
        await serve(peer.keys[0] as ClassicKeyKind, ['--group', group], async (port) => {
          const line = await runOwnClient(port, ...trust, '--groups', group);
          expect(line).toMatchObject({ ok: true, group, hrr: false, received: 'hello\n' });
        });
      });

      it('refuses us where it has TLS 1.2 alone', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, ['--old', 'yes'], async (port) => {
          expect(await runOwnClient(port, ...trust)).toMatchObject({ ok: false, alertReceived: 'protocol_version' });
        });
      });

      it('ignores what means nothing, and takes extensions in any order', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, [], async (port) => {
          const odd = ['--grease', '--permute-extensions', '--padding', 'full', '--max-fragment', '100'];
          expect(await runOwnClient(port, ...trust, ...odd)).toMatchObject({ ok: true, received: 'hello\n' });
        });
      });

      it('resumes our session', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, [], async (port) => {
          const file = join(theirs.folder, 'session.bin');
          const first = await runOwnClient(port, ...trust, '--session-out', file);
          expect(first).toMatchObject({ ok: true, resumed: false, received: 'hello\n' });
          const second = await runOwnClient(port, ...trust, '--session-in', file);
          expect(second).toMatchObject({ ok: true, resumed: true, received: 'hello\n' });
        });
      });

      it('goes on after our KeyUpdate, and answers it', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, [], async (port) => {
          for (const keyUpdate of ['send', 'request']) {
            const line = await runOwnClient(port, ...trust, '--key-update', keyUpdate);
            const answers = keyUpdate === 'request' ? 1 : 0;
            expect(line).toMatchObject({ ok: true, received: 'hello\n', keyUpdatesReceived: answers });
          }
        });
      });

      serverOptions(peer, {
        folder: () => theirs.folder,
        trust: () => trust,
        serve: (flags, work) => serve(peer.keys[0] as ClassicKeyKind, flags, work),
      });

      it('is refused by us with a wrong CA or a wrong name', async () => {
        await serve(peer.keys[0] as ClassicKeyKind, [], async (port) => {
          const wrongCa = await runOwnClient(port, '--servername', 'localhost', '--ca', theirs.otherCa);
          expect(wrongCa).toMatchObject({ ok: false, alertSent: 'unknown_ca' });
          const wrongName = await runOwnClient(port, '--servername', 'wrong.test', '--ca', theirs.ca);
          expect(wrongName).toMatchObject({ ok: false, alertSent: 'bad_certificate' });
        });
      });
    });
  });
}
