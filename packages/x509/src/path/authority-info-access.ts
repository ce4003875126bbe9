import type { Certificate } from '../certificate.js';
import type { DerReader } from '../der/reader.js';
import { readExtension } from '../extensions.js';
import { readGeneralName } from '../name/general-name.js';
import { OID } from '../oids.js';

/**
 * The accessMethods (dotted) of an AuthorityInfoAccessSyntax, RFC 5280 section 4.2.2.1: at least one description, each
 * with a location that is a GeneralName; none where the extension is not there.
 * @throws X509Error the DER reasons
 */
export function readAccessMethods({ extensions }: Pick<Certificate, 'extensions'>): readonly string[] {
  return readExtension(extensions, OID.authorityInfoAccess, readDescriptions) ?? [];
}

function readDescriptions(outer: DerReader): readonly string[] {
  const descriptions = outer.sequence();
  const methods: string[] = [];
  do {
    const description = descriptions.sequence();
    methods.push(description.oid());
    readGeneralName(description, 'name');
    description.end();
  } while (descriptions.remaining > 0);
  return methods;
}
