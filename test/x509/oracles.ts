import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificatesToPem } from '@portico/x509/issue';
import type { Certificate } from '@portico/x509';
import type { GeneratedChain } from './chains.js';
import { HOST, NOW } from './changes.js';

/** What another verifier says: `trusted`, or why not in its own words. */
export type Verdict = string;

export interface Oracle {
  readonly name: string;
  readonly version: string;
  /** One verdict for each chain. */
  readonly judge: (chains: readonly GeneratedChain[]) => readonly Verdict[];
}

/** Null where the program is not there. */
export function openssl(): Oracle | null {
  const version = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  if (version.status !== 0) return null;
  return {
    name: 'OpenSSL',
    version: version.stdout.trim(),
    judge: (chains) =>
      inFolder((folder) =>
        chains.map(({ anchors, intermediates, leaf }) => {
          const files = { anchors, intermediates, leaf: [leaf] };
          for (const [name, certificates] of Object.entries(files)) {
            writeFileSync(join(folder, name), certificatesToPem(certificates));
          }
          const { status, stderr } = spawnSync(
            'openssl',
            ['verify', '-no-CApath', '-no-CAstore', '-CAfile', 'anchors', '-policy_check']
              .concat(intermediates.length === 0 ? [] : ['-untrusted', 'intermediates'])
              .concat(['-purpose', 'sslserver', '-verify_hostname', HOST, '-attime', String(NOW / 1000), 'leaf']),
            { cwd: folder, encoding: 'utf8' },
          );
          return status === 0 ? 'trusted' : (/error \d+ at \d+ depth lookup: (.*)/.exec(stderr)?.[1] ?? stderr.trim());
        }),
      ),
  };
}

/** Go's crypto/x509 through a small program; null where Go is not there. Compiling it takes a while. */
export function goX509(): Oracle | null {
  const version = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (version.status !== 0) return null;
  return {
    name: 'Go',
    version: version.stdout.trim(),
    judge: (chains) =>
      inFolder((folder) => {
        const input = chains.map(({ anchors, intermediates, leaf }) => ({
          anchors: anchors.map(({ raw }) => Buffer.from(raw).toString('base64')),
          intermediates: intermediates.map(({ raw }) => Buffer.from(raw).toString('base64')),
          leaf: Buffer.from(leaf.raw).toString('base64'),
          host: HOST,
          time: NOW / 1000,
        }));
        const program = join(folder, 'verify');
        execFileSync('go', ['build', '-o', program, fileURLToPath(new URL('verify.go', import.meta.url))]);
        const output = execFileSync(program, { input: JSON.stringify(input), maxBuffer: 2 ** 30, encoding: 'utf8' });
        return JSON.parse(output) as string[];
      }),
  };
}

/** Node's X509Certificate builds no paths: what it judges is signatures along one, names of issuers, and the host. */
export function nodeX509(path: readonly Certificate[]): Verdict {
  const certificates = path.map(({ raw }) => new X509Certificate(raw));
  if (certificates[0]?.checkHost(HOST, { subject: 'never' }) === undefined) return 'another host';
  for (let i = 0; i + 1 < certificates.length; i++) {
    const [certificate, issuer] = [certificates[i] as X509Certificate, certificates[i + 1] as X509Certificate];
    if (!certificate.checkIssued(issuer)) return 'another issuer';
    if (!certificate.verify(issuer.publicKey)) return 'bad signature';
  }
  return 'trusted';
}

function inFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'portico-differential-'));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
