// The .torrent of a service, as a config of the Swarm: managers keep it, and hand it to whichever host needs it.
// Invariant: it is never changed; it goes with its service.

import { readFile } from 'node:fs/promises';
import { FleetError } from '../../errors.ts';
import { type Engine, EngineRefusal } from '../engine/engine.ts';
import { FLEET_LABEL, ID_LABEL } from '../engine/labels.ts';

/** What every engine since 20.10 takes; newer ones take twice that. */
const MAX_LENGTH = 500 * 1024 - 1;

export interface TorrentConfig {
  readonly id: string;
  readonly name: string;
}

function nameOf(id: string): string {
  return `enjambre-${id}`;
}

/** The one that there is, or a new one. @throws FleetError `too-large` */
export async function keepTorrent(
  engine: Engine,
  { id, torrentPath, fleet }: { readonly id: string; readonly torrentPath: string; readonly fleet: string },
): Promise<TorrentConfig> {
  const name = nameOf(id);
  const bytes = await readFile(torrentPath);
  if (bytes.length > MAX_LENGTH) {
    const length = Math.ceil(bytes.length / 1024);
    throw new FleetError(
      'too-large',
      `This .torrent has ${length} KiB and Docker Swarm hands out 500 KiB at most: make it with larger pieces.`,
      { field: 'torrentFile' },
    );
  }
  const known = await findConfig(engine, name);
  if (known !== undefined) return { id: known, name };
  const labels = { [FLEET_LABEL]: fleet, [ID_LABEL]: id };
  const wish = { Name: name, Labels: labels, Data: bytes.toString('base64') };
  const made = await engine.ask((docker) => docker.createConfig(wish));
  return { id: made.id, name };
}

/** Undefined when there is none. */
export async function takeOutTorrent(engine: Engine, configId: string): Promise<Uint8Array | undefined> {
  try {
    const { Spec } = await engine.ask((docker) => docker.getConfig(configId).inspect());
    return Spec?.Data === undefined ? undefined : Buffer.from(Spec.Data, 'base64');
  } catch (error) {
    if (error instanceof EngineRefusal) return undefined;
    throw error;
  }
}

/** @param id of the container; nothing when there is none */
export async function dropTorrent(engine: Engine, id: string): Promise<void> {
  const known = await findConfig(engine, nameOf(id));
  if (known !== undefined) await engine.ask((docker) => docker.getConfig(known).remove());
}

async function findConfig(engine: Engine, name: string): Promise<string | undefined> {
  const filters = JSON.stringify({ name: [name] });
  const found = await engine.ask((docker) => docker.listConfigs({ filters }));
  // The filter takes beginnings of names too.
  return found.find(({ Spec }) => Spec?.Name === name)?.ID;
}
