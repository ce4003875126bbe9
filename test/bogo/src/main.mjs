// One test: dial, say which test it is, be a TLS client or server, exchange data, check what was expected.
import { connect } from 'node:net';
import { createTlsClient } from '@portico/tls13-core/client';
import { createTlsServer } from '@portico/tls13-core/server';
import { checkEnd, checkHandshake } from './checks.mjs';
import { clientConfig, serverConfig, shared } from './configuration.mjs';
import { readFlags, Unimplemented } from './flags.mjs';

const EXIT_UNIMPLEMENTED = 89;
/** What -send-alert sends: a code that TLS 1.3 has only reserved. */
const DECOMPRESSION_FAILURE = 30;

export async function main(words) {
  if (words.includes('-is-handshaker-supported')) {
    console.log('No');
    process.exit(0);
  }
  try {
    const flags = readFlags(words);
    await runConnection(flags.initial, words.includes('-ipv6'), 'initial');
    for (let i = 0; i < (flags.initial['resume-count'] ?? 0); i++) {
      const previous = i === 0 ? flags.initial : flags.resume;
      shared.clock += 1000 * (previous['resumption-delay'] ?? 0);
      await runConnection(flags.resume, words.includes('-ipv6'), 'resume', flags.retry);
    }
    process.exit(0);
  } catch (error) {
    if (error instanceof Unimplemented) {
      console.error(`unimplemented: ${error.message}`);
      process.exit(EXIT_UNIMPLEMENTED);
    }
    console.error(`:${error.reason ?? 'shim'}: ${error.stack}`);
    process.exit(1);
  }
}

