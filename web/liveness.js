/**
 * Decides from the receiver's counters whether the stream still lives. Knows no clock and no connection:
 * `feed(counters, now)` says what is wrong, or null.
 */
export class Liveness {
  #since;
  #packetsAt;
  #framesAt;
  #packets = 0;
  #frames = 0;
  #patience;

  /**
   * @param {number} now seconds.
   * @param {{start?: number, packets?: number, frames?: number}} patience seconds without: any picture at the start, any
   *   packet later, any decoded frame later.
   */
  constructor(now, { start = 10, packets = 4, frames = 5 } = {}) {
    this.#since = this.#packetsAt = this.#framesAt = now;
    this.#patience = { start, packets, frames };
  }

  /** Seconds since the first decoded frame's run began; 0 before it. */
  healthyFor(now) {
    return this.#frames > 0 ? now - this.#since : 0;
  }

  /**
   * @param {{packets: number, frames: number, visible: boolean}} counters received packets and decoded frames so far;
   *   a hidden page's browser may stop decoding, so that only its packets are judged.
   * @returns {null | "no-start" | "no-packets" | "no-frames"}
   */
  feed({ packets, frames, visible }, now) {
    if (frames > 0 && this.#frames === 0) this.#since = now;
    if (packets !== this.#packets) [this.#packets, this.#packetsAt] = [packets, now];
    if (frames !== this.#frames || !visible) [this.#frames, this.#framesAt] = [frames, now];
    if (this.#frames === 0 && visible) return now - this.#since > this.#patience.start ? "no-start" : null;
    if (now - this.#packetsAt > this.#patience.packets) return "no-packets";
    if (now - this.#framesAt > this.#patience.frames) return "no-frames";
    return null;
  }

  /** The machine slept or the page was frozen: silence until now proves nothing, but the next seconds do. */
  wake(now, packetsWithin = 2) {
    this.#packetsAt = Math.max(this.#packetsAt, now - this.#patience.packets + packetsWithin);
    this.#framesAt = now;
  }
}
