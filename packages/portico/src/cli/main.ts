import { readFile } from 'node:fs/promises';
import { parseCommand, USAGE, UsageError, ValueError } from './arguments.js';
import { demo } from './demo.js';
import { serve, StartError } from './serve.js';

/**
 * Runs a command and gives the exit code: 0, 1 if it could not be done, 2 if it was not understood. What a person can
 * put right is said in one line, without a stack.
 */
export async function main(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  try {
    const command = parseCommand(args, environment);
    switch (command.name) {
      case 'help':
        process.stdout.write(USAGE);
        return 0;
      case 'version':
        process.stdout.write(`${await ownVersion()}\n`);
        return 0;
      case 'serve':
        return await serve(command);
      case 'demo':
        return await demo(command);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`portico: ${error.message}\n${error instanceof ValueError ? '' : `\n${USAGE}`}`);
      return 2;
    }
    if (error instanceof StartError) {
      process.stderr.write(`portico: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function ownVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  return manifest.version;
}
