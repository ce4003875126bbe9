import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'portico-gates-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The gates are plain scripts: what they export is described here, where it is used. */
const { importFaults } = (await import('../scripts/gates/imports.mjs' as string)) as {
  importFaults: (packageName: string, path: string, source: string) => string[];
};
const { sliceFaults } = (await import('../scripts/gates/copies.mjs' as string)) as {
  sliceFaults: (root: string, files: string[], options: object) => string[];
};
const { wasmFaults } = (await import('../scripts/gates/no-wasm.mjs' as string)) as {
  wasmFaults: (folder: string, label: string) => string[];
};
const { checkLicences } = (await import('../scripts/gates/licences.mjs' as string)) as {
  checkLicences: (root: string) => string[];
};
const { dependencyTree, shippedPackages } = (await import('../scripts/gates/workspace.mjs' as string)) as {
  dependencyTree: (directory: string) => { name: string }[];
  shippedPackages: (root: string) => { folder: string; manifest: { name: string } }[];
};
const { checkNpmLock } = (await import('../scripts/gates/npm-lock.mjs' as string)) as {
  checkNpmLock: (root: string) => string[];
};
const { SERVER_CODE } = (await import('../scripts/gates/layers.mjs' as string)) as { SERVER_CODE: RegExp };

describe('the gate for imports', () => {
  it.each([
    ['a package above', 'bytes', 'queue.ts', '@portico/crypto', 'crypto is not below bytes'],
    ['a package beside', 'sip-codec', 'index.ts', '@portico/msrp-codec', 'msrp-codec is not below sip-codec'],
    ['the command line', 'tls13-core', 'config.ts', 'portico', 'portico is not below tls13-core'],
    ['itself', 'bytes', 'queue.ts', '@portico/bytes', 'import the file, not the package'],
    ['the index of its package', 'bytes', 'queue.ts', './index.js', 'import the file, not the index'],
    ['a file of another package', 'crypto', 'noble.ts', '../../bytes/src/queue.js', 'import the package'],
    ['the host, from a core package', 'x509', 'keys/pem.ts', 'node:fs', 'a core package knows no host'],
    ['the host without its prefix', 'msrp-codec', 'framer.ts', 'buffer', 'a core package knows no host'],
    ['noble past the seam', 'tls13-core', 'config.ts', '@noble/hashes/sha2.js', 'a core package knows no host'],
    ['a stranger', 'transport-node', 'index.ts', 'left-pad', 'not among its modules'],
    ['fast-check outside arbitraries', 'bytes', 'codec.ts', 'fast-check', 'arbitraries live in entries of their own'],
    [
      'messages from records',
      'tls13-core',
      'record/deframer.ts',
      '../messages/message.js',
      'messages comes after record',
    ],
    [
      'decisions from messages',
      'tls13-core',
      'messages/finished.ts',
      '../handshake/flow.js',
      'handshake comes after messages',
    ],
    [
      'records from an extension',
      'tls13-core',
      'messages/extensions/cookie.ts',
      '../../record/deframer.js',
      'record comes after messages',
    ],
    [
      'the server from the client',
      'tls13-core',
      'handshake/client.ts',
      './server.js',
      'a client bundle holds no server code',
    ],
    [
      'headers from the SIP framer',
      'sip-codec',
      'framing/framer.ts',
      '../headers/via.js',
      'headers comes after framing',
    ],
    [
      'an entry of its own from a header',
      'sip-codec',
      'headers/via.ts',
      '../extensions/table.js',
      'extensions comes after headers',
    ],
    [
      'routing from a message',
      'sip-codec',
      'message/message.ts',
      '../routing/dialog.js',
      'routing comes after message',
    ],
    [
      'revocation from the path builder',
      'x509',
      'path/build.ts',
      '../revocation/crl.js',
      'revocation comes after path',
    ],
  ])('refuses to import %s', (_, packageName, path, specifier, why) => {
    const forms = [`import '${specifier}';`, `export * from '${specifier}';`, `import type { X } from '${specifier}';`];
    for (const source of forms) expect(importFaults(packageName, path, source).join()).toContain(why);
  });

  it.each([
    ['crypto', 'noble.ts', '@noble/curves/nist.js'],
    ['tls13-core', 'handshake/flow.ts', '../messages/message.js'],
    ['tls13-core', 'client.ts', './handshake/client.js'],
    ['tls13-core', 'alpn-arbitraries.ts', 'fast-check'],
    ['transport-node', 'server.ts', 'node:net'],
    ['portico', 'bin/portico.ts', '@portico/transport-node'],
  ])('lets %s/src/%s import %s', (packageName, path, specifier) => {
    expect(importFaults(packageName, path, `import { x } from '${specifier}';`)).toEqual([]);
  });
});

