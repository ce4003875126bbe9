import { BytesError, type Codec } from '@portico/bytes';

/** Whether a ticket is for the one server name, or for all names of the certificate (draft-ietf-tls-cross-sni-resumption). */
export type AcrossNames = 'same-name' | 'any-name';

/** One byte, 0 or 1. */
export const acrossNamesCodec: Codec<AcrossNames> = {
  shape: { kind: 'uint', width: 1 },
  read: (reader) => {
    const value = reader.uint(1);
    if (value > 1) throw new BytesError('value-out-of-range', { expected: '0 or 1', got: value });
    return value === 1 ? 'any-name' : 'same-name';
  },
  write: (writer, value) => writer.uint(1, value === 'any-name' ? 1 : 0),
};
