import { join } from 'node:path';
import { temporaryFolder } from '../support/certificates.js';
import { describeEchoPeer } from '../support/echo-peer.js';
import { run } from '../support/processes.js';

describeEchoPeer({
  title: 'rustls',
  needs: ['cargo'],
  // What its ring provider has.
  groups: ['x25519', 'secp256r1', 'secp384r1'],
  keys: ['P-256', 'P-384', 'rsa', 'ed25519'],
  secrets: 'told',
  prepare: async () => {
    const target = temporaryFolder();
    const { code, stderr } = await run('cargo', ['build', '--quiet', '--locked', '--target-dir', target], {
      cwd: join(import.meta.dirname, 'rustls-peer'),
      patience: 280_000,
    });
    if (code !== 0) throw new Error(`cargo build: ${stderr}`);
    return [join(target, 'debug/rustls-peer')];
  },
});
