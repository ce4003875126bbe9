import { bytesEqual } from '@portico/bytes';
import type { Certificate } from '../certificate.js';
import { compareBytes } from '../der/writer.js';
import { readOrError, X509Error } from '../error.js';
import { findExtension } from '../extensions.js';
import { namesEqual } from '../name/name.js';
import { REVOCATION_OID } from './oids.js';
import type { RevocationContext } from '../path/revocation.js';
import { parseRevocationList, type RevocationList, type RevokedCertificate } from './crl.js';
import { distributionPointNames, shareName } from './distribution-point.js';
import { isSignedBy } from './signed-by.js';
import type { RevocationSource, RevocationStatus } from './source.js';

/** The lists that a source knows; they are parsed once, when it is made. */
export interface CrlSourceOptions {
  /** Lists in DER, of any CAs, in any order; complete ones and, with `deltas`, delta ones. One that is broken is none. */
  readonly lists: readonly Uint8Array[];
  /** Whether delta lists are used, RFC 5280 section 5.2.4; by default they are not. */
  readonly deltas?: 'use' | 'ignore';
}

/** Critical extensions of a list that are processed, RFC 5280 section 5.2. */
const PROCESSED: readonly string[] = [REVOCATION_OID.issuingDistributionPoint, REVOCATION_OID.deltaCRLIndicator];

/**
 * Certificate revocation lists, RFC 5280 section 6.3: complete ones of the certificate's own issuer, and delta ones where
 * wanted. In force is the list with the highest CRLNumber of its scope. Refused are indirect lists, lists for some reasons
 * only, and whatever does not fit, is not fresh or is not signed by the issuer; the status is then unknown.
 */
export function createCrlSource({ lists, deltas }: CrlSourceOptions): RevocationSource {
  const parsed: RevocationList[] = [];
  let problem = 'no CRL of the issuer';
  for (const list of lists) {
    const read = readOrError(() => parseRevocationList(list));
    if (read instanceof X509Error) problem = `a CRL that cannot be read: ${read.message}`;
    else parsed.push(read);
  }
  return {
    kind: 'crl',
    *status(certificate, issuer, context) {
      const usable: RevocationList[] = [];
      let why = problem;
      for (const list of parsed) {
        if (!namesEqual(list.issuer, certificate.issuer)) continue;
        const unusable = checkList(list, context) ?? checkScope(list, certificate) ?? checkIssuer(list, issuer);
        if (unusable !== null) why = `a CRL that ${unusable}`;
        else if (yield* isSignedBy(list, list.tbsCertList, issuer)) usable.push(list);
        else why = 'a CRL that is not signed by the issuer';
      }
      let found: RevocationStatus = { status: 'unknown', why };
      for (const scope of byScope(usable)) {
        const complete = inForce(scope.filter(({ baseCrlNumber }) => baseCrlNumber === null));
        const [base] = complete;
        if (base === undefined) continue;
        const delta = deltas === 'use' ? inForce(scope.filter((list) => isDeltaOf(list, base))) : [];
        const status = statusIn(certificate, complete, delta);
        if (status.status === 'revoked') return status;
        found = status;
      }
      return found;
    },
  };
}

/** Lists of one scope are numbered in one sequence, RFC 5280 section 5.2.3; another scope has its own. */
function byScope(lists: readonly RevocationList[]): readonly (readonly RevocationList[])[] {
  const scopes: RevocationList[][] = [];
  for (const list of lists) {
    const scope = scopes.find(([first]) => bytesEqual(scopeOf(first as RevocationList), scopeOf(list)));
    if (scope === undefined) scopes.push([list]);
    else scope.push(list);
  }
  return scopes;
}

function scopeOf({ extensions }: RevocationList): Uint8Array {
  return findExtension(extensions, REVOCATION_OID.issuingDistributionPoint)?.value ?? Uint8Array.of();
}

/** The list of the highest number; where a CA gave a number twice, the latest, and all of them if that says nothing. */
function inForce(lists: readonly RevocationList[]): readonly RevocationList[] {
  const order = (left: RevocationList, right: RevocationList): number =>
    compareNumbers(numberOf(left), numberOf(right)) || left.thisUpdate - right.thisUpdate;
  return lists.filter((list) => lists.every((other) => order(list, other) >= 0));
}

