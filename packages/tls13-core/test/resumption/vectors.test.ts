import { readFileSync } from 'node:fs';
import { hexToBytes } from '@portico/bytes';
import type { Hash } from '@portico/crypto';
import { expect, it } from 'vitest';
import {
  EarlySecretStage,
  finishedVerifyData,
  MainSecretStage,
  ticketPsk,
} from '../../src/key-schedule/key-schedule.js';
import { Transcript } from '../../src/key-schedule/transcript.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
import { decodeExtension, EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import { offeredPsksCodec, withoutBinders } from '../../src/messages/extensions/pre-shared-key.js';
import { decodeHandshakeMessage } from '../../src/messages/message.js';
import { seededProvider } from '../support/provider.js';

/** What our two sides agree on could be wrong on both: these values are somebody else's. */
const recorded = JSON.parse(readFileSync(new URL('rfc8448.json', import.meta.url), 'utf8')) as Record<string, string>;
const value = (name: string): Uint8Array => hexToBytes(recorded[name] as string);
const hash = seededProvider(1).hashes.find(({ name }) => name === 'sha256') as Hash;

it('the resumption secret and the PSK of a ticket are those of RFC 8448 section 3', () => {
  const secret = new MainSecretStage(hash, value('mainSecret')).resumptionSecret(value('clientFinishedHash'));
  expect(secret).toEqual(value('resumptionSecret'));
  expect(ticketPsk(hash, secret, value('ticketNonce'))).toEqual(value('psk'));
});

it('the binder of a ClientHello is the one of RFC 8448 section 4', () => {
  const clientHello = value('clientHello');
  const { extensions } = decodeHandshakeMessage('client_hello', clientHello).body as ClientHello;
  const last = extensions?.at(-1);
  expect(last?.type).toBe(EXTENSION_CODES.pre_shared_key);
  const psks = decodeExtension(offeredPsksCodec, last?.data as Uint8Array, 'pre_shared_key');
  const truncated = withoutBinders(clientHello, psks);
  expect(truncated).toEqual(value('truncatedClientHello'));
  const transcriptHash = new Transcript().currentWith(hash, truncated);
  expect(transcriptHash).toEqual(value('binderHash'));
  const binder = finishedVerifyData(
    hash,
    new EarlySecretStage(hash, value('psk')).binderKey('res binder'),
    transcriptHash,
  );
  expect(binder).toEqual(value('binder'));
  expect(psks.binders).toEqual([binder]);
});
