import { drawn, element, write } from "./element.js";

/** What the room promises: heard within a second while idle, within 3.5 s while it presents (95 of 100). */
export const BUDGET_S = Object.freeze({ idle: 1.0, presenting: 3.5 });
const MOST = 5;
const [WIDTH, HEIGHT, FULL_S] = [240, 9, 4];

/** Stages of thought as lengths: `first_clause` holds retrieval and the model's first words. Pure. */
export function stretches(stages) {
  const { intake = 0, retrieval = 0, first_token: token = 0, first_clause: clause = 0, voice = 0 } = stages;
  const rest = Math.max(0, clause - retrieval - token);
  return [["intake", intake], ["retrieval", retrieval], ["token", token], ["clause", rest], ["voice", voice]];
}

/** The last answers: from the comment to the first sound, and what the thinking took within it. */
export class LatencyPlot {
  #told = "";

  /** @param {{root: HTMLElement, number: HTMLElement, note: HTMLElement, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  draw(answers) {
    const shown = answers.slice(-MOST).reverse();
    const last = shown[0]?.stages.first_slice;
    write(this.number, last === undefined ? "–" : `${last.toFixed(1)} s`);
    const slow = shown.filter((one) => (one.stages.first_slice ?? 0) > BUDGET_S.presenting).length;
    this.root.parentElement.classList.toggle("tile--wrong", slow >= 2);
    write(this.note, slow >= 2 ? this.language.say("remedy_latency") : "");
    const told = JSON.stringify(shown);
    if (told === this.#told) return;
    this.#told = told;
    this.root.replaceChildren(...shown.map(({ stages }) => this.#row(stages)));
  }

  #row(stages) {
    const x = (seconds) => Math.min(WIDTH, (seconds / FULL_S) * WIDTH);
    const heard = stages.first_slice ?? 0;
    const parts = [drawn("rect", { class: heard > BUDGET_S.presenting ? "latency__heard latency__heard--late" : "latency__heard", x: 0, y: 0, width: x(heard), height: 5 })];
    let from = 0;
    for (const [name, seconds] of stretches(stages)) {
      parts.push(drawn("rect", { class: `latency__${name}`, x: x(from), y: 5, width: Math.max(0, x(from + seconds) - x(from)), height: 2.5 }));
      from += seconds;
    }
    for (const budget of Object.values(BUDGET_S)) parts.push(drawn("path", { class: "latency__budget", d: `M${x(budget)} 0V${HEIGHT}` }));
    const words = Object.entries(stages).map(([name, seconds]) => `${this.language.knows(`stage_of_${name}`) ? this.language.say(`stage_of_${name}`) : name} ${seconds.toFixed(2)} s`);
    return element("div", "latency__row", { title: words.join("\n"), role: "img", "aria-label": words.join(", ") },
      drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...parts));
  }
}
