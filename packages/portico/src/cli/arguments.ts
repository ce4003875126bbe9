import { parseArgs } from 'node:util';

export const USAGE = `Portico: SIP, HTTP and MSRP on one TLS port.

  portico serve [--keylog FILE]      serve on HOST:PORT (environment; default 127.0.0.1:8443)
  portico demo [HOST:PORT --ca FILE] one call per protocol with Portico's own client, as a table;
                                     without an address, against a server of its own
  portico --version | --help

Development certificates are kept below .portico/ in the current directory.
A key log (SSLKEYLOGFILE format) lets anybody who has it decrypt the traffic.
`;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Command =
  | { readonly name: 'serve'; readonly address: Address; readonly keyLogPath: string | null }
  | { readonly name: 'demo'; readonly target: { readonly address: Address; readonly caPath: string } | null }
  | { readonly name: 'help' }
  | { readonly name: 'version' };

/** What was typed cannot be run; the message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The command is clear and a value in it, or in the environment, is not: the message says all, the usage adds nothing. */
export class ValueError extends UsageError {
  override readonly name = 'ValueError';
}

export const DEFAULT_ADDRESS: Address = { host: '127.0.0.1', port: 8443 };

/**
 * Reads the command line and the two environment variables that matter.
 * @throws UsageError
 */
export function parseCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const { values, positionals } = readOptions(args);
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };
  const [command, target, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`unexpected argument: ${rest[0]}`);
  switch (command) {
    case 'serve':
      if (target !== undefined) throw new UsageError(`unexpected argument: ${target}; set HOST and PORT instead`);
      if (values.ca !== undefined) throw new UsageError('--ca belongs to demo');
      return { name: 'serve', address: addressFrom(environment), keyLogPath: values.keylog ?? null };
    case 'demo':
      if (values.keylog !== undefined) throw new UsageError('--keylog belongs to serve');
      return { name: 'demo', target: demoTarget(target, values.ca) };
    case undefined:
      throw new UsageError('which command? serve or demo');
    default:
      throw new UsageError(`unknown command: ${command}`);
  }
}

interface Options {
  readonly keylog?: string;
  readonly ca?: string;
  readonly help?: boolean;
  readonly version?: boolean;
}

function readOptions(args: readonly string[]): { readonly values: Options; readonly positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        keylog: { type: 'string' },
        ca: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function addressFrom(environment: Readonly<Record<string, string | undefined>>): Address {
  const { HOST: host, PORT: port } = environment as { readonly HOST?: string; readonly PORT?: string };
  return {
    host: host === undefined || host === '' ? DEFAULT_ADDRESS.host : host,
    port: port === undefined || port === '' ? DEFAULT_ADDRESS.port : parsePort(port, 'PORT'),
  };
}

function demoTarget(
  target: string | undefined,
  caPath: string | undefined,
): { address: Address; caPath: string } | null {
  if (target === undefined && caPath === undefined) return null;
  if (target === undefined || caPath === undefined)
    throw new UsageError('demo needs both HOST:PORT and --ca, or neither');
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):([^:]*)$/.exec(target);
  const host = parts?.[1] ?? parts?.[2];
  if (parts === null || host === undefined) throw new ValueError(`not HOST:PORT: ${target}`);
  return { address: { host, port: parsePort(parts[3] ?? '', target) }, caPath };
}

function parsePort(text: string, source: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535)
    throw new ValueError(`not a port number (0 to 65535) in ${source}: ${text}`);
  return port;
}

/** `host:port`, an IPv6 address in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
