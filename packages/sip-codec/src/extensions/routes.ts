import type { Scanner } from '../grammar/scanner.js';
import { listHeader, type HeaderDefinition } from '../headers/definition.js';
import { formatNameAddress, readBracketedAddress, readRuledAddress, type NameAddress } from '../headers/name-addr.js';
import { rule, type ParameterRule } from '../headers/parameter-rules.js';
import { addressListHeader } from '../headers/shapes.js';

/** Service-Route, RFC 3608 section 4. */
export const SERVICE_ROUTE: HeaderDefinition<readonly NameAddress[]> =
  /* @__PURE__ */ addressListHeader('Service-Route');

/** History-Info, RFC 7044 section 5: addresses with `index`, and `rc`, `mp` or `np`. */
export const HISTORY_INFO: HeaderDefinition<readonly NameAddress[]> = /* @__PURE__ */ listHeader(
  'History-Info',
  readHistoryEntry,
  formatNameAddress,
);

/** Section 5: what begins with a zero is the zero alone. */
const isIndex = (value: string): boolean => /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*$/.test(value);

/** Section 5: `index` MUST be there. */
const HISTORY_RULES: readonly ParameterRule[] = [
  /* @__PURE__ */ rule('index', 'token', 'required', isIndex),
  /* @__PURE__ */ rule('rc', 'token', 'optional', isIndex),
  /* @__PURE__ */ rule('mp', 'token', 'optional', isIndex),
  /* @__PURE__ */ rule('np', 'token', 'optional', isIndex),
];

function readHistoryEntry(scanner: Scanner): NameAddress {
  return readRuledAddress(scanner, HISTORY_RULES, readBracketedAddress);
}
