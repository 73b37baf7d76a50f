// How many peers to serve at once. Few: a piece that goes to one peer at the full rate is traded on sooner than pieces that
// go to many at slivers of it. More only where the uplink has room, which one finds out by trying.
// Invariant: never fewer than FEWEST_SLOTS, and one more than what the uplink fills for the length of one trial.

/** Four that give most and one newcomer, as of old; in simulation 8 made a swarm of 200 take 5 % longer. */
const FEWEST_SLOTS = 5;
/** A further slot is worth keeping when it brings half of what its predecessors bring on average. */
const WORTH = 0.5;
/** A rate that changes more than this from round to round says nothing about slots. */
const STEADY = 0.05;
/** Rounds between a trial that brought nothing and the next one. */
const REST_ROUNDS = 8;

export class SlotCount {
  #slots = FEWEST_SLOTS;
  #lastRate = 0;
  #isTrial = false;
  #restRounds = 0;

  get slots(): number {
    return this.#slots;
  }

  /**
   * Once a round of choking.
   * @param bytesPerSecond all that we send  @param isWanted more want to be served than are
   */
  adapt(bytesPerSecond: number, isWanted: boolean, mostSlots: number): void {
    const lastRate = this.#lastRate;
    this.#lastRate = bytesPerSecond;
    if (this.#isTrial && bytesPerSecond < lastRate * (1 + WORTH / this.#slots)) {
      this.#slots--;
      this.#restRounds = REST_ROUNDS;
    }
    const isSteady = this.#isTrial || Math.abs(bytesPerSecond - lastRate) <= STEADY * lastRate;
    this.#isTrial = false;
    if (this.#restRounds > 0) this.#restRounds--;
    else if (isWanted && isSteady && bytesPerSecond > 0 && this.#slots < mostSlots) {
      this.#isTrial = true;
      this.#slots++;
    }
  }
}
