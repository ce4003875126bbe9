import { mkdir, rmdir, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Issuing takes milliseconds: a lock this old was left by a process that died. */
const STALE_AFTER_MS = 5_000;

const RETRY_MS = 25;

/**
 * Runs `work` while no other process does under the same path: a folder can be made only once. Without it two servers
 * that start at once could each trust a CA of its own, of which one is on disk.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!(await makeFolder(path))) {
    const age = await ageOf(path);
    if (age !== null && age > STALE_AFTER_MS) await removeFolder(path);
    else await sleep(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await removeFolder(path);
  }
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** By this machine's clock, which also wrote the time; null if it is gone. */
async function ageOf(path: string): Promise<number | null> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return null;
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
