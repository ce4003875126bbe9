import {
  CALL_ID,
  CONTACT,
  CSEQ,
  DATE,
  EXPIRES,
  formatParameters,
  PATH,
  requireSipUri,
  SipError,
  SUPPORTED,
  TO,
  type Contact,
  type HeaderDefinition,
  type HeaderInput,
  type SipRequest,
} from '@portico/sip-codec';
import type { Binding, ContactUpdate, Registrar, Registration, RegistrationOutcome } from './registrar.js';
import { addressOfRecord, comparableUri } from '@portico/sip-codec/uri-equality';
import type { Verdict } from './verdict.js';

/**
 * The answer to a REGISTER that passed the checks of every request, RFC 3261 section 10.3.
 * @throws SipError for a malformed field that only a registrar reads
 */
export function answerRegister(request: SipRequest, registrar: Registrar, now: number): Verdict {
  const { headers } = request;
  const target = requireSipUri(request.uri, 'Request-URI');
  const address = requireSipUri(required(request, TO).uri, 'To');
  // Step 5: we keep every domain, but an address has to be of the one that was asked.
  if (address.host.text.toLowerCase() !== target.host.text.toLowerCase()) return { status: 404 };

  headers.read(PATH);
  const path = headers.texts('Path');
  const understandsPath = (headers.read(SUPPORTED) ?? []).some((tag) => tag.toLowerCase() === 'path');
  // RFC 3327 section 5.3: a client that does not know of Path cannot tell a proxy that has no business here.
  if (path.length > 0 && !understandsPath) return { status: 420, headers: [['Unsupported', 'path']] };

  const outcome = registrar.register(
    {
      address: addressOfRecord(address),
      callId: required(request, CALL_ID),
      cseq: required(request, CSEQ).number,
      contacts: contactsOf(request),
      path,
    },
    now,
  );
  return verdictOn(outcome, path, now);
}

/** The checks of every request have found this field. */
function required<T>({ headers }: SipRequest, definition: HeaderDefinition<T>): T {
  const value = headers.read(definition);
  if (value !== undefined) return value;
  throw new SipError('header-missing', { field: definition.name, rule: 'RFC 3261 section 8.1.1' });
}

/** Step 6 and the first half of step 7. That `*` stands alone and with `Expires: 0` was checked with the request. */
function contactsOf({ headers }: SipRequest): Registration['contacts'] {
  const contacts = headers.read(CONTACT);
  if (contacts === undefined) return 'query';
  if (contacts === '*') return 'remove-all';
  const expires = headers.read(EXPIRES) ?? null;
  return contacts.map((contact) => contactUpdate(contact, expires));
}

function contactUpdate(contact: Contact, expiresHeader: number | null): ContactUpdate {
  const others = contact.parameters.filter(({ name }) => name.toLowerCase() !== 'expires');
  return {
    uri: comparableUri(contact.uri),
    parameters: formatParameters(others),
    expires: contact.expires ?? expiresHeader,
  };
}

function verdictOn(outcome: RegistrationOutcome, path: readonly string[], now: number): Verdict {
  switch (outcome.type) {
    case 'registered':
      return {
        status: 200,
        headers: [
          ...outcome.bindings.map((binding): HeaderInput => ['Contact', contactValue(binding, now)]),
          ...path.map((value): HeaderInput => ['Path', value]),
          ['Date', DATE.format(now)],
        ],
      };
    case 'interval-too-brief':
      return { status: 423, headers: [['Min-Expires', String(outcome.minExpires)]] };
    case 'out-of-order':
      // Section 10.3 step 7: if an update fails, the request must fail with a 500.
      return { status: 500, reason: 'CSeq Out Of Order' };
    case 'too-many-bindings':
      return { status: 403, reason: 'Too Many Bindings' };
    case 'binding-too-long':
      return { status: 513 };
    case 'full':
      return { status: 503, headers: [['Retry-After', String(outcome.retryAfter)]] };
  }
}

/** Step 8: each binding with what is left of its time. */
function contactValue({ uri, parameters, expiresAt }: Binding, now: number): string {
  return `<${uri.text}>${parameters};expires=${Math.ceil((expiresAt - now) / 1000)}`;
}
