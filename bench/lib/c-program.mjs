// Small programs in C over libraries that may be installed, built where a compiler is.
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';

const QUIET = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };

/**
 * Builds `source` into `folder`, with what pkg-config says of `package`, or with `flags`. The path of the program, or null
 * where the library or the compiler is missing.
 */
export function buildProgram(source, { package: library, flags }, folder) {
  const file = join(folder, basename(source, '.c'));
  try {
    const words =
      flags ?? execFileSync('pkg-config', ['--cflags', '--libs', '--static', library], QUIET).trim().split(/\s+/);
    execFileSync('cc', ['-O2', '-DNDEBUG', '-o', file, source, ...words], QUIET);
    return file;
  } catch {
    return null;
  }
}
