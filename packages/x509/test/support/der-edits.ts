import { concatBytes } from '@portico/bytes';
import { der, DerReader, derNull, TAG } from '../../src/index.js';

/** An element as a tree; an OCTET STRING that holds DER has it as its child. */
interface Node {
  readonly tag: number;
  readonly contents: Uint8Array;
  readonly children: readonly Node[] | null;
}

/** One change to a structure, and the structure with it. */
export interface DerEdit {
  /** Which child of which: `0.3.1`. */
  readonly path: string;
  readonly change: 'a NULL more' | 'an octet more' | 'nothing inside' | 'without the last' | 'of another type';
  readonly encoding: Uint8Array;
}

/** Every change of one element in a structure, lengths put right: what is inside it, and what it is. */
export function derEdits(encoding: Uint8Array): DerEdit[] {
  const root = readNode(new DerReader(encoding));
  const edits: DerEdit[] = [];
  visit(
    root,
    '',
    (path, change, changed) => edits.push({ path, change, encoding: changed }),
    (bytes) => bytes,
  );
  return edits;
}

function visit(
  node: Node,
  path: string,
  found: (path: string, change: DerEdit['change'], encoding: Uint8Array) => void,
  wrap: (encoding: Uint8Array) => Uint8Array,
): void {
  const at = path === '' ? 'all' : path;
  const { tag, children } = node;
  found(at, 'of another type', wrap(der((tag & 0x20) | 0x9d, node.contents)));
  found(at, 'nothing inside', wrap(der(tag)));
  if (children === null) return;
  found(at, 'a NULL more', wrap(der(tag, node.contents, derNull())));
  found(at, 'an octet more', wrap(der(tag, node.contents, Uint8Array.of(TAG.null))));
  const encodings = children.map(encodeNode);
  if (children.length > 1) found(at, 'without the last', wrap(der(tag, ...encodings.slice(0, -1))));
  for (const [index, child] of children.entries()) {
    visit(child, path === '' ? `${index}` : `${path}.${index}`, found, (encoding) =>
      wrap(der(tag, ...encodings.slice(0, index), encoding, ...encodings.slice(index + 1))),
    );
  }
}

function encodeNode({ tag, contents }: Node): Uint8Array {
  return der(tag, contents);
}

function readNode(reader: DerReader): Node {
  const element = reader.element();
  const contents = concatBytes(reader.contents(element));
  const mayHoldElements = (element.tag & 0x20) !== 0 || element.tag === TAG.octetString;
  return { tag: element.tag, contents, children: mayHoldElements ? readChildren(contents) : null };
}

/** Null where the contents are no elements. */
function readChildren(contents: Uint8Array): readonly Node[] | null {
  try {
    const children: Node[] = [];
    for (const inside = new DerReader(contents); inside.remaining > 0;) children.push(readNode(inside));
    return children;
  } catch {
    return null;
  }
}
