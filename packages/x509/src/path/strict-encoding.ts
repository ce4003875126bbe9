import type { Certificate } from '../certificate.js';
import { DerReader } from '../der/reader.js';
import { contextConstructed, contextPrimitive, TAG } from '../der/tag.js';
import { findExtension } from '../extensions.js';
import { OID } from '../oids.js';
import { rule, type Rule } from './rule.js';

/** From here on a Time is a GeneralizedTime, RFC 5280 section 4.1.2.5. */
const GENERALIZED_SINCE: number = Date.UTC(2050, 0, 1);

/**
 * How certificates that somebody presents are written: what the reader passes over because roots in use, which are not
 * asked, or private CAs write it otherwise.
 */
export const ENCODING_RULES: readonly Rule[] = [
  rule('unique-identifiers', 'malformed', 'RFC 5280 section 4.1.2.8', (certificate) => {
    const fields = tbsFields(certificate);
    while (fields.remaining > 0) {
      const { tag } = fields.element();
      if (tag === contextPrimitive(1) || tag === contextPrimitive(2)) return ['no unique identifiers', 'one'];
    }
    return null;
  }),
  rule('time-type', 'malformed', 'RFC 5280 section 4.1.2.5', (certificate) => {
    const { notBefore, notAfter } = certificate;
    const validity = validityOf(certificate);
    for (const time of [notBefore, notAfter]) {
      const wanted = time < GENERALIZED_SINCE ? TAG.utcTime : TAG.generalizedTime;
      if (validity.element().tag !== wanted) return ['UTCTime to 2049, then GeneralizedTime', 'the other'];
    }
    return null;
  }),
  rule('key-usage-bits', 'malformed', 'X.690 section 11.2.2', ({ extensions }) => {
    const value = findExtension(extensions, OID.keyUsage)?.value;
    if (value === undefined) return null;
    // Tag and length, the number of unused bits, and then the bits, of which the last that is used is set.
    const [unused, last] = [value[2] as number, value[value.length - 1] as number];
    return (last & (1 << unused)) !== 0 ? null : ['key usages without zero bits at their end', 'some'];
  }),
  rule('name-constraints-minimum', 'malformed', 'X.690 section 11.5', ({ extensions }) => {
    const value = findExtension(extensions, OID.nameConstraints)?.value;
    const lists = value === undefined ? undefined : new DerReader(value).sequence('NameConstraints');
    while (lists !== undefined && lists.remaining > 0) {
      const subtrees = lists.inside(lists.element());
      while (subtrees.remaining > 0) {
        const subtree = subtrees.sequence('a GeneralSubtree');
        subtree.element();
        if (subtree.remaining > 0) return ['no minimum of zero', 'one'];
      }
    }
    return null;
  }),
];

/** Behind the serial number of a TBSCertificate, which was read before. */
function tbsFields({ tbsCertificate }: Certificate): DerReader {
  const fields = new DerReader(tbsCertificate).sequence('a TBSCertificate');
  fields.optional(contextConstructed(0));
  fields.element();
  return fields;
}

function validityOf(certificate: Certificate): DerReader {
  const fields = tbsFields(certificate);
  // signature and issuer
  fields.element();
  fields.element();
  return fields.sequence('a Validity');
}
