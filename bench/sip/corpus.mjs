// A corpus of SIP messages as a busy edge proxy sees them: calls with SDP, registrations, pings, answers with long Via
// stacks, page-mode messages. The same seed gives the same bytes.

const CRLF = '\r\n';
const ALLOW = 'Allow: INVITE, ACK, CANCEL, BYE, NOTIFY, REFER, MESSAGE, OPTIONS, INFO, SUBSCRIBE, UPDATE, PRACK';
const USERS = ['anna', 'bert', 'clara', '+14155550123', '+442079460958', '1001', '2044', 'support.desk', 'd-miller'];

/** `count` messages (Uint8Array), cycling through the kinds. */
export function sipCorpus(count = 2250, seed = 20260101) {
  const make = messageKinds(seed);
  const kinds = Object.values(make);
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length]());
}

/** A stream in reads of `size` bytes, as a socket gives them. */
export function inReads(stream, size) {
  const reads = [];
  for (let at = 0; at < stream.length; at += size) reads.push(stream.subarray(at, at + size));
  return reads;
}

/** What a short request does without. */
const OPTIONAL_LINES = /^(?:Contact|Accept|User-Agent): .*\r\n/gm;

/** Messages of about `size` bytes in all: an OPTIONS with a body that fills it up. */
export function messagesOfSize(size, count, seed = 7) {
  const { options } = messageKinds(seed);
  return Array.from({ length: count }, () => {
    const whole = options().toString('latin1');
    const head = whole.length > size ? whole.replaceAll(OPTIONAL_LINES, '').replaceAll(';transport=tls', '') : whole;
    const room = Math.max(0, size - head.length - 3);
    return Buffer.from(head.replace('Content-Length: 0', `Content-Length: ${room}`) + 'x'.repeat(room), 'latin1');
  });
}

