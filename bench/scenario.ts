// What `npm run bench` knows of a scenario, and what people may ask of any of them.

export interface BenchOptions {
  /** Bytes of content; the scenario's own when not given. */
  readonly size: number | undefined;
  /** Bytes of a piece, where the content is a file of ours. */
  readonly pieceLength: number;
  /** How many of what is compared (`fleet 300`); the scenario's own when not given. */
  readonly count: number | undefined;
  /** How often each client has its turn; the scenario's own when not given. */
  readonly rounds: number | undefined;
  /** Names of the only clients to run, in lower case; everybody when empty. */
  readonly only: readonly string[];
  /** Content is written to the temporary folder instead of `/dev/shm`. */
  readonly onDisk: boolean;
}

export interface Scenario {
  /** One line: what is compared. */
  readonly says: string;
  /** Whether a count may be given with its name. */
  readonly counts?: true;
  /** What it takes besides the peers: memory, time. */
  readonly needs: string;
  run(options: BenchOptions): Promise<void>;
}

/** Whether a client of this name was asked for. */
export function isWanted(name: string, { only }: BenchOptions): boolean {
  return only.length === 0 || only.includes(name.toLowerCase());
}

/** What the user asked for makes no sense: the message is all that is said. */
export class UsageError extends Error {}
