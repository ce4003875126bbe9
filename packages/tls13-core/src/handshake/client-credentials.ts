import type { SignatureScheme } from '@portico/crypto';
import { TlsError, type TlsErrorReason } from '../error.js';
import type { Transcript } from '../key-schedule/transcript.js';
import { certificateAuthoritiesCodec } from '../messages/extensions/certificate-authorities.js';
import type { ExtensionBlock } from '../messages/extensions/extension-block.js';
import { decodeExtension } from '../messages/extensions/extension.js';
import { oidFiltersCodec } from '../messages/extensions/oid-filters.js';
import { schemesForCertificates } from '../messages/extensions/signature-algorithms.js';
import { matchesOidFilters, readOidFilters } from '../oid-filters.js';
import type { ClientCredentialSettings, ClientSettings } from '../settings.js';
import type { ClientCredentials } from './client-parts.js';
import type { FlowContext } from './context.js';
import { ask, type Flow } from './flow.js';
import { chooseCredential, sendCertificate, type ChosenCredential } from './local-authentication.js';

/** Certificates that `ClientConfig.selectCredential` chooses. */
export const CLIENT_CREDENTIALS: ClientCredentials = {
  settings: ({ selectCredential: select, unfitCredential: whenUnfit = 'empty-certificate' }) =>
    select === undefined ? null : Object.freeze({ select, whenUnfit }),
  answer,
};

/** Sends Certificate and CertificateVerify (RFC 9846 section 4.5.1.2), where the application has a credential that fits. */
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

  const { credentials } = context.settings;
  if (credentials === null) return null;
  const credential = yield* ask(context.guard, 'selectCredential', () =>
    credentials.select({
      signatureSchemes: signatureSchemes.map(({ name }) => name),
      certificateSignatureSchemes: certificateSchemes.map(({ name }) => name),
      certificateAuthorities,
      oidFilters,
    }),
  );
  if (credential === null) return null;
  const peer = { signatures: signatureSchemes, certificates: certificateSchemes };
  const chosen = chooseCredential([credential], peer, 'client');
  if (chosen === null) return unfit(credentials, 'no-common-signature-scheme', 'one that the server can verify');
  // Section 4.3.5: a certificate that is sent must have all that was asked for.
  if (!matchesOidFilters(credential.certificateChain[0] as Uint8Array, oidFilters)) {
    return unfit(credentials, 'credential-does-not-match', 'what oid_filters ask for');
  }
  // Section 4.5.1.1: an empty status_request asks; what else stands in it is nothing to us.
  const asks = block.has('status_request') ? 'asks-for-status' : 'asks-for-none';
  yield* sendCertificate(context, transcript, 'client', chosen, asks);
  return chosen;
}

/** Section 4.5.1: where no certificate is suitable, the answer is an empty one. */
function unfit({ whenUnfit }: ClientCredentialSettings, reason: TlsErrorReason, expected: string): null {
  if (whenUnfit === 'fail') throw new TlsError(reason, { subject: 'certificate_request', expected });
  return null;
}
