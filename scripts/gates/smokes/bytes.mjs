import { ByteQueue, bytesToUtf8, decode, encode, opaque, utf8ToBytes } from '@portico/bytes';

export function run() {
  const codec = opaque(1, 255);
  const queue = new ByteQueue();
  queue.push(encode(codec, utf8ToBytes('grüße')));
  if (bytesToUtf8(decode(codec, queue.take())) !== 'grüße') throw new Error('text was changed');
}
