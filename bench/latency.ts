// How quickly a client reacts: from being given a torrent to its first block, and to its own page while it works hard.

import { firstBlock } from './latency/first-block.ts';
import { statusLatency } from './latency/status.ts';
import type { Scenario } from './scenario.ts';

export const latency: Scenario = {
  says: 'from a torrent added to its first block; and answers to 100 questions a second during a full-rate download',
  needs: '4 GiB in /dev/shm; six minutes',
  async run(options) {
    await firstBlock(options);
    await statusLatency(options);
  },
};
