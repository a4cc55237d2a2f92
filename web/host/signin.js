import { kept } from "../memory.js";
import { act } from "./act.js";
import { write } from "./element.js";
import { why } from "./why.js";

/** The form before the desk: the token, and the name under which a host acts. Only the name is remembered here. */
export class SignIn {
  /** @param {{root: HTMLElement, form: HTMLFormElement, token: HTMLInputElement, name: HTMLInputElement, send: HTMLButtonElement, wrong: HTMLElement,
   *   session: import("./session.js").Session, onIn: () => void, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.name.value = kept.get("host-name") ?? "";
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** Ask for the token; `why` is the name of a text, or empty. */
  show(why = "") {
    this.root.hidden = false;
    write(this.wrong, why === "" ? "" : this.language.say(why));
    (this.name.value === "" ? this.name : this.token).focus();
  }

  hide() {
    this.root.hidden = true;
    this.token.value = "";
  }

  #send() {
    const name = this.name.value.trim();
    const token = this.token.value.trim();
    if (name === "" || token === "") {
      write(this.wrong, this.language.say("sign_in_both"));
      (name === "" ? this.name : this.token).focus();
      return;
    }
    act(this.send, async () => {
      await this.session.begin(token, name);
      kept.set("host-name", name);
      this.token.value = "";
      this.onIn();
    }, (problem) => {
      const key = { 0: "sign_in_unreachable", 401: "sign_in_wrong", 429: "sign_in_wait" }[problem.status];
      write(this.wrong, key === undefined ? why(problem, this.language) : this.language.say(key, { count: Math.ceil(problem.retryAfter || 30) }));
      if (problem.status === 401) this.token.select();
    });
  }
}
