// Every container the page knows, outside React: a row that changed tells only those who watch that row. A row keeps its
// identity as long as nothing that is shown of it changes.

import { type ContainerView, type FleetEvent, sizeOf } from '@enjambre/contract';

type Listener = () => void;

/** Nobody looks; or what is looked at has no time for anything else. */
type Quiet = 'hidden' | 'scrolling';

export interface Totals {
  readonly containers: number;
  readonly downloaded: number;
  readonly size: number;
  readonly downloadSpeed: number;
  readonly uploadSpeed: number;
  readonly peers: number;
  /** On how many machines they are, as far as is known. */
  readonly hosts: number;
}

const NO_TOTALS: Totals = {
  containers: 0,
  downloaded: 0,
  size: 0,
  downloadSpeed: 0,
  uploadSpeed: 0,
  peers: 0,
  hosts: 0,
};

export class FleetStore {
  #rows = new Map<string, ContainerView>();
  #totals = NO_TOTALS;
  #loaded = false;
  /** Counts up with each change of any row. */
  #version = 0;
  readonly #quiet = new Set<Quiet>();
  readonly #listListeners = new Set<Listener>();
  readonly #rowListeners = new Map<string, Set<Listener>>();
  readonly #unseen = new Set<string>();

  get loaded(): boolean {
    return this.#loaded;
  }

  get version(): number {
    return this.#version;
  }

  get totals(): Totals {
    return this.#totals;
  }

  row(id: string): ContainerView | undefined {
    return this.#rows.get(id);
  }

  rows(): IterableIterator<ContainerView> {
    return this.#rows.values();
  }

  apply(event: FleetEvent): void {
    if (event.type === 'snapshot') this.#replace(event.containers);
    else if (event.type === 'changes') this.#change(event.changed, event.removed);
  }

  /** While there is a reason to be quiet, changes are taken in but not told; all at once when there is none any more. */
  setQuiet(reason: Quiet, holds: boolean): void {
    if (holds) this.#quiet.add(reason);
    else this.#quiet.delete(reason);
    if (this.#quiet.size === 0 && this.#unseen.size > 0) this.#tell();
  }

  /** Told after any change. */
  watchList(listener: Listener): () => void {
    this.#listListeners.add(listener);
    return () => this.#listListeners.delete(listener);
  }

  watchRow(id: string, listener: Listener): () => void {
    const listeners = this.#rowListeners.get(id) ?? new Set();
    this.#rowListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#rowListeners.get(id) === listeners) this.#rowListeners.delete(id);
    };
  }

  #replace(containers: readonly ContainerView[]): void {
    const wasLoaded = this.#loaded;
    this.#loaded = true;
    const there = new Set(containers.map(({ id }) => id));
    const gone = [...this.#rows.keys()].filter((id) => !there.has(id));
    this.#change(containers, gone);
    if (!wasLoaded && this.#unseen.size === 0) this.#tell();
  }

  #change(changed: readonly ContainerView[], removed: readonly string[]): void {
    for (const container of changed) {
      const before = this.#rows.get(container.id);
      if (before !== undefined && sameShown(before, container)) continue;
      this.#rows.set(container.id, container);
      this.#unseen.add(container.id);
    }
    for (const id of removed) if (this.#rows.delete(id)) this.#unseen.add(id);
    if (this.#unseen.size > 0 && this.#quiet.size === 0) this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    this.#totals = totalsOf(this.#rows.values());
    const ids = [...this.#unseen];
    this.#unseen.clear();
    for (const id of ids) for (const listener of [...(this.#rowListeners.get(id) ?? [])]) listener();
    for (const listener of [...this.#listListeners]) listener();
  }
}

function totalsOf(rows: Iterable<ContainerView>): Totals {
  const sum = { ...NO_TOTALS };
  const hosts = new Set<string>();
  for (const row of rows) {
    const { status, health, host, instances } = row;
    for (const name of [host, ...instances.map((instance) => instance.host)]) if (name !== null) hosts.add(name);
    sum.containers += 1;
    sum.size += sizeOf(row);
    sum.downloaded += status?.downloaded ?? 0;
    // What a client said last is not what it does now.
    if (status === null || health !== 'healthy') continue;
    sum.downloadSpeed += status.download_speed;
    sum.uploadSpeed += status.upload_speed;
    sum.peers += status.connected_peers;
  }
  sum.hosts = hosts.size;
  return sum;
}

/** Whether two tellings of a container look the same; when it was asked last is not shown. */
function sameShown(a: ContainerView, b: ContainerView): boolean {
  return (
    a.state === b.state &&
    a.wanted === b.wanted &&
    a.health === b.health &&
    a.reason?.code === b.reason?.code &&
    a.reason?.message === b.reason?.message &&
    a.reason?.since === b.reason?.since &&
    a.name === b.name &&
    a.torrentName === b.torrentName &&
    a.totalSize === b.totalSize &&
    a.startedAt === b.startedAt &&
    a.exitCode === b.exitCode &&
    a.restarts === b.restarts &&
    a.host === b.host &&
    a.config.imageName === b.config.imageName &&
    a.update?.state === b.update?.state &&
    a.update?.message === b.update?.message &&
    sameInstances(a.instances, b.instances) &&
    sameStatus(a.status, b.status)
  );
}

function sameInstances(a: ContainerView['instances'], b: ContainerView['instances']): boolean {
  // Most have none; of those that have, every field is shown.
  return a.length === b.length && (a.length === 0 || JSON.stringify(a) === JSON.stringify(b));
}

function sameStatus(a: ContainerView['status'], b: ContainerView['status']): boolean {
  if (a === null || b === null) return a === b;
  return (Object.keys(a) as (keyof typeof a)[]).every((field) => a[field] === b[field]);
}
