import { join } from 'node:path';
import { temporaryFolder } from '../support/certificates.js';
import { describeEchoPeer } from '../support/echo-peer.js';
import { run } from '../support/processes.js';

describeEchoPeer({
  title: "Go's crypto/tls",
  needs: ['go'],
  groups: [
    ...['x25519', 'secp256r1', 'secp384r1', 'secp521r1'],
    ...['X25519MLKEM768', 'SecP256r1MLKEM768', 'SecP384r1MLKEM1024'],
  ],
  keys: ['P-256', 'P-384', 'P-521', 'rsa', 'ed25519'],
  can: ['exporters', 'key log', 'stapling', 'stapled'],
  prepare: async () => {
    const program = join(temporaryFolder(), 'go-peer');
    const source = join(import.meta.dirname, 'go-peer.go');
    const { code, stderr } = await run('go', ['build', '-o', program, source], {
      env: { GOTOOLCHAIN: 'local' },
      patience: 240_000,
    });
    if (code !== 0) throw new Error(`go build: ${stderr}`);
    return [program];
  },
});
