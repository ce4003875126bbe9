/** The ALPN names of what the first bytes show. */
const ROUTES = { sip: 'sip/2', http: 'http/1.1', msrp: 'msrp' };

/**
 * Holds a connection's first bytes until they say whose they are, then hands them on unchanged; a connection of nobody's
 * is closed. The decision is the one of the one-port server.
 */
export async function createSniffer() {
  const { sniff } = await import('@portico/transport-node');
  return ({ link, record, answer }) => {
    let held = Buffer.alloc(0);
    return (data) => {
      if (record.route !== null) {
        answer(data);
        return;
      }
      held = Buffer.concat([held, data]);
      const result = sniff(held);
      if (result.type === 'undecided') return;
      if (result.type === 'refused') {
        record.error = { kind: 'sniffing', reason: result.refusal, message: `first bytes: ${result.refusal}` };
        link.close();
        return;
      }
      record.route = ROUTES[result.protocol];
      answer(held);
    };
  };
}
