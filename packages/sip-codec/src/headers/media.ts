import type { Scanner } from '../grammar/scanner.js';
import { listHeader, singleHeader, type HeaderDefinition } from './definition.js';
import { ACCEPT_PARAMETERS, readRuledParameters, type ParameterRule } from './parameter-rules.js';
import { formatParameters, readParameters, type Parameter } from './parameters.js';

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
    const media = readMediaType(scanner);
    // m-parameter = m-attribute EQUAL m-value, m-value = token / quoted-string
    const isRight = ({ value, quoted }: Parameter): boolean => value !== null && (quoted || !value.startsWith('['));
    if (!media.parameters.every(isRight)) scanner.fail('m-parameter', 'a token or a quoted string as value');
    return media;
  },
  formatMediaType,
);

/** Accept, RFC 3261 section 20.1: media ranges, where `*` stands for any; maybe none. */
export const ACCEPT: HeaderDefinition<readonly MediaType[]> = /* @__PURE__ */ listHeader(
  'Accept',
  (scanner) => readMediaType(scanner, ACCEPT_PARAMETERS),
  formatMediaType,
  'allowed',
);

/** Content-Disposition, RFC 3261 section 20.11. */
export interface Disposition {
  readonly type: string;
  readonly parameters: readonly Parameter[];
}

export const CONTENT_DISPOSITION: HeaderDefinition<Disposition> = /* @__PURE__ */ singleHeader(
  'Content-Disposition',
  (scanner) => ({ type: scanner.token('disp-type'), parameters: readParameters(scanner) }),
  ({ type, parameters }) => `${type}${formatParameters(parameters)}`,
);

function readMediaType(scanner: Scanner, rules: readonly ParameterRule[] = []): MediaType {
  const type = scanner.token('m-type').toLowerCase();
  if (!scanner.takeSeparator(SLASH)) scanner.fail('media-type', "'/'");
  const subtype = scanner.token('m-subtype').toLowerCase();
  return { type, subtype, parameters: readRuledParameters(scanner, rules) };
}

function formatMediaType({ type, subtype, parameters }: MediaType): string {
  return `${type}/${subtype}${formatParameters(parameters)}`;
}

/** Whether a media range covers a type. */
export function acceptsMedia(range: MediaType, type: string, subtype: string): boolean {
  return (range.type === '*' || range.type === type) && (range.subtype === '*' || range.subtype === subtype);
}
