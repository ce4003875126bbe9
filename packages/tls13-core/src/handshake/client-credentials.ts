import type { SignatureScheme } from '@portico/crypto';
import { TlsError } from '../error.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { certificateAuthoritiesCodec } from '../messages/extensions/certificate-authorities.js';
import type { ExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension } from '../messages/extensions/extension.js';
import { oidFiltersCodec } from '../messages/extensions/oid-filters.js';
import { schemesForCertificates } from '../messages/extensions/signature-algorithms.js';
import { matchesOidFilters, readOidFilters } from '../oid-filters.js';
import type { ClientSettings } from '../settings.js';
import type { ClientCredentials } from './client-parts.js';
import type { FlowContext } from './context.js';
import { ask, type Flow } from './flow.js';
import { chooseCredential, sendCertificate, type ChosenCredential } from './local-authentication.js';

/** Certificates that `ClientConfig.selectCredential` chooses. */
export const CLIENT_CREDENTIALS: ClientCredentials = { answer };

/** Sends Certificate and CertificateVerify (RFC 9846 section 4.5.1.2), where the application has a credential. */
function* answer(
  context: FlowContext<ClientSettings>,
  transcript: Transcript,
  block: ExtensionBlock,
  signatureSchemes: readonly SignatureScheme[],
): Flow<ChosenCredential | null> {
  const authoritiesData = block.get('certificate_authorities');
  const certificateAuthorities =
    authoritiesData === undefined
      ? []
      : decodeExtension(certificateAuthoritiesCodec, authoritiesData, 'certificate_authorities');

  const filtersData = block.get('oid_filters');
  const oidFilters = filtersData === undefined ? [] : decodeExtension(oidFiltersCodec, filtersData, 'oid_filters');
  // Judged before anybody is asked, so that a wrong request is the server's fault.
  readOidFilters(oidFilters);

  const certificateSchemes = schemesForCertificates(block.get('signature_algorithms_cert'), signatureSchemes);

  const { selectCredential } = context.settings;
  if (selectCredential === null) return null;
  const credential = yield* ask(context.guard, 'selectCredential', () =>
    selectCredential({
      signatureSchemes: signatureSchemes.map(({ name }) => name),
      certificateSignatureSchemes: certificateSchemes.map(({ name }) => name),
      certificateAuthorities,
      oidFilters,
    }),
  );
  if (credential === null) return null;
  // A credential that the server cannot check is no reason to go on as nobody: the application meant to be somebody.
  const peer = { signatures: signatureSchemes, certificates: certificateSchemes };
  const chosen = chooseCredential([credential], peer, 'client');
  if (chosen === null) throw new TlsError('no-common-signature-scheme', { subject: 'certificate_request' });
  // Section 4.3.5: a certificate that is sent must have all that was asked for.
  if (!matchesOidFilters(chosen.credential.certificateChain[0] as Uint8Array, oidFilters)) {
    throw new TlsError('credential-does-not-match', {
      subject: 'certificate_request',
      expected: 'what oid_filters ask for',
    });
  }
  // Section 4.5.1.1: an empty status_request asks; what else stands in it is nothing to us.
  const asks = block.has('status_request') ? 'asks-for-status' : 'asks-for-none';
  yield* sendCertificate(context, transcript, 'client', chosen, asks);
  return chosen;
}
