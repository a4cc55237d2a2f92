import { element, write } from "./element.js";
import { History } from "./history.js";
import { LatencyPlot } from "./latency.js";
import { Spark } from "./spark.js";

const round = (digits) => (value) => value.toFixed(digits);

/**
 * The figures, in the order of the screen: how each is written, from where on it needs somebody, and the scale of its plot.
 * The limits are the room's promises (docs/benchmarks.md) and what a two-core machine can carry.
 */
export const FIGURES = [
  { name: "level_dbfs", unit: "dB", write: round(0), wrong: () => false, limits: [], from: -60, to: 0 },
  { name: "av_offset_ms", unit: "ms", write: round(0), wrong: (v) => Math.abs(v) > 40, limits: [-40, 40], from: -50, to: 50 },
  { name: "longest_gap_ms", unit: "ms", write: round(0), wrong: (v) => v > 120, limits: [120], from: 0, to: 150 },
  { name: "lateness_p95_ms", unit: "ms", write: round(0), wrong: (v) => v > 40, limits: [40], from: 0, to: 50 },
  { name: "viewers", unit: "", write: round(0), wrong: () => false, limits: [], from: 0, to: 4 },
  { name: "cpu_cores", unit: "", write: round(2), wrong: (v) => v > 1.7, limits: [1.7], from: 0, to: 2 },
  { name: "memory_mb", unit: "MB", write: round(0), wrong: (v) => v > 2560, limits: [2560], from: 0, to: 2800 },
  { name: "disk_free_mb", unit: "GB", write: (v) => (v / 1024).toFixed(1), wrong: (v) => v < 1024, limits: [1024], from: 0, to: 2048 },
];

/** The state of the machine as small plots; a figure that needs somebody is red and says what to do. */
export class MachinePanel {
  #history = new History();
  #tiles = new Map();
  #latency;

  /** @param {{list: HTMLElement, latency: {root: HTMLElement, number: HTMLElement, note: HTMLElement}, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#latency = new LatencyPlot({ ...parts.latency, language: parts.language });
    for (const figure of FIGURES) this.#tiles.set(figure.name, this.#tile(figure));
  }

  draw(desk) {
    const machine = desk.machine ?? {};
    this.#history.feed(desk.at, machine);
    this.#latency.draw(machine.latency ?? []);
    for (const figure of FIGURES) this.#drawTile(figure, machine[figure.name], this.#tiles.get(figure.name));
  }

  #tile(figure) {
    const tile = { title: element("span", "tile__title"), value: element("span", "tile__value"), note: element("span", "tile__note"), spark: new Spark() };
    tile.root = element("div", "tile", { "data-figure": figure.name }, tile.title, tile.value, tile.spark.root, tile.note);
    this.list.append(tile.root);
    return tile;
  }

  #drawTile(figure, value, tile) {
    const known = typeof value === "number" && Number.isFinite(value);
    const wrong = known && figure.wrong(value);
    write(tile.title, this.language.say(`figure_${figure.name}`));
    write(tile.value, known ? `${figure.write(value)}${figure.unit === "" ? "" : ` ${figure.unit}`}` : "–");
    tile.root.classList.toggle("tile--wrong", wrong);
    const remedy = wrong ? this.language.say(`remedy_${figure.name}`) : "";
    write(tile.note, remedy);
    tile.root.title = remedy || this.language.say(`about_${figure.name}`);
    tile.spark.draw(this.#history.runs(figure.name), { seconds: this.#history.seconds, limits: figure.limits, from: figure.from, to: figure.to });
  }
}
