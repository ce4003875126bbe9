import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll } from 'vitest';
import { randomBytes } from 'node:crypto';
import { createNobleProvider } from '@portico/crypto/noble';
import { createAuthority, createLeaf, credentialToPem, generatePrivateKey, type Credential } from '@portico/x509/issue';

/** Keys that OpenSSL 3.0 makes. */
export type ClassicKeyKind = 'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'ed448' | 'rsa' | 'rsa-pss';

/** Those of RFC 9881, which it does not. */
export type MlDsaKeyKind = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

export type KeyKind = ClassicKeyKind | MlDsaKeyKind;

/** Paths of PEM files. */
export interface CredentialFiles {
  readonly cert: string;
  readonly key: string;
}

/** A folder of test certificates, gone after the tests. */
export interface Certificates {
  readonly folder: string;
  /** The CA that everything but `stranger` comes from. */
  readonly ca: string;
  /** A CA that signed nothing here. */
  readonly otherCa: string;
  /** A leaf for localhost, sip.test, 127.0.0.1 and their SIP URIs. */
  server(kind: KeyKind): CredentialFiles;
  /** A leaf for alice, with the SIP URI `sip:alice@sip.test`. */
  readonly client: CredentialFiles;
}

/** A client with two credentials, as good as each other but for their CA, and servers that name one of two CAs. */
export interface ChoiceByAuthority {
  /** What `client.mjs` is given. */
  readonly flags: readonly string[];
  /** The CA that a server names, and the subject that it is shown; null for nothing. */
  readonly shown: readonly (readonly [ca: string, subject: string | null])[];
}

export function choiceByAuthority({ ca, otherCa, client }: Certificates): ChoiceByAuthority {
  const credentials = [opensslCertificates([]).client, client];
  return {
    flags: credentials.flatMap(({ cert, key }) => ['--cert', cert, '--key', key]),
    shown: [
      [ca, 'CN=alice'],
      [otherCa, null],
    ],
  };
}

const SERVER_NAMES = ['localhost', 'sip.test', '127.0.0.1', 'sip:localhost', 'sip:sip.test'];
const CLIENT_NAMES = ['client.sip.test', 'sip:alice@sip.test'];

const folders = new Set<string>();
const removeFolders = (): void => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
};
afterAll(removeFolders);
process.once('exit', removeFolders);

/** An empty folder outside the project, removed after the file's tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portico-interop-'));
  folders.add(folder);
  return folder;
}

/** Certificates by OpenSSL: what the peer reads and writes, our code must read. */
export function opensslCertificates(kinds: readonly ClassicKeyKind[] = ['P-256']): Certificates {
  const folder = temporaryFolder();
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  const selfSigned = (name: string): string => {
    openssl('genpkey', ...keyArguments('P-256'), '-out', `${name}.key`);
    openssl(
      ...[
        'req',
        '-x509',
        '-new',
        '-key',
        `${name}.key`,
        '-sha256',
        '-days',
        '30',
        '-subj',
        `/CN=interop ${name} ${basename(folder)}`,
      ],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
      ...['-out', `${name}.pem`],
    );
    return file(`${name}.pem`);
  };
  const leaf = (name: string, subject: string, kind: ClassicKeyKind, names: readonly string[], usage: string) => {
    openssl('genpkey', ...keyArguments(kind), '-out', `${name}.key`);
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`);
    writeFileSync(file(`${name}.ext`), opensslExtensions(kind, names, usage));
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-sha256'],
      ...['-days', '30', '-extfile', `${name}.ext`, '-out', `${name}.pem`],
    );
    return { cert: file(`${name}.pem`), key: file(`${name}.key`) };
  };
  const ca = selfSigned('ca');
  const otherCa = selfSigned('other-ca');
  const servers = new Map<KeyKind, CredentialFiles>(
    kinds.map((kind) => [kind, leaf(`server-${kind}`, `server-${kind}`, kind, SERVER_NAMES, 'serverAuth')]),
  );
  const client = leaf('client', 'alice', 'P-256', CLIENT_NAMES, 'clientAuth');
  return { folder, ca, otherCa, client, server: (kind) => servers.get(kind) as CredentialFiles };
}

/** Certificates by our own issue package: what we write, the peer must read. */
export async function ownCertificates(kinds: readonly KeyKind[] = ['P-256']): Promise<Certificates> {
  const folder = temporaryFolder();
  const provider = createNobleProvider({ random: (length) => new Uint8Array(randomBytes(length)) });
  const validity = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 30 * 86_400_000 };
  const write = (name: string, credential: Credential): CredentialFiles => {
    const pem = credentialToPem(credential);
    const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    writeFileSync(files.cert, pem.certificate);
    writeFileSync(files.key, pem.privateKey);
    return files;
  };
  const authority = async (name: string): Promise<Credential> =>
    createAuthority({
      provider,
      privateKey: await generatePrivateKey(provider, 'P-256'),
      subject: [['CN', name]],
      ...validity,
    });
  const issuer = await authority('interop ca');
  const leaf = async (subject: string, kind: KeyKind, names: readonly string[]): Promise<CredentialFiles> => {
    const privateKey = await generatePrivateKey(provider, kind);
    const certificate = createLeaf({
      provider,
      issuer,
      key: privateKey,
      names,
      subject: [['CN', subject]],
      ...validity,
    });
    return write(subject, { certificate, privateKey });
  };
  const servers = new Map<KeyKind, CredentialFiles>();
  for (const kind of kinds) servers.set(kind, await leaf(`server-${kind}`, kind, SERVER_NAMES));
  const client = await leaf('alice', 'P-256', CLIENT_NAMES);
  return {
    folder,
    ca: write('ca', issuer).cert,
    otherCa: write('other-ca', await authority('interop other ca')).cert,
    client,
    server: (kind) => servers.get(kind) as CredentialFiles,
  };
}

function keyArguments(kind: ClassicKeyKind): readonly string[] {
  switch (kind) {
    case 'rsa':
      return ['-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:2048'];
    case 'rsa-pss':
      return ['-algorithm', 'rsa-pss', '-pkeyopt', 'rsa_keygen_bits:2048'];
    case 'ed25519':
    case 'ed448':
      return ['-algorithm', kind];
    case 'P-256':
    case 'P-384':
    case 'P-521':
      return ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${kind}`];
  }
}

function opensslExtensions(kind: ClassicKeyKind, names: readonly string[], usage: string): string {
  const alternatives = names.map((name) => {
    if (name.startsWith('sip:')) return `URI:${name}`;
    return /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`;
  });
  return [
    'basicConstraints=critical,CA:FALSE',
    `keyUsage=critical,digitalSignature${kind === 'rsa' ? ',keyEncipherment' : ''}`,
    `extendedKeyUsage=${usage}`,
    `subjectAltName=${alternatives.join(',')}`,
    'subjectKeyIdentifier=hash',
    'authorityKeyIdentifier=keyid',
    '',
  ].join('\n');
}
