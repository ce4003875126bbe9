import { describe } from 'vitest';
import { findProgram } from './processes.js';

/**
 * A group of tests against a program that nobody here wrote. Where it is missing the group is skipped, and its title
 * says why.
 */
export function describePeer(title: string, programs: readonly string[], body: () => void): void {
  const missing = programs.filter((program) => findProgram(program) === null);
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (skipped: ${missing.join(', ')} not installed)`, body);
}
