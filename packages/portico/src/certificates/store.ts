import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CryptoProvider } from '@portico/crypto';
import { certificatesFromPem, privateKeyFromPem } from '@portico/x509';
import { credentialToPem, type Credential } from '@portico/x509/issue';
import { authorityIsUsable, DEVELOPMENT_NAMES, issueAuthority, issueLeaf, leafIsUsable } from './development.js';
import { withLock } from './lock.js';

/** The folder of development certificates, below the current directory; the repository ignores it. */
export const CERTIFICATE_FOLDER = '.portico';

export interface DevelopmentCertificatesOptions {
  readonly provider: CryptoProvider;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly folder?: string;
  /** Names beside `DEVELOPMENT_NAMES`, such as the address that the server listens on. */
  readonly extraNames?: readonly string[];
}

export interface DevelopmentCertificates {
  /** Absolute path of the CA certificate, for clients to trust. */
  readonly authorityPath: string;
  /** PEM. */
  readonly authority: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  /** What had to be made anew; a new authority has to be trusted again by browsers. */
  readonly issued: 'nothing' | 'leaf' | 'authority-and-leaf';
}

/**
 * The CA and server certificate of this folder, made where they are missing, unreadable, near their end, or for other
 * names.
 * @throws the file system's error if the folder cannot be written
 */
export async function loadDevelopmentCertificates(
  options: DevelopmentCertificatesOptions,
): Promise<DevelopmentCertificates> {
  const folder = resolve(options.folder ?? CERTIFICATE_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return withLock(join(folder, 'lock'), () => loadOrIssue(folder, options));
}

async function loadOrIssue(folder: string, options: DevelopmentCertificatesOptions): Promise<DevelopmentCertificates> {
  const names = [...new Set([...DEVELOPMENT_NAMES, ...(options.extraNames ?? [])])];
  const files = {
    authority: join(folder, 'ca.pem'),
    authorityKey: join(folder, 'ca-key.pem'),
    leaf: join(folder, 'server.pem'),
    leafKey: join(folder, 'server-key.pem'),
  };
  const storedAuthority = await readCredential(files.authority, files.authorityKey);
  const keepAuthority = storedAuthority !== null && judge(() => authorityIsUsable(options, storedAuthority));
  const authority = keepAuthority ? storedAuthority : await issueAuthority(options);
  if (!keepAuthority) await writeCredential(authority, files.authority, files.authorityKey);

  const storedLeaf = keepAuthority ? await readCredential(files.leaf, files.leafKey) : null;
  const keepLeaf = storedLeaf !== null && judge(() => leafIsUsable(options, storedLeaf, authority.certificate, names));
  const leaf = keepLeaf ? storedLeaf : await issueLeaf(options, authority, names);
  if (!keepLeaf) await writeCredential(leaf, files.leaf, files.leafKey);

  const leafPem = credentialToPem(leaf);
  return {
    authorityPath: files.authority,
    authority: credentialToPem(authority).certificate,
    certificate: leafPem.certificate,
    privateKey: leafPem.privateKey,
    issued: keepLeaf ? 'nothing' : keepAuthority ? 'leaf' : 'authority-and-leaf',
  };
}

/** Null for anything that cannot be read: it is made anew. */
async function readCredential(certificatePath: string, keyPath: string): Promise<Credential | null> {
  try {
    const [certificate] = certificatesFromPem(await readFile(certificatePath));
    if (certificate === undefined) return null;
    const privateKey = privateKeyFromPem(await readFile(keyPath));
    // A key that others could read for a while is no worse than before once its file is closed to them.
    await chmod(keyPath, 0o600);
    return { certificate, privateKey };
  } catch {
    return null;
  }
}

/** A key that is not on its curve throws where it is used: such a file is as unreadable as any other. */
function judge(usable: () => boolean): boolean {
  try {
    return usable();
  } catch {
    return false;
  }
}

async function writeCredential(credential: Credential, certificatePath: string, keyPath: string): Promise<void> {
  const pem = credentialToPem(credential);
  await replaceFile(keyPath, pem.privateKey, 0o600);
  await replaceFile(certificatePath, pem.certificate, 0o644);
}

/** Written beside and renamed: a server that starts at the same time reads the old file or the new one, never half. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  // A leftover of a crash would keep its own mode.
  await rm(temporary, { force: true });
  await writeFile(temporary, text, { mode, flag: 'wx' });
  await rename(temporary, path);
}
