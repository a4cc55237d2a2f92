import { request } from "../problem.js";
import { element, write } from "./element.js";

const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** Whose face is on the screen, and what that person agreed to. */
export class Consent {
  #record = null;

  /** @param {{line: HTMLElement, dialogList: HTMLElement, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.language.follow(() => this.#draw());
  }

  /** Ask until it is known: a room that starts has no face yet. */
  async load(base) {
    try {
      this.#record = await (await request(`${base}/avatar`)).json();
      this.#draw();
    } catch (problem) {
      if (problem.status === 503) setTimeout(() => this.load(base), 3000);
      else write(this.line, this.language.say("consent_unknown"));
    }
  }

  #draw() {
    if (this.#record === null) return;
    const { name, consent } = this.#record;
    const days = consent.until === null || consent.until === undefined ? Infinity : Math.ceil((Date.parse(consent.until) - Date.now()) / DAY_MS) + 1;
    this.line.classList.toggle("face--wrong", days <= SOON_DAYS);
    const key = consent.kind === "synthetic" ? "consent_synthetic" : days <= 0 ? "consent_over" : days <= SOON_DAYS ? "consent_soon" : "consent_person";
    write(this.line, this.language.say(key, { name, who: consent.who || name, until: consent.until ?? "", days }));
    const rows = [["consent_name", name], ["consent_who", consent.who], ["consent_statement", consent.statement], ["consent_what_for", consent.what_for], ["consent_until", consent.until], ["consent_proof", consent.proof]];
    this.dialogList.replaceChildren(
      ...rows.filter(([, value]) => value).map(([title, value]) => element("div", "", {}, element("dt", "", {}, this.language.say(title)), element("dd", "", { dir: "auto" }, value))),
    );
  }
}
