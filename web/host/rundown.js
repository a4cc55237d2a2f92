import { act } from "./act.js";
import { clock } from "./clock.js";
import { element, write } from "./element.js";
import { Rows } from "./rows.js";

const HANDS_OFF_MS = 6000;
/** Going elsewhere changes what viewers see: one press asks, a second within this time goes. */
const ASKS_MS = 3000;

/** The plan of the show: each segment's time budget as a bar, and where we are. Two presses go there. */
export class RundownPanel {
  #rows;
  #now = "";
  #scrolledAt = -Infinity;

  /** @param {{list: HTMLElement, round: HTMLElement, commands: import("./commands.js").Commands,
   *   notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (segment) => this.#row(segment));
    for (const kind of ["wheel", "touchmove", "keydown"]) {
      this.list.addEventListener(kind, () => (this.#scrolledAt = performance.now()), { passive: true });
    }
  }

  draw(desk) {
    const segments = desk.rundown?.segments ?? [];
    this.#rows.show(segments, (segment) => segment.id);
    const left = segments.filter((one) => one.state !== "done").reduce((sum, one) => sum + Math.max(0, (one.seconds ?? 0) - (one.state === "now" ? one.spent : 0)), 0);
    write(this.round, segments.length === 0 ? "" : this.language.say("rundown_round", { round: desk.rundown.round ?? 1, left: clock(left) }));
    const now = segments.find((one) => one.state === "now")?.id ?? "";
    if (now !== this.#now && performance.now() - this.#scrolledAt > HANDS_OFF_MS) this.#reveal(now);
    this.#now = now;
  }

  #reveal(id) {
    const row = this.#rows.get(id)?.root;
    if (row === undefined) return;
    const scroller = this.list.parentElement;
    const { offsetTop, offsetHeight } = row;
    scroller.scrollTop = offsetTop - scroller.offsetTop - (scroller.clientHeight - offsetHeight) / 2.5;
  }

  #row(segment) {
    const title = element("span", "segment__title", { dir: "auto" });
    const spent = element("span", "segment__time");
    const bar = element("span", "segment__bar");
    const go = element("button", "segment__go", { type: "button" }, title, spent, bar);
    const root = element("li", "segment", { "data-segment": segment.id }, go);
    let current = segment;
    let asked = -Infinity;
    go.addEventListener("click", () => {
      const now = performance.now();
      if (now - asked > ASKS_MS) {
        asked = now;
        root.classList.add("segment--asks");
        write(spent, this.language.say("segment_sure"));
        setTimeout(() => {
          root.classList.remove("segment--asks");
          draw(current);
        }, ASKS_MS);
        return;
      }
      asked = -Infinity;
      act(go, () => this.commands.control("show", { action: "product", segment: current.id }), (problem, again) =>
        this.notices.problem(problem, again),
      );
    });
    const draw = (next) => {
      current = next;
      root.dataset.state = next.state;
      write(title, next.title || next.id);
      const now = next.state === "now";
      if (!root.classList.contains("segment--asks")) write(spent, now ? `${clock(next.spent)} / ${clock(next.seconds)}` : clock(next.seconds));
      bar.style.transform = `scaleX(${next.state === "done" ? 1 : Math.min(1, (next.spent ?? 0) / Math.max(1, next.seconds ?? 1)).toFixed(3)})`;
      root.classList.toggle("segment--over", now && next.spent > next.seconds);
      if (now) go.setAttribute("aria-current", "step");
      else go.removeAttribute("aria-current");
      go.title = this.language.say("segment_go", { title: next.title || next.id, state: this.language.named("segment", next.state) });
    };
    draw(segment);
    return { root, draw };
  }
}
