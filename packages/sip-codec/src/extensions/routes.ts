import type { Scanner } from '../grammar/scanner.js';
import { listHeader, type HeaderDefinition } from '../headers/definition.js';
import { formatNameAddress, readBracketedAddress, type NameAddress } from '../headers/name-addr.js';
import { getParameter } from '../headers/parameters.js';
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

/** Section 5: `index` MUST be there; what begins with a zero is the zero alone. */
function readHistoryEntry(scanner: Scanner): NameAddress {
  const entry = readBracketedAddress(scanner);
  for (const name of ['index', 'rc', 'mp', 'np']) {
    const value = getParameter(entry.parameters, name);
    if (value === undefined ? name !== 'index' : /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*$/.test(value ?? ''))
      continue;
    scanner.fail(`hi-${name}`, 'numbers with dots between them');
  }
  return entry;
}
