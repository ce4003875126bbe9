// The implementations of the cryptography that the programs here can run on, by the names of `--provider`.
import { randomBytes } from 'node:crypto';

const PROVIDERS = {
  noble: async () => {
    const { createNobleProvider } = await import('@portico/crypto/noble');
    return createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });
  },
  'noble-interpreted': async () => {
    const { createNobleProvider } = await import('@portico/crypto/noble');
    return createNobleProvider({
      random: (length) => new Uint8Array(randomBytes(length)),
      engine: 'interpreted',
    });
  },
  node: async () => (await import('@portico/transport-node')).createNodeProvider(),
};

export const PROVIDER_NAMES = Object.keys(PROVIDERS);

/** Loaded when it is asked for: the others cost nothing. */
export async function createProviderNamed(name) {
  return await PROVIDERS[name]();
}
