import { readFileSync } from 'node:fs';
import { asciiToBytes, concatBytes, hexToBytes } from '@portico/bytes';
import type { CipherSuite, Hash } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { ApplicationKeys } from '../../src/key-schedule/application-keys.js';
import { createEarlyExporter } from '../../src/key-schedule/early-exporter.js';
import { hkdfExpandLabel } from '../../src/key-schedule/hkdf-label.js';
import {
  EarlySecretStage,
  exportKeyingMaterial,
  finishedVerifyData,
  handshakeSecretWithoutPsk,
  nextTrafficSecret,
  trafficKeys,
  type BinderLabel,
} from '../../src/key-schedule/key-schedule.js';
import { Transcript } from '../../src/key-schedule/transcript.js';
import { seededProvider } from '../support/provider.js';

/** What our two sides agree on could be wrong on both: these values are somebody else's. */
const recorded = JSON.parse(readFileSync(new URL('rfc8448.json', import.meta.url), 'utf8')) as Record<string, string>;
const value = (name: string): Uint8Array => hexToBytes(recorded[name] as string);
const suite = seededProvider(1).cipherSuites.find(({ id }) => id === 0x1301) as CipherSuite;
const { hash } = suite;

/** HKDF-Expand-Label as section 7.1 and RFC 5869 write it down, one HMAC after the other. */
function plainExpandLabel(
  own: Hash,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = asciiToBytes(`tls13 ${label}`);
  const info = concatBytes(
    Uint8Array.of(length >> 8, length & 0xff, name.length),
    name,
    Uint8Array.of(context.length),
    context,
  );
  let block: Uint8Array = new Uint8Array(0);
  let output: Uint8Array = new Uint8Array(0);
  for (let count = 1; output.length < length; count++) {
    block = own.hmac(secret, concatBytes(block, info, Uint8Array.of(count)));
    output = concatBytes(output, block);
  }
  return output.slice(0, length);
}

describe('the key schedule of RFC 8448 section 3', () => {
  const transcript = new Transcript();
  transcript.add(value('messageClientHello'));
  transcript.start(hash);
  transcript.add(value('messageServerHello'));
  const helloHash = transcript.current();
  for (const name of ['EncryptedExtensions', 'Certificate', 'CertificateVerify'])
    transcript.add(value(`message${name}`));
  const beforeFinished = transcript.current();
  transcript.add(value('messageFinished'));
  const serverFinishedHash = transcript.current();
  transcript.add(value('messageClientFinished'));
  const clientFinishedHash = transcript.current();

  it('has the transcript hashes', () => {
    expect(helloHash).toEqual(value('clientHandshakeHash'));
    expect(serverFinishedHash).toEqual(value('clientApplicationHash'));
    expect(clientFinishedHash).toEqual(value('resumptionHash'));
  });

  it('gives every secret, key and IV', () => {
    const handshake = handshakeSecretWithoutPsk(hash, value('sharedSecret'));
    const secrets = handshake.trafficSecrets(helloHash);
    expect(secrets).toEqual({ client: value('clientHandshake'), server: value('serverHandshake') });
    const main = handshake.toMain();
    const application = main.trafficSecrets(serverFinishedHash);
    expect(application).toEqual({ client: value('clientApplication'), server: value('serverApplication') });
    expect(main.exporterSecret(serverFinishedHash)).toEqual(value('exporter'));
    expect(main.resumptionSecret(clientFinishedHash)).toEqual(value('resumption'));
    for (const name of ['clientHandshake', 'serverHandshake', 'clientApplication', 'serverApplication']) {
      expect(trafficKeys(suite, value(name))).toEqual({ key: value(`${name}Key`), iv: value(`${name}Iv`) });
    }
  });

  it('gives both Finished messages', () => {
    expect(finishedVerifyData(hash, value('serverHandshake'), beforeFinished)).toEqual(value('serverFinished'));
    expect(finishedVerifyData(hash, value('clientHandshake'), serverFinishedHash)).toEqual(value('clientFinished'));
  });

  it('gives the secrets of early data in section 4', () => {
    const early = new EarlySecretStage(hash, value('psk'));
    expect(early.derive('c e traffic', value('clientEarlyHash'))).toEqual(value('clientEarly'));
    expect(early.derive('e exp master', value('earlyExporterHash'))).toEqual(value('earlyExporter'));
  });
});

describe('derivations without recorded values agree with section 7 written down plainly', () => {
  const secret = value('clientApplication');
  const none = new Uint8Array(0);
  const emptyHash = hash.digest(none);

  it('HKDF-Expand-Label, of any length and context', () => {
    for (const length of [1, 12, 32, 33, 64, 300]) {
      for (const context of [none, Uint8Array.of(7), new Uint8Array(255).fill(1)]) {
        const plain = plainExpandLabel(hash, secret, 'a label', context, length);
        expect(hkdfExpandLabel(hash, secret, 'a label', context, length)).toEqual(plain);
      }
    }
  });

  it.each(seededProvider(1).hashes.map((own) => [own.name, own] as const))(
    'the Handshake Secret without a PSK, with and without a key exchange, by %s',
    (_name, own) => {
      const zeros = (): Uint8Array => new Uint8Array(own.outputLength);
      const shared = (): Uint8Array => zeros().fill(3);
      // Twice: the second time it is remembered what the first has worked out.
      for (const exchanged of [shared, () => null, shared]) {
        const plain = new EarlySecretStage(own, zeros()).toHandshake(exchanged());
        const short = handshakeSecretWithoutPsk(own, exchanged());
        expect(short.trafficSecrets(zeros())).toEqual(plain.trafficSecrets(zeros()));
      }
    },
  );

  it('the next traffic secret', () => {
    const plain = plainExpandLabel(hash, secret, 'traffic upd', none, 32);
    expect(nextTrafficSecret(hash, secret)).toEqual(plain);
  });

  it.each<BinderLabel>(['res binder', 'ext binder', 'imp binder'])('the key of a %s', (label) => {
    const psk = value('psk');
    const early = hash.hmac(new Uint8Array(32), psk);
    expect(new EarlySecretStage(hash, psk).binderKey(label)).toEqual(
      plainExpandLabel(hash, early, label, emptyHash, 32),
    );
  });

  it('the exporter of section 7.5, of a connection and of early data', () => {
    const context = asciiToBytes('context');
    const derived = plainExpandLabel(hash, value('exporter'), 'EXPORTER-x', emptyHash, 32);
    const plain = plainExpandLabel(hash, derived, 'exporter', hash.digest(context), 50);
    expect(exportKeyingMaterial(hash, value('exporter'), 'EXPORTER-x', context, 50)).toEqual(plain);
    const secrets = { client: value('clientApplication'), server: value('serverApplication') };
    const keys = new ApplicationKeys(suite, 'client', secrets, value('exporter'));
    expect(keys.export('EXPORTER-x', context, 50)).toEqual(plain);
    expect(createEarlyExporter(hash, value('exporter')).export('EXPORTER-x', context, 50)).toEqual(plain);
  });

  it('psk_ke, whose shared secret is zeros', () => {
    const zeros = new EarlySecretStage(hash, value('psk')).toHandshake(new Uint8Array(32)).trafficSecrets(emptyHash);
    expect(new EarlySecretStage(hash, value('psk')).toHandshake(null).trafficSecrets(emptyHash)).toEqual(zeros);
  });
});
