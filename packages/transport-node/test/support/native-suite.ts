import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { CipherSuite, CryptoProvider } from '@portico/crypto';
import { provider } from './certificates.js';

const TAG_LENGTH = 16;

/**
 * The test's provider with AES-128-GCM by Node alone, for tests that move a gigabyte and are not about the cipher.
 */
export const nativeProvider: CryptoProvider = { ...provider, name: 'native AEAD', cipherSuites: [nativeAes128()] };

function nativeAes128(): CipherSuite {
  const suite = provider.cipherSuites.find(({ name }) => name === 'TLS_AES_128_GCM_SHA256') as CipherSuite;
  return {
    ...suite,
    // Keys are copied: the connection wipes its own.
    createSealer: (trafficKey, key = trafficKey.slice()) => ({
      sealInPlace: (nonce, additionalData, buffer) => {
        const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(additionalData);
        buffer.set(cipher.update(buffer.subarray(0, -TAG_LENGTH)));
        cipher.final();
        buffer.set(cipher.getAuthTag(), buffer.length - TAG_LENGTH);
      },
      destroy: () => {},
    }),
    createOpener: (trafficKey, key = trafficKey.slice()) => ({
      open: (nonce, additionalData, sealed) => {
        const decipher = createDecipheriv('aes-128-gcm', key, nonce).setAAD(additionalData);
        decipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
        const opened = decipher.update(sealed.subarray(0, -TAG_LENGTH));
        try {
          decipher.final();
        } catch {
          return null;
        }
        return new Uint8Array(opened);
      },
      destroy: () => {},
    }),
  };
}
