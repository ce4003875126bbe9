import { ALPHANUM, HEXDIG } from '../grammar/characters.js';
import type { Scanner } from '../grammar/scanner.js';
import { listHeader, singleHeader, type HeaderDefinition } from '../headers/definition.js';
import type { NameAddress } from '../headers/name-addr.js';
import { readRuledParameters, rule, type ParameterRule } from '../headers/parameter-rules.js';
import { formatParameters, quoteString, type Parameter } from '../headers/parameters.js';
import {
  addressHeader,
  addressListHeader,
  formatBareParameters,
  formatTextValue,
  parametersReader,
  textValueReader,
  tokenHeader,
  tokenListHeader,
  type TextValue,
} from '../headers/shapes.js';
import { readHost } from '../uri/host.js';
import { formatUri, isUri, parseUri, type Uri } from '../uri/uri.js';

/** P-Associated-URI, RFC 7315 section 5.1: addresses, maybe none. */
export const P_ASSOCIATED_URI: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ addressListHeader(
  'P-Associated-URI',
  'required',
  'allowed',
);

/** P-Called-Party-ID, RFC 7315 section 5.2. */
export const P_CALLED_PARTY_ID: HeaderDefinition<NameAddress> = /* @__PURE__ */ addressHeader(
  'P-Called-Party-ID',
  'required',
);

/** P-Visited-Network-ID, RFC 7315 section 5.3. */
export const P_VISITED_NETWORK_ID: HeaderDefinition<readonly TextValue[]> = /* @__PURE__ */ listHeader(
  'P-Visited-Network-ID',
  /* @__PURE__ */ textValueReader(),
  formatTextValue,
);

/** P-Charging-Function-Addresses, RFC 7315 section 5.5: `ccf`, `ecf`, `ccf-2`, `ecf-2` and others. */
export const P_CHARGING_FUNCTION_ADDRESSES: HeaderDefinition<readonly (readonly Parameter[])[]> =
  /* @__PURE__ */ listHeader('P-Charging-Function-Addresses', /* @__PURE__ */ parametersReader(), formatBareParameters);

/** P-Charging-Vector, RFC 7315 section 5.6: `icid-value` is mandatory. */
export const P_CHARGING_VECTOR: HeaderDefinition<readonly Parameter[]> = /* @__PURE__ */ singleHeader(
  'P-Charging-Vector',
  /* @__PURE__ */ parametersReader([
    /* @__PURE__ */ rule('icid-value', 'value', 'required'),
    /* @__PURE__ */ rule('transit-ioi', 'quoted'),
  ]),
  formatBareParameters,
);

/** P-Early-Media, RFC 5009 section 9: directions, `gated` and `supported`; maybe none. */
export const P_EARLY_MEDIA: HeaderDefinition<readonly string[]> = /* @__PURE__ */ tokenListHeader('P-Early-Media', {
  empty: 'allowed',
  rule: 'em-param',
});

/** P-DCS-Trace-Party-ID, RFC 5503 section 5.1. */
export const P_DCS_TRACE_PARTY_ID: HeaderDefinition<NameAddress> = /* @__PURE__ */ addressHeader(
  'P-DCS-Trace-Party-ID',
  'required',
);

/** P-DCS-OSPS, RFC 5503 section 6.1: `BLV`, `EI`, `RING` or another token. */
export const P_DCS_OSPS: HeaderDefinition<string> = /* @__PURE__ */ tokenHeader('P-DCS-OSPS');

/** P-DCS-Billing-Info, RFC 5503 section 7.1. */
export interface BillingInfo {
  /** 1 to 48 hexadecimal digits. */
  readonly correlationId: string;
  /** Financial entity: 1 to 16 hexadecimal digits, `@` and a host. */
  readonly financialEntity: string;
  readonly parameters: readonly Parameter[];
}

const SLASH = 0x2f;
const AT = 0x40;
const COLON = 0x3a;