async function runConnection(flags, ipv6, which, retry = null) {
  if (which === 'resume' && !flags.server && shared.session === null) throw new Error('no session to offer');
  const seen = { secrets: new Map() };
  const tls = flags.server ? createTlsServer(serverConfig(flags, seen)) : createTlsClient(clientConfig(flags, seen));
  shared.session = null;
  const socket = connect({ port: flags.port, host: ipv6 ? '::1' : '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const id = Buffer.alloc(8);
  id.writeBigUInt64LE(BigInt(flags['shim-id']));
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.write(id);
  const session = new Session(tls, socket, { flags, retry, seen, which });
  try {
    await session.run();
  } finally {
    await new Promise((resolve) => {
      // The alert has to arrive before the end does: a reset would hide it. The socket closes once the runner has ended too.
      let patience;
      socket.once('close', () => {
        clearTimeout(patience);
        resolve();
      });
      socket.end(() => {
        patience = setTimeout(() => socket.destroy(), 250);
      });
      socket.resume();
    });
  }
}

/** The default exchange: every byte of application data goes back, XOR 0xff. */
class Session {
  constructor(tls, socket, { flags, retry, seen, which }) {
    Object.assign(this, {
      tls,
      socket,
      flags,
      retry,
      seen,
      which,
      wroteEarly: 0,
      rejected: false,
      sessions: 0,
      lastSession: null,
    });
  }

  run() {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.socket.on('error', (error) => (this.ended ? undefined : reject(error)));
      this.socket.on('data', (chunk) => this.take(() => this.tls.receive(chunk)));
      this.socket.on('end', () => this.endOfInput());
      this.sendEarly();
      this.flush();
      this.awaitAnswers();
    });
  }

  /** Early data is what the shim would write first, as far as the ticket allows. */
  sendEarly() {
    const { flags, tls } = this;
    if (flags.server || this.which === 'initial' || !flags['shim-writes-first']) return;
    for (const bytes of this.initialWrites()) {
      const early = bytes.subarray(0, tls.earlyDataRemaining);
      if (early.length === 0) return;
      tls.sendEarly(early);
      this.wroteEarly += early.length;
    }
  }

  /** What is to be written first, without what went as early data. */
  *initialWrites() {
    const { flags } = this;
    const text = flags['shim-initial-write'] ?? 'hello';
    let skip = this.wroteEarly;
    for (let i = 0; i < (flags['repeat-shim-initial-write'] ?? 1); i++) {
      const bytes = Buffer.from(text, 'latin1').subarray(Math.min(skip, text.length));
      skip -= text.length - bytes.length;
      if (bytes.length > 0) yield bytes;
    }
  }

  take(call) {
    if (this.ended) return;
    try {
      for (const event of call()) this.handle(event);
      this.flush();
      this.awaitAnswers();
    } catch (error) {
      this.finish(error);
    }
  }

  awaitAnswers() {
    const { waiting } = this.tls;
    if (waiting === null || waiting === this.awaited) return;
    this.awaited = waiting;
    waiting.then((events) => this.take(() => events));
  }

  flush() {
    const output = this.tls.takeOutput();
    if (output.length > 0 && !this.socket.destroyed) this.socket.write(output);
  }

  handle(event) {
    switch (event.type) {
      case 'handshake-complete':
        if (this.rejected) {
          if (!this.flags['expect-reject-early-data']) throw new Error('early data was rejected');
          this.flags = this.retry;
          this.wroteEarly = 0;
        }
        checkHandshake({ ...this, info: event.info });
        this.start();
        return;
      case 'data':
        if (this.flags['key-update']) this.tls.updateKeys();
        this.tls.send(event.data.map((byte) => byte ^ 0xff));
        if (this.flags['key-update-before-read']) this.tls.updateKeys();
        return;
      case 'early-data':
        this.tls.send(event.data.map((byte) => byte ^ 0xff));
        return;
      case 'early-data-rejected':
        // Once the handshake is done, it is the connection of a client that tries again.
        this.rejected = true;
        return;
      case 'session-ticket':
        this.sessions++;
        this.lastSession = event.session;
        shared.session = event.session;
        return;
      case 'peer-closed':
        this.peerClosed = true;
        this.tls.close();
        this.finish();
        return;
      case 'failed':
        this.finish(event.error);
        return;
    }
  }

  start() {
    const { flags, tls } = this;
    if (flags['export-keying-material'] !== undefined) {
      const context = flags['use-export-context'] ? Buffer.from(flags['export-context'] ?? '', 'latin1') : null;
      tls.send(tls.exportKeyingMaterial(flags['export-label'] ?? '', context, flags['export-keying-material']));
    }
    if (flags['export-traffic-secrets']) this.sendTrafficSecrets();
    if (flags['send-alert']) {
      tls.abort({ alert: DECOMPRESSION_FAILURE });
      this.finish();
      return;
    }
    if (flags['shim-writes-first']) {
      for (const bytes of this.initialWrites()) tls.send(bytes);
    }
    if (flags['key-update-before-read']) tls.updateKeys();
    if (flags['shim-shuts-down']) {
      tls.close();
      if (!flags['check-close-notify']) this.finish();
    }
  }

  /** The length of the secrets in two bytes, little-endian, then ours for reading and for writing. */
  sendTrafficSecrets() {
    const secret = (side) => Buffer.from(this.seen.secrets.get(`${side}_TRAFFIC_SECRET_0`), 'hex');
    const ours = this.flags.server ? 'SERVER' : 'CLIENT';
    const read = secret(ours === 'SERVER' ? 'CLIENT' : 'SERVER');
    this.tls.send(Buffer.concat([Buffer.of(read.length, 0), read, secret(ours)]));
  }

  /** Stops on a clean or an unclean end, as long as nobody asked for close_notify. */
  endOfInput() {
    if (this.ended) return;
    if (this.tls.state === 'open' && !this.flags['check-close-notify']) {
      this.finish();
      return;
    }
    this.take(() => this.tls.endOfInput());
  }

  finish(error) {
    if (this.ended) return;
    this.ended = true;
    this.flush();
    try {
      if (error !== undefined) throw error;
      checkEnd(this);
      this.resolve();
    } catch (failure) {
      this.reject(failure);
    }
  }
}
