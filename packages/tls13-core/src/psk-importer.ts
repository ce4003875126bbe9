import { encode, opaque, struct, u16, utf8ToBytes, type Codec } from '@portico/bytes';
import { hkdfExtract, type CryptoProvider, type HashName } from '@portico/crypto';
import { TlsError } from './error.js';
import { hkdfExpandLabel } from './key-schedule/hkdf-label.js';
import { TLS_1_3 } from './messages/extensions/supported-versions.js';
import { checkExternalPsk, type ExternalPsk } from './session/external-psk.js';

/** ImportedIdentity, RFC 9258 section 5.1. */
interface ImportedIdentity {
  readonly externalIdentity: Uint8Array;
  readonly context: Uint8Array;
  readonly targetProtocol: number;
  readonly targetKdf: number;
}

const importedIdentityCodec: Codec<ImportedIdentity> = /* @__PURE__ */ struct<ImportedIdentity>({
  externalIdentity: /* @__PURE__ */ opaque(1, 0xffff),
  context: /* @__PURE__ */ opaque(0, 0xffff),
  targetProtocol: u16,
  targetKdf: u16,
});

/** TLS KDF Identifiers, RFC 9258 section 10. */
const KDF_IDENTIFIERS: { readonly [H in HashName]?: number } = { sha256: 0x0001, sha384: 0x0002 };

export interface PskImportOptions {
  readonly provider: CryptoProvider;
  /** 1 to 65535 bytes, text as UTF-8; together with the context it has to fit into a ClientHello. */
  readonly identity: Uint8Array | string;
  /** At least 16 bytes. It must not be used with TLS in any other way. */
  readonly key: Uint8Array;
  /** What the key was agreed in, such as the roles of the two sides (RFC 9258 section 5.1 and appendix A). */
  readonly context?: Uint8Array;
  /** The hash that belongs to the key; SHA-256 by default. */
  readonly hash?: HashName;
}

/**
 * Imports a PSK, RFC 9258: one key from outside becomes one for each hash among the provider's suites, so that no key is
 * used with two. A client offers all of them, and a server knows them by their identities.
 * @throws TlsError `invalid-configuration`
 */
export function importExternalPsk({
  provider,
  identity,
  key,
  context = new Uint8Array(0),
  hash: keyHash = 'sha256',
}: PskImportOptions): readonly ExternalPsk[] {
  const hash = provider.hashes.find(({ name }) => name === keyHash);
  if (hash === undefined) {
    throw new TlsError('invalid-configuration', {
      subject: 'importExternalPsk, hash',
      expected: 'one of the provider',
    });
  }
  checkExternalPsk({ identity, key });
  const externalIdentity = typeof identity === 'string' ? utf8ToBytes(identity) : identity;
  const extracted = hkdfExtract(hash, new Uint8Array(hash.outputLength), key);
  const targets = new Map(provider.cipherSuites.map((suite) => [suite.hash.name, suite.hash]));
  const imported: ExternalPsk[] = [];
  for (const [name, target] of targets) {
    const targetKdf = KDF_IDENTIFIERS[name];
    if (targetKdf === undefined) continue;
    const wire = encode(importedIdentityCodec, { externalIdentity, context, targetProtocol: TLS_1_3, targetKdf });
    // Section 5.1: HKDF with the key's own hash, to the length of the target's.
    const importedKey = hkdfExpandLabel(hash, extracted, 'derived psk', hash.digest(wire), target.outputLength);
    imported.push({ identity: wire, key: importedKey, hash: name, kind: 'imported' });
  }
  extracted.fill(0);
  return imported;
}
