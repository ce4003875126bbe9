import type { TlsErrorReason } from '../../src/error.js';
import { ScriptedClient } from '../support/scripted-client.js';
import type { ScriptedPeer } from '../support/scripted-peer.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';

const CONNECTED = 'handshake/connected.ts';
const NEXT = 'handshake/reassembler.ts next';
const END = 'connection.ts endOfInput';

function onClient(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (peer: ScriptedServer) => ScriptedPeer,
): Attack {
  return { attack, against: 'client', section, excludedIn, reason, run: () => run(new ScriptedServer(toyClient())) };
}

function onServer(
  attack: string,
  section: string,
  reason: TlsErrorReason,
  excludedIn: string,
  run: (peer: ScriptedClient) => ScriptedPeer,
): Attack {
  return { attack, against: 'server', section, excludedIn, reason, run: () => run(new ScriptedClient(toyServer())) };
}

function cut(peer: ScriptedPeer): ScriptedPeer {
  peer.events.push(...peer.connection.endOfInput());
  return peer.listen();
}

export const ENDING_ATTACKS: AttackGroup = {
  title: 'After the handshake, and endings',
  file: 'endings.ts',
  attacks: [
    onClient('the end of input without close_notify: truncation', '6.1', 'end-of-input', END, (peer) =>
      cut(peer.handshake().applicationData()),
    ),
    onServer('the end of input without close_notify: truncation', '6.1', 'end-of-input', END, (peer) =>
      cut(peer.handshake().applicationData()),
    ),
    onClient('the end of input in the middle of the handshake', '6.1', 'end-of-input', END, (peer) =>
      cut(peer.serverHello()),
    ),
    onServer('the end of input before anything', '6.1', 'end-of-input', END, (peer) => cut(peer)),
    onClient('user_canceled, and then the end of input', '6.1', 'end-of-input', END, (peer) =>
      cut(peer.handshake().alert('user_canceled')),
    ),
    {
      attack: 'the end of input of a connection that waits for its application',
      against: 'client',
      section: '6.1',
      excludedIn: END,
      reason: 'end-of-input',
      run: () =>
        cut(
          new ScriptedServer(toyClient({ verifyPeer: () => new Promise(() => undefined) }))
            .serverHello()
            .restOfFlight(),
        ),
    },
    onClient(
      'close_notify in the middle of the handshake',
      '6.1',
      'alert-received',
      'content-judge.ts judgeAlert',
      (peer) => peer.serverHello().alert('close_notify'),
    ),
    onClient('an error alert under level warning', '6', 'alert-received', 'content-judge.ts judgeAlert', (peer) =>
      peer.handshake().send('alert', Uint8Array.of(1, 40)),
    ),
    onClient('an alert of an unknown number', '6', 'alert-received', 'content-judge.ts judgeAlert', (peer) =>
      peer.handshake().send('alert', Uint8Array.of(1, 200)),
    ),
    onServer('renegotiation: a ClientHello after the handshake', '4.2.2', 'unexpected-message', NEXT, (peer) =>
      peer.handshake().clientHello(),
    ),
    onClient('renegotiation: a HelloRequest of TLS 1.2', '4.2.2', 'unexpected-message', NEXT, (peer) =>
      peer.handshake().send('handshake', Uint8Array.of(0, 0, 0, 0)),
    ),
    onClient('renegotiation: a second ServerHello', '4.2.3', 'unexpected-message', NEXT, (peer) =>
      peer.handshake().serverHello(),
    ),
    onClient('a second Finished', 'A.1', 'unexpected-message', NEXT, (peer) => peer.handshake().finished()),
    onServer('a ticket from a client', '4.7.1', 'unexpected-message', CONNECTED, (peer) =>
      peer.handshake().message('new_session_ticket', {
        ticketLifetime: 1,
        ticketAgeAdd: 1,
        ticketNonce: new Uint8Array(0),
        ticket: Uint8Array.of(1),
        extensions: [],
      }),
    ),
    onClient('a KeyUpdate flood behind one that we asked for', '4.7.3', 'too-many-key-updates', CONNECTED, (peer) => {
      peer.handshake().connection.updateKeys({ requestPeer: true });
      peer.listen();
      for (let count = 0; count < 34 && peer.failure === null; count++) peer.keyUpdate();
      return peer;
    }),
    onClient('KeyUpdate before Finished', '4.7.3', 'unexpected-message', NEXT, (peer) =>
      peer.serverHello().keyUpdate(),
    ),
    onServer('KeyUpdate before Finished', '4.7.3', 'unexpected-message', NEXT, (peer) =>
      peer.clientHello().keyUpdate(),
    ),
    ...[2, 255].map((value) =>
      onClient(`KeyUpdate with request_update ${value}`, '4.7.3', 'illegal-key-update-request', CONNECTED, (peer) =>
        peer.handshake().keyUpdate(value),
      ),
    ),
    onServer('EndOfEarlyData where no early data was accepted', '4.6', 'unexpected-message', NEXT, (peer) =>
      peer.clientHello().message('end_of_early_data', {}),
    ),
  ],
};
