import {
  SIGNATURE_SCHEMES,
  type CipherSuite,
  type CryptoProvider,
  type KeyExchange,
  type NamedGroup,
  type SignatureSchemeName,
} from '@portico/crypto';
import type { Credential, ServerConfig } from '../../src/config.js';
import { EarlySecretStage, finishedVerifyData, trafficKeys } from '../../src/key-schedule/key-schedule.js';
import { certificateVerifyContent } from '../../src/messages/certificate-verify.js';
import type { ClientHello } from '../../src/messages/client-hello.js';
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
import { offeredPsksCodec, withoutBinders } from '../../src/messages/extensions/pre-shared-key.js';
import { pskKeyExchangeModesCodec } from '../../src/messages/extensions/psk-key-exchange-modes.js';
import { serverNameExtension } from '../../src/messages/extensions/server-name.js';
import { signatureAlgorithmsCodec } from '../../src/messages/extensions/signature-algorithms.js';
import { supportedGroupsCodec } from '../../src/messages/extensions/supported-groups.js';
import { clientSupportedVersionsCodec } from '../../src/messages/extensions/supported-versions.js';
import { encodeHandshakeMessage, type ReceivedMessage } from '../../src/messages/message.js';
import type { ContentTypeName } from '../../src/record/content-type.js';
import { RecordSealer } from '../../src/record/protection.js';
import type { ServerHello } from '../../src/messages/server-hello.js';
import { createTlsServer } from '../../src/server-connection.js';
import { ScriptedPeer, type Forgery } from './scripted-peer.js';
import type { OfferedTicket } from './sessions.js';
import { TOY_CLIENT } from './toy-credentials.js';

/** A client played by hand against a server of ours. Each step is what an honest client sends, unless it is forged. */
export class ScriptedClient extends ScriptedPeer {
  readonly #provider: CryptoProvider;
  readonly credential: Credential;
  /** What the next hello gives a share for; any number of groups. */
  shareGroups: readonly NamedGroup[];
  /** Extensions beyond the mandatory ones, before key_share. */
  extraExtensions: readonly Extension[] = [];
  /** PSKs that the next hello offers, with psk_key_exchange_modes. */
  offers: readonly OfferedTicket[] = [];
  /** A ticket for hellos that are to have one. */
  ticket: OfferedTicket | null = null;
  /** Whether the next hello announces early data. */
  announcesEarlyData = false;
  /** What seals early data, from the hello that announces it. */
  earlySealer: RecordSealer | null = null;
  #exchanges: { readonly group: NamedGroup; readonly exchange: KeyExchange }[] = [];
  #firstHello: ClientHello | null = null;

  /** With a provider of its own the server draws the same random bytes as it would alone. */
  constructor(config: ServerConfig, credential: Credential = TOY_CLIENT, provider: CryptoProvider = config.provider) {
    super(createTlsServer(config));
    this.#provider = provider;
    this.credential = credential;
    this.shareGroups = provider.groups.slice(0, 1);
  }

  /** ClientHello with fresh shares; a second one repeats the first in everything else. */
  clientHello(forgery: Forgery<'client_hello'> = {}): this {
    const message = this.forge('client_hello', this.honestHello(), forgery);
    if (this.announcesEarlyData && this.offers.length > 0) this.#prepareEarlyData();
    return this.deliver(this.record('handshake', message));
  }

