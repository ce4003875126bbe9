import type { Codec } from '@portico/bytes';

/** Finished, RFC 9846 section 4.5.3: as long as the suite's hash, which its reader knows and checks. */
export interface Finished {
  readonly verifyData: Uint8Array;
}

export const finishedCodec: Codec<Finished> = {
  shape: { kind: 'struct', fields: [{ name: 'verifyData', shape: { kind: 'fixed', length: 32 } }] },
  read: (reader) => ({ verifyData: reader.rest() }),
  write: (writer, { verifyData }) => writer.bytes(verifyData),
};
