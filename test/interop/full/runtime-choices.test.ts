import { constants } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { choiceByAuthority, ownCertificates, type Certificates, type ClassicKeyKind } from '../support/certificates.js';
import { testsIn } from './runtime-peer.js';
import { onLinuxX64, RUNTIMES } from './runtimes.js';

interface Choices {
  /** Our names, and `ecdhCurve` of theirs. */
  readonly groups: readonly (readonly [ours: string, theirs: string])[];
  readonly keys: readonly ClassicKeyKind[];
  readonly can: readonly ('ccm' | 'stapling' | 'external psk')[];
}

const COMMON_GROUPS = [
  ['x25519', 'X25519'],
  ['secp256r1', 'P-256'],
  ['secp384r1', 'P-384'],
] as const;

/** What `node:tls` of a runtime lets one choose, and what the TLS under it has. */
const CHOICES: Readonly<Record<string, Choices>> = {
  Node: {
    groups: [...COMMON_GROUPS, ['secp521r1', 'P-521'], ['x448', 'X448']],
    keys: ['P-256', 'P-384', 'P-521', 'rsa', 'rsa-pss', 'ed25519', 'ed448'],
    can: ['ccm', 'stapling', 'external psk'],
  },
  Deno: { groups: COMMON_GROUPS, keys: ['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'], can: [] },
  Bun: {
    groups: [...COMMON_GROUPS, ['secp521r1', 'P-521'], ['MLKEM1024', 'MLKEM1024']],
    keys: ['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'],
    can: [],
  },
};
const KEYS = ['P-256', 'P-384', 'P-521', 'rsa', 'rsa-pss', 'ed25519', 'ed448'] as const;

let certificates: Certificates;
beforeAll(async () => {
  certificates = await ownCertificates(KEYS);
}, 120_000);

describe.skipIf(!onLinuxX64).for(RUNTIMES)('node:tls of $name $version (on Linux x64)', (runtime) => {
  const { groups, keys, can } = CHOICES[runtime.name] as Choices;
  const test = testsIn(runtime, () => certificates);

  for (const [group, ecdhCurve] of groups) {
    test(`${group}, both roles`, async (of) => {
      await of.withOwnServer('P-256', ['--groups', group], async (server) => {
        expect(await of.client(server.port, { ecdhCurve })).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, group });
      });
      const { port, process } = await of.server('P-256', { ecdhCurve });
      expect(await of.ownClient(port, '--groups', group)).toMatchObject({ ok: true, group, received: 'hello\n' });
      await process.stop();
    });
  }

  for (const kind of keys) {
    test(`a certificate for ${kind}, both roles`, async (of) => {
      await of.withOwnServer(kind, [], async (server) => {
        expect(await of.client(server.port)).toMatchObject([{ authorized: true, text: 'hello\n' }]);
        expect((await server.nextLine()).ok).toBe(true);
      });
      const { port, process } = await of.server(kind);
      const line = await of.ownClient(port);
      expect(line).toMatchObject({ ok: true, received: 'hello\n' });
      expect(line.serverCertificate?.subject).toBe(`CN=server-${kind}`);
      await process.stop();
    });
  }

  test('as a server: names the CA that it trusts, by which our client chooses among its certificates', async (of) => {
    const { flags: both, shown } = choiceByAuthority(certificates);
    for (const [ca, subject] of shown) {
      const { port, process } = await of.server('P-256', { ca, requestCert: true, rejectUnauthorized: false });
      const line = await of.ownClient(port, ...both);
      expect({ ok: line.ok, subject: line.clientCertificate?.subject ?? null }).toEqual({ ok: true, subject });
      await process.stop();
    }
  });

  test('with TLS 1.2 alone is refused, both roles', async (of) => {
    const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
    await of.withOwnServer('P-256', [], async (server) => {
      expect((await of.client(server.port, old))[0]).toHaveProperty('error');
      expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'protocol_version' });
    });
    const { port, process } = await of.server('P-256', old);
    expect(await of.ownClient(port)).toMatchObject({ ok: false, alertReceived: 'protocol_version' });
    await process.stop();
  });

  if (can.includes('ccm')) {
    for (const suite of ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256']) {
      test(`${suite}, both roles`, async (of) => {
        const ciphers = `${suite}:DEFAULT@SECLEVEL=0`;
        await of.withOwnServer('P-256', ['--suites', suite], async (server) => {
          expect(await of.client(server.port, { ciphers })).toMatchObject([{ suite, text: 'hello\n' }]);
          expect(await server.nextLine()).toMatchObject({ ok: true, suite });
        });
        const { port, process } = await of.server('P-256', { ciphers });
        expect(await of.ownClient(port, '--suites', suite)).toMatchObject({ ok: true, suite, received: 'hello\n' });
        await process.stop();
      });
    }
  }

  if (can.includes('stapling')) {
    test('an OCSP response is carried whole, both roles', async (of) => {
      const response = join(certificates.folder, `staple-${runtime.version}`);
      writeFileSync(response, Buffer.alloc(300, 0x30));
      await of.withOwnServer('P-256', ['--ocsp', response], async (server) => {
        expect(await of.client(server.port, { requestOCSP: true })).toMatchObject([{ stapled: 300, text: 'hello\n' }]);
      });
      const { port, process } = await of.server('P-256', { staple: response });
      expect(await of.ownClient(port, '--ocsp', 'ask')).toMatchObject({ ok: true, stapled: [300] });
      expect(await of.ownClient(port)).toMatchObject({ ok: true, stapled: [] });
      await process.stop();
    });
  }

  if (can.includes('external psk')) {
    test('an external PSK, with a key exchange, both roles', async (of) => {
      const psk = ['sensor 17', '17'.repeat(32)] as const;
      const ours = ['--psk', psk.join(':')];
      const theirs = { psk, ciphers: 'TLS_AES_128_GCM_SHA256:PSK' };
      await of.withOwnServer('P-256', ours, async (server) => {
        expect(await of.client(server.port, theirs)).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, externalPsk: psk[0], serverSignature: null });
      });
      const { port, process } = await of.server('P-256', theirs);
      expect(await of.ownClient(port, ...ours)).toMatchObject({ ok: true, externalPsk: psk[0], received: 'hello\n' });
      await process.stop();
    });

    test('an external PSK without a key exchange, both roles: at ours where no group is common to both', async (of) => {
      const psk = ['sensor 17', '17'.repeat(32)] as const;
      const ours = ['--psk', psk.join(':'), '--psk-ke'];
      const secureOptions = constants.SSL_OP_ALLOW_NO_DHE_KEX;
      const theirs = { psk, ciphers: 'TLS_AES_128_GCM_SHA256:PSK', secureOptions };
      await of.withOwnServer('P-256', [...ours, '--groups', 'secp384r1'], async (server) => {
        expect(await of.client(server.port, { ...theirs, ecdhCurve: 'X25519' })).toMatchObject([{ text: 'hello\n' }]);
        expect(await server.nextLine()).toMatchObject({ ok: true, externalPsk: psk[0], group: null });
      });
      const { port, process } = await of.server('P-256', theirs);
      expect(await of.ownClient(port, ...ours)).toMatchObject({ ok: true, externalPsk: psk[0], group: null });
      await process.stop();
    });
  }
});
