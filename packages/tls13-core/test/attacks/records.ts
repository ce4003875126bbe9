import { asciiToBytes, u16 } from '@portico/bytes';
import type { TlsErrorReason } from '../../src/error.js';
import { nextTrafficSecret, trafficKeys } from '../../src/key-schedule/key-schedule.js';
import { EXTENSION_CODES, extension } from '../../src/messages/extensions/extension.js';
import { encodeHandshakeMessage } from '../../src/messages/message.js';
import { RecordSealer } from '../../src/record/protection.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { plainRecord, type ScriptedPeer } from '../support/scripted-peer.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { toyClient, toyServer } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';

const HANDLE = 'record/record-reader.ts read';
const CONTENT = 'record/record-reader.ts judge';
const OPENER = 'record/protection.ts RecordOpener.open';
const CCS = 'record/record-reader.ts judgeChangeCipherSpec';
const ENCRYPTED_EXTENSIONS = encodeHandshakeMessage('encrypted_extensions', { extensions: [] });

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

/** A record with one byte changed. */
function damaged(record: Uint8Array, at: number): Uint8Array {
  return record.map((byte, index) => (index === (at + record.length) % record.length ? byte ^ 0x10 : byte));
}

const EARLY: readonly Attack[] = [
  onClient(
    'application data after ServerHello',
    '5',
    'application-data-before-finished',
    'connection.ts handleApplicationData',
    (peer) => peer.serverHello().applicationData(),
  ),
  onClient(
    'application data before Finished',
    '5',
    'application-data-before-finished',
    'connection.ts handleApplicationData',
    (peer) => peer.serverHello().encryptedExtensions().certificate().certificateVerify().applicationData(),
  ),
  onClient(
    'application data in the clear',
    '5',
    'unprotected-record',
    'record/record-reader.ts readPlaintext',
    (peer) => peer.applicationData(),
  ),
  onServer(
    'application data in the clear',
    '5',
    'unprotected-record',
    'record/record-reader.ts readPlaintext',
    (peer) => peer.applicationData(),
  ),
  onServer(
    'application data under handshake keys',
    '5',
    'application-data-before-finished',
    'connection.ts handleApplicationData',
    (peer) => peer.clientHello().applicationData(),
  ),
  onServer('application data under application keys, before Finished', '5.2', 'bad-record-mac', OPENER, (peer) => {
    peer.clientHello();
    const { suite, applicationSecrets } = peer;
    if (suite === null || applicationSecrets === null) throw new Error('no keys');
    peer.sealer = new RecordSealer(suite, trafficKeys(suite, applicationSecrets.send));
    return peer.applicationData();
  }),
];

const CLEAR: readonly Attack[] = [
  onClient('an alert in the clear once there are keys', '5.2', 'unprotected-record', HANDLE, (peer) =>
    peer.serverHello().sendPlain('alert', Uint8Array.of(2, 40)),
  ),
  onClient('close_notify in the clear after the handshake', '6.1', 'unprotected-record', HANDLE, (peer) =>
    peer.handshake().sendPlain('alert', Uint8Array.of(1, 0)),
  ),
  onClient('a handshake message in the clear once there are keys', '5.2', 'unprotected-record', HANDLE, (peer) =>
    peer.serverHello().sendPlain('handshake', ENCRYPTED_EXTENSIONS),
  ),
  onServer('a handshake message in the clear once there are keys', '5.2', 'unprotected-record', HANDLE, (peer) =>
    peer.clientHello().sendPlain('handshake', encodeHandshakeMessage('finished', { verifyData: new Uint8Array(32) })),
  ),
  onServer('an alert in the clear after the handshake', '5.2', 'unprotected-record', HANDLE, (peer) =>
    peer.handshake().sendPlain('alert', Uint8Array.of(1, 0)),
  ),
];

