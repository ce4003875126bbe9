import {
  createMsrpFramer,
  createMsrpRequest,
  createMsrpResponse,
  createTransactionId,
  serializeMsrp,
} from '@portico/msrp-codec';

export function run() {
  const request = createMsrpRequest({
    transactionId: createTransactionId((length) => new Uint8Array(length).fill(7)),
    method: 'SEND',
    toPath: ['msrp://b.example:8888/s;tcp'],
    fromPath: ['msrp://a.example:7777/t;tcp'],
    content: { type: 'text/plain', body: Uint8Array.of(13, 10, 45, 45, 0, 255) },
  });
  const framer = createMsrpFramer();
  const items = [...serializeMsrp(request)].flatMap((byte) => framer.push(Uint8Array.of(byte)));
  if (items.length !== 1 || items[0].type !== 'message') throw new Error('not framed');
  const answers = createMsrpFramer().push(serializeMsrp(createMsrpResponse(items[0].message, 481)));
  if (answers[0]?.message.status !== 481) throw new Error('not answered');
}
