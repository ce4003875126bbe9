import { SipError } from '../error.js';
import { TEXT } from '../grammar/characters.js';
import { asciiLowerCase } from '../grammar/text.js';
import { CONTACT, TO } from '../headers/addresses.js';
import type { HeaderDefinition } from '../headers/definition.js';
import { CSEQ, EXPIRES, MAX_FORWARDS } from '../headers/numbers.js';
import { HEADER_DEFINITIONS } from '../headers/registry.js';
import { BRANCH_COOKIE, VIA, viaBranch } from '../headers/via.js';
import { framingFault } from './head.js';
import { headerKey } from './header-name.js';
import type { SipHeaders } from './headers.js';
import type { SipMessage, SipRequest } from './message.js';

/** Mandatory in every message, RFC 3261 section 8.1.1. Max-Forwards is too, but its want is forgiven (section 16.3). */
const MANDATORY_HEADERS: readonly string[] = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];

export interface FaultOptions {
  /** Headers to read besides those of HEADER_DEFINITIONS, such as EXTENSION_DEFINITIONS. */
  readonly definitions?: readonly HeaderDefinition<unknown>[];
  /** By the lenient rules a header that this forgives (`@portico/sip-codec/lenient`) is no fault; default: none is. */
  readonly forgive?: (headers: SipHeaders, definition: HeaderDefinition<unknown>) => boolean;
}

/**
 * Everything that is wrong with a message by itself, whoever receives it: its start line, every header that this
 * package knows, and the rules between them; of bytes that no framer has seen, also its lines. In the order in which a reader meets it: start line, Request-URI, header
 * fields, then what they say.
 */
export function findFaults(message: SipMessage, options: FaultOptions = {}): readonly SipError[] {
  const faults: SipError[] = [];
  const { headers } = message;
  const framing = framingFault(message.bytes, message.head);
  if (framing !== undefined) faults.push(framing);
  if (message.type === 'malformed') faults.push(message.error);
  else if (message.version.toUpperCase() !== 'SIP/2.0') faults.push(versionFault(message.version));
  if (message.type === 'request') collect(faults, () => checkRequestUri(message));

  faults.push(...headers.faults);
  for (const definition of [...HEADER_DEFINITIONS, ...(options.definitions ?? [])]) {
    const count = faults.length;
    collect(faults, () => void headers.read(definition));
    if (faults.length > count && options.forgive?.(headers, definition) === true) faults.pop();
  }
  for (const field of headers) checkOpaqueValue(field.key, field.rawValue, field.valueStart, field.name, faults);

  for (const name of MANDATORY_HEADERS) {
    if (!headers.has(name))
      faults.push(new SipError('header-missing', { field: name, rule: 'RFC 3261 section 8.1.1' }));
  }
  if (message.type === 'request') faults.push(...requestFaults(message));
  return faults;
}

/** Rules between the parts of a request, as far as the parts can be read. */
function requestFaults(request: SipRequest): readonly SipError[] {
  const faults: SipError[] = [];
  const { headers, method } = request;
  const cseq = headers.readIfValid(CSEQ);
  if (cseq !== undefined && cseq.method !== method) {
    const details = { field: 'CSeq', rule: 'RFC 3261 section 8.1.1.5', expected: method, got: cseq.method };
    faults.push(new SipError('cseq-method-mismatch', details));
  }
  const branch = viaBranch(headers.readIfValid(VIA)?.[0] ?? NO_VIA);
  if (branch !== undefined && asciiLowerCase(branch) === asciiLowerCase(BRANCH_COOKIE)) {
    // RFC 4475 section 3.2.1: the cookie alone identifies no transaction.
    faults.push(new SipError('branch-without-identifier', { field: 'Via', rule: 'RFC 3261 section 8.1.1.7' }));
  }
  if (headers.readIfValid(MAX_FORWARDS) === 0) {
    faults.push(new SipError('hops-exhausted', { field: 'Max-Forwards', rule: 'RFC 3261 section 16.3' }));
  }
  if (method === 'REGISTER') faults.push(...registerFaults(headers));
  return faults;
}

/** RFC 3261 sections 10.2 and 10.2.2. */
function registerFaults(headers: SipHeaders): readonly SipError[] {
  const faults: SipError[] = [];
  const to = headers.readIfValid(TO);
  if (to !== undefined && to.uri.type !== 'sip') {
    const details = { field: 'To', rule: 'RFC 3261 section 10.2', expected: 'a SIP or SIPS URI' };
    faults.push(new SipError('address-of-record-scheme', details));
  }
  if (headers.readIfValid(CONTACT) === '*' && headers.readIfValid(EXPIRES) !== 0) {
    const details = { field: 'Contact', rule: 'RFC 3261 section 10.2.2', expected: '* with Expires: 0' };
    faults.push(new SipError('header-missing', details));
  }
  return faults;
}

/** The URI and what section 19.1.1 table 1 allows in a Request-URI. */
function checkRequestUri(request: SipRequest): void {
  const { uri } = request;
  if (uri.type === 'sip' && uri.headers.length > 0) {
    // They must never become header fields of the request (RFC 4475 section 3.1.2.11).
    throw new SipError('uri-part-not-allowed', {
      field: 'Request-URI',
      rule: 'RFC 3261 section 19.1.1',
      got: 'headers',
    });
  }
}

function versionFault(version: string): SipError {
  return new SipError('version-not-supported', { field: 'SIP-Version', expected: 'SIP/2.0', got: version });
}

const DEFINED_KEYS: ReadonlySet<string> = /* @__PURE__ */ new Set(
  HEADER_DEFINITIONS.map((definition) => headerKey(definition.name)),
);

/** `header-value = *(TEXT-UTF8char / UTF8-CONT / LWS)` of an extension header: no control characters, NUL above all. */
function checkOpaqueValue(key: string, value: Uint8Array, valueStart: number, field: string, faults: SipError[]): void {
  if (DEFINED_KEYS.has(key)) return;
  for (let i = 0; i < value.length; i++) {
    const byte = value[i] as number;
    if (TEXT[byte] === 1 || byte === 0x0d || byte === 0x0a) continue;
    faults.push(
      new SipError('header-syntax', { field, offset: valueStart + i, rule: 'header-value', expected: 'text' }),
    );
    return;
  }
}

const NO_VIA = {
  protocol: '',
  version: '',
  transport: '',
  host: { type: 'name', text: '' },
  port: null,
  parameters: [],
} as const;

function collect(faults: SipError[], check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof SipError)) throw error;
    faults.push(error);
  }
}
