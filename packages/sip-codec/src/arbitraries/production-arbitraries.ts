import fc, { type Arbitrary } from 'fast-check';
import type { AbnfGrammar, AbnfNode } from './abnf.js';

/** How many elements a repetition without an upper bound has at most beyond its minimum. */
const MORE = 3;

/** How often a rule may stand within itself: comments nest. */
const MAX_DEPTH = 2;

/**
 * Makes arbitraries of the rules of a grammar: each value is what the rule generates, one character for each byte.
 * Texts without case come in several cases.
 */
export class ProductionArbitraries {
  readonly #grammar: AbnfGrammar;
  readonly #made = new Map<string, Arbitrary<string>>();

  constructor(grammar: AbnfGrammar) {
    this.#grammar = grammar;
  }

  /**
   * What the rule generates.
   * @throws Error for a rule that is not in the grammar
   */
  of(rule: string): Arbitrary<string> {
    const key = rule.toLowerCase();
    const made = this.#made.get(key) ?? this.#rule(key, []);
    if (made === undefined) throw new Error(`rule ${rule} never ends`);
    this.#made.set(key, made);
    return made;
  }

  /** Undefined where the rule cannot end without standing within itself once more. */
  #rule(name: string, above: readonly string[]): Arbitrary<string> | undefined {
    const depth = above.filter((other) => other === name).length;
    if (depth >= MAX_DEPTH) return undefined;
    const key = `${name} ${above.filter((other) => this.#isRecursive(other)).join(' ')}`;
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const arbitrary = this.#node(this.#lookUp(name), [...above, name]);
    if (arbitrary !== undefined) this.#made.set(key, arbitrary);
    return arbitrary;
  }

  #lookUp(name: string): AbnfNode {
    const node = this.#grammar.get(name);
    if (node === undefined) throw new Error(`no rule ${name}`);
    return node;
  }

  #node(node: AbnfNode, above: readonly string[]): Arbitrary<string> | undefined {
    const characters = this.#characters(node);
    if (characters !== undefined) return fc.constantFrom(...characters);
    switch (node.type) {
      case 'rule':
        return this.#rule(node.name, above);
      case 'text':
        if (node.caseSensitive) return fc.constant(node.text);
        return fc.constantFrom(node.text, node.text, node.text.toLowerCase(), node.text.toUpperCase());
      case 'range':
        return fc.integer({ min: node.first, max: node.last }).map((byte) => String.fromCharCode(byte));
      case 'alternatives': {
        const possible = node.of.map((one) => this.#node(one, above)).filter((one) => one !== undefined);
        return possible.length === 0 ? undefined : fc.oneof(...possible);
      }
      case 'sequence': {
        const parts = node.of.map((one) => this.#node(one, above));
        return parts.includes(undefined)
          ? undefined
          : fc.tuple(...(parts as Arbitrary<string>[])).map((texts) => texts.join(''));
      }
      case 'repetition':
        return this.#repetition(node, above);
    }
  }

  #repetition(
    { of, min, max }: Extract<AbnfNode, { type: 'repetition' }>,
    above: readonly string[],
  ): Arbitrary<string> | undefined {
    const lengths = { minLength: min, maxLength: Math.min(max, min + MORE) };
    const characters = this.#characters(of);
    if (characters !== undefined) return fc.string({ unit: fc.constantFrom(...characters), ...lengths });
    const element = this.#node(of, above);
    if (element !== undefined) return fc.array(element, lengths).map((texts) => texts.join(''));
    return min === 0 ? fc.constant('') : undefined;
  }

  /** The characters of a node that is always one character; undefined for any other node. */
  #characters(node: AbnfNode, depth = 0): readonly string[] | undefined {
    switch (node.type) {
      case 'text':
        if (node.text.length !== 1) return undefined;
        return node.caseSensitive ? [node.text] : [...new Set([node.text.toLowerCase(), node.text.toUpperCase()])];
      case 'range':
        return Array.from({ length: node.last - node.first + 1 }, (_, index) =>
          String.fromCharCode(node.first + index),
        );
      case 'rule':
        return depth > 8 ? undefined : this.#characters(this.#lookUp(node.name), depth + 1);
      case 'alternatives': {
        const sets = node.of.map((one) => this.#characters(one, depth + 1));
        return sets.includes(undefined) ? undefined : [...new Set((sets as string[][]).flat())];
      }
      case 'sequence':
      case 'repetition':
        return undefined;
    }
  }

  /** Whether a rule can stand within itself. */
  #isRecursive(name: string): boolean {
    const seen = new Set<string>();
    const waiting = [this.#lookUp(name)];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (node.type === 'rule') {
        if (node.name === name) return true;
        if (!seen.has(node.name)) waiting.push(this.#lookUp(node.name));
        seen.add(node.name);
      } else if (node.type === 'repetition') waiting.push(node.of);
      else if (node.type === 'alternatives' || node.type === 'sequence') waiting.push(...node.of);
    }
    return false;
  }
}
