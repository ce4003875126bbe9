import { HEXDIG } from '../grammar/characters.js';
import { listHeader, singleHeader, type HeaderDefinition } from '../headers/definition.js';
import { readRuledParameters, rule } from '../headers/parameter-rules.js';
import { formatParameters, readParameters, type Parameter } from '../headers/parameters.js';
import {
  formatBareParameters,
  formatTextValue,
  numberValueHeader,
  textValueReader,
  tokenValueListHeader,
  tokenValueReader,
  uriListHeader,
  type NumberValue,
  type TextValue,
  type TokenValue,
  type UriValue,
} from '../headers/shapes.js';

/** Reason, RFC 3326 section 2: protocols, with `cause` in digits and `text` in quotes. */
export const REASON: HeaderDefinition<readonly TokenValue[]> = /* @__PURE__ */ tokenValueListHeader(
  'Reason',
  /* @__PURE__ */ tokenValueReader(
    [
      /* @__PURE__ */ rule('cause', 'token', 'optional', (value) => /^[0-9]+$/.test(value)),
      /* @__PURE__ */ rule('text', 'quoted'),
    ],
    'protocol',
  ),
);

/** Session-ID, RFC 7989 section 5. */
export interface SessionId {
  /** 32 hexadecimal digits in lower case. */
  readonly local: string;
  /** `remote` is of the same form. */
  readonly parameters: readonly Parameter[];
}

/** The UUID of an end that gave none, RFC 7989 section 5. */
export const NIL_SESSION_UUID: string = /* @__PURE__ */ '0'.repeat(32);

const isSessionUuid = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

export const SESSION_ID: HeaderDefinition<SessionId> = /* @__PURE__ */ singleHeader(
  'Session-ID',
  (scanner) => {
    const from = scanner.offset;
    const local = scanner.run(HEXDIG);
    if (!isSessionUuid(local)) {
      scanner.offset = from;
      scanner.fail('sess-uuid', '32 hexadecimal digits in lower case');
    }
    return { local, parameters: readRuledParameters(scanner, [rule('remote', 'token', 'optional', isSessionUuid)]) };
  },
  ({ local, parameters }) => `${local}${formatParameters(parameters)}`,
);

/** User-to-User, RFC 7433 section 4.1: data as a token or in quotes; `purpose`, `content` and `encoding` are tokens. */
export const USER_TO_USER: HeaderDefinition<readonly TextValue[]> = /* @__PURE__ */ listHeader(
  'User-to-User',
  /* @__PURE__ */ textValueReader([
    /* @__PURE__ */ rule('purpose', 'token'),
    /* @__PURE__ */ rule('content', 'token'),
    /* @__PURE__ */ rule('encoding', 'token'),
  ]),
  formatTextValue,
);

/** Geolocation, RFC 6442 section 4.1: location URIs. */
export const GEOLOCATION: HeaderDefinition<readonly UriValue[]> = /* @__PURE__ */ uriListHeader('Geolocation');

/** Geolocation-Routing, RFC 6442 section 4.2: `yes`, `no`, or another name with or without a value. */
export const GEOLOCATION_ROUTING: HeaderDefinition<Parameter> = /* @__PURE__ */ singleHeader(
  'Geolocation-Routing',
  (scanner) => {
    const [value, more] = readParameters(scanner, undefined, 'nothing');
    if (value === undefined || more !== undefined) return scanner.fail('Geolocation-Routing', 'one value');
    return value;
  },
  (value) => formatBareParameters([value]),
);

/** Geolocation-Error, RFC 6442 section 4.3: a code up to 999; `code` is text in quotes. */
export const GEOLOCATION_ERROR: HeaderDefinition<NumberValue> = /* @__PURE__ */ numberValueHeader(
  'Geolocation-Error',
  999,
  [/* @__PURE__ */ rule('code', 'quoted')],
);
