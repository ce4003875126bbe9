import type { Scanner } from '../grammar/scanner.js';
import { singleHeader, type HeaderDefinition } from '../headers/definition.js';
import { formatNameAddress, readRuledAddress, type NameAddress } from '../headers/name-addr.js';
import { readRuledParameters, rule, type ParameterRule } from '../headers/parameter-rules.js';
import { formatParameters, type Parameter } from '../headers/parameters.js';
import { addressHeader, tokenValueHeader, tokenValueReader, type TokenValue } from '../headers/shapes.js';
import { readCallId } from '../headers/tokens.js';
import { isHostname, isIpv6Address } from '../uri/host.js';

/** Refer-To, RFC 3515 section 2.1. */
export const REFER_TO: HeaderDefinition<NameAddress> = /* @__PURE__ */ addressHeader('Refer-To');

const REFERRED_BY_RULES: readonly ParameterRule[] = [/* @__PURE__ */ rule('cid', 'quoted', 'optional', isMessageId)];

/** Referred-By, RFC 3892 section 3; `cid` is a quoted message identifier. */
export const REFERRED_BY: HeaderDefinition<NameAddress> = /* @__PURE__ */ singleHeader(
  'Referred-By',
  (scanner) => readRuledAddress(scanner, REFERRED_BY_RULES),
  formatNameAddress,
);

/** `sip-clean-msg-id = LDQUOT dot-atom "@" (dot-atom / host) RDQUOT` */
function isMessageId(text: string): boolean {
  const [left = '', right = '', more] = text.split('@');
  if (more !== undefined || !isDotAtom(left)) return false;
  const isAddress = right.startsWith('[') && right.endsWith(']') && isIpv6Address(right.slice(1, -1));
  return isDotAtom(right) || isHostname(right) || isAddress;
}

/** `dot-atom = atom *( "." atom )` */
function isDotAtom(text: string): boolean {
  return /^[A-Za-z0-9!%*_+'`~-]+(?:\.[A-Za-z0-9!%*_+'`~-]+)*$/.test(text);
}

/** Refer-Sub, RFC 4488 section 4: `true` or `false`. */
export const REFER_SUB: HeaderDefinition<TokenValue> = /* @__PURE__ */ tokenValueHeader(
  'Refer-Sub',
  /* @__PURE__ */ tokenValueReader([], 'refer-sub-value', (token) => /^(?:true|false)$/i.test(token)),
);

/** A dialog, seen from the one who gets the message: Replaces, Join, Target-Dialog. */
export interface DialogReference {
  readonly callId: string;
  readonly parameters: readonly Parameter[];
}

/** Replaces, RFC 3891 section 6.1: one `to-tag` and one `from-tag` (section 3), maybe `early-only`. */
export const REPLACES: HeaderDefinition<DialogReference> = /* @__PURE__ */ dialogHeader('Replaces', [
  /* @__PURE__ */ rule('to-tag', 'token', 'required'),
  /* @__PURE__ */ rule('from-tag', 'token', 'required'),
  /* @__PURE__ */ rule('early-only', 'flag'),
]);

/** Join, RFC 3911 section 7.1: one `to-tag` and one `from-tag` (section 3). */
export const JOIN: HeaderDefinition<DialogReference> = /* @__PURE__ */ dialogHeader('Join', [
  /* @__PURE__ */ rule('to-tag', 'token', 'required'),
  /* @__PURE__ */ rule('from-tag', 'token', 'required'),
]);

/** Target-Dialog, RFC 4538 section 7: `remote-tag` and `local-tag`. */
export const TARGET_DIALOG: HeaderDefinition<DialogReference> = /* @__PURE__ */ dialogHeader('Target-Dialog', [
  /* @__PURE__ */ rule('remote-tag', 'token'),
  /* @__PURE__ */ rule('local-tag', 'token'),
]);

/** `callid *( SEMI generic-param )` */
function dialogHeader(name: string, rules: readonly ParameterRule[]): HeaderDefinition<DialogReference> {
  return singleHeader(
    name,
    (scanner: Scanner) => ({ callId: readCallId(scanner), parameters: readRuledParameters(scanner, rules) }),
    ({ callId, parameters }) => `${callId}${formatParameters(parameters)}`,
  );
}
