// All containers there are. Invariant: ids and names are unique; a name that is being created is taken already, and one that
// is being removed still.

import { FleetError } from '../errors.ts';
import type { Container } from './container.ts';

/** Shorter prefixes of an id are names that somebody mistyped. */
const LEAST_PREFIX = 3;

export class ContainerList {
  readonly #byId = new Map<string, Container>();
  /** How many keep each: who creates a container and who removes it may do so at once. */
  readonly #keptNames = new Map<string, number>();

  all(): Container[] {
    return [...this.#byId.values()];
  }

  get(id: string): Container | undefined {
    return this.#byId.get(id);
  }

  /**
   * @param reference an id, a prefix of one that no other has, or a name
   * @throws FleetError `container-not-found`
   */
  find(reference: string): Container {
    const exact = this.#byId.get(reference) ?? this.byName(reference);
    if (exact !== undefined) return exact;
    const isPrefix = reference.length >= LEAST_PREFIX && /^[0-9a-f]+$/.test(reference);
    const found = isPrefix ? this.all().filter(({ id }) => id.startsWith(reference)) : [];
    if (found.length === 1) return found[0];
    const problem = found.length > 1 ? 'More than one container has an id that begins with' : 'There is no container';
    throw new FleetError('container-not-found', `${problem} ${JSON.stringify(reference)}.`);
  }

  byName(name: string): Container | undefined {
    return this.all().find(({ record }) => record.name === name);
  }

  /** Keeps a name for a container that is being created, until the function that it gives is called. @throws FleetError */
  reserve(name: string): () => void {
    if (this.#keptNames.has(name) || this.byName(name) !== undefined) {
      throw new FleetError('name-taken', `There is a container ${JSON.stringify(name)} already.`, {
        field: 'containerName',
      });
    }
    return this.#keep(name);
  }

  /** Takes it out, with its name kept until the function that it gives is called. */
  takeOut({ id, record: { name } }: Container): () => void {
    this.#byId.delete(id);
    return this.#keep(name);
  }

  #keep(name: string): () => void {
    this.#keptNames.set(name, (this.#keptNames.get(name) ?? 0) + 1);
    return () => {
      const left = this.#keptNames.get(name)! - 1;
      if (left === 0) this.#keptNames.delete(name);
      else this.#keptNames.set(name, left);
    };
  }

  add(container: Container): void {
    this.#byId.set(container.id, container);
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }
}
