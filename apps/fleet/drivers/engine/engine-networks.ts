// The networks of our containers, where they find each other by name: bridges of one engine, or overlays of a Swarm.
// Invariant: a name means exactly one network, ours or the one the operator named; the engine's own are never used.

import { FleetError, invalidField } from '../../errors.ts';
import type { Network, Networks } from '../driver.ts';
import { type Engine, EngineRefusal } from './engine.ts';
import { FLEET_LABEL } from './labels.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;
/** The engine's own, and words with a meaning of their own. */
const RESERVED = ['host', 'none', 'bridge', 'default', 'nat', 'container', 'ingress', 'docker_gwbridge'];

export interface EngineNetworksOptions {
  readonly engine: Engine;
  readonly fleet: string;
  readonly kind: 'bridge' | 'overlay';
  /** The one that the operator named: used where no other is asked for, made when it is missing. */
  readonly standard: string;
  /** Our own container, which has to be on a network to reach clients there; undefined: they are reached otherwise. */
  readonly self: string | undefined;
}

export class EngineNetworks implements Networks {
  readonly kind: 'bridge' | 'overlay';
  readonly #options: EngineNetworksOptions;
  /** The ids of those that our own container is on. */
  readonly #joined = new Set<string>();

  constructor(options: EngineNetworksOptions) {
    this.#options = options;
    this.kind = options.kind;
  }

  async list(): Promise<readonly Network[]> {
    const { engine, fleet, standard } = this.#options;
    const networks = await engine.ask((docker) => docker.listNetworks());
    return networks
      .filter(({ Name, Labels }) => Labels?.[FLEET_LABEL] === fleet || Name === standard)
      .map(({ Id, Name, Driver, Scope, Created }) => ({
        id: Id,
        name: Name,
        driver: Driver,
        scope: Scope,
        created: new Date(Created).toISOString(),
      }));
  }

  async create(name: string, kind: string): Promise<string> {
    const { engine, fleet } = this.#options;
    checkName(name, 'name');
    if (kind !== this.kind) throw invalidField('driver', `this driver makes ${this.kind} networks only`);
    const networks = await engine.ask((docker) => docker.listNetworks());
    if (networks.some(({ Name }) => Name === name)) throw taken(name);
    const labels = { [FLEET_LABEL]: fleet };
    // A backend in a container of its own may come to an overlay only when it is attachable.
    const wish = { Name: name, Driver: kind, CheckDuplicate: true, Attachable: kind === 'overlay', Labels: labels };
    try {
      return (await engine.ask((docker) => docker.createNetwork(wish))).id;
    } catch (error) {
      if (error instanceof EngineRefusal && error.engineStatus === 409) throw taken(name);
      throw error;
    }
  }

  /** @throws FleetError `network-not-found`; `invalid-request` for what is no name of a network, without asking anybody */
  async check(name: string): Promise<void> {
    if (name === this.#options.standard) return;
    checkName(name, 'networkName');
    if ((await this.#idOf(name)) === undefined) throw missing(name);
  }

  /**
   * Makes sure that clients can be started on it and reached there.
   * @returns the engine's id for it: one that is removed and made again has the same name and another id
   * @throws FleetError `network-not-found`
   */
  async prepare(name: string): Promise<string> {
    const { self, engine } = this.#options;
    const id = (await this.#idOf(name)) ?? (await this.#make(name));
    if (self === undefined || this.#joined.has(id)) return id;
    const { NetworkSettings } = await engine.ask((docker) => docker.getContainer(self).inspect());
    if (NetworkSettings.Networks[name] === undefined) {
      await engine.ask((docker) => docker.getNetwork(name).connect({ Container: self }));
    }
    this.#joined.add(id);
    return id;
  }

  async #idOf(name: string): Promise<string | undefined> {
    return (await this.list()).find((network) => network.name === name)?.id;
  }

  /** The operator's own, when it is missing. */
  async #make(name: string): Promise<string> {
    if (name !== this.#options.standard) throw missing(name);
    try {
      return await this.create(name, this.kind);
    } catch (error) {
      // Two containers that are started at once.
      const made = error instanceof FleetError && error.code === 'name-taken' ? await this.#idOf(name) : undefined;
      if (made === undefined) throw error;
      return made;
    }
  }
}

function checkName(name: string, field: string): void {
  if (!NAME.test(name)) {
    throw invalidField(field, 'must begin with a letter or digit; then letters, digits, dots, dashes, underscores');
  }
  if (RESERVED.includes(name.toLowerCase()))
    throw invalidField(field, `${name} is the engine's own and not for clients`);
}

function taken(name: string): FleetError {
  return new FleetError('name-taken', `There is a network ${JSON.stringify(name)} already.`, { field: 'name' });
}

function missing(name: string): FleetError {
  return new FleetError('network-not-found', `There is no network ${JSON.stringify(name)} of this fleet.`, {
    field: 'networkName',
  });
}
