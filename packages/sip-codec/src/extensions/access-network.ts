import { asciiLowerCase } from '../grammar/text.js';
import type { Scanner } from '../grammar/scanner.js';
import { listHeader, type HeaderDefinition } from '../headers/definition.js';
import { quoteString, readParameter, type Parameter } from '../headers/parameters.js';
import { formatTokenValue, type TextValue, type TokenValue } from '../headers/shapes.js';
import { readHost } from '../uri/host.js';

/** One value of P-Access-Network-Info, RFC 7315 section 5.4: an access type and what is known of it. */
export interface AccessNetwork extends TokenValue {
  /**
   * What stands for itself, as `extension-access-info = gen-value` allows: quoted strings, and addresses in brackets. A token
   * by itself is a parameter without a value.
   */
  readonly values: readonly Omit<TextValue, 'parameters'>[];
}

/** P-Access-Network-Info, RFC 7315 section 5.4. */
export const P_ACCESS_NETWORK_INFO: HeaderDefinition<readonly AccessNetwork[]> = /* @__PURE__ */ listHeader(
  'P-Access-Network-Info',
  readAccessNetwork,
  (network) => `${formatTokenValue(network)}${network.values.map(formatValue).join('')}`,
);

const SEMICOLON = 0x3b;
const DQUOTE = 0x22;
const LEFT_BRACKET = 0x5b;

/** `access-net-spec = access-type *(SEMI access-info)`, and as in 3GPP TS 24.229 any generic-param as access-info. */
function readAccessNetwork(scanner: Scanner): AccessNetwork {
  const token = scanner.token('access-type');
  const parameters: Parameter[] = [];
  const values: AccessNetwork['values'][number][] = [];
  const names = new Set<string>();
  while (scanner.takeSeparator(SEMICOLON)) {
    const next = scanner.peek();
    if (next === DQUOTE) {
      values.push({ text: scanner.quotedString(), quoted: true });
    } else if (next === LEFT_BRACKET) {
      values.push({ text: readHost(scanner).text, quoted: false });
    } else {
      const at = scanner.offset;
      const parameter = readParameter(scanner);
      // RFC 3261 section 7.3.1: any given parameter-name MUST NOT appear more than once.
      if (names.has(asciiLowerCase(parameter.name))) {
        scanner.offset = at;
        scanner.fail('generic-param', `${parameter.name} once`);
      }
      names.add(asciiLowerCase(parameter.name));
      parameters.push(parameter);
    }
  }
  return { token, parameters, values };
}

function formatValue({ text, quoted }: AccessNetwork['values'][number]): string {
  return `;${quoted ? quoteString(text) : text}`;
}
