/** The last minutes of each figure, one sample a second; where nothing came, a gap stays a gap. Knows no clock. */
export class History {
  #samples = new Map();
  #at = -Infinity;

  constructor(seconds = 300) {
    this.seconds = seconds;
  }

  /** Take in the figures of the moment `at` (seconds of the show clock). */
  feed(at, figures) {
    if (at < this.#at) {
      this.#samples.clear(); // the show began anew
      this.#at = -Infinity;
    }
    if (at - this.#at < 0.9) return;
    this.#at = at;
    for (const [name, value] of Object.entries(figures)) {
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      const kept = this.#samples.get(name) ?? [];
      kept.push([at, value]);
      while (kept.length > 0 && kept[0][0] < at - this.seconds) kept.shift();
      this.#samples.set(name, kept);
    }
  }

  /** Runs of `[seconds before now, value]` without a gap in them. */
  runs(name, gap = 3) {
    const runs = [];
    let last = -Infinity;
    for (const [at, value] of this.#samples.get(name) ?? []) {
      if (at - last > gap) runs.push([]);
      runs.at(-1).push([this.#at - at, value]);
      last = at;
    }
    return runs;
  }
}