const PROTECTION: readonly Attack[] = [
  ...[5, -1, 1, 4].map((at) =>
    onClient(
      `a protected record with byte ${at < 0 ? 'last' : at} changed`,
      '5.2',
      at === 4 ? 'bad-record-mac' : 'bad-record-mac',
      OPENER,
      (peer) => {
        peer.handshake();
        const record = peer.record('application_data', new Uint8Array(40));
        return peer.deliver(at === 4 ? shortened(record) : damaged(record, at));
      },
    ),
  ),
  ...[0, 1, 15, 16].map((length) =>
    onClient(`a protected record of ${length} bytes`, '5.2', 'bad-record-mac', OPENER, (peer) =>
      peer.handshake().sendPlain('application_data', new Uint8Array(length)),
    ),
  ),
  onClient('a record sent twice', '5.3', 'bad-record-mac', 'record/protection.ts RecordNonce', (peer) => {
    const record = peer.handshake().record('application_data', Uint8Array.of(1));
    return peer.deliver(record).deliver(record);
  }),
  onClient('records in another order', '5.3', 'bad-record-mac', 'record/protection.ts RecordNonce', (peer) => {
    peer.handshake().record('application_data', Uint8Array.of(1));
    return peer.applicationData();
  }),
  onClient('a record under the old key after KeyUpdate', '4.7.3', 'bad-record-mac', 'key-updates.ts receive', (peer) =>
    peer.handshake().keyUpdate(0, 'keep-old-keys').applicationData(),
  ),
  onClient('a record under the next key without KeyUpdate', '4.7.3', 'bad-record-mac', OPENER, (peer) => {
    peer.handshake();
    const { suite, applicationSecrets } = peer;
    if (suite === null || applicationSecrets === null) throw new Error('no keys');
    peer.sealer = new RecordSealer(suite, trafficKeys(suite, nextTrafficSecret(suite.hash, applicationSecrets.send)));
    return peer.applicationData();
  }),
  onClient('a record that is nothing but padding', '5.4', 'inner-content-type-missing', OPENER, (peer) =>
    peer.handshake().send(0, new Uint8Array(20)),
  ),
  onClient('a protected record of an unknown type', '5', 'unexpected-record-type', CONTENT, (peer) =>
    peer.handshake().send(24, Uint8Array.of(1)),
  ),
  onClient('a record of an unknown type', '5', 'unexpected-record-type', 'record/deframer.ts', (peer) =>
    peer.handshake().sendPlain(24, Uint8Array.of(1)),
  ),
  onServer('no TLS at all', '5', 'not-tls', 'record/deframer.ts', (peer) =>
    peer.deliver(asciiToBytes('GET / HTTP/1.1\r\n\r\n')),
  ),
  onServer('an SSL 2 hello', '5', 'not-tls', 'record/deframer.ts', (peer) =>
    peer.deliver(Uint8Array.of(0x80, 0x2e, 1, 3, 3)),
  ),
  onServer('a record of another major version', '5.1', 'not-tls', 'record/deframer.ts', (peer) =>
    peer.deliver(Uint8Array.of(22, 2, 0, 0, 1, 1)),
  ),
];

