import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import {
  opensslCertificates,
  ownCertificates,
  type Certificates,
  type CredentialFiles,
} from '../support/certificates.js';
import {
  runOwnClient,
  startOwnServer,
  TraceFile,
  type ConnectionLine,
  type OwnServer,
} from '../support/own-programs.js';
import { describePeer } from '../support/peer.js';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const ECHO = ['--send', 'word', '--until', 'word'];
const PSK = ['--psk', `device:${'7a'.repeat(32)}`];
/** What the flags do is the same with either implementation of the cryptography. */
const FAST = ['--provider', 'node'];
/** Code points of extensions (IANA). */
const SERVER_NAME = 0;
const RECORD_SIZE_LIMIT = 28;
const COOKIE = 44;
const CERTIFICATE_AUTHORITIES = 47;
const OID_FILTERS = 48;
const SIGNATURE_ALGORITHMS_CERT = 50;
const KEY_SHARE = 51;

/** What each flag of the two programs changes, by what goes over the wire. */
describePeer('flags of server.mjs and client.mjs', ['openssl'], () => {
  let certificates: Certificates;
  let others: Certificates;
  let trust: readonly string[];
  let files = 0;

  beforeAll(async () => {
    certificates = await ownCertificates(['P-256', 'rsa']);
    others = opensslCertificates([]);
    trust = ['--servername', 'localhost', '--ca', certificates.ca];
  }, 60_000);

  const file = (): string => join(certificates.folder, `file-${files++}`);
  const trace = (): TraceFile => new TraceFile(file());
  const identity = ({ cert, key }: CredentialFiles): string[] => ['--cert', cert, '--key', key];

  async function serve<T>(flags: readonly string[], work: (server: OwnServer) => Promise<T>): Promise<T> {
    const own = flags.includes('--psk') ? [] : identity(certificates.server('P-256'));
    const server = await startOwnServer(...own, '--app', 'echo', ...FAST, ...flags);
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  const call = ({ port }: OwnServer, ...flags: readonly string[]): Promise<ConnectionLine> =>
    runOwnClient(port, ...trust, ...FAST, ...flags);

  /** A full handshake that leaves a session, and then one with it. */
  async function twice(server: OwnServer, first: readonly string[], then: readonly string[] = first) {
    const session = file();
    const full = await call(server, ...ECHO, '--session-out', session, ...first);
    expect(full).toMatchObject({ ok: true, resumed: false });
    return { full, again: await call(server, ...ECHO, '--session-in', session, ...then), session };
  }

  it('--ticket-request: as many tickets as the client asks for, within what the server has', async () => {
    await serve(['--tickets', '4'], async (server) => {
      expect((await twice(server, [])).full.sessionTickets).toBe(4);
      const { full, again } = await twice(server, ['--ticket-request', '3:2']);
      expect([full.sessionTickets, again.resumed, again.sessionTickets]).toEqual([3, true, 2]);
    });
  });

  it('--across-names: a session for another name, where both sides say so', async () => {
    const other = ['--across-names', '--servername', 'sip.test'];
    await serve(['--tickets', '1', '--across-names'], async (server) => {
      expect((await twice(server, ['--across-names'], other)).again).toMatchObject({ resumed: true, sni: 'sip.test' });
      expect((await twice(server, [], ['--servername', 'sip.test'])).again).toMatchObject({ ok: true, resumed: false });
    });
    await serve(['--tickets', '1'], async (server) => {
      expect((await twice(server, ['--across-names'], other)).again).toMatchObject({ ok: true, resumed: false });
    });
  });

  it('--ticket-store: short tickets, each good for one connection', async () => {
    const seen = trace();
    await serve(['--tickets', '1', '--ticket-store', ...seen.flags], async (server) => {
      const { again, session } = await twice(server, []);
      expect(again.resumed).toBe(true);
      expect(await call(server, '--session-in', session)).toMatchObject({ ok: true, resumed: false });
    });
    for (const { ticket } of seen.bodies('new_session_ticket')) expect(ticket).toMatch(/^[0-9a-f]{64}$/);
  });

  it('--freshness-window: a server that was just started takes early data after twice that time', async () => {
    const early = file();
    writeFileSync(early, 'early');
    const flags = ['--tickets', '1', '--ticket-key', `one:${'5a'.repeat(32)}`, '--early-data', '100'];
    for (const [window, taken] of [
      [[], 0],
      [['--freshness-window', '1500'], 5],
    ] as const) {
      await serve([...flags, ...window], async (server) => {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        expect((await twice(server, [], ['--early-data', early])).again.earlyData).toBe(taken);
      });
    }
  });

  it('--export, --export-early and --export-context: the same on both sides, and another for another context', async () => {
    const early = file();
    writeFileSync(early, 'early');
    const asking = ['--export', 'EXPERIMENTAL portico:20', '--export-early', 'EXPERIMENTAL portico:20'];
    const seen: string[] = [];
    for (const context of [[], ['--export-context', '0102']]) {
      await serve(['--tickets', '1', '--early-data', '100', ...asking, ...context], async (server) => {
        const { again } = await twice(server, [], ['--early-data', early, ...asking, ...context]);
        await server.nextLine();
        const { exported, exportedEarly } = await server.nextLine();
        expect([exported, exportedEarly]).toEqual([again.exported, again.exportedEarly]);
        seen.push(String(exported), String(exportedEarly));
      });
    }
    expect(new Set(seen.filter((text) => /^[0-9a-f]{40}$/.test(text))).size).toBe(4);
    // Secrets differ in each connection: that the context is used, only a side without it shows.
    const plain = asking.slice(0, 2);
    await serve([...plain, '--export-context', '0102'], async (server) => {
      const line = await call(server, ...plain);
      expect(line.exported).not.toBe((await server.nextLine()).exported);
    });
  });

  it('--oid-filter: a certificate without that usage is refused, one with it is not', async () => {
    const asking = ['--client-auth', 'require', '--ca', certificates.ca, '--oid-filter', 'keyUsage=digitalSignature'];
    const seen = trace();
    await serve([...asking, '--oid-filter', `extendedKeyUsage=${CLIENT_AUTH}`], async (server) => {
      expect(await call(server, ...identity(certificates.client), ...seen.flags, ...ECHO)).toMatchObject({ ok: true });
    });
    expect(seen.extensions('certificate_request').has(OID_FILTERS)).toBe(true);
    await serve([...asking, '--oid-filter', 'extendedKeyUsage=1.3.6.1.5.5.7.3.17'], async (server) => {
      await call(server, ...identity(certificates.client), ...ECHO);
      expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'certificate_required' });
    });
  });

  it('--certificate-authorities: the client shows what they issued; without them, its first', async () => {
    const both = [...identity(others.client), ...identity(certificates.client)];
    const asking = ['--client-auth', 'require', '--ca', certificates.ca];
    await serve(asking, async (server) => expect((await call(server, ...both, ...ECHO)).ok).toBe(true));
    const seen = trace();
    await serve([...asking, '--certificate-authorities', 'none'], async (server) => {
      const line = await call(server, ...both, ...ECHO, ...seen.flags);
      expect(line).toMatchObject({ ok: false, alertReceived: 'unknown_ca' });
    });
    expect(seen.extensions('certificate_request').has(CERTIFICATE_AUTHORITIES)).toBe(false);
    await serve([...asking, '--certificate-authorities', others.ca], async (server) => {
      expect(await call(server, ...both, ...ECHO)).toMatchObject({ ok: false, alertReceived: 'unknown_ca' });
    });
  });

  it('--cert-sigalgs: signature_algorithms_cert, from both sides', async () => {
    const wanted = ['--cert-sigalgs', 'ecdsa_secp256r1_sha256,rsa_pkcs1_sha256'];
    const [seen, without] = [trace(), trace()];
    await serve(['--client-auth', 'request', '--ca', certificates.ca, ...wanted], async (server) => {
      await call(server, ...wanted, ...seen.flags);
      await call(server, ...without.flags);
    });
    const asked = '000404030401';
    expect(seen.extensions('client_hello').get(SIGNATURE_ALGORITHMS_CERT)).toBe(asked);
    expect(seen.extensions('certificate_request').get(SIGNATURE_ALGORITHMS_CERT)).toBe(asked);
    expect(without.extensions('client_hello').has(SIGNATURE_ALGORITHMS_CERT)).toBe(false);
  });

  it('--sign-with: what a key signs with, PKCS#1 v1.5 of a client (RFC 9963) among it', async () => {
    const rsa = identity(certificates.server('rsa'));
    await serve(
      [...rsa, '--sign-with', 'ecdsa_secp256r1_sha256', '--sign-with', 'rsa_pss_rsae_sha512'],
      async (server) => {
        const rsaOnly = ['--sigalgs', 'rsa_pss_rsae_sha256,rsa_pss_rsae_sha512'];
        expect((await call(server, ...rsaOnly, '--insecure')).serverSignature).toBe('rsa_pss_rsae_sha512');
      },
    );
    const legacy = 'rsa_pkcs1_sha256_legacy';
    const asking = [
      '--client-auth',
      'require',
      '--ca',
      certificates.ca,
      '--sigalgs',
      `${legacy},ecdsa_secp256r1_sha256`,
    ];
    await serve(asking, async (server) => {
      const line = await call(server, ...rsa, '--sign-with', legacy, ...ECHO);
      expect(line.clientCertificate).toMatchObject({ subject: 'CN=server-rsa', scheme: legacy });
      await server.nextLine();
      await call(server, ...rsa, ...ECHO);
      expect(await server.nextLine()).toMatchObject({ ok: false, alertSent: 'certificate_required' });
    });
  });

  it('--group-choice: our favourite is asked for, though there is a share for another', async () => {
    const groups = ['--groups', 'secp384r1,x25519'];
    const shares = ['--groups', 'x25519,secp384r1', '--key-shares', 'x25519'];
    await serve([...groups, '--group-choice', 'preferred'], async (server) => {
      expect(await call(server, ...shares)).toMatchObject({ ok: true, group: 'secp384r1', hrr: true });
    });
    await serve(groups, async (server) => {
      expect(await call(server, ...shares)).toMatchObject({ ok: true, group: 'x25519', hrr: false });
    });
  });

  it('--groups: of those with = between them the client’s shares decide, then its order', async () => {
    await serve(['--groups', 'secp256r1=x25519,secp384r1'], async (server) => {
      const groups = ['--groups', 'secp384r1,x25519,secp256r1', '--key-shares'];
      expect(await call(server, ...groups, 'none')).toMatchObject({ ok: true, group: 'x25519', hrr: true });
      expect(await call(server, ...groups, 'secp256r1')).toMatchObject({ ok: true, group: 'secp256r1', hrr: false });
    });
  });

  it('--key-shares: any number of them, none included', async () => {
    await serve(['--groups', 'secp256r1'], async (server) => {
      const [two, none] = [trace(), trace()];
      const groups = ['--groups', 'x25519,secp256r1,secp384r1'];
      const shared = await call(server, ...groups, '--key-shares', 'x25519,secp256r1', ...two.flags);
      expect(shared).toMatchObject({ ok: true, group: 'secp256r1', hrr: false });
      // Length, and of each share group, length and key (section 4.3.8).
      expect(two.extensions('client_hello').get(KEY_SHARE)).toMatch(/^0069001d0020[0-9a-f]{64}00170041[0-9a-f]{130}$/);
      const asked = await call(server, ...groups, '--key-shares', 'none', ...none.flags);
      expect(asked).toMatchObject({ ok: true, group: 'secp256r1', hrr: true });
      expect(none.extensions('client_hello').get(KEY_SHARE)).toBe('0000');
    });
  });

  it('--stateless: the second hello is taken by a connection that has not seen the first', async () => {
    const demanding = ['--groups', 'secp256r1', '--cookie', 'when-needed', '--cookie-key', `cake:${'5a'.repeat(32)}`];
    for (const [flags, forgotten] of [
      [['--stateless'], 1],
      [[], 0],
    ] as const) {
      const seen = trace();
      await serve([...demanding, ...flags, ...seen.flags], async (server) => {
        const line = await call(server, '--key-shares', 'x25519', ...ECHO);
        expect(line).toMatchObject({ ok: true, hrr: true, received: 'word' });
        expect(await server.nextLine()).toMatchObject({ ok: true, hrr: true, forgotten });
      });
      // The name of the key that made it stands in every cookie.
      const name = Buffer.from('cake').toString('hex');
      expect(seen.extensions('hello_retry_request').get(COOKIE)).toContain(name);
      expect(new Set(seen.lines.map(({ connection }) => connection)).size).toBe(1 + forgotten);
    }
  });

  it('--middlebox-compatibility: a session id and change_cipher_spec, or neither, or the server’s alone', async () => {
    const changes = (seen: TraceFile, direction: string): number =>
      seen.lines.filter((line) => line.contentType === 'change_cipher_spec' && line.direction === direction).length;
    const run = async (ours: readonly string[], theirs: readonly string[]) => {
      const seen = trace();
      await serve(ours, (server) => call(server, ...theirs, ...seen.flags, ...ECHO));
      const [hello] = seen.bodies('client_hello') as [{ legacySessionId: string }];
      return [hello.legacySessionId.length / 2, changes(seen, 'sent'), changes(seen, 'received')];
    };
    expect(await run([], [])).toEqual([32, 1, 1]);
    expect(await run([], ['--middlebox-compatibility', 'off'])).toEqual([0, 0, 0]);
    expect(await run(['--middlebox-compatibility', 'always'], ['--middlebox-compatibility', 'off'])).toEqual([0, 0, 1]);
  });

  it('--server-name-acknowledgement: sent or omitted', async () => {
    for (const [word, sent] of [
      ['sent', true],
      ['omitted', false],
    ] as const) {
      const seen = trace();
      await serve(['--server-name-acknowledgement', word], (server) => call(server, ...seen.flags));
      expect(seen.extensions('encrypted_extensions').has(SERVER_NAME)).toBe(sent);
    }
  });

  it('--grease, --permute-extensions, --record-size-limit, --padding and --max-fragment change hellos and records', async () => {
    const reserved = (values: Iterable<number>): number =>
      [...values].filter((code) => (code & 0x0f0f) === 0x0a0a).length;
    const plain = [trace(), trace()];
    const special = [trace(), trace(), trace()];
    const look = ['--grease', '--permute-extensions', '--record-size-limit', '1000', '--padding', '256'];
    await serve([], async (server) => {
      for (const { flags } of plain) await call(server, ...flags, ...ECHO);
      for (const { flags } of special) await call(server, ...look, '--max-fragment', '200', ...flags, ...ECHO);
    });
    const orders = (traces: readonly TraceFile[]) =>
      new Set(
        traces.map((seen) =>
          [...seen.extensions('client_hello').keys()].filter((code) => reserved([code]) === 0).join(),
        ),
      );
    expect([orders(plain).size, orders(special).size]).toEqual([1, 3]);
    for (const [traces, expected] of [
      [plain, false],
      [special, true],
    ] as const) {
      for (const seen of traces) {
        const [hello] = seen.bodies('client_hello') as [{ cipherSuites: readonly number[] }];
        const extensions = seen.extensions('client_hello');
        expect(reserved(hello.cipherSuites) > 0).toBe(expected);
        expect(reserved(extensions.keys()) > 0).toBe(expected);
        expect(extensions.get(RECORD_SIZE_LIMIT)).toBe(expected ? '03e8' : undefined);
        const lengths = seen.sent.map(({ contentLength = 0 }) => contentLength);
        expect(Math.max(...lengths) <= 200).toBe(expected);
        const data = seen.sent.filter(({ contentType }) => contentType === 'application_data');
        // Header, content type and tag are 22 bytes.
        expect(data.map(({ length }) => length)).toEqual([22 + (expected ? 256 : 4)]);
      }
    }
  });

  it('--psk-hash: the key decides for the suite', async () => {
    for (const [hash, suite] of [
      ['sha384', 'TLS_AES_256_GCM_SHA384'],
      ['sha256', 'TLS_AES_128_GCM_SHA256'],
    ] as const) {
      await serve([...PSK, '--psk-hash', hash], async (server) => {
        expect(await call(server, ...PSK, '--psk-hash', hash)).toMatchObject({ ok: true, suite });
      });
    }
  });

  it('--psk-import: imported keys (RFC 9258), under the same context only', async () => {
    await serve([...PSK, '--psk-import', '0102'], async (server) => {
      const line = await call(server, ...PSK, '--psk-import', '0102', ...ECHO);
      expect(line).toMatchObject({ ok: true, received: 'word' });
      expect(line.externalPsk).toContain('device');
      expect(line.externalPsk).not.toBe('device');
      expect(await call(server, ...PSK, '--psk-import', '0103')).toMatchObject({ ok: false });
      expect(await call(server, ...PSK)).toMatchObject({ ok: false });
    });
  });

  it('--psk-ke: no key exchange, where both sides say so', async () => {
    await serve([...PSK, '--psk-ke'], async (server) => {
      expect(await call(server, ...PSK, '--psk-ke')).toMatchObject({ ok: true, externalPsk: 'device', group: null });
      expect(await call(server, ...PSK)).toMatchObject({ ok: true, externalPsk: 'device', group: 'X25519MLKEM768' });
    });
    await serve(PSK, async (server) => expect((await call(server, ...PSK, '--psk-ke')).ok).toBe(false));
  });

  it('--limit: what each side takes at most', async () => {
    await serve(['--limit', 'handshakeMessageLength=100'], async (server) => {
      expect((await call(server)).ok).toBe(false);
      expect(await server.nextLine()).toMatchObject({ ok: false, error: { reason: 'message-too-long' } });
    });
    await serve([], async (server) => {
      const line = await call(server, '--limit', 'certificateMessageLength=100');
      expect(line).toMatchObject({ ok: false, error: { reason: 'message-too-long' } });
    });
  });
});
