export {
  DEFAULT_KEY_DERIVATION_ITERATIONS,
  MAX_SCRYPT_MEMORY,
  type EncryptedFileOptions,
} from './files/key-derivation.js';
export { privateKeyFromEncryptedPem, privateKeyFromEncryptedPkcs8 } from './files/encrypted-private-key.js';
export {
  readPkcs12,
  type Pkcs12Certificate,
  type Pkcs12Contents,
  type Pkcs12Key,
  type Pkcs12Options,
} from './files/pkcs12.js';
