import { sameUri, type ComparableUri } from '@portico/sip-codec/uri-equality';

/** Every bound of the registrar. */
export interface RegistrarLimits {
  /** Addresses-of-record with at least one binding. */
  readonly maxAddresses: number;
  /** Bindings of one address-of-record. */
  readonly maxBindingsPerAddress: number;
  /** Characters of one binding: address-of-record, contact, parameters, path and Call-ID together. */
  readonly maxBindingLength: number;
  /** The same of all bindings of one address-of-record: what one answer can grow to, whoever asks. */
  readonly maxLengthPerAddress: number;
  /** Memory for all bindings, in bytes as `bindingCost` estimates them. */
  readonly maxTotalCost: number;
}

/** How long bindings live, in seconds. */
export interface RegistrarExpiry {
  /** Given when the request asks for nothing. */
  readonly default: number;
  /** Less than this (and less than an hour) is refused with 423, RFC 3261 section 10.3 step 7. */
  readonly min: number;
  /** Longer requests are shortened to this. */
  readonly max: number;
}

export interface RegistrarOptions {
  readonly limits?: Partial<RegistrarLimits>;
  readonly expiry?: Partial<RegistrarExpiry>;
}

/** One Contact of a REGISTER request. */
export interface ContactUpdate {
  readonly uri: ComparableUri;
  /** The Contact's parameters without `expires`, as they came, each with its leading semicolon. */
  readonly parameters: string;
  /** Seconds asked for, from the Contact or else the Expires header field; null when neither says anything. */
  readonly expires: number | null;
}

/** What a REGISTER request asks for, after its header fields were checked. */
export interface Registration {
  /** The address-of-record in the canonical form of `addressOfRecord`. */
  readonly address: string;
  readonly callId: string;
  readonly cseq: number;
  /** `query` for no Contact at all, `remove-all` for `*`. */
  readonly contacts: 'query' | 'remove-all' | readonly ContactUpdate[];
  /** The Path header field values as they came, RFC 3327. */
  readonly path: readonly string[];
}

/** A binding as the answer shows it. */
export interface Binding {
  readonly uri: ComparableUri;
  readonly parameters: string;
  readonly path: readonly string[];
  readonly callId: string;
  readonly cseq: number;
  /** Milliseconds, on the clock of the `now` arguments. */
  readonly expiresAt: number;
}

export type RegistrationOutcome =
  | { readonly type: 'registered'; readonly bindings: readonly Binding[] }
  | { readonly type: 'interval-too-brief'; readonly minExpires: number }
  | { readonly type: 'out-of-order' }
  | { readonly type: 'too-many-bindings' }
  | { readonly type: 'binding-too-long' }
  | { readonly type: 'full'; readonly retryAfter: number };

/** Why an update cannot be made; the registrar is then as it was before. */
type Refusal = Exclude<RegistrationOutcome, { readonly type: 'registered' }>;

const DEFAULT_LIMITS: RegistrarLimits = {
  maxAddresses: 10_000,
  maxBindingsPerAddress: 10,
  maxBindingLength: 1024,
  maxLengthPerAddress: 4096,
  maxTotalCost: 0x200_0000, // 32 MiB
};
const DEFAULT_EXPIRY: RegistrarExpiry = { default: 3600, min: 60, max: 7200 };

/** Only intervals below an hour may be refused as too brief, RFC 3261 section 10.3 step 7. */
const BRIEF_INTERVAL_CEILING = 3600;

/** The bindings of a registrar, RFC 3261 section 10.3: pure data, the time is an argument in milliseconds. */
export class Registrar {
  readonly #limits: RegistrarLimits;
  readonly #expiry: RegistrarExpiry;
  readonly #bindings = new Map<string, readonly Binding[]>();
  /** No binding ends before this, so a full registrar is swept no more often than something can be found. */
  #nextSweep = Infinity;
  #totalCost = 0;

  constructor(options: RegistrarOptions = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#expiry = { ...DEFAULT_EXPIRY, ...options.expiry };
  }

  /** Addresses held at present; those whose bindings have all ended count until they are swept. */
  get size(): number {
    return this.#bindings.size;
  }

