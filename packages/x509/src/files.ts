export { MAX_KEY_DERIVATION_ITERATIONS, MAX_SCRYPT_MEMORY } from './files/key-derivation.js';
export { privateKeyFromEncryptedPem, privateKeyFromEncryptedPkcs8 } from './files/encrypted-private-key.js';
export { readPkcs12, type Pkcs12Certificate, type Pkcs12Contents, type Pkcs12Key } from './files/pkcs12.js';
