import { act } from "./act.js";
import { clock } from "./clock.js";
import { element, write } from "./element.js";
import { Rows } from "./rows.js";

/** What can be done with a promotion in each state; the first is the next step. What is closed can't be called off. */
const STEPS = {
  planned: ["start"],
  announced: ["open", "cancel"],
  open: ["close", "cancel"],
  closed: ["draw"],
};
/** Whether something of it is still to come: what is closed is over, but for a draw. */
const runs = ({ state, kind }) => state === "announced" || state === "open" || (state === "closed" && kind === "draw");
/** Calling off is told to viewers and can't be taken back: it asks once more. */
const ASKS_AGAIN_MS = 4000;

/** The promotions, their clocks, and the host's hand on them. */
export class PromotionsPanel {
  #rows;

  /** @param {{list: HTMLElement, empty: HTMLElement, tab: HTMLElement, strip: HTMLElement, session: import("./session.js").Session,
   *   commands: import("./commands.js").Commands, notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (promotion) => this.#row(promotion));
  }

  draw(desk) {
    const all = (desk.promotions ?? []).map((one) => ({ ...one, left: one.until === null || one.until === undefined ? null : one.until - desk.at }));
    this.#rows.show(all, (one) => one.id);
    this.empty.hidden = all.length > 0;
    const running = all.filter(runs);
    write(this.tab, running.length === 0 ? this.language.say("promotions") : this.language.say("promotions_running", { count: running.length }));
    const first = running[0];
    this.strip.hidden = first === undefined;
    if (first !== undefined) write(this.strip, this.#told(first));
  }

  #told(one) {
    const state = this.language.named("promotion", one.state);
    const entries = one.entries > 0 ? ` · ${this.language.say("entries", { count: one.entries })}` : "";
    return `${one.title} · ${state}${one.left === null ? "" : ` ${clock(one.left)}`}${entries}`;
  }

  #row(promotion) {
    const title = element("span", "promotion__title", { dir: "auto" });
    const about = element("span", "promotion__about");
    const buttons = Object.fromEntries(
      ["start", "open", "close", "draw", "cancel"].map((action) => [action, element("button", "button button--small", { type: "button", "data-action": action })]),
    );
    const root = element("li", "promotion", { "data-promotion": promotion.id }, element("div", "promotion__head", {}, title, about), element("div", "promotion__tools", {}, ...Object.values(buttons)));
    let sure = -Infinity;
    const run = (action, button) =>
      act(button, async () => {
        const by = this.session.name || "host";
        if (action === "start") await this.commands.send("POST", "/promotions", { id: promotion.id, by });
        else await this.commands.send("POST", `/promotions/${encodeURIComponent(promotion.id)}`, { action, by });
      }, (problem, again) => this.notices.problem(problem, again));
    for (const [action, button] of Object.entries(buttons)) {
      button.addEventListener("click", () => {
        const now = performance.now();
        if (action === "cancel" && now - sure > ASKS_AGAIN_MS) {
          sure = now;
          write(button, this.language.say("sure_cancel"));
          setTimeout(() => write(button, this.language.say("promotion_do_cancel")), ASKS_AGAIN_MS);
          return;
        }
        sure = -Infinity;
        run(action, button);
      });
    }
    const draw = (next) => {
      root.dataset.state = next.state;
      write(title, next.title);
      const entries = next.entries > 0 ? ` · ${this.language.say("entries", { count: next.entries })}` : "";
      write(about, `${this.language.named("promotion", next.state)}${next.left === null ? "" : ` · ${clock(next.left)}`}${entries}`);
      const steps = (STEPS[next.state] ?? []).filter((step) => step !== "draw" || next.kind === "draw");
      for (const [action, button] of Object.entries(buttons)) {
        button.hidden = !steps.includes(action);
        button.classList.toggle("button--go", action === steps[0]);
        if (action !== "cancel" || performance.now() - sure > ASKS_AGAIN_MS) write(button, this.language.say(`promotion_do_${action}`));
      }
    };
    draw({ left: null, ...promotion });
    return { root, draw };
  }
}
