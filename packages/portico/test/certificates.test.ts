import { chmod, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNobleProvider } from '@portico/crypto/noble';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadDevelopmentCertificates } from '../src/certificates/store.js';

const provider = createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });
const NOW = Date.UTC(2026, 6, 1);
const DAY = 86_400_000;

describe('development certificates', () => {
  let folder = '';
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'portico-')), '.portico');
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  const load = (options: { now?: number; extraNames?: readonly string[] } = {}) =>
    loadDevelopmentCertificates({ provider, now: NOW, folder, ...options });

  test("OpenSSL agrees: the CA signed the leaf, the key is the leaf's, the names are there", async () => {
    const { authority, certificate, privateKey, issued, authorityPath } = await load();
    expect(issued).toBe('authority-and-leaf');
    expect(authorityPath).toBe(join(folder, 'ca.pem'));
    const ca = new X509Certificate(authority);
    const leaf = new X509Certificate(certificate);
    expect(ca.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
    expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(leaf.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, URI:sip:localhost',
    );
  });

  test('keys are readable by their owner alone, and closed again when they were not', async () => {
    await load();
    const mode = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;
    expect([await mode('ca-key.pem'), await mode('server-key.pem')]).toEqual([0o600, 0o600]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await chmod(join(folder, 'server-key.pem'), 0o644);
    await load();
    expect(await mode('server-key.pem')).toBe(0o600);
  });

  test('a second load keeps everything', async () => {
    const first = await load();
    const second = await load({ now: NOW + DAY });
    expect(second).toEqual({ ...first, issued: 'nothing' });
  });

  test('a leaf near its end is reissued by the same CA', async () => {
    const first = await load();
    expect((await load({ now: NOW + 75 * DAY })).issued).toBe('nothing');
    const later = await load({ now: NOW + 77 * DAY });
    expect(later.issued).toBe('leaf');
    expect(later.authority).toBe(first.authority);
    expect(later.certificate).not.toBe(first.certificate);
  });

  test('a CA that could not outlive a leaf is replaced', async () => {
    await load();
    expect((await load({ now: NOW + 1740 * DAY })).issued).toBe('authority-and-leaf');
  });

  test('a clock set back before the certificates replaces them', async () => {
    await load();
    expect((await load({ now: NOW - 2 * DAY })).issued).toBe('authority-and-leaf');
  });

  test('another name makes another leaf, the same names in another order do not', async () => {
    await load();
    expect((await load({ extraNames: ['192.0.2.1'] })).issued).toBe('leaf');
    expect((await load({ extraNames: ['192.0.2.1', 'localhost'] })).issued).toBe('nothing');
    expect((await load()).issued).toBe('nothing');
  });

  test.each(['ca.pem', 'ca-key.pem', 'server.pem', 'server-key.pem'])('an unreadable %s is made anew', async (name) => {
    await load();
    for (const text of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
      await writeFile(join(folder, name), text);
      expect((await load()).issued).toBe(name.startsWith('ca') ? 'authority-and-leaf' : 'leaf');
      expect((await load()).issued).toBe('nothing');
    }
  });

  test('files that do not belong together are replaced', async () => {
    await load();
    const key = await readFile(join(folder, 'server-key.pem'));
    await writeFile(join(folder, 'ca-key.pem'), key);
    expect((await load()).issued).toBe('authority-and-leaf');
    await writeFile(join(folder, 'server-key.pem'), await readFile(join(folder, 'ca-key.pem')));
    expect((await load()).issued).toBe('leaf');
  });

  test('a leaf of another CA is replaced', async () => {
    const first = await load();
    const other = await loadDevelopmentCertificates({ provider, now: NOW, folder: join(folder, 'other') });
    for (const name of ['ca.pem', 'ca-key.pem']) {
      await writeFile(join(folder, name), await readFile(join(folder, 'other', name)));
    }
    const second = await load();
    expect([second.issued, second.authority]).toEqual(['leaf', other.authority]);
    expect(second.certificate).not.toBe(first.certificate);
  });

  test('two servers that start at once have the same CA, the one on disk', async () => {
    const [first, second] = await Promise.all([load(), load()]);
    expect(first.certificate).toBe(second.certificate);
    expect(await readFile(first.authorityPath, 'utf8')).toBe(first.authority);
  });

  test('a lock that a dead process left is taken over', async () => {
    await mkdir(join(folder, 'lock'), { recursive: true });
    await utimes(join(folder, 'lock'), new Date(0), new Date(0));
    expect((await load()).issued).toBe('authority-and-leaf');
  });
});
