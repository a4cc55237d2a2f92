import { drawn } from "./element.js";

const [WIDTH, HEIGHT] = [120, 30];

/** A small plot of the last minutes, with a line at what is still good. */
export class Spark {
  #line = drawn("path", { class: "spark__line" });
  #limit = drawn("path", { class: "spark__limit" });

  constructor() {
    this.root = drawn("svg", { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.#limit, this.#line);
  }

  /** @param {number[][][]} runs of [seconds ago, value] @param {{seconds: number, limits: number[], from?: number, to?: number}} scale */
  draw(runs, { seconds, limits, from = 0, to = 1 }) {
    const values = runs.flat().map(([, value]) => value);
    const top = Math.max(to, ...values);
    const bottom = Math.min(from, ...values);
    const y = (value) => (HEIGHT - 1.5 - ((value - bottom) / (top - bottom || 1)) * (HEIGHT - 3)).toFixed(1);
    const x = (ago) => (WIDTH - (ago / seconds) * WIDTH).toFixed(1);
    const path = runs.map((run) => run.map(([ago, value], n) => `${n === 0 ? "M" : "L"}${x(ago)} ${y(value)}`).join("") + (run.length === 1 ? "h0.8" : ""));
    this.#line.setAttribute("d", path.join("") || "M0 0");
    const inside = limits.filter((limit) => limit > bottom && limit < top);
    this.#limit.setAttribute("d", inside.map((limit) => `M0 ${y(limit)}H${WIDTH}`).join("") || "M0 0");
  }
}
