import { struct, type Codec } from '@portico/bytes';
import { extensionsCodec, type Extension } from './extensions/extension.js';

/** EncryptedExtensions, RFC 9846 section 4.4.1. */
export interface EncryptedExtensions {
  readonly extensions: readonly Extension[];
}

export const encryptedExtensionsCodec: Codec<EncryptedExtensions> = /* @__PURE__ */ struct<EncryptedExtensions>({
  extensions: extensionsCodec,
});