const MESSAGES: readonly Attack[] = [
  onClient('an alert between two parts of a handshake message', '5.1', 'interleaved-record', CONTENT, (peer) =>
    peer.serverHello().send('handshake', ENCRYPTED_EXTENSIONS.subarray(0, 3)).alert('user_canceled'),
  ),
  onClient('application data between two parts of a handshake message', '5.1', 'interleaved-record', CONTENT, (peer) =>
    peer.handshake().send('handshake', Uint8Array.of(24, 0)).applicationData(),
  ),
  onClient('change_cipher_spec between two parts of a handshake message', '5.1', 'interleaved-record', CCS, (peer) =>
    peer.serverHello().send('handshake', ENCRYPTED_EXTENSIONS.subarray(0, 3)).changeCipherSpec(),
  ),
  onClient('an empty handshake record in the clear', '5.1', 'empty-record', CONTENT, (peer) =>
    peer.send('handshake', new Uint8Array(0)),
  ),
  onClient('an empty protected handshake record', '5.4', 'empty-record', CONTENT, (peer) =>
    peer.serverHello().send('handshake', new Uint8Array(0)),
  ),
  onClient('an empty handshake record with padding', '5.1', 'empty-record', CONTENT, (peer) =>
    peer.serverHello().send('handshake', new Uint8Array(0), 9),
  ),
  {
    attack: 'a record longer than our record_size_limit',
    against: 'client',
    section: 'RFC 8449 4',
    excludedIn: OPENER,
    reason: 'record-too-long',
    run: () => {
      const peer = new ScriptedServer(toyClient({ recordSizeLimit: 100 }));
      peer.encryptedExtensionList = [extension('record_size_limit', u16, 16_385)];
      return peer.handshake();
    },
  },
  {
    attack: 'a record longer than our record_size_limit by its padding alone',
    against: 'server',
    section: 'RFC 8449 4',
    excludedIn: OPENER,
    reason: 'record-too-long',
    run: () => {
      const peer = new ScriptedClient(toyServer({ recordSizeLimit: 100 }));
      peer.extraExtensions = [extension('record_size_limit', u16, 16_385)];
      return peer.handshake().send('application_data', new Uint8Array(50).fill(1), 50);
    },
  },
  {
    attack: 'a record_size_limit of 63',
    against: 'server',
    section: 'RFC 8449 4',
    excludedIn: 'messages/extensions/record-size-limit.ts decodeRecordSizeLimit',
    reason: 'illegal-record-size-limit',
    run: () => {
      const peer = new ScriptedClient(toyServer());
      peer.extraExtensions = [extension('record_size_limit', u16, 63)];
      return peer.clientHello();
    },
  },
  {
    attack: 'a record_size_limit of 63',
    against: 'client',
    section: 'RFC 8449 4',
    excludedIn: 'messages/extensions/record-size-limit.ts decodeRecordSizeLimit',
    reason: 'illegal-record-size-limit',
    run: () =>
      new ScriptedServer(toyClient({ recordSizeLimit: 100 }))
        .serverHello()
        .encryptedExtensions([extension('record_size_limit', u16, 63)]),
  },
  onClient('an empty alert record', '5.4', 'empty-record', 'record/record-reader.ts judge', (peer) =>
    peer.handshake().send('alert', new Uint8Array(0)),
  ),
  onClient('half an alert', '5.1', 'malformed-alert', 'content-judge.ts judgeAlert', (peer) =>
    peer.handshake().send('alert', Uint8Array.of(1)),
  ),
  onClient('two alerts in one record', '5.1', 'malformed-alert', 'content-judge.ts judgeAlert', (peer) =>
    peer.handshake().send('alert', Uint8Array.of(1, 90, 1, 0)),
  ),
  onClient(
    'EncryptedExtensions in the clear, in one record with ServerHello',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) => {
      const forged = peer.serverHello.bind(peer);
      return forged({ behind: ENCRYPTED_EXTENSIONS });
    },
  ),
  onClient(
    'a ticket under handshake keys, in one record with Finished',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) =>
      peer
        .serverHello()
        .encryptedExtensions()
        .certificate()
        .certificateVerify()
        .finished({ behind: Uint8Array.of(4) }),
  ),
  onClient(
    'a message behind KeyUpdate in one record',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) => peer.handshake().send('handshake', Uint8Array.of(24, 0, 0, 1, 0, 24)),
  ),
  onServer(
    'bytes behind a ClientHello that gets a HelloRetryRequest',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) => {
      peer.shareGroups = [];
      return peer.clientHello({ behind: Uint8Array.of(1) });
    },
  ),
  onClient(
    'bytes behind a HelloRetryRequest in one record',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) => peer.helloRetryRequest(0x0017, { behind: Uint8Array.of(2) }),
  ),
  onServer(
    'bytes behind ClientHello in one record',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) => peer.clientHello({ behind: Uint8Array.of(20) }),
  ),
  onServer(
    'bytes behind Finished in one record',
    '5.1',
    'data-across-key-change',
    'record-sink.ts demandRecordBoundary',
    (peer) => peer.clientHello().finished({ behind: Uint8Array.of(24) }),
  ),
  onClient(
    'a handshake message of an unknown type',
    '4',
    'unexpected-message',
    'handshake/reassembler.ts next',
    (peer) => peer.send('handshake', Uint8Array.of(99, 0, 0, 0)),
  ),
  onClient('message_hash on the wire', '4.1', 'unexpected-message', 'handshake/reassembler.ts next', (peer) =>
    peer.send('handshake', Uint8Array.of(254, 0, 0, 32, ...new Uint8Array(32))),
  ),
  onClient(
    'a message with a byte too many',
    '4',
    'malformed-message',
    'messages/message.ts decodeHandshakeMessage',
    (peer) => peer.serverHello().send('handshake', Uint8Array.of(8, 0, 0, 3, 0, 0, 0)),
  ),
];

