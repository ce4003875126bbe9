import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'vitest';
import { temporaryFolder } from '../support/certificates.js';
import { describeEchoPeer, type PeerOption } from '../support/echo-peer.js';
import { findProgram, run } from '../support/processes.js';

/** Where Debian and the JDKs of vendors put themselves. */
const JDKS = '/usr/lib/jvm';

interface Jdk {
  /** The folder with `java` and `javac`. */
  readonly programs: string;
  /** 17, 25. */
  readonly version: number;
}

/** The JDK of the path, and of the others the newest: exporters came with Java 25. */
function installedJdks(): readonly Jdk[] {
  const ofPath = findProgram('javac');
  const folders = existsSync(JDKS) ? readdirSync(JDKS).map((name) => join(JDKS, name, 'bin')) : [];
  const known = [...(ofPath === null ? [] : [dirname(ofPath)]), ...folders].flatMap((programs) => {
    const version = versionOf(programs);
    return version === null ? [] : [{ programs, version }];
  });
  const [first, ...others] = known;
  if (first === undefined) return [];
  const newest = others.toSorted((left, right) => right.version - left.version)[0];
  return newest === undefined || newest.version <= first.version ? [first] : [first, newest];
}

function versionOf(programs: string): number | null {
  if (!existsSync(join(programs, 'javac'))) return null;
  const release = join(programs, '../release');
  // The JDK of the path may be there by a link, without its file.
  if (!existsSync(release)) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(release, 'latin1'))?.[1] ?? 0);
}

const jdks = installedJdks();
describe.skipIf(jdks.length > 0)("Java's JSSE (skipped: no JDK installed)", () => undefined);
for (const { programs, version } of jdks) {
  const exporters: readonly PeerOption[] = version >= 25 ? ['exporters'] : [];
  describeEchoPeer({
    title: version === 0 ? "Java's JSSE" : `Java's JSSE ${version}`,
    needs: [],
    groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448'],
    // JSSE knows no Ed25519 in TLS.
    keys: ['P-256', 'P-384', 'P-521', 'rsa', 'rsa-pss'],
    // It has no key logs, and no early data; what its server staples it asks a responder for.
    can: ['key update', 'stapled', ...exporters],
    prepare: async () => {
      // It also runs as a single source file; compiled once it starts faster.
      const folder = temporaryFolder();
      const source = join(import.meta.dirname, 'JavaPeer.java');
      const { code, stderr } = await run(join(programs, 'javac'), ['-d', folder, source], { patience: 240_000 });
      if (code !== 0) throw new Error(`javac: ${stderr}`);
      return [join(programs, 'java'), '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', folder, 'JavaPeer'];
    },
  });
}
