import { act } from "./act.js";
import { Refusal } from "./refusal.js";
import { element } from "./element.js";

/** What a host lets the avatar say: now (it breaks off), after this sentence, or after this product. */
export class SayForm {
  #refusal;
  /** When the last text was to be said: what "say it as it is" repeats. */
  #asked = "sentence";

  /** @param {{form: HTMLFormElement, field: HTMLTextAreaElement, emotion: HTMLSelectElement, send: HTMLButtonElement, counter: HTMLElement,
   *   commands: import("./commands.js").Commands, notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#refusal = new Refusal({ field: this.field, language: this.language, again: (extra) => this.#send(this.#asked, extra) });
    this.form.insertBefore(this.#refusal.root, this.form.querySelector(".say__row"));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(this.when);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
      event.preventDefault();
      this.#send(event.ctrlKey || event.metaKey ? "now" : this.when);
    });
    this.field.addEventListener("input", () => this.#size());
    this.language.follow(() => {
      this.#refusal.redraw();
      this.#emotions();
    });
  }

  get when() {
    return this.form.elements.when.value;
  }

  focus() {
    this.field.focus();
  }

  /** While a host speaks through the avatar nobody else does: what is written here is all that is said. */
  draw(desk) {
    const speaks = desk.state.takeover?.mode === "text";
    this.form.classList.toggle("say--takeover", speaks);
    if (speaks && this.when === "product") this.form.elements.when.value = "sentence";
  }

  #send(when, extra = {}) {
    const text = this.field.value.trim();
    if (text === "") return this.focus();
    this.#asked = when;
    const emotion = this.emotion.value;
    act(this.send, async () => {
      await this.commands.control("say", { text, when, ...(emotion ? { emotion } : {}), ...extra });
      this.field.value = "";
      this.#size();
    }, (problem, again) => this.#refusal.take(problem) || this.notices.problem(problem, again));
  }

  #size() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(140, this.field.scrollHeight + 2)}px`;
  }

  #emotions() {
    fillEmotions(this.emotion, this.language);
  }
}

export const EMOTIONS = ["neutral", "warm", "excited", "amused", "serious", "sorry"];

/** The choice of an emotion; the first entry leaves it to the host. */
export function fillEmotions(select, language) {
  const chosen = select.value;
  select.replaceChildren(
    element("option", "", { value: "" }, language.say("emotion_own")),
    ...EMOTIONS.map((name) => element("option", "", { value: name }, language.named("emotion", name))),
  );
  select.value = chosen;
}
