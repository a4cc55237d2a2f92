import { clock } from "./clock.js";
import { element, write } from "./element.js";

/** The last faults of the room, the newest first. */
export class FaultsPanel {
  /** @param {{list: HTMLElement, empty: HTMLElement, tab: HTMLElement, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  draw(desk) {
    const faults = [...(desk.machine?.faults ?? [])].reverse();
    this.empty.hidden = faults.length > 0;
    write(this.tab, faults.length > 0 ? this.language.say("faults_count", { count: faults.length }) : this.language.say("faults"));
    const told = JSON.stringify(faults);
    if (this.list.dataset.told === told) return;
    this.list.dataset.told = told;
    this.list.replaceChildren(
      ...faults.map(({ at, code, message }) =>
        element("li", "action", {}, element("span", "action__at", {}, clock(at)), element("span", "action__text", { dir: "auto" }, element("b", "", {}, code), ` ${message}`)),
      ),
    );
  }
}
