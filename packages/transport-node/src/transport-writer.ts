import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { OutputMemory as Allocate } from '@portico/tls13-core';
import type { TlsEngine } from './engine.js';
import { OutputMemory } from './output-memory.js';
import { asSocket } from './transport.js';

const memory = new OutputMemory();
const takeMemory: Allocate = (length) => memory.take(length);

/** Bytes of records, a handshake's mostly, that leave as one array: several cost a stream more than the copy does. */
const MAX_JOINED = 4096;

/** Writes what a connection has to say, from memory that is used again where that can be. */
export class TransportWriter {
  readonly #transport: Duplex;
  readonly #isSocket: boolean;
  /**
   * Where the records of data are to go: undefined for fresh memory. A socket's kernel has its own copy of what the socket
   * has written; any other stream, be it a subclass of `net.Socket`, may keep what it was given.
   */
  readonly allocate: Allocate | undefined;
  /** What is with the transport. */
  #underWay: Uint8Array[] = [];

  constructor(transport: Duplex) {
    this.#transport = transport;
    this.#isSocket = asSocket(transport) !== null;
    this.allocate = Object.getPrototypeOf(transport) === Socket.prototype ? takeMemory : undefined;
  }

  /**
   * Writes all of the engine's output; false when the transport wants us to wait. A socket gets it as it lies; what is
   * short, and any other Duplex, which may make a frame of each write, as one array.
   */
  write(engine: Pick<TlsEngine, 'pendingOutputLength' | 'takeOutput' | 'takeOutputParts'>): boolean {
    const transport = this.#transport;
    if (!this.#isSocket) return transport.write(engine.takeOutput());
    this.reclaim();
    const parts = engine.pendingOutputLength <= MAX_JOINED ? [engine.takeOutput()] : engine.takeOutputParts();
    if (parts.length > 1) transport.cork();
    for (const part of parts) transport.write(part);
    if (parts.length > 1) transport.uncork();
    if (this.allocate !== undefined) this.#underWay.push(...parts);
    this.reclaim();
    // What a kernel took at once needs no waiting for, however much it was.
    return transport.writableLength < transport.writableHighWaterMark;
  }

  /** Gives memory back when nothing is left with the transport. */
  reclaim(): void {
    if (this.#underWay.length === 0 || this.#transport.writableLength > 0) return;
    for (const part of this.#underWay) memory.giveBack(part);
    this.#underWay = [];
  }

  /** Lets go of everything: a transport that was destroyed may have its kernel still at work. */
  forget(): void {
    this.#underWay = [];
  }
}
