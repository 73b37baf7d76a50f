// What runs the clients, whatever it is: processes here, containers elsewhere. The fleet knows no more of it than this.
// Invariant: an id has at most one running instance; its log and exit stay until `remove`.

import type { Stats } from '@enjambre/contract';

/** A client as it shall run. */
export interface InstanceSpec {
  readonly id: string;
  /** The .torrent, at a place that stays until `remove`. */
  readonly torrentPath: string;
  /** Where it downloads to; it is there. */
  readonly folder: string;
  readonly discoveryMode: string;
  readonly downloadLimitBytesPerSecond: number | undefined;
  readonly uploadLimitBytesPerSecond: number | undefined;
  /** Each `host:port`. */
  readonly peers: readonly string[];
}

/** Where its control server answers, and to whom. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

export interface Instance {
  readonly id: string;
  /** Undefined when its control server could not be bound, or is not known yet. */
  readonly endpoint: Endpoint | undefined;
  /** For peers; undefined while it is not known. */
  readonly listenPort: number | undefined;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** How an instance ended. */
export interface Exit {
  /** Undefined when it ended while nobody who could tell was there, or by a signal. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The same for people, with the last thing it said. */
  readonly message: string;
}

export interface Driver {
  /** As `ContainerView.driver` names it. */
  readonly name: string;
  /** What stands for an image in lists. */
  readonly image: string;
  /**
   * Finds what an earlier backend left running. Called once, before anything else.
   * @param onExit is told of each instance that ends without having been asked to
   */
  open(onExit: (id: string, exit: Exit) => void): Promise<void>;
  /** What runs now. */
  running(): readonly Instance[];
  /** Ids of which it keeps anything, running or not. */
  known(): Promise<readonly string[]>;
  get(id: string): Instance | undefined;
  /** Resolves once it listens. @throws FleetError `start-failed`; then it does not run */
  start(spec: InstanceSpec): Promise<Instance>;
  /** Resolves once it has ended: asked to, and made to when it does not in time. Nothing when it does not run. */
  stop(id: string): Promise<void>;
  /** Stops it and forgets it with its log. */
  remove(id: string): Promise<void>;
  /** Somebody got no answer: have a look whether it is there at all. */
  suspect(id: string): void;
  /** The last `count` lines of its log, none when there is none. */
  tailLog(id: string, count: number): Promise<readonly string[]>;
  /** The last `count` lines, then each new one, until the function that it gives is called. */
  followLog(id: string, count: number, onLine: (line: string) => void): Promise<() => void>;
  /** Undefined when it does not run. */
  stats(id: string): Promise<Stats | undefined>;
  /** Lets go of everything. @param stop whether the instances end too */
  close(stop: boolean): Promise<void>;
}