const BILLING_RULES: readonly ParameterRule[] = [
  /* @__PURE__ */ rule('rksgroup', 'token'),
  /* @__PURE__ */ rule('charge', 'quoted', 'optional', isUri),
  /* @__PURE__ */ rule('calling', 'quoted', 'optional', isUri),
  /* @__PURE__ */ rule('called', 'quoted', 'optional', isUri),
  /* @__PURE__ */ rule('routing', 'quoted', 'optional', isUri),
  /* @__PURE__ */ rule('locroute', 'quoted', 'optional', isUri),
  /* @__PURE__ */ rule('jip', 'quoted'),
];

export const P_DCS_BILLING_INFO: HeaderDefinition<BillingInfo> = /* @__PURE__ */ singleHeader(
  'P-DCS-Billing-Info',
  (scanner) => {
    const correlationId = readHex(scanner, 48, 'Billing-Correlation-ID');
    scanner.expect(SLASH, 'P-DCS-Billing-Info');
    const entity = readHex(scanner, 16, 'FEID');
    scanner.expect(AT, 'FEID');
    const financialEntity = `${entity}@${readHost(scanner).text}`;
    return { correlationId, financialEntity, parameters: readRuledParameters(scanner, BILLING_RULES) };
  },
  ({ correlationId, financialEntity, parameters }) =>
    `${correlationId}/${financialEntity}${formatParameters(parameters)}`,
);

function readHex(scanner: Scanner, max: number, ruleName: string): string {
  const from = scanner.offset;
  const digits = scanner.run(HEXDIG);
  if (digits !== '' && digits.length <= max && ALPHANUM[scanner.peek()] !== 1) return digits;
  scanner.offset = from;
  return scanner.fail(ruleName, `1 to ${max} hexadecimal digits`);
}

/** P-DCS-LAES, RFC 5503 section 8.1. */
export interface LawfulIntercept {
  /** A host with or without a port. */
  readonly signalling: string;
  /** `content` is a host with or without a port; `bcid` and `cccid` are hexadecimal. */
  readonly parameters: readonly Parameter[];
}

export const P_DCS_LAES: HeaderDefinition<LawfulIntercept> = /* @__PURE__ */ singleHeader(
  'P-DCS-LAES',
  (scanner) => {
    const signalling = readHostPort(scanner);
    const rules = [
      rule('bcid', 'token', 'optional', (value) => /^[0-9a-f]{1,48}$/i.test(value)),
      rule('cccid', 'token', 'optional', (value) => /^[0-9a-f]{1,8}$/i.test(value)),
    ];
    const special = (inner: Scanner, name: string): string | undefined =>
      name === 'content' ? readHostPort(inner) : undefined;
    return { signalling, parameters: readRuledParameters(scanner, rules, special) };
  },
  ({ signalling, parameters }) => `${signalling}${formatParameters(parameters)}`,
);

/** `hostport = host [ ":" port ]` */
function readHostPort(scanner: Scanner): string {
  const host = readHost(scanner).text;
  return scanner.take(COLON) ? `${host}:${scanner.integer(65_535, 'port')}` : host;
}

/** P-DCS-Redirect, RFC 5503 section 8.1. */
export interface Redirect {
  readonly called: Uri;
  /** `redirector-uri` is a quoted URI, `count` a number. */
  readonly parameters: readonly Parameter[];
}

export const P_DCS_REDIRECT: HeaderDefinition<Redirect> = /* @__PURE__ */ singleHeader(
  'P-DCS-Redirect',
  (scanner) => {
    const from = scanner.offset;
    const text = scanner.quotedString();
    // LDQUOT addr-spec RDQUOT: no quoted-pair is part of an addr-spec.
    if (scanner.cut(from, scanner.offset).includes('\\') || !isUri(text)) {
      scanner.offset = from;
      scanner.fail('Called-ID', 'a URI in quotes');
    }
    const rules = [
      rule('redirector-uri', 'quoted', 'optional', isUri),
      rule('count', 'token', 'optional', (value) => /^[0-9]+$/.test(value)),
    ];
    return { called: parseUri(text), parameters: readRuledParameters(scanner, rules) };
  },
  ({ called, parameters }) => `${quoteString(formatUri(called))}${formatParameters(parameters)}`,
);
