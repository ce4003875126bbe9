import { createNobleProvider } from '@portico/crypto/noble';
import { testRandom } from './random.mjs';

/** Every suite and every group, with nothing from the host. */
export async function run() {
  const provider = createNobleProvider({ random: testRandom() });
  for (const suite of provider.cipherSuites) {
    const key = provider.random(suite.keyLength);
    const nonce = provider.random(suite.ivLength);
    const sealed = new Uint8Array(100 + suite.tagLength);
    suite.createSealer(key).sealInPlace(nonce, Uint8Array.of(1), sealed);
    const opened = suite.createOpener(key).open(nonce, Uint8Array.of(1), sealed);
    if (opened?.length !== 100 || opened.some((byte) => byte !== 0)) throw new Error(`${suite.name} did not open`);
  }
  for (const group of provider.groups) {
    const client = await group.start(provider.random);
    const server = await group.respond(client.share, provider.random);
    const secret = await client.finish(server.share);
    if (secret.join() !== server.secret.join()) throw new Error(`${group.name}: secrets differ`);
  }
}
