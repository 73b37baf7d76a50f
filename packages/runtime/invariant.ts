// Our own bugs: what can't be, unless the code is wrong.

/** @throws Error when `condition` does not hold; never for input, which gets an outcome or a typed error. */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${sentence}`);
}
