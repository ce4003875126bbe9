import { randomBytes } from './random.mjs';

/**
 * DER as a tree, and changes that leave it DER: lengths are written anew, so that a reader gets past them to what the
 * change is about. Bytes that are no DER are one leaf.
 * @typedef {{ tag: number, contents: Uint8Array | null, prefix: number, children: Node[] | null }} Node
 */

const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const CONSTRUCTED = 0x20;

/** Tags that certificates, lists and responses have, and that none of them has. */
const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x81,
  0x82, 0x86, 0x87, 0xa0, 0xa1, 0xa3, 0xa4,
];

/** Contents at the edges of integers, identifiers, times, texts and bit strings. */
const EDGES = [
  [],
  [0],
  [0xff],
  [0x7f, 0xff, 0xff, 0xff, 0xff],
  [0x80, 0x00],
  [0x00, 0x80],
  [0x55, 0x1d, 0x0f],
  [0x55, 0x1d, 0x20, 0x00],
  [0x80, 0x01],
  [...'991231235959Z'].map((character) => character.charCodeAt(0)),
  [...'20500101000000Z'].map((character) => character.charCodeAt(0)),
  [0xd8, 0x00],
  [0x07, 0x80],
  [0x2a],
  [0x2e],
];

/** One to three changes of elements. What cannot be read as DER comes back as it is. */
export function mutateDer(random, input) {
  const root = readNode(input, 0, input.length, 0);
  if (root === null || root.end !== input.length) return input;
  // Mostly one: of several the first that is met hides the others.
  for (let changes = random(4) === 0 ? 2 + random(2) : 1; changes > 0; changes--) change(random, root.node);
  return Uint8Array.from(encode(root.node));
}

function change(random, root) {
  const places = [];
  collect(root, places);
  const [parent, index] = places[random(places.length)] ?? [null, 0];
  if (parent === null) return;
  const siblings = parent.children;
  const node = siblings[index];
  switch (random(9)) {
    case 0:
      siblings.splice(index, 1);
      break;
    case 1:
      siblings.splice(index, 0, node);
      break;
    case 2:
      siblings.push(...siblings.splice(index, 1));
      break;
    case 3:
      siblings[index] = { ...node, tag: TAGS[random(TAGS.length)] };
      break;
    case 4:
      siblings[index] = leafOf(node.tag, Uint8Array.from(EDGES[random(EDGES.length)]));
      break;
    case 5:
      siblings[index] = leafOf(node.tag, randomBytes(random, random(40)));
      break;
    case 6: {
      const [otherParent, other] = places[random(places.length)];
      // A copy: within itself it would have no end.
      siblings[index] = structuredClone(otherParent.children[other]);
      break;
    }
    case 7: {
      let wrapped = node;
      for (let depth = 1 + (random(8) === 0 ? random(60) : 0); depth > 0; depth--) wrapped = within(0x30, [wrapped]);
      siblings[index] = wrapped;
      break;
    }
    default:
      // Many of the same: lists of names, policies, entries.
      siblings.splice(index, 0, ...Array.from({ length: 1 + random(60) }, () => node));
  }
}

/** Every place of a tree that is below its root; bounded, since a node put twice into itself would have ever more. */
function collect(node, places) {
  for (const [index, child] of (node.children ?? []).entries()) {
    if (places.length > 4000) return;
    places.push([node, index]);
    collect(child, places);
  }
}

function leafOf(tag, contents) {
  return { tag, contents, prefix: 0, children: null };
}

function within(tag, children) {
  return { tag, contents: null, prefix: 0, children };
}

function readNode(bytes, start, limit, depth) {
  if (limit - start < 2 || depth > 40) return null;
  const tag = bytes[start];
  let at = start + 1;
  let length = bytes[at++];
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 3 || at + count > limit) return null;
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[at++];
  }
  const end = at + length;
  if (end > limit) return null;
  // Extensions and keys are DER within strings; a BIT STRING has its octet of unused bits before.
  const prefix = tag === BIT_STRING && length > 0 ? 1 : 0;
  const mayHold = (tag & CONSTRUCTED) !== 0 || tag === OCTET_STRING || (tag === BIT_STRING && bytes[at] === 0);
  const children = mayHold ? readNodes(bytes, at + prefix, end, depth + 1) : null;
  const node = { tag, contents: bytes.slice(at, end), prefix, children };
  return { node, end };
}

function readNodes(bytes, start, end, depth) {
  const nodes = [];
  for (let at = start; at < end;) {
    const read = readNode(bytes, at, end, depth);
    if (read === null) return null;
    nodes.push(read.node);
    at = read.end;
  }
  return nodes.length === 0 ? null : nodes;
}

function encode({ tag, contents, prefix, children }) {
  const inside =
    children === null ? [...contents] : [...(prefix === 1 ? [0] : []), ...children.flatMap((child) => encode(child))];
  return [tag, ...lengthOf(inside.length), ...inside];
}

function lengthOf(length) {
  if (length < 0x80) return [length];
  const octets = [];
  for (let rest = length; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}
