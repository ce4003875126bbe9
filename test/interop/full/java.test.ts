import { join } from 'node:path';
import { temporaryFolder } from '../support/certificates.js';
import { describeEchoPeer } from '../support/echo-peer.js';
import { run } from '../support/processes.js';

describeEchoPeer({
  title: "Java's JSSE",
  needs: ['java', 'javac'],
  groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'],
  // JSSE 17 knows no Ed25519 in TLS.
  keys: ['P-256', 'P-384', 'P-521', 'rsa'],
  // Nor has it exporters or key logs.
  secrets: 'kept',
  prepare: async () => {
    // It also runs as a single source file; compiled once it starts faster.
    const folder = temporaryFolder();
    const { code, stderr } = await run('javac', ['-d', folder, join(import.meta.dirname, 'JavaPeer.java')], {
      patience: 240_000,
    });
    if (code !== 0) throw new Error(`javac: ${stderr}`);
    return ['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', folder, 'JavaPeer'];
  },
});
