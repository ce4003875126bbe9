import { appendFileSync } from 'node:fs';
import { importExternalPsk, traceTo } from '@portico/tls13-core';
import { choice, externalPsks, groupNames, hexBytes, list, number, present, UsageError } from './arguments.mjs';
import { keyLogTo, provider } from './credentials.mjs';

/** Flags of both programs for what is negotiated, for PSKs, for limits, and for what is told of a connection. */
export const HANDSHAKE_OPTIONS = {
  groups: { type: 'string' },
  suites: { type: 'string' },
  sigalgs: { type: 'string' },
  'cert-sigalgs': { type: 'string' },
  'sign-with': { type: 'string', multiple: true, default: [] },
  psk: { type: 'string', multiple: true },
  'psk-hash': { type: 'string', default: 'sha256' },
  'psk-import': { type: 'string' },
  'psk-ke': { type: 'boolean', default: false },
  'across-names': { type: 'boolean', default: false },
  limit: { type: 'string', multiple: true, default: [] },
  keylog: { type: 'string' },
  trace: { type: 'string' },
};

/** What they say in a configuration, PSKs apart. */
export function handshakeConfig(values) {
  return present({
    groups: groupNames(values.groups),
    cipherSuites: list(values.suites),
    signatureSchemes: list(values.sigalgs),
    certificateSignatureSchemes: list(values['cert-sigalgs']),
    limits: limitsOf(values.limit),
    keyLog: keyLogTo(values.keylog),
  });
}

/** `NAME=NUMBER`, any number of them, by the names of `TlsLimits`. */
function limitsOf(texts) {
  if (texts.length === 0) return undefined;
  return Object.fromEntries(
    texts.map((text) => {
      const [name, value, ...rest] = text.split('=');
      if (!name || value === undefined || rest.length > 0) throw new UsageError('--limit is NAME=NUMBER');
      return [name, number('limit', value, { min: 0, max: Number.MAX_SAFE_INTEGER })];
    }),
  );
}

/**
 * External PSKs as `--psk`, `--psk-hash` and `--psk-import` say; undefined where there are none. `--psk-import` is the
 * context (RFC 9258 section 5.1) in hexadecimal, which may be empty.
 */
export function pskList({ psk, 'psk-hash': hashName, 'psk-import': context }) {
  const hash = choice('psk-hash', hashName, ['sha256', 'sha384']);
  if (psk === undefined) {
    if (context !== undefined) throw new UsageError('--psk-import needs --psk');
    return undefined;
  }
  const psks = externalPsks(psk).map((external) => ({ ...external, hash }));
  if (context === undefined) return psks;
  const bytes = hexBytes('psk-import', context);
  return psks.flatMap(({ identity, key }) => importExternalPsk({ provider, identity, key, hash, context: bytes }));
}

/** Appends everything that a connection sends and receives to a file: a JSON line each, bytes in hexadecimal. */
export function traceOption(path, connection) {
  if (path === undefined) return {};
  const hexadecimal = (_, value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value);
  const write = (event) => appendFileSync(path, `${JSON.stringify({ connection, ...event }, hexadecimal)}\n`);
  return { trace: traceTo(write) };
}
