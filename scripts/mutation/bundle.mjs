// Puts the tests of a package and every mutant of its sources into one module.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { mutate } from './mutants.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Writes one module that holds the tests and every mutant of the sources.
 * @param {{ packageFolder: string, isMutated: (name: string) => boolean, isTested: (file: string) => boolean,
 *   outfile: string, alsoExports?: string, cases?: number | null }} options `alsoExports` is a statement of the module's,
 *   `cases` is how many a property looks at at most
 * @returns {Promise<{ mutants: import('./mutants.mjs').Mutant[], bundle: string }>}
 */
export async function prepareBundle({ packageFolder, isMutated, isTested, outfile, alsoExports = '', cases = null }) {
  const found = [];
  const instrumented = new Map();
  for (const file of filesUnder(join(packageFolder, 'src'), '.ts').sort()) {
    const name = relative(packageFolder, file);
    if (!isMutated(name)) continue;
    const { mutants: own, code } = mutate(name, readFileSync(file, 'utf8'), found.length + 1);
    found.push(...own);
    instrumented.set(file, code);
  }
  const testFiles = filesUnder(join(packageFolder, 'test'), '.test.ts').filter(isTested);
  const harness = pathToFileURL(join(here, 'harness.mjs')).href;
  const entry = [
    `import { describeFile } from '${harness}';`,
    // Properties look at the same cases for each mutant.
    `import ${JSON.stringify(join(here, '../../test/support/property-seed.ts'))};`,
    ...testFiles.map((file, index) => `import { load as load${index} } from ${JSON.stringify(file)};`),
    ...testFiles.map(
      (file, index) =>
        `describeFile(${JSON.stringify(dirname(file))}, ${JSON.stringify(basename(file))}, load${index});`,
    ),
    alsoExports,
  ].join('\n');
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: { contents: entry, resolveDir: packageFolder, loader: 'js' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    plugins: [sources({ packageFolder, instrumented, testFiles: new Set(testFiles), harness, cases })],
  });
  return { mutants: found, bundle: pathToFileURL(outfile).href };
}

/** Mutated sources; tests as functions, so that each file's hooks stay its own; vitest's interface by the harness. */
function sources({ packageFolder, instrumented, testFiles, harness, cases }) {
  return {
    name: 'mutation',
    setup(plugin) {
      plugin.onResolve({ filter: /^vitest$/ }, () => ({ path: harness, external: true }));
      plugin.onResolve({ filter: /^file:/ }, ({ path }) => ({ path, external: true }));
      plugin.onResolve({ filter: /^fast-check$/ }, ({ namespace, resolveDir }) =>
        namespace === PROPERTIES
          ? undefined
          : { path: 'fast-check', namespace: PROPERTIES, pluginData: { resolveDir } },
      );
      plugin.onLoad({ filter: /./, namespace: PROPERTIES }, ({ pluginData: { resolveDir } }) => ({
        contents: propertiesOf(cases),
        resolveDir,
      }));
      for (const [name, file] of entriesOf(packageFolder)) {
        plugin.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: file }));
      }
      plugin.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(packageFolder)) return undefined;
        const url = JSON.stringify(pathToFileURL(path).href);
        const code = (instrumented.get(path) ?? readFileSync(path, 'utf8')).replaceAll('import.meta.url', url);
        return { contents: testFiles.has(path) ? asFunction(code) : code, loader: 'ts' };
      });
    },
  };
}

/** The namespace of the module that stands before fast-check. */
const PROPERTIES = 'properties';

/** fast-check as mutants need it: one counter-example says enough, and a few cases show most mistakes. */
function propertiesOf(cases) {
  const numRuns = cases === null ? '{}' : `{ numRuns: Math.min(${cases}, parameters.numRuns ?? 100) }`;
  return `
    import fc from 'fast-check';
    export * from 'fast-check';
    export const assert = (property, parameters = {}) =>
      fc.assert(property, { ...parameters, endOnFailure: true, ...${numRuns} });
    export default { ...fc, assert };
  `;
}

/** What the package exports, by name, and the source of each: its own tests judge the sources, not what was built. */
function entriesOf(packageFolder) {
  const { name, exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  return Object.entries(exports).map(([subpath, target]) => [
    `${name}${subpath.slice(1)}`,
    join(packageFolder, target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
  ]);
}

/** Imports stay outside; the rest of the file becomes the body of `load`. */
function asFunction(code) {
  const imports = [];
  const body = code.replace(/^import [^;]*?;$/gms, (statement) => {
    imports.push(statement);
    return '';
  });
  return `${imports.join('\n')}\nexport function load() {\n${body.replaceAll(/^export /gm, '')}\n}\n`;
}

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}