describe('the gate against copies made with slice', () => {
  it('finds it whatever kind of bytes it is called on, and nothing else of that name', () => {
    const source = `
      class Own extends Uint8Array {}
      class Other { slice(): void {} }
      export function copies<B extends Uint8Array>(
        a: Uint8Array, b: Buffer, c: Own, d: B, e: Uint8Array | null, f: { bytes: Uint8Array | string }, g: Uint8Array & { x: 1 },
      ): unknown[] { return [
        a.slice(),
        b.slice(1),
        c.slice(),
        d.slice(),
        e?.slice() ?? null,
        f.bytes.slice(0, 2),
        g.slice(),
        a['slice'](),
        Uint8Array.prototype.slice.call(a),
      ]; }
      export const fine = (a: Uint8Array, b: number[], c: string, d: Int32Array, e: ArrayBuffer): unknown[] =>
        [a.subarray(1), new Uint8Array(a), b.slice(), c.slice(1), d.slice(), e.slice(0), new Other().slice(), a.map((x) => x)];
    `;
    const file = join(work, 'copies.ts').replaceAll('\\', '/');
    writeFileSync(file, source);
    const typeRoots = [join(root, 'node_modules', '@types')];
    const options = { strict: true, target: 9, types: ['node'], typeRoots };
    const lines = sliceFaults(work, [file], options).map(
      (fault) => /^copies\.ts:(\d+): slice of a Buffer/.exec(fault)?.[1],
    );
    expect(lines).toEqual(['7', '8', '9', '10', '11', '12', '13', '14', '15']);
  });
});

describe('the gate against WebAssembly and addons', () => {
  it('finds a module, an addon and a mention in code, at any depth', () => {
    const folder = join(work, 'bad');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'deep', 'a.wasm'), '');
    writeFileSync(join(folder, 'deep', 'b.node'), '');
    writeFileSync(join(folder, 'c.js'), 'new WebAssembly.Module(x)');
    writeFileSync(join(folder, 'd.js'), 'fine');
    expect(wasmFaults(folder, 'x').sort()).toEqual([
      'x: c.js mentions WebAssembly',
      'x: deep/a.wasm',
      'x: deep/b.node',
    ]);
  });

  it('looks at everything that crypto brings with it', () => {
    const names = dependencyTree(join(root, 'packages', 'crypto')).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['@portico/bytes', '@noble/hashes', '@noble/curves', '@noble/ciphers']),
    );
  });
});

