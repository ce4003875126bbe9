// Loads the module given as argument after taking away what a bare JavaScript engine does not have (QuickJS, Hermes, XS).
// A module that exports `run` is run.
import { pathToFileURL } from 'node:url';

const { argv, exit, stderr } = process;
// Before URL and all else is gone.
const bundle = pathToFileURL(argv[2]).href;
const fail = (error) => {
  stderr.write(`${error?.stack ?? error}\n`);
  exit(1);
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const NOT_IN_ECMASCRIPT = [
  'WebAssembly',
  'crypto',
  'Crypto',
  'CryptoKey',
  'SubtleCrypto',
  'TextEncoder',
  'TextDecoder',
  'Buffer',
  'fetch',
  'Headers',
  'Request',
  'Response',
  'FormData',
  'Blob',
  'File',
  'URL',
  'URLSearchParams',
  'atob',
  'btoa',
  'structuredClone',
  'performance',
  'Event',
  'EventTarget',
  'AbortController',
  'AbortSignal',
  'MessageChannel',
  'MessagePort',
  'BroadcastChannel',
  'ReadableStream',
  'WritableStream',
  'TransformStream',
  'WebSocket',
  'navigator',
  'console',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask',
  'process',
  'global',
];
for (const name of NOT_IN_ECMASCRIPT) {
  delete globalThis[name];
  if (name in globalThis) fail(new Error(`${name} could not be removed`));
}

try {
  const module = await import(bundle);
  await module.run?.();
  exit(0);
} catch (error) {
  fail(error);
}
