import {
  CONTACT,
  DATE,
  EXPIRES,
  formatParameters,
  PATH,
  requireSipUri,
  SipError,
  SUPPORTED,
  type Contact,
  type HeaderInput,
  type SipRequest,
  type SipUri,
} from '@portico/sip-codec';
import type { CheckedRequest } from './check-request.js';
import type { Binding, ContactUpdate, Registrar, Registration, RegistrationOutcome } from './registrar.js';
import { addressOfRecord, comparableUri } from './uri-equality.js';
import { badExtension, type Verdict } from './verdict.js';

/** The answer to a REGISTER, RFC 3261 section 10.3; its first steps are those of every request and done. */
export function answerRegister(request: CheckedRequest, registrar: Registrar, now: number): Verdict {
  const { headers } = request.message;
  const target = requireSipUri(request.uri, 'Request-URI');
  const address = addressUri(request);
  // Step 5: we keep every domain, but an address has to be of the one that was asked.
  if (address.host.text.toLowerCase() !== target.host.text.toLowerCase()) return { status: 404 };

  headers.read(PATH);
  const path = headers.texts('Path');
  const understandsPath = (headers.read(SUPPORTED) ?? []).some((tag) => tag.toLowerCase() === 'path');
  // RFC 3327 section 5.3: a client that does not know of Path cannot tell a proxy that has no business here.
  if (path.length > 0 && !understandsPath) return badExtension(['path']);

  const outcome = registrar.register(
    {
      address: addressOfRecord(address),
      callId: request.callId,
      cseq: request.cseq.number,
      contacts: contactsOf(request.message),
      path,
    },
    now,
  );
  return verdictOn(outcome, path, now);
}

/** The address-of-record: the URI of To, which has to be a SIP or SIPS URI. */
function addressUri({ to }: CheckedRequest): SipUri {
  if (to.uri.type === 'sip') return to.uri;
  throw new SipError('address-of-record-scheme', {
    field: 'To',
    rule: 'RFC 3261 section 10.3',
    expected: 'sip or sips',
    got: to.uri.type === 'tel' ? 'tel' : to.uri.scheme,
  });
}

/** Step 6 and the first half of step 7. */
function contactsOf({ headers }: SipRequest): Registration['contacts'] {
  const contacts = headers.read(CONTACT);
  const expires = headers.read(EXPIRES) ?? null;
  if (contacts === undefined) return 'query';
  if (contacts !== '*') return contacts.map((contact) => contactUpdate(contact, expires));
  if (expires === 0) return 'remove-all';
  throw new SipError('header-syntax', {
    field: 'Expires',
    rule: 'RFC 3261 section 10.3',
    expected: '0 with Contact: *',
    got: String(expires),
  });
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
