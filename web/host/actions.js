import { act } from "./act.js";
import { clock } from "./clock.js";
import { element, write } from "./element.js";
import { Rows } from "./rows.js";
import { newestFirst, tellAction } from "./state.js";

/** Who of the hosts did what, the newest first; what another one does is also told as it happens. */
export class ActionsPanel {
  #rows;
  #told = null;
  #desk = null;

  /** @param {{list: HTMLElement, empty: HTMLElement, blocked: HTMLElement, session: import("./session.js").Session, commands: import("./commands.js").Commands,
   *   notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (action) => this.#row(action));
  }

  draw(desk) {
    this.#desk = desk;
    const actions = newestFirst(desk.actions);
    this.#rows.show(actions, keyOf);
    this.empty.hidden = actions.length > 0;
    this.#drawBlocked(desk.blocked ?? []);
    const keys = new Set(actions.map(keyOf));
    if (this.#told !== null) {
      for (const one of actions) {
        if (!this.#told.has(keyOf(one)) && one.by !== this.session.name) this.notices.tell(tellAction(this.language, one, desk));
      }
    }
    this.#told = keys;
  }

  clear() {
    this.#told = null;
  }

  #drawBlocked(viewers) {
    this.blocked.hidden = viewers.length === 0;
    const told = JSON.stringify([this.language.code, viewers]);
    if (this.blocked.dataset.told === told) return;
    this.blocked.dataset.told = told;
    const buttons = viewers.map((viewer) => {
      const button = element("button", "button button--small", { type: "button", dir: "auto" }, this.language.say("unblock", { viewer }));
      button.addEventListener("click", () =>
        act(button, () => this.commands.control("viewers", { viewer, action: "unblock" }), (problem) => this.notices.problem(problem)),
      );
      return button;
    });
    this.blocked.replaceChildren(...buttons);
  }

  #row(action) {
    const text = element("span", "action__text", { dir: "auto" });
    const at = element("span", "action__at");
    const root = element("li", "action", {}, at, text);
    const draw = (next) => {
      write(at, clock(next.at));
      write(text, tellAction(this.language, next, this.#desk));
    };
    draw(action);
    return { root, draw };
  }
}

const keyOf = ({ by, action, target, at, revision = "" }) => `${revision} ${at} ${by} ${action} ${target ?? ""}`;
