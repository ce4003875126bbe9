let counter = 0;

/** A SIP request without a body; `more` is further header lines, each with its line end. */
export function sipRequest(
  method: string,
  uri: string,
  { to = uri, more = '' }: { readonly to?: string; readonly more?: string } = {},
): string {
  counter++;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/TLS 127.0.0.1:5999;branch=z9hG4bK-interop-${counter};rport`,
    'Max-Forwards: 70',
    `From: <sip:interop@localhost>;tag=interop${counter}`,
    `To: <${to}>`,
    `Call-ID: interop-${counter}@localhost`,
    `CSeq: 1 ${method}`,
    `${more}Content-Length: 0`,
    '',
    '',
  ].join('\r\n');
}
