// The key schedule of a trace (RFC 9846 section 7.1), run by our code from private keys and sent messages alone. What
// each call made is given in the words of the traces: `{ PRK, hash, info, expanded }` and so on.
import { bytesToHex } from '@portico/bytes';
import { deriveSecret, hkdfExpandLabel } from '../../../../packages/tls13-core/dist/key-schedule/hkdf-label.js';
import {
  EarlySecretStage,
  finishedVerifyData,
  trafficKeys,
} from '../../../../packages/tls13-core/dist/key-schedule/key-schedule.js';
import { Transcript } from '../../../../packages/tls13-core/dist/key-schedule/transcript.js';
import { statedPsk } from './memory.mjs';
import { listenTo, withPrivateKey } from './provider.mjs';
import { clientShares, extensionData, messageOf, offeredPsks, selectedPsk, serverShare } from './trace.mjs';

/** Everything that follows from a trace's inputs. `knownTickets`: ticket in hex → PSK. */
export function runSchedule(trace, provider, knownTickets) {
  const { messages, serverHello } = trace;
  const { hash, takeCalls } = listenTo(trace.suite.hash);
  const suite = { ...trace.suite, hash };
  const made = (call) => {
    const value = call();
    return { value, calls: takeCalls() };
  };
  const hashBefore = (message) => transcriptHash(hash, messages.slice(0, messages.indexOf(message)));
  const hashThrough = (message) => transcriptHash(hash, messages.slice(0, messages.indexOf(message) + 1));
  const derive = (secret, label, transcript) =>
    expanded(made(() => deriveSecret(hash, secret, label, transcript)).calls[0]);
  const keysOf = (secret) => keys(made(() => trafficKeys(suite, secret)).calls);
  const finishedOf = (secret, transcript) => finished(made(() => finishedVerifyData(hash, secret, transcript)).calls);
  const nothing = hash.digest(new Uint8Array(0));
  const zeros = new Uint8Array(hash.outputLength);

  const clientHello = messages.findLast(({ type }) => type === 'client_hello');
  const serverFinished = messageOf(trace, 'server', 'finished');
  const clientFinished = messageOf(trace, 'client', 'finished');
  const { shares, sharedSecrets } = exchangeKeys(trace, provider);

  const psk = selectedPsk(serverHello) === null ? null : resumedPsk(trace, clientHello, knownTickets);
  const early = made(() => new EarlySecretStage(hash, psk ?? zeros));
  const earlySecret = extracted(early.calls[0]);
  const secrets = {};
  if (extensionData(clientHello, 'early_data') !== undefined) {
    secrets['c e traffic'] = derive(earlySecret.secret, 'c e traffic', hashThrough(clientHello));
    secrets['e exp master'] = derive(earlySecret.secret, 'e exp master', hashThrough(clientHello));
  }

  // Without a share the shared secret is zeros (psk_ke). The stage wipes its input.
  const handshake = made(() => early.value.toHandshake((sharedSecrets.server ?? zeros).slice()));
  const handshakeSecrets = made(() => handshake.value.trafficSecrets(hashThrough(serverHello)));
  [secrets['c hs traffic'], secrets['s hs traffic']] = handshakeSecrets.calls.map(expanded);
  const main = made(() => handshake.value.toMain());
  const mainSecrets = made(() => main.value.trafficSecrets(hashThrough(serverFinished)));
  [secrets['c ap traffic'], secrets['s ap traffic']] = mainSecrets.calls.map(expanded);
  secrets['exp master'] = expanded(made(() => main.value.exporterSecret(hashThrough(serverFinished))).calls[0]);
  const mainSecret = extracted(main.calls[1]);
  secrets['res master'] = derive(mainSecret.secret, 'res master', hashThrough(clientFinished));

  return {
    suite,
    hashBefore,
    shares,
    sharedSecrets,
    extracts: { early: earlySecret, handshake: extracted(handshake.calls[1]), master: mainSecret },
    derived: { handshake: expanded(handshake.calls[0]), master: expanded(main.calls[0]) },
    secrets,
    keys: {
      client: {
        'early application': secrets['c e traffic'] && keysOf(secrets['c e traffic'].expanded),
        handshake: keysOf(secrets['c hs traffic'].expanded),
        application: keysOf(secrets['c ap traffic'].expanded),
      },
      server: {
        handshake: keysOf(secrets['s hs traffic'].expanded),
        application: keysOf(secrets['s ap traffic'].expanded),
      },
    },
    finished: {
      server: finishedOf(secrets['s hs traffic'].expanded, hashBefore(serverFinished)),
      client: finishedOf(secrets['c hs traffic'].expanded, hashBefore(clientFinished)),
    },
    binder: binderOf(),
    tickets: messages
      .filter(({ type }) => type === 'new_session_ticket')
      .map(({ body }) => {
        const { ticketNonce, ticket } = body;
        const resumption = made(() =>
          hkdfExpandLabel(hash, secrets['res master'].expanded, 'resumption', ticketNonce, hash.outputLength),
        );
        return { ticket, psk: resumption.value, ...expanded(resumption.calls[0]) };
      }),
  };

  /** PskBinderEntry, RFC 9846 section 4.3.11.2, for a PSK of resumption. */
  function binderOf() {
    const offered = offeredPsks(clientHello);
    if (offered === null || psk === null) return undefined;
    const { prefix } = offered;
    const before = messages.slice(0, messages.indexOf(clientHello));
    const binderHash = transcriptHash(hash, [...before, { type: 'client_hello', raw: prefix }]);
    const binderKey = derive(earlySecret.secret, 'res binder', nothing).expanded;
    return { ...finishedOf(binderKey, binderHash), 'ClientHello prefix': prefix, 'binder hash': binderHash };
  }
}

