import type { NamedGroup, SignatureSchemeName } from '@portico/crypto';
import { SIGNATURE_SCHEMES } from '@portico/crypto';
import { createTlsClient } from '../../src/client-connection.js';
import type { ClientConfig, Credential } from '../../src/config.js';
import type { TlsConnection } from '../../src/connection.js';
import {
  EarlySecretStage,
  finishedVerifyData,
  trafficKeys,
  type HandshakeSecretStage,
} from '../../src/key-schedule/key-schedule.js';
import { certificateVerifyContent } from '../../src/messages/certificate-verify.js';
import {
  decodeExtension,
  EXTENSION_CODES,
  extension,
  type Extension,
} from '../../src/messages/extensions/extension.js';
import {
  clientKeySharesCodec,
  keyShareEntryCodec,
  retryKeyShareCodec,
} from '../../src/messages/extensions/key-share.js';
import { selectedIdentityCodec } from '../../src/messages/extensions/pre-shared-key.js';
import { signatureAlgorithmsCodec } from '../../src/messages/extensions/signature-algorithms.js';
import { serverSupportedVersionsCodec } from '../../src/messages/extensions/supported-versions.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
import { RecordOpener } from '../../src/record/protection.js';
import type { ReceivedMessage } from '../../src/messages/message.js';
import { HELLO_RETRY_REQUEST_RANDOM } from '../../src/messages/server-hello.js';
import { ScriptedPeer, type Forgery } from './scripted-peer.js';
import { OFFERED_PSK } from './sessions.js';
import { TOY_SERVER } from './toy-credentials.js';

/** A server played by hand against a client of ours. Each step is what an honest server sends, unless it is forged. */
export class ScriptedServer extends ScriptedPeer {
  readonly #config: ClientConfig;
  readonly credential: Credential;
  #secret: HandshakeSecretStage | null = null;
  /** Whether the client announced early data and this side has not refused it. */
  earlyData: 'none' | 'offered' | 'accepted' = 'none';
  /** Extensions of EncryptedExtensions. */
  encryptedExtensionList: readonly Extension[] = [];

  constructor(
    config: ClientConfig,
    credential: Credential = TOY_SERVER,
    create: (config: ClientConfig) => TlsConnection = createTlsClient,
  ) {
    super(create(config));
    this.#config = config;
    this.credential = credential;
    this.listen();
  }

  helloRetryRequest(groupId: number | null = 0x0017, forgery: Forgery<'hello_retry_request'> = {}): this {
    const { provider } = this.#config;
    this.suite ??= this.#firstSuite();
    this.replaceFirstHello();
    const keyShare = groupId === null ? [] : [extension('key_share', retryKeyShareCodec, groupId)];
    return this.message(
      'hello_retry_request',
      {
        legacyVersion: 0x0303,
        random: HELLO_RETRY_REQUEST_RANDOM,
        legacySessionIdEcho: this.last('client_hello').legacySessionId,
        cipherSuite: (this.suite ?? provider.cipherSuites[0]).id,
        legacyCompressionMethod: 0,
        extensions: [extension('supported_versions', serverSupportedVersionsCodec, 0x0304), ...keyShare],
      },
      forgery,
    );
  }

  /** ServerHello that resumes the one session that the client offers. */
  resumingServerHello(forgery: Forgery<'server_hello'> = {}): this {
    return this.serverHello(forgery, OFFERED_PSK);
  }

  /** ServerHello; the keys after it are those of the honest one, unless it changes none. */
  serverHello(forgery: Forgery<'server_hello'> = {}, psk: Uint8Array | null = null): this {
    const hello = this.last('client_hello');
    this.suite ??= this.#firstSuite();
    const { group, share, secret } = this.#respond();
    const message = this.forge(
      'server_hello',
      {
        legacyVersion: 0x0303,
        random: this.#config.provider.random(32),
        legacySessionIdEcho: hello.legacySessionId,
        cipherSuite: this.suite.id,
        legacyCompressionMethod: 0,
        extensions: [
          extension('supported_versions', serverSupportedVersionsCodec, 0x0304),
          extension('key_share', keyShareEntryCodec, { group: group.id, keyExchange: share }),
          ...(psk === null ? [] : [extension('pre_shared_key', selectedIdentityCodec, 0)]),
        ],
      },
      forgery,
    );
    const record = this.record('handshake', message);
    if (this.handshakeSecrets === null) {
      // The long way without a PSK too: from zeros, as section 7.1 says.
      const { hash } = this.suite;
      this.#secret = new EarlySecretStage(hash, psk ?? new Uint8Array(hash.outputLength)).toHandshake(secret);
      this.handshakeSecrets = this.#secret.trafficSecrets(this.transcriptHash());
      this.useSendSecret(this.handshakeSecrets.server);
      // A client whose PSK was not chosen knows that its early data is lost.
      if (psk === null) this.earlyData = 'none';
      if (this.earlyData === 'none') this.useReceiveSecret(this.handshakeSecrets.client);
    }
    return this.deliver(record);
  }

  /** Reads under handshake keys: the client knows that its early data is lost. */
  switchToHandshakeKeys(): this {
    this.earlyData = 'none';
    if (this.handshakeSecrets !== null) this.useReceiveSecret(this.handshakeSecrets.client);
    return this.listen();
  }

  /** Another suite than the first one offered. */
  useSuite(id: number): this {
    this.suite = this.#config.provider.cipherSuites.find((suite) => suite.id === id) ?? null;
    return this;
  }