function messageKinds(seed) {
  let state = seed >>> 0;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const text = (length, alphabet) => Array.from({ length }, () => alphabet.charAt(random(alphabet.length))).join('');
  const hex = (length) => text(length, '0123456789abcdef');
  const digits = (length) => text(length, '0123456789');
  const user = () => USERS[random(USERS.length)];
  const via = (transport, host, extra = '') =>
    `Via: SIP/2.0/${transport} ${host};branch=z9hG4bK-${digits(6)}-1---${hex(16)};rport${extra}`;
  const address = (name) => `"${name}" <sip:${name}@example.com>`;
  const instance = () => `+sip.instance="<urn:uuid:${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}>"`;
  const message = (startLine, headers, body = '') => {
    const length = Buffer.byteLength(body);
    return Buffer.from([startLine, ...headers, `Content-Length: ${length}`, '', body].join(CRLF), 'utf8');
  };
  const sdp = () =>
    [
      'v=0',
      `o=- ${digits(10)} ${digits(10)} IN IP4 198.51.100.${1 + random(250)}`,
      's=-',
      'c=IN IP4 198.51.100.7',
      't=0 0',
      `m=audio ${10000 + random(20000)} RTP/SAVP 96 9 0 8 101`,
      'a=rtpmap:96 opus/48000/2',
      'a=fmtp:96 useinbandfec=1;maxplaybackrate=48000',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${hex(40)}`,
      `a=candidate:${digits(8)} 1 UDP 2130706431 192.0.2.${1 + random(250)} ${digits(5)} typ host`,
      `a=ice-ufrag:${hex(8)}`,
      `a=ice-pwd:${hex(24)}`,
      'a=sendrecv',
      'a=ptime:20',
      `m=video ${10000 + random(20000)} RTP/SAVP 97 98`,
      'a=rtpmap:97 H264/90000',
      'a=fmtp:97 profile-level-id=42801F;packetization-mode=1',
      'a=rtpmap:98 VP8/90000',
      'a=rtcp-fb:* nack pli',
      'a=rtcp-fb:* ccm fir',
      'a=sendrecv',
      '',
    ].join(CRLF);

  return {
    invite: () => {
      const [caller, callee] = [user(), user()];
      return message(
        `INVITE sip:${callee}@example.com;transport=tls SIP/2.0`,
        [
          via('TLS', 'proxy1.example.net:5061', ';received=203.0.113.9'),
          via('TLS', '192.0.2.33:50432', ';alias'),
          'Max-Forwards: 69',
          `Record-Route: <sip:proxy1.example.net:5061;transport=tls;lr;ftag=${hex(8)}>`,
          `Contact: <sip:${caller}@192.0.2.33:50432;transport=tls;ob>;${instance()}`,
          `To: ${address(callee)}`,
          `From: ${address(caller)};tag=${hex(8)}`,
          `Call-ID: ${hex(24)}@192.0.2.33`,
          `CSeq: ${1 + random(99)} INVITE`,
          ALLOW,
          'Supported: replaces, 100rel, timer, norefersub, gruu, outbound',
          'Session-Expires: 1800;refresher=uac',
          'Min-SE: 90',
          'User-Agent: ExamplePhone/4.2.1 (rv:20260101)',
          `P-Asserted-Identity: <sip:${caller}@example.com>`,
          'Content-Type: application/sdp',
        ],
        sdp(),
      );
    },
    register: () => {
      const who = user();
      return message('REGISTER sip:example.com;transport=tls SIP/2.0', [
        via('TLS', '192.0.2.33:50432', ';alias'),
        'Max-Forwards: 70',
        `Contact: <sip:${who}@192.0.2.33:50432;transport=tls;rinstance=${hex(16)}>;reg-id=1;${instance()}`,
        `To: <sip:${who}@example.com;transport=tls>`,
        `From: <sip:${who}@example.com;transport=tls>;tag=${hex(8)}`,
        `Call-ID: ${hex(32)}`,
        `CSeq: ${1 + random(9)} REGISTER`,
        'Expires: 600',
        ALLOW,
        'Supported: path, outbound, gruu',
        'User-Agent: ExamplePhone/4.2.1',
        `Authorization: Digest username="${who}", realm="example.com", nonce="${hex(44)}", uri="sip:example.com;transport=tls", response="${hex(64)}", cnonce="${hex(16)}", nc=00000001, qop=auth, algorithm=SHA-256, opaque="${hex(16)}"`,
      ]);
    },
    options: () => {
      const who = user();
      return message(`OPTIONS sip:${who}@198.51.100.4:5061;transport=tls SIP/2.0`, [
        via('TLS', 'sbc.example.net:5061'),
        'Max-Forwards: 70',
        `From: <sip:ping@sbc.example.net>;tag=${hex(10)}`,
        `To: <sip:${who}@198.51.100.4:5061>`,
        'Contact: <sip:ping@sbc.example.net:5061;transport=tls>',
        `Call-ID: ${hex(20)}@sbc.example.net`,
        `CSeq: ${1 + random(99999)} OPTIONS`,
        'Accept: application/sdp',
        'User-Agent: SBC/9',
      ]);
    },
    answer: () => {
      const [caller, callee] = [user(), user()];
      const hops = Array.from({ length: 8 }, (_, hop) =>
        via(
          hop % 2 === 1 ? 'TCP' : 'TLS',
          `p${hop}.core.example.net:506${hop}`,
          `;received=10.1.${hop}.${random(250)}`,
        ),
      );
      const routes = Array.from(
        { length: 6 },
        (_, hop) => `Record-Route: <sip:p${hop}.core.example.net:5061;transport=tls;lr;did=${hex(8)}>`,
      );
      return message(
        'SIP/2.0 200 OK',
        [
          ...hops,
          ...routes,
          `From: ${address(caller)};tag=${hex(8)}`,
          `To: ${address(callee)};tag=${hex(10)}`,
          `Call-ID: ${hex(24)}@192.0.2.33`,
          `CSeq: ${1 + random(99)} INVITE`,
          `Contact: <sip:${callee}@198.51.100.20:5061;transport=tls>`,
          ALLOW,
          'Supported: replaces, timer, 100rel',
          'Require: timer',
          'Session-Expires: 1800;refresher=uac',
          'Server: ExampleGW/2.0',
          'Content-Type: application/sdp',
        ],
        sdp(),
      );
    },
    message: () => {
      const [sender, receiver] = [user(), user()];
      return message(
        `MESSAGE sip:${receiver}@example.com SIP/2.0`,
        [
          via('TLS', '192.0.2.40:50111'),
          'Max-Forwards: 70',
          `From: <sip:${sender}@example.com>;tag=${hex(8)}`,
          `To: <sip:${receiver}@example.com>`,
          `Call-ID: ${hex(30)}`,
          `CSeq: ${1 + random(999)} MESSAGE`,
          `Contact: <sip:${sender}@192.0.2.40:50111>`,
          'Content-Type: text/plain;charset=utf-8',
          'User-Agent: Chat/1.1',
        ],
        Array.from({ length: 500 }, () => hex(5)).join(' '),
      );
    },
    trying: () => {
      const [caller, callee] = [user(), user()];
      return message('SIP/2.0 100 Trying', [
        via('TLS', '192.0.2.33:50432', ';received=203.0.113.77'),
        `From: ${address(caller)};tag=${hex(8)}`,
        `To: ${address(callee)}`,
        `Call-ID: ${hex(24)}@192.0.2.33`,
        'CSeq: 1 INVITE',
        'Contact: <sip:proxy1.example.net:5061;transport=tls>',
        'Max-Forwards: 70',
      ]);
    },
    bye: () => {
      const [caller, callee] = [user(), user()];
      return message(`BYE sip:${callee}@198.51.100.20:5061;transport=tls SIP/2.0`, [
        via('TLS', '192.0.2.33:50432', ';alias'),
        'Route: <sip:proxy1.example.net:5061;transport=tls;lr>',
        'Max-Forwards: 70',
        `Contact: <sip:${caller}@192.0.2.33:50432;transport=tls>`,
        `From: ${address(caller)};tag=${hex(8)}`,
        `To: ${address(callee)};tag=${hex(10)}`,
        `Call-ID: ${hex(24)}@192.0.2.33`,
        'CSeq: 2 BYE',
        'User-Agent: ExamplePhone/4.2.1',
      ]);
    },
  };
}
