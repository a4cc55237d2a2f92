/** Who is really on air, as the label in the picture says it: the AI, a human's voice, a human. */
export class Truth {
  #mode = "none";

  /** @param {{badge: HTMLElement, note: HTMLElement, page: HTMLElement, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  feed(event) {
    if (event.type !== "live.changed") return;
    this.#mode = ["voice", "camera"].includes(event.mode) ? event.mode : "none";
    this.page.dataset.live = this.#mode;
    const suffix = this.#mode === "none" ? "" : `_${this.#mode}`;
    this.badge.dataset.text = `ai_badge${suffix}`;
    this.note.dataset.text = `ai_note${suffix}`;
    for (const part of [this.badge, this.note]) part.textContent = this.language.say(part.dataset.text);
  }
}
