// Many leechers and one seed with uplinks of 4 MB/s, set against what the uplinks allow, and against as many programs in a chain
// without a cap: what receiving and sending take where all of them share a few cores.

import { withFlags } from '../tests/interop/clients/enjambre.ts';
import { builtCommand, builtEnvironment } from './built-client.ts';
import { CROWD_HEADER, crowdRows, floorOf, MANY, runSwarms, swarmOf } from './crowd-swarms.ts';
import { report } from './report.ts';
import type { BenchOptions, Scenario } from './scenario.ts';

/** As many pieces as the optimum is meant for. Of 256 MiB a round takes up to four minutes. */
const DEFAULT_SIZE = 128 * 2 ** 20;
const DEFAULT_ROUNDS = 3;
const UPLINK_BYTES_PER_SECOND = 4_000_000;

const capped = withFlags(
  'Enjambre capped',
  [`--upload-limit=${UPLINK_BYTES_PER_SECOND}`],
  builtEnvironment,
  builtCommand,
);

export const cappedCrowd: Scenario = {
  says: `${MANY} leechers and one seed with uplinks of 4 MB/s against the optimum`,
  needs: '12 GiB of memory (--size 256MiB: 20); six to eight minutes',
  run: runCappedCrowd,
};

async function runCappedCrowd(options: BenchOptions): Promise<void> {
  const { size = DEFAULT_SIZE, pieceLength, rounds = DEFAULT_ROUNDS } = options;
  const swarm = swarmOf(capped, MANY, size);
  const floor = floorOf(MANY, size);
  const swarms = await runSwarms([swarm, floor], rounds, options);
  // The last piece must double log2 N times, the others flow meanwhile.
  const steps = 1 + Math.floor(Math.log2(MANY)) / Math.ceil(size / pieceLength);
  const bound = { what: '(F/u)(1 + ⌊log₂N⌋/M)', seconds: (size / UPLINK_BYTES_PER_SECOND) * steps };
  const notes = swarms.flatMap(({ failure }) => failure?.split('\n', 1) ?? []);
  const rows = crowdRows(swarms, new Map([[swarm.name, bound]]), new Map([[swarm.name, floor.name]]));
  await report('capped', { header: CROWD_HEADER, rows, notes, raw: { size, swarms } });
}
