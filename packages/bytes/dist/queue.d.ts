/**
 * A first-in first-out queue of bytes in one growing array. Whatever the chunking, n bytes cost O(n): each is copied in
 * once, and once more for each doubling or shift, both of which are paid for by the bytes that came before.
 * An empty queue holds no memory, any other at most eight times its length (and 256 bytes).
 */
export declare class ByteQueue {
    #private;
    /** Bytes in the queue. */
    get length(): number;
    /** Appends a copy of the chunk. */
    push(chunk: Uint8Array): void;
    /**
     * A view of the first `length` bytes (all by default), valid until the next `push`, `take` or `skip`.
     * @throws BytesError `queue-underrun` if fewer are there
     */
    peek(length?: number): Uint8Array;
    /** The byte at `index`, or undefined outside the queue. */
    at(index: number): number | undefined;
    /**
     * Removes the first `length` bytes and returns a copy that belongs to the caller.
     * @throws BytesError `queue-underrun` if fewer are there
     */
    take(length?: number): Uint8Array;
    /**
     * Removes the first `length` bytes.
     * @throws BytesError `queue-underrun` if fewer are there
     */
    skip(length: number): void;
    /** Forgets everything and lets go of the memory. */
    clear(): void;
}
//# sourceMappingURL=queue.d.ts.map