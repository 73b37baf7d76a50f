// What runs the clients, whatever it is: processes here, containers elsewhere. The fleet knows no more of it than this.
// Invariant: an id has at most one running instance; its log and exit stay until `remove`.

import type { Host, Image, ImageUpdate, InstanceView, Placement, PullStep, Reason, Stats } from '@enjambre/contract';

/** A client as it shall run. */
export interface InstanceSpec {
  readonly id: string;
  /** Unique in the fleet; where instances have a network of their own it is their name there. */
  readonly name: string;
  /** The .torrent, at a place that stays until `remove`. */
  readonly torrentPath: string;
  /** Where it downloads to; it is there. */
  readonly folder: string;
  /** Null for the driver's own. */
  readonly networkName: string | null;
  /** Null for the driver's own. */
  readonly imageName: string | null;
  /** The port under which the overlay's is to be reached from outside; null for none. */
  readonly overlayPort: number | null;
  /** Sources of peers, as the client's flag has them: `tracker,overlay`. */
  readonly discoveryMode: string;
  /** Members of the overlay to start from, `host:port` with commas; null for none. */
  readonly bootstrap: string | null;
  readonly downloadLimitBytesPerSecond: number | undefined;
  readonly uploadLimitBytesPerSecond: number | undefined;
  /** Each `host:port`. */
  readonly peers: readonly string[];
  /** Null for one instance, wherever the driver likes. */
  readonly placement: Placement | null;
  /** What the fleet knows of it, for a day on which it has forgotten: given back by `keepsake`. */
  readonly keepsake: string;
}

/** What is the driver's to allow. */
export type InstanceWish = Pick<InstanceSpec, 'name' | 'networkName' | 'imageName' | 'placement'>;

/** Where its control server answers, and to whom. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

/** A port inside and where it is outside. */
export interface PortMapping {
  readonly privatePort: number;
  readonly publicPort: number;
  readonly type: 'tcp' | 'udp';
  readonly ip: string;
}

export interface Instance {
  readonly id: string;
  /** Name of the machine it runs on; null: on several. */
  readonly host: string | null;
  /** Undefined when its control server could not be bound, or is not known yet. */
  readonly endpoint: Endpoint | undefined;
  /** `host:port` under which the other instances of this driver reach it as a peer; undefined while it is not known. */
  readonly peerAddress: string | undefined;
  /** What is to be reached from this machine or beyond. */
  readonly ports: readonly PortMapping[];
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

/** Who is told of what happens without having been asked for. */
export interface DriverListener {
  exited(id: string, exit: Exit): void;
  /** It runs again: what runs the clients has restarted it. */
  started(id: string): void;
  /** Of one that runs: where or how many of it do, or what is wrong with one of several. */
  changed(id: string): void;
  /** What runs the clients can be reached again. Before, `exited` and `started` told what has changed meanwhile. */
  returned(): void;
}

export interface LogLine {
  readonly text: string;
  /** Which of several instances has said it; undefined where there is one, or nobody knows any more. */
  readonly writer?: LogWriter | undefined;
}

export interface LogWriter {
  /** `Replica.id`; undefined of one that has gone. */
  readonly instance: string | undefined;
  /** The host that it was on then. */
  readonly host: string;
}

/** What a driver still has of an instance that the fleet has forgotten. */
export interface Keepsake {
  /** `InstanceSpec.keepsake`. */
  readonly text: string;
  /** Undefined when it cannot be read any more. */
  readonly torrent: Uint8Array | undefined;
  readonly running: boolean;
}

/** A network of instances, as `GET /api/networks` lists it. */
export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly scope: string;
  /** RFC 3339. */
  readonly created: string;
}

export interface Networks {
  /** What is made where nobody says which. */
  readonly kind: string;
  list(): Promise<readonly Network[]>;
  /** @param kind as the engine calls it: `bridge` @returns its id  @throws FleetError `name-taken`, `invalid-request` */
  create(name: string, kind: string): Promise<string>;
}