/** Our transcript over these messages. */
function transcriptHash(hash, messages) {
  const transcript = new Transcript();
  transcript.start(hash);
  for (const { type, raw } of messages) {
    if (type === 'hello_retry_request') transcript.replaceWithMessageHash();
    transcript.add(raw);
  }
  return transcript.current();
}

/** Both sides' shares, and the shared secret as each side comes to it. */
function exchangeKeys({ keyPairs, messages, serverHello }, provider) {
  const shares = { client: [], server: [] };
  for (const who of ['client', 'server']) {
    for (const { group, privateKey } of keyPairs[who]) {
      const exchange = withPrivateKey(group, privateKey).start();
      shares[who].push(exchange.share);
      exchange.destroy();
    }
  }
  const answer = serverShare(serverHello);
  if (answer === null) return { shares, sharedSecrets: { client: null, server: null } };
  const clientHello = messages.findLast(({ type }) => type === 'client_hello');
  const offer = clientShares(clientHello).find(({ group }) => group === answer.group);
  const keyOf = (who) => {
    const pair = keyPairs[who].find(({ group }) => group.id === answer.group);
    if (pair === undefined) throw new Error(`the ${who} has no private key for group ${answer.group}`);
    return pair.privateKey;
  };
  const group = provider.groups.find(({ id }) => id === answer.group);
  if (group === undefined || offer === undefined) throw new Error(`no client's share for group ${answer.group}`);
  const client = withPrivateKey(group, keyOf('client')).start().finish(answer.keyExchange);
  const server = withPrivateKey(group, keyOf('server')).respond(offer.keyExchange).secret;
  return { shares, sharedSecrets: { client, server } };
}

/** The PSK of a ticket that an earlier trace issued; the one that the trace states where there was no such trace. */
function resumedPsk(trace, clientHello, knownTickets) {
  const { identity } = offeredPsks(clientHello).identities[selectedPsk(trace.serverHello)];
  const known = knownTickets.get(bytesToHex(identity));
  return known ?? statedPsk(trace);
}

/** HKDF-Extract, as one HMAC call. */
function extracted({ key, data, output }) {
  return { salt: key, IKM: data, secret: output };
}

/** HKDF-Expand-Label, as its first HMAC call: HkdfLabel, and a counter. */
function expanded({ key, data, output }) {
  const info = data.subarray(0, -1);
  const length = (info[0] << 8) | info[1];
  const hashAt = 3 + info[2] + 1;
  return { PRK: key, hash: info.subarray(hashAt), info, expanded: output.subarray(0, length) };
}

function keys([keyCall, ivCall]) {
  const [key, iv] = [expanded(keyCall), expanded(ivCall)];
  return {
    PRK: key.PRK,
    'key info': key.info,
    'key expanded': key.expanded,
    'iv info': iv.info,
    'iv expanded': iv.expanded,
  };
}

function finished([keyCall, macCall]) {
  return { ...expanded(keyCall), finished: macCall.output };
}
