import { TOKEN } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { asciiLowerCase, equalsIgnoringCase } from '../grammar/text.js';
import { readHost } from '../uri/host.js';

/** `generic-param = token [ EQUAL gen-value ]`, RFC 3261 section 25.1. */
export interface Parameter {
  readonly name: string;
  /** A token, a host, or the text of a quoted string without its quotes; null for a parameter without a value. */
  readonly value: string | null;
  readonly quoted: boolean;
}

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const DQUOTE = 0x22;
const LEFT_BRACKET = 0x5b;

/** Up to so many parameters it is quicker to compare them one by one than to make a set. */
const FEW = 8;

const NO_PARAMETERS: readonly Parameter[] = /* @__PURE__ */ Object.freeze([]);

function keyOf({ name }: Parameter): string {
  return asciiLowerCase(name);
}

/** Reads a special value, such as an address without brackets; undefined: this parameter is an ordinary one. */
export type SpecialValue = (scanner: Scanner, name: string) => string | undefined;

/** Whether a semicolon stands in front of the first parameter, or nothing. */
export type ParameterLead = 'semicolon' | 'nothing';

/**
 * `*( SEMI generic-param )`. A name that comes twice is refused: which one counts would be each reader's own choice.
 * @throws SipError `header-syntax`
 */
export function readParameters(
  scanner: Scanner,
  special?: SpecialValue,
  lead: ParameterLead = 'semicolon',
): readonly Parameter[] {
  if (scanner.atEnd && lead === 'semicolon') return NO_PARAMETERS;
  const parameters: Parameter[] = [];
  let names: Set<string> | undefined;
  while ((lead === 'nothing' && parameters.length === 0) || scanner.takeSeparator(SEMICOLON)) {
    const at = scanner.offset;
    const parameter = readParameter(scanner, special);
    const { name } = parameter;
    // RFC 3261 section 7.3.1: any given parameter-name MUST NOT appear more than once.
    if (parameters.length === FEW) names = new Set(parameters.map(keyOf));
    const again = names === undefined ? findParameter(parameters, name) : names.has(keyOf(parameter));
    if (again !== undefined && again !== false) {
      scanner.offset = at;
      scanner.fail('generic-param', `${name} once`);
    }
    names?.add(keyOf(parameter));
    parameters.push(parameter);
  }
  return parameters;
}

/**
 * `generic-param`.
 * @throws SipError `header-syntax`
 */
export function readParameter(scanner: Scanner, special?: SpecialValue): Parameter {
  const name = scanner.token('generic-param');
  if (!scanner.takeSeparator(EQUALS)) return { name, value: null, quoted: false };
  const value = special?.(scanner, asciiLowerCase(name));
  if (value !== undefined) return { name, value, quoted: false };
  switch (scanner.peek()) {
    case DQUOTE:
      return { name, value: scanner.quotedString(), quoted: true };
    case LEFT_BRACKET:
      return { name, value: readHost(scanner).text, quoted: false };
    default:
      return { name, value: scanner.runOfSome(TOKEN, 'gen-value'), quoted: false };
  }
}

/**
 * For errors, since parameters are read without their places: goes back to the value of the parameter of this name, or to its
 * name where it has no value. Stays if there is none. The parameters from `from` to the scanner have been read just so.
 */
export function goToParameter(scanner: Scanner, from: number, name: string, special?: SpecialValue): void {
  const again = scanner.within(from, scanner.offset);
  while (!again.atEnd) {
    again.takeSeparator(SEMICOLON);
    const at = again.offset;
    if (equalsIgnoringCase(again.token(), name)) {
      scanner.offset = again.takeSeparator(EQUALS) ? again.offset : at;
      return;
    }
    again.offset = at;
    readParameter(again, special);
  }
}

/** `;name=value` for each. */
export function formatParameters(parameters: readonly Parameter[]): string {
  let text = '';
  for (const { name, value, quoted } of parameters) {
    text += value === null ? `;${name}` : `;${name}=${quoted ? quoteString(value) : value}`;
  }
  return text;
}

/** The value of a parameter: text, null for one without a value, undefined where it is absent. */
export function getParameter(parameters: readonly Parameter[], name: string): string | null | undefined {
  return findParameter(parameters, name)?.value;
}

/** The parameter of this name, in any case. */
export function findParameter(parameters: readonly Parameter[], name: string): Parameter | undefined {
  // By index: most lists have none, or one or two, and an iterator costs more than they do.
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter;
    if (parameter.name === name || equalsIgnoringCase(parameter.name, name)) return parameter;
  }
  return undefined;
}

/** `name="value"` */
export function quotedParameter(name: string, value: string): Parameter {
  return { name, value, quoted: true };
}

/** `name=value`, the value a token. */
export function tokenParameter(name: string, value: string): Parameter {
  return { name, value, quoted: false };
}

/** `quoted-string` with quotes and backslashes escaped. */
export function quoteString(text: string): string {
  return `"${text.replace(/["\\\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\\$&')}"`;
}
