import { concatBytes, copyBytes } from '@portico/bytes';
import fc, { type Arbitrary } from 'fast-check';
import { ALPN_NAMES, isGreaseProtocolName } from './alpn/names.js';
import { encodeProtocolNameList } from './alpn/protocol-name-list.js';

/** A legal protocol name: registered ones, other text, and any bytes. */
export function protocolNameArbitrary(): Arbitrary<Uint8Array> {
  const registered = Object.values(ALPN_NAMES).map((name) => Uint8Array.from(name, (c) => c.charCodeAt(0)));
  return fc
    .oneof(
      fc.constantFrom(...registered).map(copyBytes),
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      fc.uint8Array({ minLength: 255, maxLength: 255 }),
    )
    .filter((name) => !isGreaseProtocolName(name));
}

/** A legal list of distinct names, as a configuration has it. */
export function protocolNamesArbitrary(): Arbitrary<Uint8Array[]> {
  return fc.uniqueArray(protocolNameArbitrary(), { minLength: 1, maxLength: 8, selector: (name) => name.join() });
}

/** extension_data as a hostile or careless peer may send it: legal, cut, grown, with GREASE, duplicates or random bytes. */
export function protocolNameListDataArbitrary(): Arbitrary<Uint8Array> {
  const legal = protocolNamesArbitrary().map((names) => encodeProtocolNameList(names));
  return fc.oneof(
    legal,
    fc.tuple(legal, fc.nat({ max: 40 })).map(([data, length]) => copyBytes(data.subarray(0, length))),
    fc.tuple(legal, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(([data, tail]) => concatBytes(data, tail)),
    fc.tuple(legal, fc.nat(), fc.nat({ max: 255 })).map(([data, index, value]) => {
      const changed = copyBytes(data);
      changed[index % changed.length] = value;
      return changed;
    }),
    fc.uint8Array({ maxLength: 48 }),
  );
}
