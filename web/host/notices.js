import { element } from "./element.js";
import { why } from "./why.js";

const STAYS_S = 7;
const MOST = 4;

/** Short messages in a corner: what was refused and why, and what another host has done. A refusal stays until it is read. */
export class Notices {
  /** @param {{list: HTMLElement, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Something that happened; it goes by itself. */
  tell(text) {
    const notice = this.#add("told", text, []);
    setTimeout(() => notice.remove(), STAYS_S * 1000);
  }

  /** Something that was refused or failed; `actions` are `[{text, run}]`. */
  warn(text, actions = []) {
    this.#add("warned", text, actions);
  }

  /** What the server said to a command. `again`, if given, does it once more. */
  problem(problem, again = null) {
    if (problem.status === 401) return; // the form to sign in says so
    const key = `refused_${problem.code.replaceAll("-", "_")}`;
    const plain = problem.status === 0 ? `refused_${problem.code}` : `refused_${problem.status}`;
    const lead = this.language.knows(key) ? key : this.language.knows(plain) ? plain : "refused_other";
    const detail = why(problem, this.language);
    const actions = [];
    if (again !== null && problem.status === 409 && problem.code === "conflict") {
      actions.push({ text: this.language.say("do_it_anyway"), run: again });
    } else if (again !== null && (problem.status === 0 || problem.status >= 500)) {
      actions.push({ text: this.language.say("try_again"), run: again });
    }
    this.warn(`${this.language.say(lead)} ${problem.status === 0 ? "" : detail}`.trim(), actions);
  }

  clear() {
    this.list.replaceChildren();
  }

  #add(kind, text, actions) {
    for (const old of [...this.list.children].filter((one) => one.dataset.told === text)) old.remove();
    const close = element("button", "notice__close", { type: "button", "aria-label": this.language.say("close") }, "×");
    const buttons = actions.map(({ text: label, run }) => {
      const button = element("button", "button button--small", { type: "button" }, label);
      button.addEventListener("click", () => {
        notice.remove();
        run();
      });
      return button;
    });
    const notice = element("li", `notice notice--${kind}`, { role: kind === "warned" ? "alert" : null }, element("span", "notice__text", { dir: "auto" }, text), ...buttons, close);
    notice.dataset.told = text;
    close.addEventListener("click", () => notice.remove());
    this.list.append(notice);
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
    return notice;
  }
}