describe('the gate for licences and pins', () => {
  /** A workspace of one package, right but for what the case changes. */
  function faultsOf(change: { manifest?: object; copy?: string; dependency?: object }): string[] {
    const workspace = mkdtempSync(join(work, 'workspace-'));
    const directory = join(workspace, 'packages', 'x');
    mkdirSync(join(directory, 'src'), { recursive: true });
    mkdirSync(join(directory, 'node_modules', 'dep'), { recursive: true });
    writeFileSync(join(workspace, 'LICENSE'), 'text');
    writeFileSync(join(directory, 'LICENSE'), change.copy ?? 'text');
    writeFileSync(join(directory, 'src', 'index.ts'), '');
    const manifest = { name: 'x', license: 'MIT', dependencies: { dep: '1.2.3' }, ...change.manifest };
    writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
    const dependency = { name: 'dep', license: 'ISC', ...change.dependency };
    writeFileSync(join(directory, 'node_modules', 'dep', 'package.json'), JSON.stringify(dependency));
    return checkLicences(workspace);
  }

  it('passes a package that is right', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each([
    ['another licence text', { copy: 'other' }, "LICENSE is not the root's"],
    ['another licence', { manifest: { license: 'GPL-3.0' } }, 'license is GPL-3.0'],
    ['a range', { manifest: { dependencies: { dep: '^1.2.3' } } }, 'dep ^1.2.3 is not pinned'],
    ['a dependency that may not be shipped', { dependency: { license: 'GPL-3.0' } }, 'brings dep under GPL-3.0'],
    ['a dependency without a licence', { dependency: { license: undefined } }, 'brings dep under undefined'],
  ])('finds %s', (_, change, fault) => {
    expect(faultsOf(change)).toEqual([`x: ${fault}`]);
  });
});

describe("the gate for npm's lock file", () => {
  const right = {
    '': { devDependencies: { tool: '1.2.3' } },
    'node_modules/tool': { version: '1.2.3', integrity: 'sha512-x' },
  };
  function faultsOf(packages: object | null): string[] {
    const workspace = mkdtempSync(join(work, 'npm-lock-'));
    writeFileSync(join(workspace, 'package.json'), JSON.stringify({ devDependencies: { tool: '1.2.3' } }));
    if (packages !== null) writeFileSync(join(workspace, 'package-lock.json'), JSON.stringify({ packages }));
    return checkNpmLock(workspace);
  }

  it('passes one that is right', () => {
    expect(faultsOf(right)).toEqual([]);
  });

  it.each([
    ['none', null, 'is missing'],
    ['other dependencies', { ...right, '': { devDependencies: {} } }, 'is for other devDependencies'],
    ['another version', { ...right, 'node_modules/tool': { version: '1.2.4' } }, 'has tool 1.2.4, package.json 1.2.3'],
    [
      'the address of a registry',
      { ...right, 'node_modules/tool': { version: '1.2.3', resolved: 'https://registry.example/tool.tgz' } },
      'names the registry of node_modules/tool',
    ],
  ])('finds %s', (_, packages, fault) => {
    const faults = faultsOf(packages);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});

describe('the gate for bundles', () => {
  const runBare = (code: string): { status: number | null; stderr: string } => {
    const file = join(work, `bundle-${Math.random()}.mjs`);
    writeFileSync(file, code);
    return spawnSync(process.execPath, [join(root, 'scripts/gates/bare-host.mjs'), file], { encoding: 'utf8' });
  };

  it.each(['crypto', 'WebAssembly', 'TextEncoder', 'Buffer', 'process', 'setTimeout', 'console', 'URL', 'performance'])(
    'fails code that needs %s',
    (name) => {
      expect(runBare(`export const used = ${name};`)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(`${name} is not defined`) as string,
      });
    },
  );

  it('runs code that needs nothing, and fails what throws later', () => {
    expect(runBare('export const run = () => new Uint8Array(1).length;').status).toBe(0);
    expect(runBare('export const run = async () => { await 0; throw new Error("late"); };').status).toBe(1);
  });

  it('knows the server code of the tree by its path', () => {
    expect(SERVER_CODE.test('tls13-core/dist/handshake/server.js')).toBe(true);
    expect(SERVER_CODE.test('tls13-core/dist/server-connection.js')).toBe(true);
    expect(SERVER_CODE.test('tls13-core/dist/messages/server-hello.js')).toBe(false);
    expect(SERVER_CODE.test('tls13-core/dist/messages/extensions/server-name.js')).toBe(false);
  });
});

describe('the packages', () => {
  it('are ES modules without side effects, with exact dependencies, in the layers that are checked', () => {
    for (const { folder } of shippedPackages(root)) {
      const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      expect(manifest).toMatchObject({ type: 'module', sideEffects: false, license: 'MIT' });
      expect(importFaults(folder, 'x.ts', '')).toEqual([]);
    }
  });

  it('keep workspace ranges out of the root, so that a plain npm install there is harmless', () => {
    expect(readFileSync(join(root, 'package.json'), 'utf8')).not.toContain('workspace:');
  });
});
