import type { CipherSuite } from '@portico/crypto';
import { describe, expect, it } from 'vitest';
import { CLIENT_PSKS } from '../../src/handshake/client-psk.js';
import { verifyFinished } from '../../src/handshake/proof.js';
import { finishedVerifyData } from '../../src/key-schedule/key-schedule.js';
import { ExtensionBlock } from '../../src/messages/extensions/extension-block.js';
import { EXTENSION_CODES } from '../../src/messages/extensions/extension.js';
import { Session, type SessionContents } from '../../src/session/session.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { serverWithTickets, toySession, toyTicket } from '../support/sessions.js';
import { TOY_SERVER } from '../support/toy-credentials.js';
import { toyProvider } from '../support/toy-provider.js';

const [suite] = toyProvider(1).cipherSuites as [CipherSuite];
const { hash } = suite;
const secret = new Uint8Array(hash.outputLength).fill(1);
const received = finishedVerifyData(hash, secret, secret);
const finished = verifyFinished({ hash, sender: 'server', trafficSecret: secret, transcriptHash: secret, received });

/** Who the server is when it has chosen the first of these. */
function serverOf(sessions: readonly (SessionContents | null)[]): unknown {
  const block = new ExtensionBlock(
    new Map([
      [EXTENSION_CODES.pre_shared_key, Uint8Array.of(0, 0)],
      [EXTENSION_CODES.key_share, new Uint8Array(0)],
    ]),
  );
  const offers = sessions.map((session) => ({ hash, session }));
  return CLIENT_PSKS.select({ pskModes: ['psk_dhe_ke'] } as never, block, suite, offers as never)?.authenticate(
    finished,
  );
}

describe('the server of a PSK that was chosen', () => {
  it('is the one of the session’s certificate, its leaf and not another one', () => {
    const leaf = TOY_SERVER.certificateChain[0] as Uint8Array;
    const certificates = [leaf, Uint8Array.of(1)];
    const session = Session.contentsOf(toySession({ peerCertificates: certificates }));
    expect(serverOf([session])).toMatchObject({
      peer: { made: true, leaf },
      certificates,
      signatureScheme: { id: session.peerSignatureScheme },
    });
  });

  it('has no certificate where the PSK came from outside', () => {
    expect(serverOf([null])).toEqual({
      peer: expect.objectContaining({ leaf: null }),
      certificates: [],
      signatureScheme: null,
    });
  });
});

describe('an external PSK that the application knows nothing of', () => {
  it.each([null, undefined])('is one that it answers %s for: a full handshake, for its tickets too', (answer) => {
    const externalPsks = (): never => answer as never;
    const identity = Uint8Array.of(0x78);
    for (const offer of [
      { ticket: identity, psk: secret, binderLabel: 'ext binder' } as const,
      toyTicket({ externalIdentity: identity }),
    ]) {
      const client = new ScriptedClient(serverWithTickets({ externalPsks }));
      client.offers = [offer];
      expect(client.handshake().failure).toBeNull();
      expect(client.connection.info).toMatchObject({ resumed: false, externalPskIdentity: null });
    }
  });
});
