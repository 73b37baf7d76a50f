// How well we ourselves keep up (Lifeguard's local health multiplier). Who is slow to hear answers must not call others
// dead for it: the worse our own health, the longer we wait. Invariant: 0 (well) to `WORST`.

/** Nine times as patient: a member that slow sees nothing any sooner. */
const WORST = 8;

export class LocalHealth {
  #score = 0;

  /** What our waits are multiplied by: 1 when well. */
  get factor(): number {
    return this.#score + 1;
  }

  better(): void {
    this.#score = Math.max(0, this.#score - 1);
  }

  worse(): void {
    this.#score = Math.min(WORST, this.#score + 1);
  }
}