export interface Images {
  /** Those that are allowed, and no others. */
  list(): Promise<readonly Image[]>;
  /** Nobody is asked. @throws FleetError `image-not-found` for one that is not allowed */
  check(name: string): void;
  /** @throws FleetError `image-not-found` */
  pull(name: string, onStep: (step: PullStep) => void): Promise<void>;
}

/** One of several instances that a spec has become. */
export interface Replica extends Pick<InstanceView, 'id' | 'host' | 'image' | 'state'> {
  /** Undefined while its control server is not known. */
  readonly endpoint: Endpoint | undefined;
  /** Unix milliseconds; undefined while it does not run. */
  readonly startedAt: number | undefined;
  /** Why it is not as it should be, as far as the driver knows. */
  readonly problem: Reason | undefined;
}

/** What a driver has that makes (where asked to) several instances of one spec, on several hosts. */
export interface Replication {
  /** Empty for a spec that asks for one. */
  replicas(id: string): readonly Replica[];
  /** What keeps instances from running that Swarm alone can mend: no host for them, a host that is down. */
  problemOf(id: string): Reason | undefined;
  /**
   * Makes what runs be like that, one after the other, without ending all. Resolves once it has begun.
   * @throws FleetError as `start`
   */
  update(spec: InstanceSpec): Promise<void>;
  /** Undefined: it was never updated. */
  updateOf(id: string): ImageUpdate | undefined;
}

/** Numbers of a user and a group. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Driver {
  /** As `ContainerView.driver` names it. */
  readonly name: string;
  /** What stands for an image in lists. */
  readonly image: string;
  /** Undefined where instances have no networks of their own. */
  readonly networks: Networks | undefined;
  /** Undefined where instances are not made from images. */
  readonly images: Images | undefined;
  /** Whether data lies in volumes of the hosts where no folder is asked for: `InstanceSpec.folder` names one then. */
  readonly hasVolumes: boolean;
  /** Undefined where a spec has one instance, on the one machine. */
  readonly replication: Replication | undefined;
  /** Whom folders that are made for instances must belong to; undefined: us. */
  readonly folderOwner: Owner | undefined;
  /** Why what runs the clients cannot be reached now; undefined: it can. */
  readonly unreachable: string | undefined;
  /**
   * Finds what an earlier backend left running. Called once, before anything else.
   * @throws StartError `driver-unreachable`
   */
  open(listener: DriverListener): Promise<void>;
  /**
   * Looks whether an instance could be like that, before anything is made for it.
   * @returns a sentence about each wish that means nothing to this driver
   * @throws FleetError `invalid-request`, `network-not-found`, `image-not-found`, `host-not-found`
   */
  check(wish: InstanceWish): Promise<readonly string[]>;
  /** What runs now. */
  running(): readonly Instance[];
  /** Ids of which it keeps anything, running or not. */
  known(): Promise<readonly string[]>;
  /** Undefined when nothing of it has ever run, or this driver keeps none. */
  keepsake(id: string): Promise<Keepsake | undefined>;
  get(id: string): Instance | undefined;
  /** Resolves once it listens. @throws FleetError `start-failed`, `port-taken`, …; then it does not run */
  start(spec: InstanceSpec): Promise<Instance>;
  /** Resolves once it has ended: asked to, and made to when it does not in time. Nothing when it does not run. */
  stop(id: string): Promise<void>;
  /** Stops it and forgets it with its log. */
  remove(id: string): Promise<void>;
  /** Somebody got no answer: have a look whether it is there at all. */
  suspect(id: string): void;
  /** The last `count` lines of its log, none when there is none. */
  tailLog(id: string, count: number): Promise<readonly LogLine[]>;
  /** The last `count` lines, then each new one, until the function that it gives is called. */
  followLog(id: string, count: number, onLine: (line: LogLine) => void): Promise<() => void>;
  /** Those that instances may run on. */
  hosts(): Promise<readonly Host[]>;
  /** Undefined when it does not run. */
  stats(id: string): Promise<Stats | undefined>;
  /** Lets go of everything. @param stop whether the instances end too */
  close(stop: boolean): Promise<void>;
}
