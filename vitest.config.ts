import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const packagesFolder = new URL('./packages/', import.meta.url);

/** Tests run on the sources: each entry of a package's exports map is aliased from dist to src. */
function sourceAliases(): { find: RegExp; replacement: string }[] {
  return readdirSync(packagesFolder).flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(new URL(`${folder}/package.json`, packagesFolder), 'utf8')) as {
      name: string;
      exports: Record<string, { default: string }>;
    };
    return Object.entries(manifest.exports).map(([subpath, target]) => ({
      find: new RegExp(`^${manifest.name}${subpath.slice(1)}$`),
      replacement: new URL(
        `${folder}/${target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')}`,
        packagesFolder,
      ).pathname,
    }));
  });
}

export default defineConfig({
  resolve: {
    alias: [
      ...sourceAliases(),
      // The conformance programs reach into the build; under test they judge the sources.
      { find: /^(?:\.\.\/)+packages\/([^/]+)\/dist\/(.+)\.js$/, replacement: `${packagesFolder.pathname}$1/src/$2.ts` },
    ],
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/interop/full/**'],
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 120_000,
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'] },
  },
});
