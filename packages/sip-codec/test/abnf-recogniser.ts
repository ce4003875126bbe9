import type { AbnfGrammar, AbnfNode } from '@portico/sip-codec/arbitraries';

/**
 * The slow and obviously right twin of every typed reader: says whether a text, one character for each byte, is what a
 * rule generates, by following the grammar in every direction that it allows.
 */
export class AbnfRecogniser {
  readonly #grammar: AbnfGrammar;

  constructor(grammar: AbnfGrammar) {
    this.#grammar = grammar;
  }

  matches(rule: string, text: string): boolean {
    return this.#ends({ type: 'rule', name: rule.toLowerCase() }, 0, text, new Map()).has(text.length);
  }

  /** All places where the node can end if it begins at `start`. */
  #ends(node: AbnfNode, start: number, text: string, known: Map<AbnfNode, Map<number, Set<number>>>): Set<number> {
    // One character is sooner compared than looked up.
    if (node.type === 'range' || node.type === 'text') return this.#newEnds(node, start, text, known);
    const ofNode = known.get(node) ?? new Map<number, Set<number>>();
    known.set(node, ofNode);
    const before = ofNode.get(start);
    if (before !== undefined) return before;
    const ends = this.#newEnds(node, start, text, known);
    ofNode.set(start, ends);
    return ends;
  }

  #newEnds(node: AbnfNode, start: number, text: string, known: Map<AbnfNode, Map<number, Set<number>>>): Set<number> {
    switch (node.type) {
      case 'rule': {
        const definition = this.#grammar.get(node.name);
        if (definition === undefined) throw new Error(`no rule ${node.name}`);
        return this.#ends(definition, start, text, known);
      }
      case 'text': {
        const there = text.slice(start, start + node.text.length);
        const same = node.caseSensitive ? there === node.text : there.toLowerCase() === node.text.toLowerCase();
        return same ? new Set([start + node.text.length]) : NOWHERE;
      }
      case 'range': {
        const code = start < text.length ? text.charCodeAt(start) : -1;
        return code >= node.first && code <= node.last ? new Set([start + 1]) : NOWHERE;
      }
      case 'alternatives':
        return union(node.of.map((one) => this.#ends(one, start, text, known)));
      case 'sequence':
        return node.of.reduce(
          (starts, one) => union(Array.from(starts, (from) => this.#ends(one, from, text, known))),
          new Set([start]),
        );
      case 'repetition': {
        const ends = new Set<number>(node.min === 0 ? [start] : []);
        let frontier = new Set([start]);
        for (let count = 1; count <= node.max && frontier.size > 0; count++) {
          const next = union(Array.from(frontier, (from) => this.#ends(node.of, from, text, known)));
          frontier = new Set([...next].filter((end) => count < node.min || !ends.has(end)));
          if (count >= node.min) for (const end of next) ends.add(end);
        }
        return ends;
      }
    }
  }
}

const NOWHERE: Set<number> = new Set();

/** What is in some of the sets; none of them is changed. */
function union(sets: readonly Set<number>[]): Set<number> {
  const some = sets.filter((set) => set.size > 0);
  const [only] = some;
  if (only === undefined) return NOWHERE;
  if (some.length === 1) return only;
  const all = new Set<number>();
  for (const set of some) for (const end of set) all.add(end);
  return all;
}
