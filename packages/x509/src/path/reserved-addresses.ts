/**
 * Blocks of IANA's registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890), and of multicast: BR section 1.6.1
 * calls an address in one of them reserved. First octets, in text, and how many bits of them count.
 */
const RESERVED_IPV4: readonly (readonly [octets: readonly number[], bits: number])[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 31, 196], 24],
  [[192, 52, 193], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[192, 175, 48], 24],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 3],
];

const RESERVED_IPV6: readonly (readonly [octets: readonly number[], bits: number])[] = [
  [[0x20, 0x01, 0x00], 23],
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x20, 0x02], 16],
  [[0x26, 0x20, 0x00, 0x4f, 0x80, 0x00], 48],
  [[0x3f, 0xff, 0x00], 20],
];

/** Global unicast: all other IPv6 addresses are reserved, RFC 4291 section 2.4. */
const GLOBAL_UNICAST = [[0x20], 3] as const;

/** Whether nobody on the Internet can be shown to have an address. */
export function isReservedAddress(address: Uint8Array): boolean {
  const blocks = address.length === 4 ? RESERVED_IPV4 : RESERVED_IPV6;
  return (
    (address.length === 16 && !isWithin(address, ...GLOBAL_UNICAST)) ||
    blocks.some((block) => isWithin(address, ...block))
  );
}

function isWithin(address: Uint8Array, octets: readonly number[], bits: number): boolean {
  return octets.every((octet, index) => {
    const counted = Math.min(8, bits - 8 * index);
    return ((address[index] as number) ^ octet) >> (8 - counted) === 0;
  });
}
