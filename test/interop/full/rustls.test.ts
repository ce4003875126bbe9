import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEchoPeer } from '../support/echo-peer.js';
import { run } from '../support/processes.js';

describeEchoPeer({
  title: 'rustls',
  needs: ['cargo'],
  // What its provider over AWS-LC has.
  groups: ['x25519', 'secp256r1', 'secp384r1', 'X25519MLKEM768', 'SecP256r1MLKEM768'],
  unusualGroups: ['MLKEM768'],
  keys: ['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'],
  can: ['exporters', 'key log', 'key update', 'stapling', 'stapled', 'early data'],
  prepare: async () => {
    // Kept for the next run: its cryptography is a library in C that takes minutes.
    const target = join(tmpdir(), 'portico-rustls-peer');
    const { code, stderr } = await run('cargo', ['build', '--quiet', '--locked', '--target-dir', target], {
      cwd: join(import.meta.dirname, 'rustls-peer'),
      patience: 880_000,
    });
    if (code !== 0) throw new Error(`cargo build: ${stderr}`);
    return [join(target, 'debug/rustls-peer')];
  },
});
