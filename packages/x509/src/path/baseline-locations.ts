import type { Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { contextConstructed } from '../der/tag.js';
import { readOrError, X509Error } from '../error.js';
import { findExtension, readExtension } from '../extensions.js';
import { readGeneralName, readGeneralNames, type GeneralName } from '../name/general-name.js';
import { OID } from '../oids.js';
import type { Mismatch } from './rule.js';

/** An accessMethod, RFC 5280 section 4.2.2.1. */
const CA_ISSUERS = '1.3.6.1.5.5.7.48.2';

const HTTP = 'http URLs';

/** BR sections 7.1.2.7.7 and 7.1.2.10.3. That the extension can be read, the basic rules have asked. */
export function accessLocationProblem({ extensions }: Certificate): Mismatch | null {
  const access = findExtension(extensions, OID.authorityInfoAccess);
  if (access === undefined) return null;
  const descriptions = new DerReader(access.value).sequence('AuthorityInfoAccessSyntax');
  do {
    const description = descriptions.sequence('an AccessDescription');
    const method = description.oid('an accessMethod');
    if (method !== OID.ocsp && method !== CA_ISSUERS) return ['id-ad-ocsp and id-ad-caIssuers', method];
    const location = readGeneralName(description, 'name');
    if (!isHttp(location)) return [HTTP, describe(location)];
  } while (descriptions.remaining > 0);
  return null;
}

/** BR section 7.1.2.11.2: what cannot be read is broken too. */
export function distributionPointProblem({ extensions }: Certificate): Mismatch | null {
  const problem = readOrError(() => readExtension(extensions, OID.cRLDistributionPoints, readDistributionPoints));
  return problem instanceof X509Error ? ['CRL distribution points', problem.message] : problem;
}

function readDistributionPoints(outer: DerReader): Mismatch | null {
  const points = outer.sequence('CRLDistributionPoints');
  do {
    const point = points.sequence('a DistributionPoint');
    const fullName = point.tagged(0)?.optional(contextConstructed(0)) ?? null;
    if (fullName === null || point.remaining > 0) return ['distribution points with a fullName alone', 'others'];
    const other = readGeneralNames(point.inside(fullName)).find((name) => !isHttp(name));
    if (other !== undefined) return [HTTP, describe(other)];
  } while (points.remaining > 0);
  outer.end();
  return null;
}

function isHttp(name: GeneralName): boolean {
  return name.type === 'uri' && /^http:\/\//i.test(name.uri);
}

function describe(name: GeneralName): string {
  return name.type === 'uri' ? name.uri : name.type;
}