const CHANGE_CIPHER_SPEC: readonly Attack[] = [
  onServer('change_cipher_spec before ClientHello', '5', 'unexpected-change-cipher-spec', CCS, (peer) =>
    peer.changeCipherSpec(),
  ),
  onClient('change_cipher_spec after Finished', '5', 'unexpected-change-cipher-spec', CCS, (peer) =>
    peer.handshake().changeCipherSpec(),
  ),
  onServer('change_cipher_spec after Finished', '5', 'unexpected-change-cipher-spec', CCS, (peer) =>
    peer.handshake().changeCipherSpec(),
  ),
  ...[Uint8Array.of(2), Uint8Array.of(0), new Uint8Array(0), Uint8Array.of(1, 1)].map((content) =>
    onClient(`change_cipher_spec of [${content.join()}]`, '5', 'unexpected-change-cipher-spec', CCS, (peer) =>
      peer.sendPlain('change_cipher_spec', content),
    ),
  ),
  onClient('change_cipher_spec in a protected record', '5', 'unexpected-record-type', CONTENT, (peer) =>
    peer.serverHello().send('change_cipher_spec', Uint8Array.of(1)),
  ),
];

/** A hello that announces early data, as from a ticket that this server never gave. */
function withEarlyData(): ScriptedClient {
  const peer = new ScriptedClient(toyServer());
  peer.extraExtensions = [{ type: EXTENSION_CODES.early_data, data: new Uint8Array(0) }];
  return peer;
}

const unreadable = (length: number): Uint8Array => plainRecord(23, new Uint8Array(length).fill(0xee));

const EARLY_DATA: readonly Attack[] = [
  onServer(
    'unreadable records from a client that announced no early data',
    '4.3.10',
    'bad-record-mac',
    'record/record-reader.ts skipsAsEarlyData',
    (peer) => peer.clientHello().deliver(unreadable(40)),
  ),
  {
    attack: 'more refused early data than a bound',
    against: 'server',
    section: '4.3.10',
    excludedIn: 'record/record-reader.ts skipsAsEarlyData',
    reason: 'bad-record-mac',
    run: () => {
      const peer = withEarlyData().clientHello();
      for (let i = 0; i < 4; i++) peer.deliver(unreadable(16_384 - 5));
      if (peer.failure !== null) throw new Error('refused too early');
      return peer.deliver(unreadable(17));
    },
  },
  {
    attack: 'refused early data after a record that opened',
    against: 'server',
    section: '4.3.10',
    excludedIn: 'record/record-reader.ts read',
    reason: 'bad-record-mac',
    run: () => withEarlyData().clientHello().deliver(unreadable(40)).alert('user_canceled').deliver(unreadable(40)),
  },
  {
    attack: 'refused early data after the second ClientHello',
    against: 'server',
    section: '4.3.10',
    excludedIn: 'record/record-reader.ts readPlaintext',
    reason: 'bad-record-mac',
    run: () => {
      const peer = withEarlyData().clientHelloWithoutShare().deliver(unreadable(40));
      peer.extraExtensions = [];
      return peer.clientHello().deliver(unreadable(40));
    },
  },
];

/** The same record with its last byte cut off and the length saying so. */
function shortened(record: Uint8Array): Uint8Array {
  return plainRecord(23, record.slice(5, -1));
}

export const RECORD_ATTACKS: AttackGroup = {
  title: 'Records',
  file: 'records.ts',
  attacks: [...EARLY, ...CLEAR, ...PROTECTION, ...MESSAGES, ...CHANGE_CIPHER_SPEC, ...EARLY_DATA],
};
