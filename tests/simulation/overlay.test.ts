// The overlay's goals at a size that seconds suffice for; `npm run bench -- overlay` looks at all of them with twenty seeds,
// three hundred and ten thousand members. A failure names its seed: SIMULATION_SEED=… runs the same course again.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Course,
  deaths,
  falseDeathsUnderStress,
  halfKilledMs,
  healingMs,
  idleBytesPerSecond,
  provideShared,
  SHARED,
  settledOverlay,
  spreadOfRecords,
} from './overlay/goals.ts';
import { shareOf } from './overlay/share.ts';
import { handsOut, OWN_NETWORK, SimulatedOverlay } from './overlay/simulated-overlay.ts';

const SEED = Number(process.env.SIMULATION_SEED ?? 1);

/** A test over one network, whose failure tells the seed. */
function itHolds(sentence: string, course: (course: Course) => void, size: number): void {
  it(`${sentence} (${size} members)`, () => {
    try {
      course({ seed: SEED, size });
    } catch (error) {
      throw new Error(`with SIMULATION_SEED=${SEED}: ${(error as Error).message}`, { cause: error });
    }
  });
}

describe('the overlay in simulated time', () => {
  const holdsWithin = (removedWithinMs: number, course: Course): void => {
    const overlay = settledOverlay(course);
    const idle = idleBytesPerSecond(overlay, 10);
    assert.ok(shareOf(idle, 0.5) <= 1000, `${shareOf(idle, 0.5)} bytes a second`);
    const spread = spreadOfRecords(overlay, 3);
    assert.ok(Math.max(...spread) <= 1000, `records took ${spread} ms`);
    const { hiddenMs, removedMs } = deaths(overlay, 3);
    assert.ok(shareOf(hiddenMs, 0.99) <= 7_000, `hidden after ${shareOf(hiddenMs, 0.99)} ms`);
    assert.ok(Math.max(...removedMs) <= removedWithinMs, `removed after ${removedMs} ms`);
    assert.equal(overlay.falseDeaths, 0);
  };
  itHolds('spreads records, finds the dead and is quiet', (course) => holdsWithin(15_000, course), 120);
  itHolds('does so with partial views', (course) => holdsWithin(25_000, course), 450);

  itHolds(
    'calls nobody dead who is only slow, though a fifth of all datagrams is lost',
    (course) => assert.equal(falseDeathsUnderStress(course, 2), 0),
    40,
  );

  itHolds(
    'is whole again five seconds after a partition of sixty',
    (course) => {
      const ms = healingMs(course);
      assert.ok(ms <= 5_000, `${ms} ms`);
    },
    60,
  );

  itHolds(
    'finds everybody who is left when half of all are killed at once',
    (course) => assert.ok(Number.isFinite(halfKilledMs(course))),
    60,
  );

  itHolds(
    'needs no bootstrap after the first contact, and takes a member back that was started again',
    ({ seed }) => {
      const overlay = new SimulatedOverlay(seed, OWN_NETWORK);
      const first = overlay.join([]);
      const second = overlay.join([first]);
      const third = overlay.join([second]);
      for (const member of [first, second, third]) provideShared(member);
      const complete = (): boolean =>
        overlay.alive.every(({ overlay: one }) => one.providers(SHARED).length === overlay.alive.length - 1);
      assert.ok(overlay.until(complete, 5_000) !== undefined);
      overlay.clock.advance(60_000);
      const fourth = overlay.join([third]);
      provideShared(fourth);
      const ms = overlay.until(complete, 5_000);
      assert.ok(ms !== undefined && ms <= 1_000, `the fourth knew everyone after ${ms} ms`);
      overlay.kill(first);
      assert.ok(overlay.until(complete, 20_000) !== undefined);
      const again = overlay.join([third], first.number);
      provideShared(again);
      assert.ok(overlay.until(() => complete() && handsOut(second, SHARED, again), 5_000) !== undefined);
    },
    4,
  );

  itHolds(
    'forgets at once who leaves with a word, and what is withdrawn',
    (course) => {
      const overlay = settledOverlay(course, true);
      const [leaving, withdrawing] = overlay.members;
      // What it says at once must do: in simulated time no promise of its own goes on.
      void leaving.overlay.stop();
      overlay.kill(leaving);
      withdrawing.overlay.withdraw(SHARED);
      const gone = (): boolean =>
        overlay.alive.every(
          (member) =>
            !handsOut(member, SHARED, leaving) && (member === withdrawing || !handsOut(member, SHARED, withdrawing)),
        );
      const ms = overlay.until(gone, 10_000);
      assert.ok(ms !== undefined && ms <= 1_000, `${ms} ms`);
    },
    30,
  );
});
