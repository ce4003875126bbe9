import { bytesToLatin1 } from '@portico/bytes';
import type { DerElement, DerReader } from '../der/reader.js';
import { decodeOid, encodeOid } from '../der/oid.js';
import { contextConstructed, contextPrimitive } from '../der/tag.js';
import { der, derExplicit, derImplicit, derOid } from '../der/writer.js';
import { X509Error } from '../error.js';
import { readName, type Name } from './name.js';

/** GeneralName, RFC 5280 section 4.2.1.6. */
export type GeneralName =
  | { readonly type: 'other'; readonly oid: string; /** The value's element. */ readonly value: Uint8Array }
  | { readonly type: 'email'; readonly address: string }
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'x400'; readonly raw: Uint8Array }
  | { readonly type: 'directory'; readonly name: Name }
  | { readonly type: 'edi-party'; readonly raw: Uint8Array }
  | { readonly type: 'uri'; readonly uri: string }
  | {
      readonly type: 'ip';
      /** 4 or 16 octets; in a name constraint 8 or 32, address and mask. */ readonly address: Uint8Array;
    }
  | { readonly type: 'registered-id'; readonly oid: string };

/**
 * One GeneralName. `role` says what an iPAddress holds: an address, or an address range (section 4.2.1.10).
 * @throws X509Error `invalid-extension` and the DER reasons
 */
export function readGeneralName(reader: DerReader, role: 'name' | 'constraint'): GeneralName {
  const element = reader.element();
  switch (element.tag) {
    case contextConstructed(0): {
      const other = reader.inside(element);
      const oid = other.oid();
      const wrapped = other.inside(other.expect(contextConstructed(0)));
      const value = wrapped.any();
      wrapped.end();
      other.end();
      return { type: 'other', oid, value };
    }
    case contextPrimitive(1):
      return { type: 'email', address: ia5(reader, element) };
    case contextPrimitive(2):
      return { type: 'dns', name: ia5(reader, element) };
    case contextConstructed(3):
      return { type: 'x400', raw: reader.whole(element) };
    case contextConstructed(4): {
      // Name is a CHOICE, so its tag is explicit although the module's default is implicit (X.680 section 31.2.7).
      const inside = reader.inside(element);
      const name = readName(inside);
      inside.end();
      return { type: 'directory', name };
    }
    case contextConstructed(5):
      return { type: 'edi-party', raw: reader.whole(element) };
    case contextPrimitive(6):
      return { type: 'uri', uri: ia5(reader, element) };
    case contextPrimitive(7):
      return { type: 'ip', address: readIpAddress(reader, element, role) };
    case contextPrimitive(8):
      return { type: 'registered-id', oid: decodeOid(reader.bytes, element.start, element.end) };
    default:
      throw new X509Error('unexpected-tag', { offset: element.offset, expected: 'a GeneralName' });
  }
}

/**
 * GeneralNames, RFC 5280 section 4.2.1.6: at least one.
 * @throws X509Error `invalid-extension` and the DER reasons
 */
export function readGeneralNames(reader: DerReader): readonly GeneralName[] {
  const names: GeneralName[] = [];
  if (reader.remaining === 0) {
    throw new X509Error('invalid-extension', { offset: reader.offset, expected: 'at least one GeneralName' });
  }
  while (reader.remaining > 0) names.push(readGeneralName(reader, 'name'));
  return names;
}

/** A GeneralName in DER, RFC 5280 section 4.2.1.6. @throws X509Error `invalid-argument` for text outside ASCII */
export function encodeGeneralName(name: GeneralName): Uint8Array {
  switch (name.type) {
    case 'other':
      return der(contextConstructed(0), derOid(name.oid), derExplicit(0, name.value));
    case 'email':
      return derImplicit(1, ascii(name.address));
    case 'dns':
      return derImplicit(2, ascii(name.name));
    case 'directory':
      return der(contextConstructed(4), name.name.raw);
    case 'uri':
      return derImplicit(6, ascii(name.uri));
    case 'ip':
      return derImplicit(7, name.address);
    case 'registered-id':
      return derImplicit(8, encodeOid(name.oid));
    case 'x400':
    case 'edi-party':
      return name.raw;
  }
}

function readIpAddress(reader: DerReader, element: DerElement, role: 'name' | 'constraint'): Uint8Array {
  const address = reader.contents(element);
  const unit = role === 'name' ? 1 : 2;
  if (address.length !== 4 * unit && address.length !== 16 * unit) {
    throw new X509Error('invalid-extension', {
      offset: element.offset,
      expected: `an iPAddress of ${4 * unit} or ${16 * unit} octets`,
      got: address.length,
    });
  }
  return address;
}

function ia5(reader: DerReader, element: DerElement): string {
  for (let i = element.start; i < element.end; i++) {
    if ((reader.bytes[i] as number) > 0x7f) {
      throw new X509Error('invalid-string', { offset: i, expected: 'an IA5String' });
    }
  }
  return bytesToLatin1(reader.bytes, element.start, element.end);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (code > 0x7f) throw new X509Error('invalid-argument', { expected: 'ASCII', got: text });
    return code;
  });
}
