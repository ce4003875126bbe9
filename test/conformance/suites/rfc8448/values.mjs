// Compares every octet string of a trace with what our code computed for it.
import { bytesToHex } from '@portico/bytes';
import { keyAlgorithmFor, signatureSchemeById } from '@portico/crypto';
import { parseCertificate } from '@portico/x509';
import { certificateVerifyContent } from '../../../../packages/tls13-core/dist/messages/certificate-verify.js';
import { encodeHandshakeMessage } from '../../../../packages/tls13-core/dist/messages/message.js';
import { RecordDirection } from './records.mjs';
import { KEY_PAIR_STEP, messageOf, offeredPsks, RECORD_STEP, selectedPsk } from './trace.mjs';

/** Values that are nobody's result. */
const INPUTS = ['private key'];

export function checkValues(trace, schedule, provider, report) {
  const state = {
    schedule,
    directions: {
      client: new RecordDirection(trace, schedule, 'client'),
      server: new RecordDirection(trace, schedule, 'server'),
    },
    // What is left of each side's lists, of which every step takes the next.
    records: [...trace.records],
    shares: { client: [...schedule.shares.client], server: [...schedule.shares.server] },
    messages: {
      client: trace.messages.filter(({ who }) => who === 'client'),
      server: trace.messages.filter(({ who }) => who === 'server'),
    },
    tickets: [...schedule.tickets],
  };
  trace.steps.forEach(({ who, text, values }, index) => {
    if (values.length === 0) return;
    const id = `${trace.id} step ${index + 1}: ${who}: ${text.replace(/:$/, '')}`;
    const rule = STEPS.find(([pattern]) => pattern.test(text));
    if (rule === undefined) {
      report.skip(`a step that is not understood: ${text}`, values.length);
      return;
    }
    const [pattern, compute] = rule;
    const computed = outcomeOf(() => compute(state, who, ...pattern.exec(text).slice(1)));
    for (const value of values) {
      if (!INPUTS.includes(value.name)) checkValue(`${id}: ${value.name}`, value, computed, report);
    }
  });
  const { client, server } = schedule.sharedSecrets;
  if (client !== null) report.check(`${trace.id}: both sides' shared secret`, bytesToHex(server), bytesToHex(client));
  checkMessages(trace, schedule, provider, report);
}

/** Text of a step → what our code has for its values, by their names; undefined where it has nothing. */
const STEPS = [
  [KEY_PAIR_STEP, ({ shares }, who) => ({ 'public key': shares[who].shift() })],
  [/^extract secret "(early|handshake|master)"/, ({ schedule }, who, stage) => schedule.extracts[stage]],
  [/^derive secret for (handshake|master) "tls13 derived"/, ({ schedule }, who, stage) => schedule.derived[stage]],
  [/^derive secret "tls13 (.+)"/, ({ schedule }, who, label) => schedule.secrets[label]],
  [
    /^derive (write|read) traffic keys for (handshake|application|early application) data/,
    ({ schedule }, who, direction, epoch) => {
      const sender = direction === 'write' ? who : who === 'client' ? 'server' : 'client';
      return schedule.keys[sender][epoch];
    },
  ],
  [/^calculate PSK binder/, ({ schedule }) => schedule.binder],
  [/^calculate finished "tls13 finished"/, ({ schedule }, who) => schedule.finished[who]],
  [/^generate resumption secret "tls13 resumption"/, ({ tickets }) => tickets.shift()],
  [
    /^construct an? (\w+) handshake message/,
    ({ schedule, messages }, who, name) => construct(schedule, messages[who], name),
  ],
  [RECORD_STEP, ({ directions, records }, who) => directions[who].convert(records.shift())],
];

/** The side's next message as our codecs write it; a Finished with the verify_data that we computed. */
function construct(schedule, messages, name) {
  const { who, type, body, raw } = messages.shift();
  if (type === 'finished')
    return { [name]: encodeHandshakeMessage(type, { verifyData: schedule.finished[who].finished }) };
  const encoded = encodeHandshakeMessage(type, body);
  // A hello with a PSK is shown without its binders, which come in a step of their own.
  const psks = type === 'client_hello' ? offeredPsks({ body, raw }) : null;
  return { [name]: psks === null ? encoded : encoded.subarray(0, psks.prefix.length) };
}

function checkValue(id, { name, octets, hex }, computed, report) {
  if (computed instanceof Error) {
    report.check(id, hex, `threw ${computed}`);
    return;
  }
  const got = computed?.[name];
  if (got === undefined) {
    report.check(id, hex, 'nothing: there is no such value in our computation');
  } else if (octets === null || octets === undefined) {
    // "(empty)", or a salt of "0": any number of zeros.
    report.check(id, 'zeros', got.every((byte) => byte === 0) ? 'zeros' : bytesToHex(got));
  } else {
    report.check(id, hex, bytesToHex(got));
  }
}

/** Every message re-encodes to itself; every CertificateVerify, and the binder of the PSK that was taken, is right. */
function checkMessages(trace, schedule, provider, report) {
  for (const message of trace.messages) {
    const { who, type, body, raw } = message;
    const id = `${trace.id}: ${who}'s ${type}`;
    report.check(`${id}, decoded and encoded again`, bytesToHex(raw), bytesToHex(encodeHandshakeMessage(type, body)));
    if (type === 'certificate_verify') {
      const content = certificateVerifyContent(who, schedule.hashBefore(message));
      report.check(`${id}, verified`, 'valid', verdictOn(trace, who, content, provider));
    }
  }
  if (schedule.binder !== undefined) {
    const { binders } = offeredPsks(trace.messages.findLast(({ type }) => type === 'client_hello'));
    const binder = binders[selectedPsk(trace.serverHello)];
    report.check(`${trace.id}: binder`, bytesToHex(binder), bytesToHex(schedule.binder.finished));
  }
}

/** Whether this is what a side signed in the trace, with the key of its certificate there. */
export function verdictOn(trace, who, content, provider) {
  const [{ certificateData }] = messageOf(trace, who, 'certificate').body.certificateList;
  const { algorithm: id, signature } = messageOf(trace, who, 'certificate_verify').body;
  const { publicKey } = parseCertificate(certificateData);
  const scheme = signatureSchemeById(id);
  const algorithm = publicKey === null ? undefined : keyAlgorithmFor(provider, publicKey);
  if (scheme === undefined || algorithm === undefined) return 'a key or a scheme that is not ours';
  return algorithm.verify(publicKey, scheme.algorithm, content, signature) === true ? 'valid' : 'invalid';
}

function outcomeOf(call) {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