  encryptedExtensions(extensions: readonly Extension[] = this.encryptedExtensionList): this {
    const accepted = extensions.some(({ type }) => type === EXTENSION_CODES.early_data);
    if (this.earlyData === 'offered') {
      this.earlyData = accepted ? 'accepted' : 'none';
      if (!accepted && this.handshakeSecrets !== null) this.useReceiveSecret(this.handshakeSecrets.client);
    }
    return this.message('encrypted_extensions', { extensions });
  }

  certificateRequest(forgery: Forgery<'certificate_request'> = {}): this {
    const schemes = SIGNATURE_SCHEMES.map(({ id }) => id);
    const extensions = [extension('signature_algorithms', signatureAlgorithmsCodec, schemes)];
    return this.message('certificate_request', { certificateRequestContext: new Uint8Array(0), extensions }, forgery);
  }

  certificate(forgery: Forgery<'certificate'> = {}): this {
    const certificateList = this.credential.certificateChain.map((certificateData) => ({
      certificateData,
      extensions: [],
    }));
    return this.message('certificate', { certificateRequestContext: new Uint8Array(0), certificateList }, forgery);
  }

  /** CertificateVerify, over `content` where it is not the right one. */
  certificateVerify(
    forgery: Forgery<'certificate_verify'> = {},
    content: Uint8Array = certificateVerifyContent('server', this.transcriptHash()),
  ): this {
    const name = this.credential.signer.schemes[0] as SignatureSchemeName;
    const algorithm = SIGNATURE_SCHEMES.find((scheme) => scheme.name === name)?.id as number;
    const signature = this.credential.signer.sign(name, content) as Uint8Array;
    return this.message('certificate_verify', { algorithm, signature }, forgery);
  }

  /** Finished, after which this side sends under its application keys. */
  finished(forgery: Forgery<'finished'> = {}): this {
    const { suite, handshakeSecrets } = this;
    if (suite === null || handshakeSecrets === null || this.#secret === null) {
      return this.message('finished', { verifyData: new Uint8Array(32) }, forgery);
    }
    const verifyData = finishedVerifyData(suite.hash, handshakeSecrets.server, this.transcriptHash());
    const record = this.record('handshake', this.forge('finished', { verifyData }, forgery));
    if (this.applicationSecrets === null) {
      const { client, server } = this.#secret.toMain().trafficSecrets(this.transcriptHash());
      this.applicationSecrets = { send: server, receive: client };
      this.useSendSecret(server);
    }
    return this.deliver(record);
  }

  newSessionTicket(forgery: Forgery<'new_session_ticket'> = {}): this {
    return this.message(
      'new_session_ticket',
      {
        ticketLifetime: 7200,
        ticketAgeAdd: 1,
        ticketNonce: Uint8Array.of(1),
        ticket: Uint8Array.of(1, 2, 3),
        extensions: [],
      },
      forgery,
    );
  }

  /** Everything from EncryptedExtensions to Finished. */
  restOfFlight(): this {
    return this.encryptedExtensions().certificate().certificateVerify().finished();
  }

  /** A whole honest resumption. */
  resumption(): this {
    return this.resumingServerHello().encryptedExtensions().finished();
  }

  /** A whole honest handshake. */
  handshake(): this {
    return this.serverHello().restOfFlight();
  }

  protected override hearMessage(message: ReceivedMessage): void {
    if (message.type === 'client_hello') this.#hearClientHello(message.body, message.raw);
    if (message.type === 'end_of_early_data' && this.handshakeSecrets !== null) {
      this.useReceiveSecret(this.handshakeSecrets.client);
    }
    if (message.type === 'finished' && this.applicationSecrets !== null) {
      this.useReceiveSecret(this.applicationSecrets.receive);
    }
  }

  #hearClientHello({ extensions }: ClientHello, raw: Uint8Array): void {
    const announced = (extensions ?? []).some(({ type }) => type === EXTENSION_CODES.early_data);
    this.earlyData = announced ? 'offered' : 'none';
    this.opener = null;
    if (!announced) return;
    const suite = this.#firstSuite();
    const early = new EarlySecretStage(suite.hash, OFFERED_PSK);
    const secret = early.derive('c e traffic', suite.hash.digest(raw));
    this.opener = new RecordOpener(suite, trafficKeys(suite, secret));
  }

  #firstSuite(): NonNullable<ScriptedPeer['suite']> {
    const offered = this.last('client_hello').cipherSuites;
    const known = this.#config.provider.cipherSuites;
    const found = offered.flatMap((id) => known.filter((suite) => suite.id === id))[0];
    if (found === undefined) throw new Error('no suite in common');
    return found;
  }

  #respond(): { readonly group: NamedGroup; readonly share: Uint8Array; readonly secret: Uint8Array } {
    const data = this.last('client_hello').extensions?.find(({ type }) => type === EXTENSION_CODES.key_share)?.data;
    const { provider } = this.#config;
    const group = (id: number): NamedGroup | undefined => provider.groups.find((candidate) => candidate.id === id);
    const entries = decodeExtension(clientKeySharesCodec, data as Uint8Array, 'key_share');
    const entry = entries.find((candidate) => group(candidate.group) !== undefined);
    const known = group(entry?.group as number) as NamedGroup;
    const response = known.respond(entry?.keyExchange as Uint8Array, provider.random);
    return { group: known, ...(response as { share: Uint8Array; secret: Uint8Array }) };
  }
}
