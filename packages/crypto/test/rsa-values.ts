import { hexToBytes } from '@portico/bytes';
import type { RsaPrivateValues } from '@portico/crypto';

/** The parts of a private key from the hexadecimal of a vector file. */
export function rsaPrivateValues(hex: Readonly<Record<keyof RsaPrivateValues, string>>): RsaPrivateValues {
  return {
    modulus: hexToBytes(hex.modulus),
    publicExponent: hexToBytes(hex.publicExponent),
    privateExponent: hexToBytes(hex.privateExponent),
    prime1: hexToBytes(hex.prime1),
    prime2: hexToBytes(hex.prime2),
    exponent1: hexToBytes(hex.exponent1),
    exponent2: hexToBytes(hex.exponent2),
    coefficient: hexToBytes(hex.coefficient),
  };
}
