import type { Scanner } from '../grammar/scanner.js';
import { MAX_DELTA_SECONDS } from './numbers.js';
import {
  findParameter,
  goToParameter,
  readParameters,
  type Parameter,
  type ParameterLead,
  type SpecialValue,
} from './parameters.js';

/** What a header field asks of one of its parameters, beyond being a generic-param. */
export interface ParameterRule {
  /** In lower case. */
  readonly name: string;
  /** `flag`: no value. `value`: a token, a host or a quoted string. `token`: neither a host in brackets nor quoted. */
  readonly form: 'token' | 'quoted' | 'value' | 'flag';
  /** What the value has to be besides, without its quotes. */
  readonly check: ((value: string) => boolean) | null;
  readonly need: 'optional' | 'required';
}

/** Whether a value is `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`. */
export function isQvalue(value: string): boolean {
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(value);
}

/** Whether a value is `delta-seconds = 1*DIGIT` up to 2^32 - 1, RFC 3261 section 20.19. */
export function isDeltaSeconds(value: string): boolean {
  return /^[0-9]+$/.test(value) && Number(value) <= MAX_DELTA_SECONDS;
}

/** A rule, in the order in which one says it: `rule('to-tag', 'token', 'required')`. */
export function rule(
  name: string,
  form: ParameterRule['form'],
  need: ParameterRule['need'] = 'optional',
  check: ParameterRule['check'] = null,
): ParameterRule {
  return { name, form, check, need };
}

/** `accept-param = ("q" EQUAL qvalue) / generic-param`, RFC 3261 section 25.1. */
export const ACCEPT_PARAMETERS: readonly ParameterRule[] = [/* @__PURE__ */ rule('q', 'token', 'optional', isQvalue)];

/**
 * `*( SEMI generic-param )`, of which some are more than that.
 * @throws SipError `header-syntax`, whose rule is the parameter's name and whose offset that of its value; of one without a
 * value that of its name, and of one that is missing the end
 */
export function readRuledParameters(
  scanner: Scanner,
  rules: readonly ParameterRule[],
  special?: SpecialValue,
  lead?: ParameterLead,
): readonly Parameter[] {
  const from = scanner.offset;
  const parameters = readParameters(scanner, special, lead);
  const broken = findBroken(parameters, rules);
  if (broken === undefined) return parameters;
  const { name } = broken;
  goToParameter(scanner, from, name, special);
  const isThere = findParameter(parameters, name) !== undefined;
  return scanner.fail(name, isThere ? 'a value of its grammar' : 'this parameter');
}

/** Whether parameters follow all the rules. */
export function obeysAll(parameters: readonly Parameter[], rules: readonly ParameterRule[]): boolean {
  return findBroken(parameters, rules) === undefined;
}

function findBroken(parameters: readonly Parameter[], rules: readonly ParameterRule[]): ParameterRule | undefined {
  for (const wanted of rules) {
    const parameter = findParameter(parameters, wanted.name);
    if (parameter === undefined ? wanted.need === 'required' : !obeys(parameter, wanted)) return wanted;
  }
  return undefined;
}

function obeys({ value, quoted }: Parameter, { form, check }: ParameterRule): boolean {
  if (value === null) return form === 'flag';
  switch (form) {
    case 'flag':
      return false;
    case 'token':
      // A value without quotes is a token or an IPv6 address in brackets.
      if (quoted || value.startsWith('[')) return false;
      break;
    case 'quoted':
      if (!quoted) return false;
      break;
    case 'value':
  }
  return check === null || check(value);
}
