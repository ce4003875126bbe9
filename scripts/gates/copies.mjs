// Gate: nothing copies bytes with `slice`. On a Buffer, which is a Uint8Array to the compiler, it is a view: what was
// said to be the receiver's own would change with the caller's memory, and be wiped in it. The compiler says what a
// receiver is; lint has no rule for that.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { PACKAGES } from './layers.mjs';

/** Whose `slice` it is: subclasses inherit one of these, or have their own and are none of our business. */
const OF_BYTES = new Set(['Uint8Array', 'Buffer']);

/** `FILE:LINE: sentence` for each `slice` of bytes in these files, with file names below `root`. */
export function sliceFaults(root, files, options) {
  const program = ts.createProgram({ rootNames: files, options });
  const checker = program.getTypeChecker();
  const wanted = new Set(files);
  const faults = [];
  for (const source of program.getSourceFiles()) {
    if (!wanted.has(source.fileName)) continue;
    const visit = (node) => {
      const name = sliceIn(node);
      if (name !== undefined && isOfBytes(checker.getSymbolAtLocation(name))) {
        const { line } = source.getLineAndCharacterOfPosition(name.getStart(source));
        const file = relative(root, source.fileName).replaceAll('\\', '/');
        faults.push(`${file}:${line + 1}: slice of a Buffer is a view: copyBytes for a copy, subarray for a view`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return faults;
}

/** The name in `bytes.slice`, `bytes?.slice` and `bytes['slice']`. To take it out of its array, the linter forbids. */
function sliceIn(node) {
  const name = ts.isPropertyAccessExpression(node)
    ? node.name
    : ts.isElementAccessExpression(node)
      ? node.argumentExpression
      : undefined;
  return name?.text === 'slice' ? name : undefined;
}

/** Of a union, one is enough. */
function isOfBytes(symbol) {
  return (symbol?.declarations ?? []).some(({ parent }) => OF_BYTES.has(parent.name?.text));
}

/** All faults of the tree. The options are those of the tests, which find our packages by their sources. */
export function checkCopies(root) {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => fail(messageText) };
  const { options } = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.test.json'), {}, host);
  const files = Object.keys(PACKAGES).flatMap((packageName) =>
    readdirSync(join(root, 'packages', packageName, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/')),
  );
  return sliceFaults(root, files, options);
}

function fail(message) {
  throw new Error(ts.flattenDiagnosticMessageText(message, '\n'));
}
