/** Waiting times between attempts: doubling from `first` to `most` seconds, with jitter so that viewers don't return in step. */
export class Backoff {
  #attempt = 0;

  constructor({ first = 0.5, most = 8, jitter = 0.25, random = Math.random } = {}) {
    this.first = first;
    this.most = most;
    this.jitter = jitter;
    this.random = random;
  }

  /** Seconds to wait before the next attempt; never less than `atLeast`, what a server asked for. */
  next(atLeast = 0) {
    const plain = Math.min(this.most, this.first * 2 ** this.#attempt);
    this.#attempt += 1;
    const spread = 1 + this.jitter * (2 * this.random() - 1);
    return Math.max(atLeast, plain * spread);
  }

  /** Begin again at `first`, once the connection has proved itself. */
  reset() {
    this.#attempt = 0;
  }
}
