import { concatBytes } from '@portico/bytes';
import { OID } from '@portico/x509';
import { certificateVerifyContent } from '../../src/messages/certificate-verify.js';
import { oidFilters } from '../../src/oid-filters.js';
import { ScriptedClient } from '../support/scripted-client.js';
import { TOY_CLIENT, TOY_SERVER, toyServer, toyServerWithClientAuthentication } from '../support/toy-credentials.js';
import type { Attack, AttackGroup } from './attack.js';

const VERIFY = 'handshake/peer-authentication.ts authenticatePeer';
const PROOF = 'handshake/proof.ts';
const FLOW = 'handshake/reassembler.ts next';

function clientAtCertificate(mode: 'request' | 'require' = 'require'): ScriptedClient {
  return new ScriptedClient(toyServerWithClientAuthentication(mode)).clientHello();
}

const lastByteFlipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));

const AGAINST_SERVER: readonly Attack[] = [
  {
    attack: 'no client Certificate at all where one is required',
    against: 'server',
    section: 'A.2',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => clientAtCertificate().finished(),
  },
  {
    attack: 'an empty client Certificate where one is required',
    against: 'server',
    section: '4.5.1.3',
    excludedIn: 'handshake/server.ts authenticateClient',
    reason: 'certificate-required',
    run: () => clientAtCertificate().emptyCertificate(),
  },
  {
    attack: 'a client Certificate without CertificateVerify',
    against: 'server',
    section: '4.5.2',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => clientAtCertificate().certificate().finished(),
  },
  {
    attack: 'a CertificateVerify behind an empty Certificate',
    against: 'server',
    section: '4.5.2',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => clientAtCertificate('request').emptyCertificate().certificateVerify(),
  },
  {
    attack: 'a client Certificate that nobody asked for',
    against: 'server',
    section: 'A.2',
    excludedIn: FLOW,
    reason: 'unexpected-message',
    run: () => new ScriptedClient(toyServer()).clientHello().certificate(),
  },
  {
    attack: 'the server’s own CertificateVerify content, reflected',
    against: 'server',
    section: '4.5.2',
    excludedIn: 'messages/certificate-verify.ts certificateVerifyContent',
    reason: 'bad-certificate-verify',
    run: () => {
      const peer = clientAtCertificate().certificate();
      return peer.certificateVerify({}, certificateVerifyContent('server', peer.transcriptHash()));
    },
  },
  {
    attack: 'a CertificateVerify by another key than the certificate’s',
    against: 'server',
    section: '4.5.2',
    excludedIn: `${PROOF} possessionProved`,
    reason: 'bad-certificate-verify',
    run: () => {
      const credential = { certificateChain: TOY_CLIENT.certificateChain, signer: TOY_SERVER.signer };
      const peer = new ScriptedClient(toyServerWithClientAuthentication('require'), credential);
      return peer.clientHello().certificate().certificateVerify();
    },
  },
  ...(
    [
      ['rsa_pkcs1_sha256', 0x0401],
      ['rsa_pkcs1_sha1', 0x0201],
      ['ecdsa_sha1', 0x0203],
      ['an unknown scheme', 0xfefe],
    ] as const
  ).map(([name, algorithm]): Attack => ({
    attack: `a CertificateVerify with ${name}`,
    against: 'server',
    section: '4.5.2',
    excludedIn: VERIFY,
    reason: 'signature-scheme-not-offered',
    run: () =>
      clientAtCertificate()
        .certificate()
        .certificateVerify({ body: (honest) => ({ ...honest, algorithm }) }),
  })),
  {
    attack: 'a CertificateVerify over the transcript before Certificate',
    against: 'server',
    section: '4.5.2',
    excludedIn: `${VERIFY} (transcript)`,
    reason: 'bad-certificate-verify',
    run: () => {
      const peer = clientAtCertificate();
      const content = certificateVerifyContent('client', peer.transcriptHash());
      return peer.certificate().certificateVerify({}, content);
    },
  },
  {
    attack: 'a CertificateVerify with rsa_pkcs1_sha256_legacy that the server did not ask for',
    against: 'server',
    section: '4.5.2',
    excludedIn: VERIFY,
    reason: 'signature-scheme-not-offered',
    run: () =>
      clientAtCertificate()
        .certificate()
        .certificateVerify({ body: (honest) => ({ ...honest, algorithm: 0x0420 }) }),
  },
  {
    attack: 'a certificate that the server’s verifier does not trust',
    against: 'server',
    section: '4.5.1.3',
    excludedIn: 'handshake/peer-authentication.ts judgeCertificates',
    reason: 'certificate-unknown-ca',
    run: () =>
      new ScriptedClient(
        toyServer({
          clientAuthentication: {
            mode: 'request',
            verifyPeer: () => ({ trusted: false, refusal: 'unknown-ca', message: 'a stranger' }),
          },
        }),
      )
        .clientHello()
        .certificate()
        .certificateVerify(),
  },
  {
    attack: 'a client certificate without what oid_filters ask for',
    against: 'server',
    section: '4.3.5',
    excludedIn: 'handshake/server.ts demandMatch',
    reason: 'certificate-unsupported',
    run: () => {
      const filters = oidFilters({ extendedKeyUsage: [OID.sipDomain] });
      const verifyPeer = () => ({ trusted: true }) as const;
      const clientAuthentication = { mode: 'request', verifyPeer, oidFilters: filters } as const;
      return new ScriptedClient(toyServer({ clientAuthentication })).clientHello().certificate().certificateVerify();
    },
  },
  {
    attack: 'a client certificate that is no DER, where oid_filters ask for something',
    against: 'server',
    section: '4.5.1',
    excludedIn: 'handshake/server.ts demandMatch',
    reason: 'malformed-certificate',
    run: () => {
      const filters = oidFilters({ extendedKeyUsage: [OID.sipDomain] });
      const verifyPeer = () => ({ trusted: true }) as const;
      const clientAuthentication = { mode: 'request', verifyPeer, oidFilters: filters } as const;
      const certificateList = [{ certificateData: Uint8Array.of(0x30, 0x80), extensions: [] }];
      const peer = new ScriptedClient(toyServer({ clientAuthentication })).clientHello();
      return peer.certificate({ body: (honest) => ({ ...honest, certificateList }) });
    },
  },
  {
    attack: 'Finished with one bit changed',
    against: 'server',
    section: '4.5.3',
    excludedIn: `${PROOF} verifyFinished`,
    reason: 'bad-finished',
    run: () => new ScriptedClient(toyServer()).clientHello().finished({ bytes: lastByteFlipped }),
  },
  {
    attack: 'the server’s Finished, reflected',
    against: 'server',
    section: '4.5.3',
    excludedIn: `${PROOF} verifyFinished`,
    reason: 'bad-finished',
    run: () => {
      const peer = new ScriptedClient(toyServer()).clientHello();
      const { verifyData } = peer.last('finished');
      return peer.finished({ body: () => ({ verifyData }) });
    },
  },
  {
    attack: 'a ClientHello altered on the way: the Finished does not fit',
    against: 'server',
    section: '4.1',
    excludedIn: `${PROOF} verifyFinished`,
    reason: 'bad-finished',
    run: () => {
      // The client believes that it sent another session id than the one that arrived, and yet has the same keys.
      const peer = new ScriptedClient(toyServer()).clientHello();
      peer.addToTranscript(concatBytes(Uint8Array.of(11, 0, 0, 0)));
      return peer.finished();
    },
  },
];

export const CLIENT_AUTHENTICATION_ATTACKS: AttackGroup = {
  title: 'Who the client is, and its Finished',
  file: 'client-authentication.ts',
  attacks: AGAINST_SERVER,
};
