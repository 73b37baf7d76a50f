// The connection to a Docker engine. Invariant: what is asked of it is asked in the older of its API version and ours; that
// it cannot be reached is always a `driver-unreachable`, what it refuses an `EngineRefusal`.

import type Docker from 'dockerode';
import { FleetError, reasonOf } from '../../errors.ts';

/** The newest whose words we use (Engine 27); the oldest they are all in is 1.41 (Engine 20.10). */
const OUR_API_VERSION = '1.47';
const OLDEST_API_VERSION = '1.41';
const DEFAULT_PORT = 2375;
const DEFAULT_SOCKET = '/var/run/docker.sock';

/** The engine's own words for what it does not do. */
export class EngineRefusal extends FleetError {
  /** Of its HTTP answer: 404 not there, 409 taken or in another state. */
  readonly engineStatus: number;
  readonly words: string;

  constructor(engineStatus: number, words: string, options?: ErrorOptions) {
    super('driver-refused', `The Docker engine says: ${words.trim().replace(/\.$/, '')}.`, options);
    this.engineStatus = engineStatus;
    this.words = words;
  }
}

export interface EngineMachine {
  readonly id: string;
  readonly name: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Whether it steers a Docker Swarm. */
  readonly isSwarmManager: boolean;
  /** Its id there; empty where it is in none. */
  readonly swarmId: string;
}

export class Engine {
  /** As DOCKER_HOST has it. */
  readonly host: string;
  /** What it said of its machine when it was last connected. */
  machine: EngineMachine = { id: '', name: '', cpus: 0, memoryBytes: 0, isSwarmManager: false, swarmId: '' };
  #docker: Docker | undefined;

  /** @param host `unix:///…`, `tcp://host:port` or `ssh://user@host`; the library takes certificates from DOCKER_CERT_PATH */
  constructor(host: string = `unix://${DEFAULT_SOCKET}`) {
    this.host = host;
  }

  /** Agrees on a version. To be called again when the engine was away: it may be another one. @throws FleetError */
  async connect(): Promise<void> {
    // Lazily: it costs 35 MB, and most backends run processes.
    const { default: Library } = await import('dockerode');
    const options = connectionOptions(this.host);
    const { ApiVersion } = await this.#ask(() => new Library(options).version());
    if (compareVersions(ApiVersion, OLDEST_API_VERSION) < 0) {
      throw new FleetError(
        'driver-unreachable',
        `The Docker engine at ${this.host} speaks API ${ApiVersion}; ${OLDEST_API_VERSION} is needed.`,
      );
    }
    const version = compareVersions(ApiVersion, OUR_API_VERSION) < 0 ? ApiVersion : OUR_API_VERSION;
    const docker = new Library({ ...options, version: `v${version}` });
    const about = (await this.#ask(() => docker.info())) as EngineInfo;
    this.machine = {
      id: about.ID,
      name: about.Name,
      cpus: about.NCPU,
      memoryBytes: about.MemTotal,
      isSwarmManager: about.Swarm?.ControlAvailable === true,
      swarmId: about.Swarm?.NodeID ?? '',
    };
    this.#docker = docker;
  }

  /** Whether there is one. */
  answers(): Promise<boolean> {
    return this.connect().then(
      () => true,
      () => false,
    );
  }

  /** @throws EngineRefusal, FleetError `driver-unreachable` */
  ask<T>(question: (docker: Docker) => Promise<T>): Promise<T> {
    const docker = this.#docker;
    if (docker === undefined) throw new FleetError('driver-unreachable', `The Docker engine is not connected.`);
    return this.#ask(() => question(docker));
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      const { statusCode, json } = error as { statusCode?: number; json?: { message?: string } };
      if (statusCode !== undefined) {
        throw new EngineRefusal(statusCode, json?.message ?? wordsOf(error), { cause: error });
      }
      const why = (error as NodeJS.ErrnoException).code ?? reasonOf(error);
      throw new FleetError('driver-unreachable', `The Docker engine at ${this.host} does not answer: ${why}.`, {
        cause: error,
      });
    }
  }
}

interface EngineInfo {
  readonly ID: string;
  readonly Name: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly Swarm?: { readonly ControlAvailable?: boolean; readonly NodeID?: string };
}

function connectionOptions(host: string): Docker.DockerOptions {
  const match = /^(unix|tcp|http|https|ssh):\/\/(.*)$/.exec(host);
  if (match === null) throw new FleetError('driver-unreachable', `${host} is no address of a Docker engine.`);
  const [, scheme, rest] = match;
  // Said outright, since the library prefers what the environment says of a host to a socket that it is given.
  if (scheme === 'unix') return { socketPath: rest === '' ? DEFAULT_SOCKET : rest, host: undefined };
  const { hostname, port, username } = new URL(`http://${rest}`);
  if (scheme === 'ssh') return { protocol: 'ssh', host: hostname, port: port || 22, username };
  const secure = scheme === 'https' || port === '2376';
  return { protocol: secure ? 'https' : 'http', host: hostname, port: port || DEFAULT_PORT };
}

function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  return a[0] - b[0] || a[1] - b[1];
}

/** `(HTTP code 500) server error - no space left on device ` → the end of it. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^\(HTTP code [0-9]+\) .*? - (.*)$/s.exec(message)?.[1] ?? message;
}
