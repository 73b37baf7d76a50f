// Contestants in turns, A B C A B C: what changes on the machine meanwhile changes for everybody. Invariant: a contestant
// that fails is named with its reason and gets no further turn; the others go on.

interface Contestant<T> {
  readonly name: string;
  /** Why it cannot take part; false when it can. */
  readonly skip: string | false;
  run(): Promise<T>;
}

export interface Outcome<T> {
  readonly name: string;
  /** One a round, in order; fewer than rounds when it failed. */
  readonly figures: readonly T[];
  /** A line for the report; undefined when every round went well. */
  readonly failure: string | undefined;
}

export async function interleave<T>(rounds: number, contestants: readonly Contestant<T>[]): Promise<Outcome<T>[]> {
  const outcomes = contestants.map(({ name, skip }) => ({
    name,
    figures: [] as T[],
    failure: skip === false ? undefined : `${name} skipped: ${skip}`,
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const [at, contestant] of contestants.entries()) {
      const outcome = outcomes[at];
      if (outcome.failure !== undefined) continue;
      process.stdout.write(`round ${round} of ${rounds}: ${contestant.name}\n`);
      try {
        outcome.figures.push(await contestant.run());
      } catch (error) {
        outcome.failure = `${contestant.name} failed: ${(error as Error).message}`;
        process.stderr.write(`${outcome.failure}\n`);
      }
    }
  }
  return outcomes;
}
