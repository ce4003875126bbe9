import type { PrivateKey, PublicKey, RsaPssRestriction, SignatureSchemeName } from '@portico/crypto';
import { rsaPrivateValues } from '../../crypto/test/rsa-values.js';
import hexValues from '../../crypto/test/vectors/rsa-2048.json' with { type: 'json' };
import { createAuthority, createLeaf, generatePrivateKey } from '@portico/x509/issue';
import type { KeyUsage } from '@portico/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { chainFit } from '../src/chain-signatures.js';
import type { ClientConfig, Credential } from '../src/config.js';
import { firstFittingCredential } from '../src/credential-choice.js';
import { createSigner } from '../src/signer.js';
import { SIGNATURE_SCHEMES } from '@portico/crypto';
import { NOW } from './support/credentials.js';
import { createPair, failureOf, runNow, type Pair } from './support/pair.js';
import { seededProvider } from './support/provider.js';

const provider = seededProvider(0x4055);
const values = rsaPrivateValues(hexValues);
const privateKey: PrivateKey = { type: 'rsa-pss', ...values };
const SCHEMES: readonly SignatureSchemeName[] = ['rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512'];
const ONLY_SHA384: RsaPssRestriction = { hash: 'sha384', minimumSaltLength: 48 };
const validity = { notBefore: NOW - 1000, notAfter: NOW + 1000 };
const client: ClientConfig = { provider, serverName: 'localhost', verifyPeer: () => ({ trusted: true }) };
let issuer: ReturnType<typeof createAuthority>;

beforeAll(async () => {
  const caKey = await generatePrivateKey(provider, 'P-256');
  issuer = createAuthority({ provider, privateKey: caKey, subject: [['CN', 'CA']], ...validity });
});

function publicKey(restriction: RsaPssRestriction | null): PublicKey {
  return { type: 'rsa-pss', modulus: values.modulus, exponent: values.publicExponent, restriction };
}

/** The certificate restricts; the private key, as most tools write it, says nothing of that. */
function credential(restriction: RsaPssRestriction | null, keyUsage?: readonly KeyUsage[]): Credential {
  const key = publicKey(restriction);
  const template = keyUsage === undefined ? {} : { keyUsage };
  const leaf = createLeaf({ provider, issuer, key, names: ['localhost'], ...validity, template });
  return { certificateChain: [leaf.raw], signer: createSigner(provider, privateKey) };
}

function connect(restriction: RsaPssRestriction | null, signatureSchemes = SCHEMES): Pair {
  const server = { provider, credentials: [credential(restriction)] };
  return runNow(createPair({ ...client, signatureSchemes }, server));
}