  /** The live bindings of an address. */
  lookUp(address: string, now: number): readonly Binding[] {
    return (this.#bindings.get(address) ?? []).filter((binding) => binding.expiresAt > now);
  }

  /** Applies one REGISTER request: all of it, or nothing (RFC 3261 section 10.3, last paragraph). */
  register(registration: Registration, now: number): RegistrationOutcome {
    const current = this.lookUp(registration.address, now);
    const updated = this.#update(registration, current, now);
    if ('type' in updated) return updated;
    if (!this.#hasRoomFor(registration.address, updated)) {
      this.#sweep(now);
      if (!this.#hasRoomFor(registration.address, updated)) {
        const seconds = Math.ceil((this.#nextSweep - now) / 1000);
        return { type: 'full', retryAfter: Math.max(1, Math.min(seconds, this.#expiry.max)) };
      }
    }
    this.#store(registration.address, updated);
    return { type: 'registered', bindings: updated };
  }

  /** What needs no more than before always has room, so that a full registrar can be refreshed and emptied. */
  #hasRoomFor(address: string, bindings: readonly Binding[]): boolean {
    if (bindings.length === 0) return true;
    const held = this.#bindings.get(address);
    if (held === undefined && this.#bindings.size >= this.#limits.maxAddresses) return false;
    const growth = totalCost(address, bindings) - totalCost(address, held ?? []);
    return this.#totalCost + growth <= this.#limits.maxTotalCost;
  }

  #update(registration: Registration, current: readonly Binding[], now: number): readonly Binding[] | Refusal {
    switch (registration.contacts) {
      case 'query':
        return current;
      case 'remove-all':
        return current.some((binding) => isStale(registration, binding)) ? { type: 'out-of-order' } : [];
      default:
        return this.#updateContacts(registration, registration.contacts, current, now);
    }
  }

  #updateContacts(
    registration: Registration,
    contacts: readonly ContactUpdate[],
    current: readonly Binding[],
    now: number,
  ): readonly Binding[] | Refusal {
    let updated = current;
    for (const contact of contacts) {
      const seconds = this.#grant(contact.expires);
      if (seconds === 'too-brief') return { type: 'interval-too-brief', minExpires: this.#expiry.min };
      // Order is judged against what was there before this request, so that a Contact named twice is no conflict.
      const stale = current.some((binding) => sameUri(binding.uri, contact.uri) && isStale(registration, binding));
      if (stale) return { type: 'out-of-order' };
      const binding: Binding = {
        uri: contact.uri,
        parameters: contact.parameters,
        path: registration.path,
        callId: registration.callId,
        cseq: registration.cseq,
        expiresAt: now + seconds * 1000,
      };
      const length = bindingLength(registration.address, binding);
      if (seconds > 0 && length > this.#limits.maxBindingLength) return { type: 'binding-too-long' };
      const others = updated.filter((other) => !sameUri(other.uri, contact.uri));
      updated = seconds > 0 ? [...others, binding] : others;
      if (updated.length > this.#limits.maxBindingsPerAddress) return { type: 'too-many-bindings' };
    }
    const length = totalLength(registration.address, updated);
    // What was there before is never refused: a removal has to work.
    if (length > this.#limits.maxLengthPerAddress && length > totalLength(registration.address, current)) {
      return { type: 'too-many-bindings' };
    }
    return updated;
  }

  /** The seconds that a binding gets, RFC 3261 section 10.3 step 7; 0 removes it. */
  #grant(requested: number | null): number | 'too-brief' {
    if (requested === null) return this.#expiry.default;
    if (requested === 0) return 0;
    if (requested < this.#expiry.min && requested < BRIEF_INTERVAL_CEILING) return 'too-brief';
    return Math.min(requested, this.#expiry.max);
  }

  #store(address: string, bindings: readonly Binding[]): void {
    this.#totalCost += totalCost(address, bindings) - totalCost(address, this.#bindings.get(address) ?? []);
    if (bindings.length === 0) {
      this.#bindings.delete(address);
      return;
    }
    this.#bindings.set(address, bindings);
    for (const binding of bindings) this.#nextSweep = Math.min(this.#nextSweep, binding.expiresAt);
  }

  #sweep(now: number): void {
    if (now < this.#nextSweep) return;
    this.#nextSweep = Infinity;
    for (const address of [...this.#bindings.keys()]) this.#store(address, this.lookUp(address, now));
  }
}

/** A request of the same Call-ID must have a higher CSeq than the one that made the binding, section 10.3 steps 6 and 7. */
function isStale(registration: Registration, binding: Binding): boolean {
  return registration.callId === binding.callId && registration.cseq <= binding.cseq;
}

function bindingLength(address: string, binding: Binding): number {
  const path = binding.path.reduce((sum, value) => sum + value.length, 0);
  return address.length + binding.uri.text.length + binding.parameters.length + path + binding.callId.length;
}

function totalLength(address: string, bindings: readonly Binding[]): number {
  return bindings.reduce((sum, binding) => sum + bindingLength(address, binding), 0);
}

/** Objects of a binding, and of each URI parameter that is kept apart from the text: rounded up from what V8 takes. */
const BINDING_OVERHEAD = 1024;
const PARAMETER_OVERHEAD = 64;

/** Bytes that a binding holds in memory; the parts of its URI stand beside the text for comparisons. */
function bindingCost(address: string, binding: Binding): number {
  const parameters = binding.uri.sip?.parameters.size ?? 0;
  const values = parameters + binding.path.length;
  return BINDING_OVERHEAD + bindingLength(address, binding) + 2 * binding.uri.text.length + values * PARAMETER_OVERHEAD;
}

function totalCost(address: string, bindings: readonly Binding[]): number {
  return bindings.reduce((sum, binding) => sum + bindingCost(address, binding), 0);
}
