import { bytesEqual } from '@portico/bytes';
import type { Certificate } from '../certificate.js';
import { compareBytes } from '../der/writer.js';
import { readOrError, X509Error } from '../error.js';
import { namesEqual } from '../name/name.js';
import { REVOCATION_OID } from './oids.js';
import type { RevocationContext } from '../path/revocation.js';
import { parseRevocationList, type RevocationList } from './crl.js';
import { distributionPointNames, shareName } from './distribution-point.js';
import { isSignedBy } from './signed-by.js';
import type { RevocationSource, RevocationStatus } from './source.js';

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
 * wanted. Refused are indirect lists, lists for some reasons only, and whatever does not fit, is not fresh or is not
 * signed by the issuer; the status is then unknown.
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
      const newest = (candidates: readonly RevocationList[]): RevocationList | undefined =>
        [...candidates].sort((left, right) => right.thisUpdate - left.thisUpdate)[0];
      const complete = newest(usable.filter(({ baseCrlNumber }) => baseCrlNumber === null));
      if (complete === undefined) return { status: 'unknown', why };
      const delta = deltas === 'use' ? newest(usable.filter((list) => isDeltaOf(list, complete))) : undefined;
      return statusIn(certificate, complete, delta);
    },
  };
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

/** RFC 5280 section 5.2.4: made for a base of that number or an older one, for the same scope, and newer. */
function isDeltaOf(list: RevocationList, complete: RevocationList): boolean {
  if (list.baseCrlNumber === null) return false;
  // Lists without a number are not used.
  const [number, completeNumber] = [list.crlNumber as Uint8Array, complete.crlNumber as Uint8Array];
  const scopeOf = ({ extensions }: RevocationList): Uint8Array =>
    extensions.find(({ oid }) => oid === REVOCATION_OID.issuingDistributionPoint)?.value ?? Uint8Array.of();
  return (
    bytesEqual(scopeOf(list), scopeOf(complete)) &&
    compareNumbers(list.baseCrlNumber, completeNumber) <= 0 &&
    compareNumbers(number, completeNumber) > 0
  );
}

function compareNumbers(left: Uint8Array, right: Uint8Array): number {
  return left.length - right.length || compareBytes(left, right);
}

/** RFC 5280 section 6.3.3 (i), (j), (k): what the delta says comes first. */
function statusIn(
  { serialNumber }: Certificate,
  complete: RevocationList,
  delta: RevocationList | undefined,
): RevocationStatus {
  for (const list of delta === undefined ? [complete] : [delta, complete]) {
    const entry = list.revoked.find((candidate) => bytesEqual(candidate.serialNumber, serialNumber));
    if (entry?.reason === 'removeFromCRL') return { status: 'good' };
    if (entry !== undefined) return { status: 'revoked', at: entry.at, reason: entry.reason };
  }
  return { status: 'good' };
}
