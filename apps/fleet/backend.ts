// The whole backend: fleet, API and page, opened in order and closed in reverse.
// Invariant: when it could not be opened nothing of it is left; closing leaves clients running unless asked otherwise.

import type { AddressInfo } from 'node:net';
import { type Logger, systemClock, systemRandom } from '@enjambre/runtime';
import type { Server } from './api/bare-server.ts';
import { buildServer } from './api/server.ts';
import type { Config } from './config.ts';
import { DemoSwarm } from './demo/demo-swarm.ts';
import { chooseDriver } from './drivers/choose-driver.ts';
import { reasonOf, StartError } from './errors.ts';
import { Fleet } from './fleet.ts';

export interface BackendOptions {
  readonly config: Config;
  /** What runs our own command line: a program and its first arguments. */
  readonly command: readonly string[];
  /** The same for clients, which there may be many of. */
  readonly clientCommand: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The built page. */
  readonly pageFolder: string;
  /** Announce URL of a tracker that runs beside. */
  readonly tracker?: string;
  readonly logger: Logger;
}

export class Backend {
  /** As bound. */
  readonly port: number;
  readonly pagePort: number;
  readonly #fleet: Fleet;
  readonly #servers: readonly Server[];
  readonly #demo: DemoSwarm;

  private constructor(fleet: Fleet, demo: DemoSwarm, servers: readonly Server[]) {
    this.#fleet = fleet;
    this.#demo = demo;
    this.#servers = servers;
    const ports = servers.map((server) => (server.server.address() as AddressInfo).port);
    this.port = ports[0];
    this.pagePort = ports.at(-1)!;
  }

  /** Resolves once it listens. @throws StartError */
  static async open(options: BackendOptions): Promise<Backend> {
    const { config, logger, env } = options;
    const { dataFolder, root } = config;
    const world = { clock: systemClock, random: systemRandom, logger };
    const { clientCommand } = options;
    const driver = await chooseDriver(config, { ...world, clientCommand, env });
    const fleet = await Fleet.open({ ...world, dataFolder, root, driver, tracker: options.tracker });
    const demo = new DemoSwarm(fleet, { command: options.command, env });
    const servers: Server[] = [];
    try {
      for (const [flag, port] of portsOf(config)) {
        const { allowedHosts, token } = config;
        const policy = { allowedHosts, token };
        const { pageFolder } = options;
        const server = await buildServer({ fleet, policy, pageFolder, demo: () => demo.start(), logger });
        servers.push(server);
        await listen(server, flag, port, config.host);
      }
      // Last: a port in use must leave nothing running.
      await fleet.takeOver();
      return new Backend(fleet, demo, servers);
    } catch (error) {
      await closeAll(servers);
      await fleet.close(false);
      throw error;
    }
  }

  /** The demo swarm, as the page's button starts it. */
  async startDemo(): Promise<void> {
    await this.#demo.start();
  }

  /** @param stopClients whether everything it runs ends too */
  async close(stopClients: boolean): Promise<void> {
    await Promise.all([closeAll(this.#servers), this.#fleet.close(stopClients)]);
  }
}

/** One port for both is allowed. */
function portsOf({ port, pagePort }: Config): [flag: string, port: number][] {
  const api: [string, number] = ['--port', port];
  return port === pagePort && port !== 0 ? [api] : [api, ['--page-port', pagePort]];
}

async function listen(server: Server, flag: string, port: number, host: string): Promise<void> {
  try {
    await server.listen({ port, host });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartError('port-taken', `${flag}: port ${port} on ${host} is in use; choose another with ${flag}`);
    }
    throw new StartError('cannot-listen', `${flag}: cannot listen on ${host} port ${port}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}
