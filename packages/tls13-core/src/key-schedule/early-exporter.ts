import type { Hash } from '@portico/crypto';
import { checkExport } from './application-keys.js';
import { exportKeyingMaterial } from './key-schedule.js';

/** Keying material of early data, RFC 9846 section 7.5. The secret is given away. */
export function createEarlyExporter(
  hash: Hash,
  secret: Uint8Array,
): {
  readonly export: (label: string, context: Uint8Array, length: number) => Uint8Array;
  readonly destroy: () => void;
} {
  return {
    export: (label, context, length) => {
      checkExport(hash, label, length);
      return exportKeyingMaterial(hash, secret, label, context, length);
    },
    destroy: () => secret.fill(0),
  };
}
