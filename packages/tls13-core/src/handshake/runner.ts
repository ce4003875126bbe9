import type { HandshakeType } from '../messages/handshake-type.js';
import type { Flow, Need, WipeLate } from './flow.js';
import type { MessageReassembler } from './reassembler.js';

/** Where a run stopped. */
export type RunOutcome<T> =
  | { readonly state: 'needs-message' }
  | { readonly state: 'needs-answer'; readonly promise: PromiseLike<unknown>; readonly wipe: WipeLate | null }
  | { readonly state: 'done'; readonly result: T };

/** Drives a flow with the messages and answers that it waits for. */
export class FlowRunner<T> {
  readonly #flow: Flow<T>;
  readonly #messages: MessageReassembler;
  #need: Need | null = null;

  constructor(flow: Flow<T>, messages: MessageReassembler) {
    this.#flow = flow;
    this.#messages = messages;
  }

  /** The messages that may come now; empty while an answer is awaited. */
  get expected(): readonly HandshakeType[] {
    return this.#need?.expected ?? [];
  }

  /** Whether what is awaited needs nothing that this flow knows. */
  get isForgettable(): boolean {
    return this.#need?.forgettable === true;
  }

  /** Begins, or goes on with the messages that have come since. */
  run(): RunOutcome<T> {
    return this.#continue(this.#need === null ? this.#flow.next() : undefined);
  }

  /** Goes on with an answer. */
  resolve(value: unknown): RunOutcome<T> {
    return this.#continue(this.#flow.next(value));
  }

  /** Goes on with the failure to answer. */
  reject(error: unknown): RunOutcome<T> {
    return this.#continue(this.#flow.throw(error));
  }

  #continue(first: IteratorResult<Need, T> | undefined): RunOutcome<T> {
    let step = first;
    for (;;) {
      if (step !== undefined) {
        if (step.done === true) return { state: 'done', result: step.value };
        this.#need = step.value;
      }
      const need = this.#need as Need;
      if (need.kind === 'answer') return { state: 'needs-answer', promise: need.promise, wipe: need.wipe };
      const message = this.#messages.next(need.expected);
      if (message === null) return { state: 'needs-message' };
      step = this.#flow.next(message);
    }
  }
}
