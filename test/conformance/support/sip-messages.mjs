// What the SIP conformance commands share: files, tables, and one way to frame and read bytes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createSipFramer } from '@portico/sip-codec';
import { UsageError } from './report.mjs';

/** `--name value` pairs and what stands alone. */
export function parseArguments(args, known, usage) {
  const positional = [];
  const options = {};
  for (let i = 0; i < args.length; i++) {
    const name = args[i].startsWith('--') ? args[i].slice(2) : null;
    if (name === null) positional.push(args[i]);
    else if (known.includes(name) && args[i + 1] !== undefined) options[name] = args[++i];
    else throw new UsageError(usage);
  }
  return { positional, options };
}

/** A table in RFC 4180 form, as objects by its first row. */
export function parseCsv(text) {
  const rows = [[]];
  let cell = '';
  let quoted = false;
  const endCell = () => {
    rows[rows.length - 1].push(cell);
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') endCell();
    else if (character === '\n') {
      endCell();
      rows.push([]);
    } else if (character !== '\r') cell += character;
  }
  if (cell !== '' || rows[rows.length - 1].length > 0) endCell();
  const [names, ...records] = rows.filter((row) => row.length > 1);
  return records.map((record) => new Map(names.map((name, index) => [name, record[index] ?? ''])));
}

/** Every file below a folder, in a stable order. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: relative(folder, path), read: () => new Uint8Array(readFileSync(path)) }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Pushes the chunks; the input stays open on a stream. */
export function frame(mode, chunks) {
  const framer = createSipFramer({ mode, keepAlive: 'off' });
  return chunks.flatMap((chunk) => framer.push(chunk).map((item) => (item.type === 'message' ? item.toOwned() : item)));
}
