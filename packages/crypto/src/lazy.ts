/** Builds on first use: a curve takes about a millisecond to make, and most programs use two of many. */
export function lazy<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}