describe('an RSASSA-PSS key (RFC 9846 section 4.3.3, RFC 4055 section 3.1)', () => {
  it.each([
    [null, 'rsa_pss_pss_sha256'],
    [{ hash: 'sha256', minimumSaltLength: 20 }, 'rsa_pss_pss_sha256'],
    [{ hash: 'sha256', minimumSaltLength: 32 }, 'rsa_pss_pss_sha256'],
    [ONLY_SHA384, 'rsa_pss_pss_sha384'],
    [{ hash: 'sha512', minimumSaltLength: 0 }, 'rsa_pss_pss_sha512'],
  ] as const)('restricted to %o signs with %s', (restriction, scheme) => {
    const pair = connect(restriction);
    expect([failureOf(pair.clientEvents), failureOf(pair.serverEvents)]).toEqual([null, null]);
    expect(pair.client.info?.peerSignatureScheme).toBe(scheme);
  });

  it.each([
    [ONLY_SHA384, ['rsa_pss_pss_sha256', 'rsa_pss_pss_sha512']],
    [{ hash: 'sha256', minimumSaltLength: 33 }, SCHEMES],
    [{ hash: 'sha512', minimumSaltLength: 65 }, SCHEMES],
  ] as const)('restricted to %o is not used for %o', (restriction, schemes) => {
    expect(failureOf(connect(restriction, schemes).serverEvents)).toBe('no-common-signature-scheme');
  });

  it('is of no use to a client either, which is nobody then', () => {
    const selectCredential = (): Credential => credential(ONLY_SHA384);
    const asking = (signatureSchemes: readonly SignatureSchemeName[]): Pair =>
      runNow(
        createPair(
          { ...client, signatureSchemes: [...SCHEMES, 'ecdsa_secp256r1_sha256'], selectCredential },
          {
            provider,
            credentials: [credential(null)],
            signatureSchemes,
            clientAuthentication: { mode: 'request', verifyPeer: () => ({ trusted: true }) },
          },
        ),
      );
    expect(asking(SCHEMES).server.info?.peerSignatureScheme).toBe('rsa_pss_pss_sha384');
    const nobody = asking(['rsa_pss_pss_sha256']);
    expect([nobody.server.state, nobody.server.info?.peerSignatureScheme]).toEqual(['open', null]);
  });

  it('that is itself restricted has the schemes that it allows, and no others', () => {
    const restricted: PrivateKey = { ...privateKey, restriction: ONLY_SHA384 };
    expect(createSigner(provider, restricted).schemes).toEqual(['rsa_pss_pss_sha384']);
    expect(() => createSigner(provider, restricted, { schemes: ['rsa_pss_pss_sha256'] })).toThrow(
      'invalid-configuration in schemes',
    );
    expect(createSigner(provider, privateKey).schemes).toEqual(SCHEMES);
  });
});

describe('what a leaf allows (section 4.5.1.2)', () => {
  const request = { signatureSchemes: SCHEMES, certificateAuthorities: [], oidFilters: [] };
  const asked = { ...request, certificateSignatureSchemes: ['ecdsa_secp256r1_sha256'] } as const;

  it('is heard by firstFittingCredential', () => {
    const [restricted, free] = [credential(ONLY_SHA384), credential(null)];
    const choose = firstFittingCredential([restricted, free]);
    expect(choose(asked)).toBe(restricted);
    expect(choose({ ...asked, signatureSchemes: ['rsa_pss_pss_sha256'] })).toBe(free);
    expect(firstFittingCredential([restricted])({ ...asked, signatureSchemes: ['rsa_pss_pss_sha256'] })).toBeNull();
  });

  it('is no signature where its key usage has none', () => {
    const forKeys = credential(null, ['keyEncipherment']);
    expect(firstFittingCredential([forKeys])(asked)).toBeNull();
    const pair = runNow(createPair(client, { provider, credentials: [forKeys] }));
    expect(failureOf(pair.serverEvents)).toBe('no-common-signature-scheme');
  });
});

describe('a chain with a restricted key in it', () => {
  it('fits where its signatures are by what the issuer’s key allows', () => {
    const [sha256] = SIGNATURE_SCHEMES.filter(({ name }) => name === 'rsa_pss_pss_sha256');
    const chain = (restriction: RsaPssRestriction | null): Uint8Array[] => {
      const own = createAuthority({
        provider,
        privateKey,
        subject: [['CN', 'PSS']],
        issuer,
        ...validity,
      });
      // The same key under the same name, with the restriction in its certificate.
      const { raw } = createLeaf({
        provider,
        issuer,
        key: publicKey(restriction),
        names: [],
        subject: [['CN', 'PSS']],
        ...validity,
      });
      const key: PrivateKey = { type: 'ed25519', seed: new Uint8Array(32).fill(1) };
      return [createLeaf({ provider, issuer: own, key, names: ['localhost'], ...validity }).raw, raw];
    };
    const schemes = SIGNATURE_SCHEMES.filter((scheme) => scheme === sha256 || scheme.keyType === 'ec');
    expect(chainFit(chain(null), schemes)).toBe('fits');
    expect(chainFit(chain({ hash: 'sha256', minimumSaltLength: 32 }), schemes)).toBe('fits');
    expect(chainFit(chain(ONLY_SHA384), schemes)).toBe('does-not-fit');
  });
});
