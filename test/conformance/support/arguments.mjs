import { parseArgs } from 'node:util';
import { PROVIDER_NAMES } from './providers.mjs';

/** What was typed cannot be run; the message is one clear line for whoever typed it. */
export class UsageError extends Error {}

/** Names that people know from other programs, beside the registered ones. */
const GROUP_ALIASES = new Map([
  ...[
    'x25519',
    'x448',
    'X25519MLKEM768',
    'SecP256r1MLKEM768',
    'SecP384r1MLKEM1024',
    'MLKEM512',
    'MLKEM768',
    'MLKEM1024',
  ].map((name) => [name.toLowerCase(), name]),
  ['p-256', 'secp256r1'],
  ['prime256v1', 'secp256r1'],
  ['p-384', 'secp384r1'],
  ['p-521', 'secp521r1'],
]);

/**
 * Reads a command line.
 * @throws UsageError with one clear line
 */
export function readArguments(argv, { options, positionals = 0 }) {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: positionals > 0 });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  if (parsed.positionals.length !== positionals) {
    throw new UsageError(`expected ${positionals} arguments before the flags, got ${parsed.positionals.length}`);
  }
  if (parsed.values.provider !== undefined) choice('provider', parsed.values.provider, PROVIDER_NAMES);
  return parsed;
}

/** `a,b,c` as a list; an empty element is an empty name, which the configuration refuses. */
export function list(text) {
  return text === undefined ? undefined : text.split(',');
}

export function groupNames(text) {
  return list(text)?.map((name) => GROUP_ALIASES.get(name.toLowerCase()) ?? name);
}

export function number(name, text, { min, max }) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} needs a number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  }
  return value;
}

/** `IDENTITY:HEX`, any number of them: external PSKs. */
export function externalPsks(texts) {
  return texts.map((text) => {
    const at = text.lastIndexOf(':');
    const hex = text.slice(at + 1);
    if (at < 1 || !/^([0-9a-f]{2})+$/i.test(hex)) throw new UsageError('--psk is IDENTITY:HEX');
    return { identity: new Uint8Array(Buffer.from(text.slice(0, at))), key: new Uint8Array(Buffer.from(hex, 'hex')) };
  });
}

/** Bytes in hexadecimal, which may be none. */
export function hexBytes(name, text) {
  if (!/^([0-9a-f]{2})*$/i.test(text)) throw new UsageError(`--${name} needs hexadecimal, got ${JSON.stringify(text)}`);
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** `NAME:HEX`, any number of them: keys of tickets or cookies, of which the first seals. */
export function namedKeys(flag, texts) {
  return texts?.map((text) => {
    const [name, hex, ...rest] = text.split(':');
    if (!name || !hex || rest.length > 0) throw new UsageError(`--${flag} is NAME:HEX`);
    return { name, key: hexBytes(flag, hex) };
  });
}

/** Flags of both programs for keying material to export (RFC 9846 section 7.5), and for that of early data. */
export const EXPORT_OPTIONS = {
  export: { type: 'string' },
  'export-early': { type: 'string' },
  'export-context': { type: 'string', default: '' },
};

/** What they ask for: of each kind a label, a context and a length in bytes, or null. */
export function exportRequests(values) {
  const context = hexBytes('export-context', values['export-context']);
  const request = (flag) => {
    const text = values[flag];
    if (text === undefined) return null;
    const at = text.lastIndexOf(':');
    if (at < 1) throw new UsageError(`--${flag} is LABEL:LENGTH`);
    return { label: text.slice(0, at), context, length: number(flag, text.slice(at + 1), { min: 1, max: 255 }) };
  };
  return { main: request('export'), early: request('export-early') };
}

/** One of a few words. */
export function choice(name, text, words) {
  if (!words.includes(text))
    throw new UsageError(`--${name} is one of ${words.join(', ')}, got ${JSON.stringify(text)}`);
  return text;
}

/** Without the fields that are undefined: an absent option and an option set to undefined are two things. */
export function present(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Runs a program's main function: what was typed wrongly is one line and exit code 2. */
export async function runMain(main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    const wrong = error instanceof UsageError || error?.name === 'TlsError' || error?.name === 'X509Error';
    if (!wrong && error?.code === undefined) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
