// As much of vitest's interface as the tests of a core package use, for tests that stay loaded while mutants change
// beneath them.
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const vitest = realpathSync(fileURLToPath(new URL('../../node_modules/vitest', import.meta.url)));
const matchers = pathToFileURL(join(dirname(vitest), '@vitest/expect/dist/index.js')).href;
const { chai, GLOBAL_EXPECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend } = await import(matchers);
for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers, fileSnapshots]) chai.use(plugin);

export const expect = Object.assign((value, message) => chai.expect(value, message), chai.expect);
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, configurable: true });

/** @typedef {{ path: string[], run: () => unknown, suites: Suite[] }} Test */
/** @typedef {{ name: string, beforeAll: Function[], beforeEach: Function[], afterEach: Function[], afterAll: Function[] }} Suite */

/** @type {Test[]} */
export const tests = [];
/** @type {Suite[]} */
let suites = [];
const pending = [];

let testFolder = '';

/** The same tests are about to be read again, with other sources beneath them. */
export function forgetTests() {
  tests.length = 0;
  suites = [];
}

/** Reads one file of tests, which lies in `folder`: its describes and its hooks are its own. */
export function describeFile(folder, name, load) {
  testFolder = folder;
  describe(name, load);
}

export function describe(name, body) {
  const outer = suites;
  suites = [...outer, { name, beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] }];
  const result = body();
  suites = outer;
  if (result instanceof Promise) throw new Error(`an asynchronous describe: ${name}`);
}

export function it(name, run) {
  tests.push({ path: [...suites.map((suite) => suite.name), name], run, suites });
}

/** Modules are loaded once here, and globals are the process's: a test that wants others of its own fails, and is left out. */
export const vi = new Proxy(
  {},
  {
    get: (_, name) => () => {
      throw new Error(`vi.${String(name)} is not here`);
    },
  },
);

const each = (define) => (table) => (name, body) => {
  table.forEach((row, index) => {
    const values = Array.isArray(row) ? row : [row];
    define(`${name} [${index}]`, () => body(...values));
  });
};
describe.each = each(describe);
it.each = each(it);
const skipIf = (define) => (condition) => (condition ? () => undefined : define);
describe.skipIf = skipIf(describe);
it.skipIf = skipIf(it);

const hook = (kind) => (run) => suites.at(-1)[kind].push(run);
export const beforeAll = hook('beforeAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
/** Never run: a process ends with what its tests have still in use. */
export const afterAll = hook('afterAll');

/** Documents that are printed from data; a path begins at the folder of the tests. */
function fileSnapshots({ Assertion }, utils) {
  // Read once: whoever writes tests while others are played may write these files too.
  const documents = new Map();
  utils.addMethod(Assertion.prototype, 'toMatchFileSnapshot', function (path) {
    const file = join(testFolder, path);
    if (!documents.has(file)) documents.set(file, readFileSync(file, 'utf8'));
    this.assert(utils.flag(this, 'object') === documents.get(file), `expected ${path}`);
  });
}

/** Runs what stands before all tests, once. */
export async function prepare() {
  for (const suite of new Set(tests.flatMap((test) => test.suites))) {
    for (const run of suite.beforeAll) await run();
  }
  await Promise.all(pending);
}

/** Runs one test with the hooks around it. @returns {Promise<unknown>} what it threw, or undefined */
export async function runTest({ run, suites: around }) {
  try {
    for (const suite of around) for (const before of suite.beforeEach) await before();
    await run();
    return undefined;
  } catch (error) {
    return error ?? new Error('threw nothing');
  } finally {
    for (const suite of around) for (const after of suite.afterEach) await after();
  }
}
