import { TlsError } from '../error.js';
import type { Transcript } from '../key-schedule/transcript.js';
import type { CertificateRequest } from '../messages/certificate-request.js';
import { readExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension } from '../messages/extensions/extension.js';
import { knownSignatureSchemes, signatureAlgorithmsCodec } from '../messages/extensions/signature-algorithms.js';
import type { Received } from '../messages/message.js';
import type { ClientSettings } from '../settings.js';
import { send, type FlowContext } from './context.js';
import { read, type Flow } from './flow.js';
import type { ChosenCredential } from './local-authentication.js';
import { authenticatePeer, readCertificateList, type AuthenticatedBy } from './peer-authentication.js';

type Context = FlowContext<ClientSettings>;

/** What a server shows in a full handshake. */
export interface CertifiedServer {
  readonly type: 'certified';
  /** Its request for a certificate of ours. */
  readonly request: CertificateRequest | null;
  readonly server: AuthenticatedBy;
}

/** Receives CertificateRequest, if there is one, Certificate and CertificateVerify (RFC 9846 appendix A.1). */
export function* receiveServerCertificate(
  context: Context,
  transcript: Transcript,
  offered: ReadonlySet<number>,
): Flow<CertifiedServer> {
  const { verifyPeer, serverName, certificateStatus } = context.settings;
  const first = yield* read('certificate_request', 'certificate');
  let request: CertificateRequest | null = null;
  let certificate: Received<'certificate'>;
  if (first.type === 'certificate_request') {
    request = first.body;
    transcript.add(first.raw);
    certificate = yield* read('certificate');
  } else {
    certificate = first;
  }

  const chain = readCertificateList(context, certificate.body, offered, certificateStatus);
  // Section 4.5.1.3: a server must not send an empty list.
  if (chain.certificates.length === 0) throw new TlsError('empty-certificate-list');
  transcript.add(certificate.raw);
  const server = yield* authenticatePeer(context, transcript, 'server', chain, verifyPeer, serverName);
  return { type: 'certified', request, server };
}

/** Sends Certificate, empty where we have none, and CertificateVerify (RFC 9846 section 4.5.1.2). */
export function* answerCertificateRequest(
  context: Context,
  transcript: Transcript,
  request: CertificateRequest,
): Flow<ChosenCredential | null> {
  const { settings, sink } = context;
  // Section 4.4.2: the context is for post-handshake authentication only.
  if (request.certificateRequestContext.length !== 0) {
    throw new TlsError('unexpected-request-context', { subject: 'certificate_request' });
  }
  const block = readExtensionBlock('CR', request.extensions, null, settings.limits);
  const schemesData = block.get('signature_algorithms');
  if (schemesData === undefined) {
    throw new TlsError('missing-extension', { subject: 'certificate_request', expected: 'signature_algorithms' });
  }
  const ids = decodeExtension(signatureAlgorithmsCodec, schemesData, 'signature_algorithms');
  const { credentials } = settings.parts;
  const chosen =
    credentials === null ? null : yield* credentials.answer(context, transcript, block, knownSignatureSchemes(ids));
  if (chosen === null) {
    send(sink, transcript, 'certificate', { certificateRequestContext: new Uint8Array(0), certificateList: [] });
  }
  return chosen;
}
