import { createHash } from 'node:crypto';
import { alertForReason } from '@portico/tls13-core';
import { parseCertificate } from '@portico/x509';

/** Everything that is told of one connection, filled from its events; `toJSON` is the printed line. */
export class ConnectionRecord {
  #side;
  #info = null;
  #events = [];
  route = null;
  alertSent = null;
  alertReceived = null;
  error = null;
  keyUpdatesSent = 0;
  keyUpdatesReceived = 0;
  sessionTickets = 0;
  /** Bytes of early data that the server took. */
  earlyData = 0;
  bytesReceived = 0;
  bytesSent = 0;
  /** Keying material that was asked for, in hexadecimal. */
  exported = null;
  exportedEarly = null;
  /** Connections that were dropped behind their HelloRetryRequest (`--stateless`). */
  forgotten = 0;

  /** A client's, in DER, once it has chosen one. */
  ownCertificate = null;

  constructor(side) {
    this.#side = side;
  }

  get complete() {
    return this.#info !== null;
  }

  note(event) {
    switch (event.type) {
      case 'handshake-complete':
        this.#info = event.info;
        this.route = event.info.alpnText;
        return;
      case 'data':
        this.bytesReceived += event.data.length;
        return;
      case 'early-data':
        this.earlyData += event.data.length;
        return;
      case 'peer-keys-updated':
        this.keyUpdatesReceived++;
        return;
      case 'session-ticket':
        this.sessionTickets++;
        return;
      case 'peer-closed':
        this.alertReceived = 'close_notify';
        return;
      case 'failed':
        this.#noteFailure(event.error);
        return;
      default:
        this.#events.push(event.type);
    }
  }

  /** Exports what `--export` asks for, which may be nothing. */
  noteExport(connection, { main }) {
    if (main === null) return;
    const bytes = connection.exportKeyingMaterial(main.label, main.context, main.length);
    this.exported = Buffer.from(bytes).toString('hex');
  }

  /** The same for `--export-early`, where there is early data. */
  noteEarlyExport(connection, { early }) {
    if (early === null) return;
    const bytes = connection.exportEarlyKeyingMaterial(early.label, early.context, early.length);
    this.exportedEarly = Buffer.from(bytes).toString('hex');
  }

  #noteFailure(error) {
    this.error = { kind: error.kind, reason: error.reason, message: error.message };
    if (error.alert !== undefined) {
      this.alertReceived = error.alert.name === 'unknown' ? String(error.alert.code) : error.alert.name;
    }
    const alert = alertForReason(error.reason);
    if (alert !== 'none') this.alertSent = alert;
  }

  toJSON() {
    const info = this.#info;
    const peer = info?.peerCertificates?.[0];
    const peerCertificate = peer === undefined ? null : describeCertificate(peer, { scheme: info.peerSignatureScheme });
    const own =
      this.ownCertificate === null || info === null || info.localSignatureScheme === null
        ? null
        : describeCertificate(this.ownCertificate, { scheme: info.localSignatureScheme });
    return {
      ok: info !== null && this.error === null,
      version: info?.version ?? null,
      suite: info?.cipherSuite ?? null,
      group: info?.group ?? null,
      alpn: info?.alpnText ?? (info?.alpn ? `hex:${Buffer.from(info.alpn).toString('hex')}` : null),
      alpnOffered: info?.alpnOffered ?? null,
      route: this.route,
      sni: info?.serverName ?? null,
      resumed: info?.resumed ?? false,
      externalPsk: info?.externalPskIdentity ? Buffer.from(info.externalPskIdentity).toString() : null,
      earlyData: this.earlyData,
      hrr: info?.helloRetryRequested ?? false,
      serverSignature: (this.#side === 'server' ? info?.localSignatureScheme : info?.peerSignatureScheme) ?? null,
      serverCertificate: this.#side === 'server' ? null : peerCertificate,
      clientCertificate: this.#side === 'server' ? peerCertificate : own,
      keyUpdatesSent: this.keyUpdatesSent,
      keyUpdatesReceived: this.keyUpdatesReceived,
      sessionTickets: this.sessionTickets,
      bytesReceived: this.bytesReceived,
      bytesSent: this.bytesSent,
      exported: this.exported,
      exportedEarly: this.exportedEarly,
      forgotten: this.forgotten,
      alertSent: this.alertSent,
      alertReceived: this.alertReceived,
      error: this.error,
    };
  }
}

function describeCertificate(der, { scheme }) {
  const sha256 = createHash('sha256').update(der).digest('hex');
  try {
    return { subject: parseCertificate(der).subject.text, sha256, scheme };
  } catch {
    return { subject: null, sha256, scheme };
  }
}
