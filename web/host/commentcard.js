import { langTag } from "../language.js";
import { act } from "./act.js";
import { AnswerEditor } from "./answereditor.js";
import { element, write } from "./element.js";
import { reasons, sum } from "./reasons.js";

const KEYS = { answer: "A", approve: "Y", hold: "H", skip: "X", open: "E" };

/** One comment that waits: who asks what, how many ask it, why it stands here, and the buttons. */
export class CommentCard {
  #panel;
  #comment;
  #parts;
  #editor = null;

  /** @param {object} comment @param {import("./waiting.js").WaitingPanel} panel */
  constructor(comment, panel) {
    this.#panel = panel;
    this.#comment = comment;
    const span = (name) => element("span", name);
    const part = { viewer: span("card__viewer"), chips: span("card__chips"), age: span("card__age"), score: span("card__score") };
    part.text = element("p", "card__text", { dir: "auto" });
    part.why = element("p", "card__why");
    part.buttons = Object.fromEntries(
      ["answer", "approve", "hold", "skip", "open"].map((name) => [name, element("button", "button button--small", { type: "button", "data-action": name })]),
    );
    part.tools = element("div", "card__tools", {}, ...Object.values(part.buttons));
    this.#parts = part;
    part.viewer.dir = "auto";
    const head = element("div", "card__head", {}, part.viewer, part.chips, part.age, part.score);
    this.root = element("li", "card", { "data-comment": comment.comment }, head, part.text, part.why, part.tools);
    part.buttons.answer.classList.add("button--go");
    for (const [name, button] of Object.entries(part.buttons)) button.addEventListener("click", () => this.do(name));
    this.root.addEventListener("click", (event) => {
      if (!event.target.closest("button, textarea, input, select, a, label")) panel.select(comment.comment);
    });
    this.draw(comment);
  }

  draw(comment) {
    this.#comment = comment;
    const { language, desk, selected, opened } = this.#panel;
    const part = this.#parts;
    const now = desk?.at ?? comment.at;
    this.root.dataset.state = comment.gone ? "gone" : comment.state;
    this.root.classList.toggle("card--selected", selected === comment.comment);
    write(part.viewer, comment.viewer);
    write(part.text, comment.text);
    part.text.lang = langTag(comment.language);
    write(part.age, language.say("seconds_ago", { count: Math.max(0, Math.round(now - comment.at)) }));
    write(part.score, comment.gone || comment.state === "answering" ? "" : Number(comment.score ?? 0).toFixed(1));
    const told = reasons(comment, now, language);
    write(part.why, comment.gone ? this.#goneText(comment) : told.map((one) => one.text).join(" · "));
    part.why.title = sum(comment, told);
    this.#drawChips(comment);
    this.#drawButtons(comment, desk);
    if (opened === comment.comment && this.#editor === null) this.#open();
    if (opened !== comment.comment && this.#editor !== null) this.close();
    this.#editor?.draw(comment, desk);
  }

  /** `answer`, `approve`, `hold`, `skip`, `open`, `write`, `pin`: what a button or a key stands for. */
  do(name) {
    const { comment } = this.#comment;
    const button = this.#parts.buttons[name] ?? null;
    if (this.#comment.gone && name !== "open") return;
    if (name === "open" || name === "write") {
      this.#panel.open(this.#panel.opened === comment && name === "open" ? null : comment);
      if (name === "write") this.#editor?.focus();
      return;
    }
    const action = name === "pin" && this.#comment.pinned ? "unpin" : name;
    act(button, () => this.#panel.commands.control(`comments/${encodeURIComponent(comment)}`, { action }), (problem, again) =>
      this.#panel.notices.problem(problem, again === undefined ? null : () => act(button, again, (next) => this.#panel.notices.problem(next))),
    );
  }

  /** Take the details away; what was written in them is gone. */
  close() {
    this.#editor?.root.remove();
    this.#editor = null;
    this.root.classList.remove("card--open");
  }

  #open() {
    this.#editor = new AnswerEditor(this.#comment, this.#panel);
    this.root.append(this.#editor.root);
    this.root.classList.add("card--open");
  }

  #goneText({ fate }) {
    const { language } = this.#panel;
    return language.say("card_gone", { fate: fate ? language.named("fate", fate) : language.say("fate_none") });
  }

  #drawChips({ state, language: code, intent, also = [], cluster, pinned, gone }) {
    const { language } = this.#panel;
    const chips = [];
    if (!gone && state !== "waiting") chips.push([`state chip--${state}`, language.named("comment", state), ""]);
    if (also.length > 0) chips.push(["cluster", language.say("also", { count: also.length }), language.say("also_who", { viewers: also.join(", ") })]);
    else if (cluster > 1) chips.push(["cluster", language.say("also", { count: cluster - 1 }), ""]);
    if (code) chips.push(["language", code, language.say("language_of_comment")]);
    if (intent) chips.push(["intent", language.named("intent", intent), ""]);
    if (pinned) chips.push(["pinned", language.say("pinned"), ""]);
    const told = JSON.stringify(chips);
    if (this.#parts.chips.dataset.told === told) return;
    this.#parts.chips.dataset.told = told;
    this.#parts.chips.replaceChildren(...chips.map(([name, text, title]) => element("span", `chip chip--${name}`, { title: title || null }, text)));
  }

  #drawButtons({ state, gone }, desk) {
    const { language, opened } = this.#panel;
    const { buttons } = this.#parts;
    const waits = !gone && state !== "answering";
    buttons.answer.hidden = !waits;
    buttons.approve.hidden = !waits || state === "approved" || !(state === "held" || desk?.state.approval);
    buttons.hold.hidden = !waits || state === "held";
    buttons.skip.hidden = !waits;
    for (const [name, button] of Object.entries(buttons)) {
      const key = name === "open" && opened === this.#comment.comment ? "do_close" : name === "approve" && state === "held" && !desk?.state.approval ? "do_release" : `do_${name}`;
      write(button, language.say(key));
      button.title = `${language.say(`hint_${name}`)} (${KEYS[name]})`;
    }
    buttons.open.setAttribute("aria-expanded", String(opened === this.#comment.comment));
  }
}
