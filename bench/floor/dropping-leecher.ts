// Receives every byte and drops it: the floor of receiving, and the one leecher that all seeders are compared with.
// Says what happens as JSON lines: unchoked, complete (seconds since then). Ends on SIGTERM.
//
//   node bench/floor/dropping-leecher.ts TORRENT SEED-HOST SEED-PORT OWN-HOST

import { openFloor, say } from './floor-program.ts';

let left = 0;
let unchokedAt = 0;
const { geometry } = openFloor({
  keep() {},
  isFull: () => false,
  had(_place, length) {
    left -= length;
    if (left === 0) say('complete', { seconds: (performance.now() - unchokedAt) / 1000 });
  },
  unchoked() {
    if (unchokedAt > 0) return;
    unchokedAt = performance.now();
    say('unchoked');
  },
});
left = geometry.totalSize;
