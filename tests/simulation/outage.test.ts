// A link that swallows everything for a while, with nobody told: how soon a download goes on once it is back. A failure
// names its seed (see course.ts).

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { finish, GIVE_UP_MS, itSimulates, MIB } from './course.ts';
import type { PeerSettings } from './simulated-swarm.ts';

const CONTENT = { size: 8 * MIB, pieceLength: 128 * 1024 };
const host: PeerSettings = { latencyMs: 20, uplinkBytesPerSecond: 400_000 };
/** TCP by itself tries again after 20 s, 50 s, 100 s, 200 s … */
const OUTAGES_S = [20, 110, 300];
/** The last dial in vain, and the handshakes of the next; between them a twentieth of the time that the link was dead. */
const SOON_MS = 10_000;

/** The living one has sent a block by then, and the dead one's are known to be overdue. */
const TAKEN_OVER_MS = 15_000;

describe('a download whose link was dead', () => {
  for (const seconds of OUTAGES_S) {
    itSimulates(`for ${seconds} s goes on soon after it is back`, CONTENT, async (swarm) => {
      let isCut = false;
      await swarm.join({ ...host, has: () => true });
      const leecher = await swarm.join({ ...host, isCut: () => isCut });
      const verified = () => leecher.snapshot.verifiedBytes;
      assert.ok(await swarm.run(() => verified() > MIB, GIVE_UP_MS));
      isCut = true;
      await swarm.run(() => false, swarm.nowMs + seconds * 1000);
      const before = verified();
      isCut = false;
      const soonMs = SOON_MS + (seconds * 1000) / 20;
      assert.ok(await swarm.run(() => verified() > before, swarm.nowMs + soonMs), `nothing came within ${soonMs} ms`);
      await finish(swarm, [leecher]);
    });
  }

  itSimulates('with one of two seeds takes its blocks over and is done by the other', CONTENT, async (swarm) => {
    let isCut = false;
    await swarm.join({ ...host, has: () => true });
    await swarm.join({ ...host, has: () => true, isCut: () => isCut });
    const leecher = await swarm.join(host);
    assert.ok(await swarm.run(() => leecher.snapshot.verifiedBytes > CONTENT.size / 2, GIVE_UP_MS));
    isCut = true;
    const alone = (CONTENT.size - leecher.snapshot.verifiedBytes) / host.uplinkBytesPerSecond;
    const startMs = swarm.nowMs;
    await finish(swarm, [leecher]);
    const tookMs = swarm.nowMs - startMs;
    assert.ok(tookMs < alone * 1000 + TAKEN_OVER_MS, `it took ${tookMs} ms`);
  });
});
