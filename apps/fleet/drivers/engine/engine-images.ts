// The images that clients may be started from: those the operator named, whatever else the engine has.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Image, PullStep } from '@enjambre/contract';
import { FleetError } from '../../errors.ts';
import type { Images } from '../driver.ts';
import { type Engine, EngineRefusal } from './engine.ts';

const VERSION_LABEL = 'org.opencontainers.image.version';

export class EngineImages implements Images {
  readonly #engine: Engine;
  readonly #allowed: readonly string[];

  constructor(engine: Engine, allowed: readonly string[]) {
    this.#engine = engine;
    this.#allowed = allowed;
  }

  list(): Promise<readonly Image[]> {
    return Promise.all(this.#allowed.map((name) => this.#look(name)));
  }

  /** Nobody is asked. @throws FleetError `image-not-found` */
  check(name: string): void {
    if (this.#allowed.some((allowed) => withTag(allowed) === withTag(name))) return;
    throw new FleetError('image-not-found', `${JSON.stringify(name)} is not among the images that may be run here.`, {
      field: 'imageName',
    });
  }

  async pull(name: string, onStep: (step: PullStep) => void): Promise<void> {
    this.check(name);
    try {
      const stream = (await this.#engine.ask((docker) => docker.pull(withTag(name)))) as Readable;
      for await (const line of createInterface({ input: stream })) onStep(readStep(line, name));
    } catch (error) {
      if (error instanceof EngineRefusal) throw notPulled(name, error.words);
      throw error;
    }
  }

  async #look(name: string): Promise<Image> {
    try {
      const { Id, Size, Config } = await this.#engine.ask((docker) => docker.getImage(name).inspect());
      return { name, id: Id, version: Config.Labels?.[VERSION_LABEL] ?? null, sizeBytes: Size };
    } catch (error) {
      if (!(error instanceof EngineRefusal && error.engineStatus === 404)) throw error;
      return { name, id: null, version: null, sizeBytes: null };
    }
  }
}

/** `enjambre` → `enjambre:latest`, as the engine means it. */
function withTag(name: string): string {
  return /[:@][^/]+$/.test(name) ? name : `${name}:latest`;
}

function readStep(line: string, name: string): PullStep {
  const { error, id, status, progressDetail } = JSON.parse(line) as {
    error?: string;
    id?: string;
    status?: string;
    progressDetail?: { current?: number; total?: number };
  };
  if (error !== undefined) throw notPulled(name, error);
  const { current, total } = progressDetail ?? {};
  return {
    status: status ?? '',
    ...(id !== undefined && { layer: id }),
    ...(current !== undefined && { currentBytes: current }),
    ...(total !== undefined && { totalBytes: total }),
  };
}

function notPulled(name: string, why: string): FleetError {
  return new FleetError('image-not-found', `${name} could not be pulled: ${why}`, { field: 'name' });
}