  #prepareEarlyData(): void {
    const [suite] = this.#provider.cipherSuites as [CipherSuite];
    const [first] = this.offers as [OfferedTicket];
    const transcriptHash = this.transcriptHashWith(suite.hash, new Uint8Array(0));
    const secret = new EarlySecretStage(suite.hash, first.psk).derive('c e traffic', transcriptHash);
    this.earlySealer = new RecordSealer(suite, trafficKeys(suite, secret));
  }

  /** Sends under handshake keys from here on, as if early data were over. */
  useHandshakeKeys(): this {
    if (this.handshakeSecrets !== null) this.useSendSecret(this.handshakeSecrets.client);
    return this;
  }

  /** One record under the early keys. */
  earlyData(content: Uint8Array = Uint8Array.of(0x65), type: ContentTypeName = 'application_data'): this {
    const { sealer } = this;
    this.sealer = this.earlySealer;
    const record = this.record(type, content);
    this.sealer = sealer;
    return this.deliver(record);
  }

  /** EndOfEarlyData, after which this side sends under its handshake keys. */
  endOfEarlyData(forgery: Forgery<'end_of_early_data'> = {}): this {
    if (this.handshakeSecrets === null || this.earlySealer === null || this.sealer !== this.earlySealer) {
      return this.message('end_of_early_data', {}, forgery);
    }
    const message = this.forge('end_of_early_data', {}, forgery);
    const record = this.record('handshake', message);
    this.useSendSecret(this.handshakeSecrets.client);
    return this.deliver(record);
  }

  /** A ClientHello without a share that the server could use: it must ask for one. */
  clientHelloWithoutShare(): this {
    const { shareGroups } = this;
    this.shareGroups = [];
    this.clientHello();
    this.shareGroups = shareGroups;
    return this;
  }

  honestHello(): ClientHello {
    const provider = this.#provider;
    this.#exchanges = this.shareGroups.map((group) => ({
      group,
      exchange: group.start(provider.random) as KeyExchange,
    }));
    const keyShares = this.#exchanges.map(({ group, exchange }) => ({ group: group.id, keyExchange: exchange.share }));
    const schemes = SIGNATURE_SCHEMES.map(({ id }) => id);
    const groups = provider.groups.map(({ id }) => id);
    const first = this.#firstHello;
    const modes = extension('psk_key_exchange_modes', pskKeyExchangeModesCodec, [1]);
    const hello = {
      legacyVersion: 0x0303,
      random: first?.random ?? provider.random(32),
      legacySessionId: first?.legacySessionId ?? provider.random(32),
      cipherSuites: provider.cipherSuites.map(({ id }) => id),
      legacyCompressionMethods: Uint8Array.of(0),
      extensions: [
        serverNameExtension('localhost'),
        extension('supported_versions', clientSupportedVersionsCodec, [0x0304]),
        extension('supported_groups', supportedGroupsCodec, groups),
        extension('signature_algorithms', signatureAlgorithmsCodec, schemes),
        ...(this.offers.length > 0 || this.offersModes ? [modes] : []),
        ...this.extraExtensions,
        ...(this.announcesEarlyData ? [{ type: EXTENSION_CODES.early_data, data: new Uint8Array(0) }] : []),
        extension('key_share', clientKeySharesCodec, keyShares),
      ],
    };
    this.#firstHello = hello;
    return this.offers.length > 0 ? this.withPsks(hello) : hello;
  }

  /** The hello with pre_shared_key at its end and every binder right, for whatever else it says. */
  withPsks(hello: ClientHello, offers: readonly OfferedTicket[] = this.offers): ClientHello {
    const { hash } = this.#provider.cipherSuites[0] as CipherSuite;
    const identities = offers.map(({ ticket, age = 0 }) => ({ identity: ticket, obfuscatedTicketAge: age }));
    const others = (hello.extensions ?? []).filter(({ type }) => type !== EXTENSION_CODES.pre_shared_key);
    const withBinders = (binders: readonly Uint8Array[]): ClientHello => ({
      ...hello,
      extensions: [...others, extension('pre_shared_key', offeredPsksCodec, { identities, binders })],
    });
    const blank = { identities, binders: offers.map(() => new Uint8Array(hash.outputLength)) };
    const truncated = withoutBinders(encodeHandshakeMessage('client_hello', withBinders(blank.binders)), blank);
    const transcriptHash = this.transcriptHashWith(hash, truncated);
    return withBinders(
      offers.map(({ psk, binderLabel = 'res binder' }) =>
        finishedVerifyData(hash, new EarlySecretStage(hash, psk).binderKey(binderLabel), transcriptHash),
      ),
    );
  }

  certificate(forgery: Forgery<'certificate'> = {}): this {
    const certificateList = this.credential.certificateChain.map((certificateData) => ({
      certificateData,
      extensions: [],
    }));
    return this.message('certificate', { certificateRequestContext: new Uint8Array(0), certificateList }, forgery);
  }

  emptyCertificate(): this {
    return this.certificate({ body: (honest) => ({ ...honest, certificateList: [] }) });
  }

  certificateVerify(forgery: Forgery<'certificate_verify'> = {}, content?: Uint8Array): this {
    const name = this.credential.signer.schemes[0] as SignatureSchemeName;
    const algorithm = SIGNATURE_SCHEMES.find((scheme) => scheme.name === name)?.id as number;
    const signed = content ?? certificateVerifyContent('client', this.transcriptHash());
    return this.message(
      'certificate_verify',
      { algorithm, signature: this.credential.signer.sign(name, signed) as Uint8Array },
      forgery,
    );
  }

  /** Finished, after which this side sends under its application keys. */
  finished(forgery: Forgery<'finished'> = {}): this {
    const { suite, handshakeSecrets, applicationSecrets } = this;
    if (suite === null || handshakeSecrets === null) {
      return this.message('finished', { verifyData: new Uint8Array(32) }, forgery);
    }
    const verifyData = finishedVerifyData(suite.hash, handshakeSecrets.client, this.transcriptHash());
    const record = this.record('handshake', this.forge('finished', { verifyData }, forgery));
    if (applicationSecrets !== null) this.useSendSecret(applicationSecrets.send);
    return this.deliver(record);
  }

  /** Whether hellos say that tickets could be used. */
  offersModes = false;

  /** A whole honest handshake without a certificate of the client. */
  handshake(): this {
    return this.clientHello().finished();
  }

  protected override hearMessage(message: ReceivedMessage): void {
    if (message.type === 'hello_retry_request') this.#hearRetry(message.body, message.raw);
    if (message.type === 'server_hello') this.#hearServerHello(message.body);
    if (message.type === 'encrypted_extensions' && this.earlySealer !== null) {
      const accepted = message.body.extensions.some(({ type }) => type === EXTENSION_CODES.early_data);
      if (accepted) this.sealer = this.earlySealer;
    }
    if (message.type === 'finished' && this.main !== null && this.applicationSecrets === null) {
      const { client, server } = this.main.trafficSecrets(this.transcriptHash());
      this.applicationSecrets = { send: client, receive: server };
      this.useReceiveSecret(server);
    }
  }

  #hearRetry(retry: ServerHello, raw: Uint8Array): void {
    this.suite = this.#suiteOf(retry);
    this.dropLastFromTranscript();
    this.replaceFirstHello();
    this.addToTranscript(raw);
    const data = retry.extensions?.find(({ type }) => type === EXTENSION_CODES.key_share)?.data;
    if (data === undefined) return;
    const id = decodeExtension(retryKeyShareCodec, data, 'key_share');
    this.shareGroups = this.#provider.groups.filter((group) => group.id === id);
  }

  #hearServerHello(hello: ServerHello): void {
    this.suite = this.#suiteOf(hello);
    const data = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.key_share)?.data as Uint8Array;
    const entry = decodeExtension(keyShareEntryCodec, data, 'key_share');
    const own = this.#exchanges.find(({ group }) => group.id === entry.group);
    const shared = own?.exchange.finish(entry.keyExchange) as Uint8Array;
    const selected = hello.extensions?.find(({ type }) => type === EXTENSION_CODES.pre_shared_key)?.data;
    const psk = selected === undefined ? null : (this.offers[selected[1] as number] as OfferedTicket).psk;
    // The long way without a PSK too: from zeros, as section 7.1 says.
    const { hash } = this.suite;
    const secret = new EarlySecretStage(hash, psk ?? new Uint8Array(hash.outputLength)).toHandshake(shared);
    this.handshakeSecrets = secret.trafficSecrets(this.transcriptHash());
    this.main = secret.toMain();
    this.useSendSecret(this.handshakeSecrets.client);
    this.useReceiveSecret(this.handshakeSecrets.server);
  }

  #suiteOf(hello: ServerHello): NonNullable<ScriptedPeer['suite']> {
    const suite = this.#provider.cipherSuites.find(({ id }) => id === hello.cipherSuite);
    if (suite === undefined) throw new Error('the server chose an unknown suite');
    return suite;
  }
}
