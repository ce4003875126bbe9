import { DerReader } from '../der/reader.js';
import { readGeneralName } from '../name/general-name.js';

/**
 * The accessMethods (dotted) of an AuthorityInfoAccessSyntax, RFC 5280 section 4.2.2.1: at least one description, each
 * with a location that is a GeneralName.
 * @throws X509Error the DER reasons
 */
export function readAccessMethods(value: Uint8Array): readonly string[] {
  const outer = new DerReader(value);
  const descriptions = outer.sequence();
  const methods: string[] = [];
  do {
    const description = descriptions.sequence();
    methods.push(description.oid());
    readGeneralName(description, 'name');
    description.end();
  } while (descriptions.remaining > 0);
  outer.end();
  return methods;
}