/** Lists without a number are not used. */
function numberOf({ crlNumber }: RevocationList): Uint8Array {
  return crlNumber as Uint8Array;
}

/** The first of the list's own rules that does not hold. */
function checkList(list: RevocationList, { time }: RevocationContext): string | null {
  const { extensions, signatureReading, thisUpdate, nextUpdate, crlNumber } = list;
  const unknown = extensions.find(({ oid, critical }) => critical && !PROCESSED.includes(oid));
  if (unknown !== undefined) return `has the critical extension ${unknown.oid}`;
  if (signatureReading.problem !== null) return `is signed with an algorithm that is ${signatureReading.problem}`;
  // RFC 5280 section 5.2.3.
  if (crlNumber === null) return 'has no number';
  if (!(time >= thisUpdate)) return 'is from the future';
  // RFC 5280 section 5.1.2.5: the field must be there.
  if (nextUpdate === null) return 'says not until when it is fresh';
  return time < nextUpdate + 1000 ? null : 'is not fresh any more';
}

/** RFC 5280 section 6.3.3 (b). */
function checkScope({ issuingDistributionPoint: point }: RevocationList, certificate: Certificate): string | null {
  if (point === null) return null;
  if (point.indirect) return 'is an indirect one';
  if (point.onlySomeReasons) return 'is for some reasons only';
  const isCa = certificate.basicConstraints?.ca === true;
  if (point.only !== 'all' && point.only !== (isCa ? 'ca-certificates' : 'user-certificates')) {
    return `is for ${point.only} only`;
  }
  if (point.distributionPoint === null) return null;
  const names = readOrError(() => distributionPointNames(certificate));
  if (names instanceof X509Error) {
    return `has a scope, beside distribution points that cannot be read: ${names.message}`;
  }
  return shareName(point.distributionPoint, names) ? null : 'is for another distribution point';
}

/** RFC 5280 section 6.3.3 (f) and section 5.2.1. */
function checkIssuer({ authorityKeyIdentifier }: RevocationList, issuer: Certificate): string | null {
  const { keyUsage, subjectKeyIdentifier } = issuer;
  if (keyUsage !== null && !keyUsage.includes('cRLSign')) return 'is of a CA without cRLSign';
  const otherKey =
    authorityKeyIdentifier !== null &&
    subjectKeyIdentifier !== null &&
    !bytesEqual(authorityKeyIdentifier, subjectKeyIdentifier);
  return otherKey ? 'is signed with another key of the issuer' : null;
}

/** RFC 5280 section 5.2.4: made for a base of that number or an older one, and newer. */
function isDeltaOf(list: RevocationList, complete: RevocationList): boolean {
  return (
    list.baseCrlNumber !== null &&
    compareNumbers(list.baseCrlNumber, numberOf(complete)) <= 0 &&
    compareNumbers(numberOf(list), numberOf(complete)) > 0
  );
}

function compareNumbers(left: Uint8Array, right: Uint8Array): number {
  return left.length - right.length || compareBytes(left, right);
}

/** RFC 5280 section 6.3.3 (i), (j), (k): what the delta says comes first; only there an entry may lift a hold. */
function statusIn(
  { serialNumber }: Certificate,
  complete: readonly RevocationList[],
  delta: readonly RevocationList[],
): RevocationStatus {
  const entriesOf = (lists: readonly RevocationList[]): readonly RevokedCertificate[] =>
    lists.flatMap(({ revoked }) => revoked.filter((entry) => bytesEqual(entry.serialNumber, serialNumber)));
  const changes = entriesOf(delta);
  const entry = changes.find(({ reason }) => reason !== 'removeFromCRL') ?? changes[0] ?? entriesOf(complete)[0];
  const lifted = entry === undefined || (entry.reason === 'removeFromCRL' && changes.length > 0);
  return lifted ? { status: 'good' } : { status: 'revoked', at: entry.at, reason: entry.reason };
}
