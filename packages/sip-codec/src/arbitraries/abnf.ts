/** One node of a grammar in ABNF, RFC 5234. */
export type AbnfNode =
  | { readonly type: 'alternatives'; readonly of: readonly AbnfNode[] }
  | { readonly type: 'sequence'; readonly of: readonly AbnfNode[] }
  | { readonly type: 'repetition'; readonly of: AbnfNode; readonly min: number; readonly max: number }
  | { readonly type: 'rule'; readonly name: string }
  /** `"text"`: in any case; `%s"text"` (RFC 7405) and `%x41.42`: as they are. */
  | { readonly type: 'text'; readonly text: string; readonly caseSensitive: boolean }
  /** `%x41-5A`: one byte. */
  | { readonly type: 'range'; readonly first: number; readonly last: number };

/** Rules by their names in lower case: a Map, since a rule could be called `constructor`. */
export type AbnfGrammar = ReadonlyMap<string, AbnfNode>;

/**
 * Reads rules in ABNF: each begins in the first column, and goes on in lines that do not. Comments and prose values are
 * not read; `=/` adds alternatives.
 * @throws Error where a line cannot be read: a grammar is a constant, and its fault the author's
 */
export function parseAbnf(text: string): AbnfGrammar {
  const rules = new Map<string, AbnfNode>();
  for (const source of text.split(/\n(?=[A-Za-z])/)) {
    const match = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(=\/?)([^]*)$/.exec(source.replace(/;[^"\n]*$/gm, ''));
    if (match === null) {
      if (source.trim() === '') continue;
      throw new Error(`not a rule: ${source}`);
    }
    const [, name = '', operator, definition = ''] = match;
    const node = new AbnfReader(definition).read();
    const before = rules.get(name.toLowerCase());
    if (operator === '=' && before !== undefined) throw new Error(`rule ${name} comes twice`);
    rules.set(name.toLowerCase(), before === undefined ? node : { type: 'alternatives', of: [before, node] });
  }
  return rules;
}

/** Reads `elements` of one rule. */
class AbnfReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): AbnfNode {
    const node = this.#alternatives();
    if (this.#at < this.#text.length) throw new Error(`in ${this.#text}: what is ${this.#text.slice(this.#at)}?`);
    return node;
  }

  /** `alternation = concatenation *(*c-wsp "/" *c-wsp concatenation)` */
  #alternatives(): AbnfNode {
    const of = [this.#sequence()];
    while (this.#take(/\s*\/\s*/y) !== null) of.push(this.#sequence());
    return of.length === 1 ? (of[0] as AbnfNode) : { type: 'alternatives', of };
  }

  /** `concatenation = repetition *(1*c-wsp repetition)` */
  #sequence(): AbnfNode {
    const of: AbnfNode[] = [];
    this.#take(/\s*/y);
    while (this.#at < this.#text.length && !/[\])/]/.test(this.#text.charAt(this.#at))) {
      of.push(this.#repetition());
      this.#take(/\s*/y);
    }
    return of.length === 1 ? (of[0] as AbnfNode) : { type: 'sequence', of };
  }

  /** `repetition = [repeat] element`, `repeat = 1*DIGIT / (*DIGIT "*" *DIGIT)` */
  #repetition(): AbnfNode {
    const repeat = this.#take(/(\d*)(\*?)(\d*)/y);
    const element = this.#element();
    const [all = '', min = '', star = '', max = ''] = repeat ?? [];
    if (all === '') return element;
    if (star === '') return { type: 'repetition', of: element, min: Number(min), max: Number(min) };
    return { type: 'repetition', of: element, min: Number(min), max: max === '' ? Infinity : Number(max) };
  }

  #element(): AbnfNode {
    const name = this.#take(/[A-Za-z][A-Za-z0-9-]*/y);
    if (name !== null) return { type: 'rule', name: name[0].toLowerCase() };
    const quoted = this.#take(/(%s)?"([^"]*)"/y);
    if (quoted !== null) return { type: 'text', text: quoted[2] ?? '', caseSensitive: quoted[1] !== undefined };
    const range = this.#take(/%x([0-9A-Fa-f]+)-([0-9A-Fa-f]+)/y);
    if (range !== null) return { type: 'range', first: hex(range[1]), last: hex(range[2]) };
    const bytes = this.#take(/%x([0-9A-Fa-f]+(?:\.[0-9A-Fa-f]+)*)/y);
    if (bytes !== null) {
      const text = String.fromCharCode(...(bytes[1] ?? '').split('.').map(hex));
      return { type: 'text', text, caseSensitive: true };
    }
    if (this.#take(/\(/y) !== null) return this.#closed(/\)/y);
    if (this.#take(/\[/y) !== null) return { type: 'repetition', of: this.#closed(/\]/y), min: 0, max: 1 };
    throw new Error(`in ${this.#text}: what is ${this.#text.slice(this.#at)}?`);
  }

  #closed(end: RegExp): AbnfNode {
    const node = this.#alternatives();
    if (this.#take(end) === null) throw new Error(`in ${this.#text}: not closed`);
    return node;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }
}

function hex(digits: string | undefined): number {
  return Number.parseInt(digits ?? '', 16);
}
