/** A control room shows nothing as live that is older than this. */
export const FRESH_S = 3;

/** How old the last message is. Knows no clock: the time is passed in. */
export class Freshness {
  #heardAt = null;

  /** A message came at `now` (seconds). */
  heard(now) {
    this.#heardAt = now;
  }

  /** Seconds since the last message; null before the first. */
  age(now) {
    return this.#heardAt === null ? null : Math.max(0, now - this.#heardAt);
  }

  /** Whether the last message is too old to be shown as live; before the first there is nothing to show. */
  stale(now) {
    const age = this.age(now);
    return age !== null && age > FRESH_S;
  }
}
