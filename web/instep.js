/** A picture that is later than this is in trouble, and no measure for what goes with it. */
const MOST_DELAY_S = 1;

/** Runs things when the picture that belongs to them is on the screen; they keep their order. */
export class InStep {
  #due = 0;

  /** Run it `seconds` from now, the time that the picture waits here before it is shown. */
  later(run, seconds) {
    const now = performance.now();
    this.#due = Math.max(this.#due, now + Math.min(seconds, MOST_DELAY_S) * 1000);
    setTimeout(run, this.#due - now);
  }
}
