import { langTag } from "../language.js";
import { act } from "./act.js";
import { element, write } from "./element.js";
import { Rows } from "./rows.js";

/** What became of the last comments, the newest first. */
export class RecentPanel {
  #rows;
  #desk = null;

  /** @param {{list: HTMLElement, empty: HTMLElement, words: HTMLInputElement, commands: import("./commands.js").Commands,
   *   notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (comment) => this.#row(comment));
    this.words.addEventListener("input", () => this.#desk !== null && this.draw(this.#desk));
  }

  draw(desk) {
    this.#desk = desk;
    const wanted = this.words.value.normalize("NFKC").toLowerCase().trim();
    const all = [...(desk.recent ?? [])].sort((a, b) => b.at - a.at);
    const shown = wanted === "" ? all : all.filter((one) => `${one.viewer} ${one.text}`.normalize("NFKC").toLowerCase().includes(wanted));
    this.#rows.show(shown, (one) => one.comment);
    this.empty.hidden = shown.length > 0;
  }

  #row(comment) {
    const viewer = element("span", "card__viewer", { dir: "auto" });
    const fate = element("span", "fate");
    const age = element("span", "card__age");
    const text = element("p", "card__text", { dir: "auto" });
    const more = element("p", "card__why", { dir: "auto" });
    const pin = element("button", "button button--small", { type: "button", "data-action": "pin" });
    const root = element("li", "card card--recent", { "data-comment": comment.comment }, element("div", "card__head", {}, viewer, fate, age), text, more, element("div", "card__tools", {}, pin));
    let current = comment;
    pin.addEventListener("click", () =>
      act(pin, () => this.commands.control(`comments/${encodeURIComponent(current.comment)}`, { action: current.pinned ? "unpin" : "pin" }), (problem) => this.notices.problem(problem)),
    );
    const draw = (next) => {
      current = next;
      root.dataset.fate = next.fate;
      write(viewer, next.viewer);
      write(fate, this.language.named("fate", next.fate));
      write(age, this.language.say("seconds_ago", { count: Math.max(0, Math.round((this.#desk?.at ?? next.at) - next.at)) }));
      write(text, next.text);
      text.lang = langTag(next.language);
      write(more, [next.reason, next.text_answer].filter(Boolean).join(" — "));
      write(pin, this.language.say(next.pinned ? "unpin" : "pin"));
    };
    draw(comment);
    return { root, draw };
  }
}
