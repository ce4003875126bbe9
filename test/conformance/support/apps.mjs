/** What a server does with a connection, by the words of `--app`. Each answers one event after another. */
export const APPS = { http, echo, discard };

/** A request head longer than this is nobody's test. */
const MAX_REQUEST_HEAD = 16_384;

/** Answers a GET with a short page, anything else with an error, and closes. */
function http(link, record) {
  let head = '';
  let done = false;
  return (data) => {
    if (done) return;
    head += Buffer.from(data).toString('latin1');
    if (!head.includes('\r\n\r\n') && head.length < MAX_REQUEST_HEAD) return;
    done = true;
    const found = /^(?:GET|HEAD) \S+ HTTP\/1\.[01]\r\n/.test(head);
    const { version, suite, group, alpn, sni } = record.toJSON();
    const body = found ? `${JSON.stringify({ version, suite, group, alpn, sni })}\n` : 'only GET is known here\n';
    const response = [
      `HTTP/1.1 ${found ? '200 OK' : '400 Bad Request'}`,
      `Content-Type: ${found ? 'application/json' : 'text/plain'}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      head.startsWith('HEAD ') ? '' : body,
    ];
    link.send(Buffer.from(response.join('\r\n')));
    link.close();
  };
}

function echo(link) {
  return (data) => link.send(data);
}

function discard() {
  return () => {};
}
