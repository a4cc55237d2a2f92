import { element, write } from "./element.js";
import { why } from "./why.js";

/**
 * Why a text may not be said, under the field where it was written: the rule, a wording that would pass, and the way to
 * say it all the same, which is logged with the host's name.
 */
export class Refusal {
  #problem = null;

  /** @param {{field: HTMLTextAreaElement, language: import("../language.js").Language, again: (extra: object) => void}} options */
  constructor({ field, language, again }) {
    this.language = language;
    this.why = element("p", "refusal__why", { role: "alert" });
    this.suggestion = element("p", "refusal__suggestion", { dir: "auto" });
    this.use = element("button", "button button--small", { type: "button" });
    this.asIs = element("button", "button button--small button--risky", { type: "button" });
    this.root = element("div", "refusal", { hidden: true }, this.why, this.suggestion, element("div", "refusal__tools", {}, this.use, this.asIs));
    this.use.addEventListener("click", () => {
      field.value = this.#problem.body.suggestion;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      this.clear();
      field.focus();
    });
    this.asIs.addEventListener("click", () => {
      this.clear();
      again({ as_is: true });
    });
    field.addEventListener("input", () => this.clear());
  }

  /** Show it if it is a refused claim; gives whether it was. */
  take(problem) {
    if (problem.status !== 422 || problem.code !== "claim") return false;
    this.#problem = problem;
    this.redraw();
    this.root.hidden = false;
    return true;
  }

  clear() {
    this.#problem = null;
    this.root.hidden = true;
  }

  redraw() {
    if (this.#problem === null) return;
    const { suggestion = "", rule = "" } = this.#problem.body;
    const told = why(this.#problem, this.language);
    const named = rule && this.language.code === "en" && !told.includes(rule) ? ` (${rule})` : "";
    write(this.why, `${this.language.say("refused_claim")} ${told}${named}`);
    write(this.suggestion, suggestion ? this.language.say("suggestion", { text: suggestion }) : "");
    this.use.hidden = !suggestion;
    write(this.use, this.language.say("use_suggestion"));
    write(this.asIs, this.language.say("say_as_is"));
  }
}
