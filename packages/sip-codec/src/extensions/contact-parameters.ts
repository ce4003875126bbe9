import { SipError } from '../error.js';
import { findParameter, type Parameter } from '../headers/parameters.js';
import { parseUri, type Uri } from '../uri/uri.js';

/** 2^31 - 1, RFC 5626 section 10. */
export const MAX_REG_ID = 2_147_483_647;

/**
 * `+sip.instance` of a Contact, RFC 5626 section 4.1: the URN between the angle brackets; null where there is none.
 * @throws SipError `header-syntax` for one that is not `"<uric>"`
 */
export function contactInstance(parameters: readonly Parameter[]): string | null {
  const parameter = findParameter(parameters, '+sip.instance');
  if (parameter === undefined) return null;
  const [, urn] = /^<([A-Za-z0-9;/?:@&=+$,\-_.!~*'()%]+)>$/.exec(parameter.quoted ? (parameter.value ?? '') : '') ?? [];
  return urn ?? refuse('c-p-instance', '"<" 1*uric ">" in quotes', parameter);
}

/**
 * `reg-id` of a Contact, RFC 5626 section 4.2: 1 to 2^31 - 1; null where there is none.
 * @throws SipError `header-syntax`
 */
export function contactRegId(parameters: readonly Parameter[]): number | null {
  const parameter = findParameter(parameters, 'reg-id');
  if (parameter === undefined) return null;
  const number = /^[0-9]+$/.test(parameter.quoted ? '' : (parameter.value ?? '')) ? Number(parameter.value) : 0;
  return number >= 1 && number <= MAX_REG_ID ? number : refuse('c-p-reg', `1 to ${MAX_REG_ID}`, parameter);
}

/** The GRUUs that a registrar gave to a Contact, RFC 5627 section 6.2. */
export interface ContactGruus {
  readonly public: Uri | null;
  readonly temporary: Uri | null;
}

/**
 * `pub-gruu` and `temp-gruu` of a Contact, RFC 5627 section 6.2.
 * @throws SipError `header-syntax` for one without quotes, `uri-syntax` for one that is no URI
 */
export function contactGruus(parameters: readonly Parameter[]): ContactGruus {
  return { public: quotedUri(parameters, 'pub-gruu'), temporary: quotedUri(parameters, 'temp-gruu') };
}

function quotedUri(parameters: readonly Parameter[], name: string): Uri | null {
  const parameter = findParameter(parameters, name);
  if (parameter === undefined) return null;
  if (!parameter.quoted || parameter.value === null) return refuse(name, 'a quoted URI', parameter);
  return parseUri(parameter.value);
}

/**
 * One feature tag of a Contact, Accept-Contact or Feature-Caps, RFC 3840 section 9: null for one without a value,
 * undefined where it is absent. The values are as written, negations (`!`) and numbers (`#`) included.
 * @throws SipError `header-syntax`
 */
export function featureTag(
  parameters: readonly Parameter[],
  name: string,
):
  | { readonly type: 'list'; readonly values: readonly string[] }
  | { readonly type: 'text'; readonly text: string }
  | null
  | undefined {
  const parameter = findParameter(parameters, name);
  if (parameter === undefined) return undefined;
  const { value, quoted } = parameter;
  if (value === null) return null;
  if (!quoted) return refuse('feature-param', 'a value in quotes', parameter);
  // string-value = "<" *(qdtext-no-abkt / quoted-pair ) ">", whose pairs are resolved: it may hold brackets.
  if (/^<[^]*>$/.test(value)) return { type: 'text', text: value.slice(1, -1) };
  const values = value.split(',');
  const form = new RegExp(`^${TAG_VALUE}$`);
  return values.every((one) => form.test(one))
    ? { type: 'list', values }
    : refuse('tag-value-list', 'tag-values', parameter);
}

const NUMBER = '[+-]?[0-9]+(?:\\.[0-9]*)?';

/** `tag-value = ["!"] (token-nobang / boolean / numeric)`, RFC 3840 section 9, as a regular expression. */
export const TAG_VALUE: string = `!?(?:[A-Za-z0-9.%*_+\`'~-]+|#(?:>=|<=|=|${NUMBER}:)${NUMBER})`;

function refuse(rule: string, expected: string, { value }: Parameter): never {
  throw new SipError('header-syntax', { rule, expected, got: String(value).slice(0, 80) });
}
