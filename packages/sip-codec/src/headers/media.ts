import type { Scanner } from '../grammar/scanner.js';
import { listHeader, singleHeader, type HeaderDefinition } from './definition.js';
import { ACCEPT_PARAMETERS, readRuledParameters, rule, type ParameterRule } from './parameter-rules.js';
import { formatParameters, goToParameter, readParameters, type Parameter } from './parameters.js';

/** `media-type = m-type SLASH m-subtype *(SEMI m-parameter)`, RFC 3261 section 20.15. Types are in lower case. */
export interface MediaType {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: readonly Parameter[];
}

const SLASH = 0x2f;

/** Content-Type, RFC 3261 section 20.15. */
export const CONTENT_TYPE: HeaderDefinition<MediaType> = /* @__PURE__ */ singleHeader(
  'Content-Type',
  (scanner) => {
    const { type, subtype } = readMediaRange(scanner);
    const from = scanner.offset;
    const parameters = readParameters(scanner);
    for (const { name, value, quoted } of parameters) {
      // m-parameter = m-attribute EQUAL m-value, m-value = token / quoted-string
      if (value !== null && (quoted || !value.startsWith('['))) continue;
      goToParameter(scanner, from, name);
      scanner.fail('m-parameter', 'a token or a quoted string as value');
    }
    return { type, subtype, parameters };
  },
  formatMediaType,
);

/** Accept, RFC 3261 section 20.1: media ranges, where `*` stands for any; maybe none. */
export const ACCEPT: HeaderDefinition<readonly MediaType[]> = /* @__PURE__ */ listHeader(
  'Accept',
  (scanner) => ({ ...readMediaRange(scanner), parameters: readRuledParameters(scanner, ACCEPT_PARAMETERS) }),
  formatMediaType,
  'allowed',
);

/** Content-Disposition, RFC 3261 section 20.11. */
export interface Disposition {
  readonly type: string;
  readonly parameters: readonly Parameter[];
}

/** `handling-param = "handling" EQUAL ( "optional" / "required" / other-handling )`, `other-handling = token` */
const DISPOSITION_RULES: readonly ParameterRule[] = [/* @__PURE__ */ rule('handling', 'token')];

export const CONTENT_DISPOSITION: HeaderDefinition<Disposition> = /* @__PURE__ */ singleHeader(
  'Content-Disposition',
  (scanner) => ({ type: scanner.token('disp-type'), parameters: readRuledParameters(scanner, DISPOSITION_RULES) }),
  ({ type, parameters }) => `${type}${formatParameters(parameters)}`,
);

function readMediaRange(scanner: Scanner): Omit<MediaType, 'parameters'> {
  const type = scanner.token('m-type').toLowerCase();
  if (!scanner.takeSeparator(SLASH)) scanner.fail('media-type', "'/'");
  const subtype = scanner.token('m-subtype').toLowerCase();
  return { type, subtype };
}

function formatMediaType({ type, subtype, parameters }: MediaType): string {
  return `${type}/${subtype}${formatParameters(parameters)}`;
}

/** Whether a media range covers a type. */
export function acceptsMedia(range: MediaType, type: string, subtype: string): boolean {
  return (range.type === '*' || range.type === type) && (range.subtype === '*' || range.subtype === subtype);
}
