import { EXTENSION_CODES, type Extension, type ExtensionName } from '../../src/messages/extensions/extension.js';

type Hello = { readonly extensions: readonly Extension[] | null };

/** The same hello with one extension replaced, added or, for null, removed. */
export function withExtension<T extends Hello>(hello: T, name: ExtensionName, data: Uint8Array | null): T {
  const type = EXTENSION_CODES[name];
  const before = hello.extensions ?? [];
  if (data === null) return { ...hello, extensions: before.filter((known) => known.type !== type) };
  const exists = before.some((known) => known.type === type);
  const replaced = before.map((known) => (known.type === type ? { type, data } : known));
  return { ...hello, extensions: exists ? replaced : [...before, { type, data }] };
}
