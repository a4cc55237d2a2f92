import { langTag } from "../language.js";
import { act } from "./act.js";
import { element, write } from "./element.js";
import { Refusal } from "./refusal.js";
import { why } from "./why.js";

const SURE_MS = 4000;
const shortened = (text) => (text.length > 44 ? `${text.slice(0, 43)}…` : text);

/** The details of a comment: the answer that is planned, the facts it rests on, and every way to deal with it. */
export class AnswerEditor {
  #panel;
  #comment;
  #part = {};
  #seen;
  #refusal;
  #sure = -Infinity;
  #planned = "";
  /** The last of answer, approve, write that was asked for: what "say it as it is" repeats. */
  #asked = "answer";

  /** @param {object} comment @param {import("./waiting.js").WaitingPanel} panel */
  constructor(comment, panel) {
    this.#panel = panel;
    this.#comment = comment;
    this.#seen = panel.commands.seen;
    const button = (name, extra = "") => element("button", `button button--small ${extra}`, { type: "button", "data-action": name });
    const part = this.#part;
    part.label = element("label", "editor__label", { for: `answer-${comment.comment}` });
    part.field = element("textarea", "field", { id: `answer-${comment.comment}`, rows: 3, dir: "auto", "aria-busy": "true" });
    part.facts = element("ul", "editor__facts");
    this.#refusal = new Refusal({ field: part.field, language: panel.language, again: (extra) => this.#send(this.#asked, extra) });
    part.say = button("say-answer", "button--go");
    part.approve = button("approve-answer");
    part.write = button("write-answer");
    part.pin = button("pin");
    part.reason = element("input", "field field--short", { type: "text", maxlength: 120, dir: "auto" });
    part.skip = button("skip-with-reason");
    part.into = element("select", "field field--short");
    part.merge = button("merge");
    part.block = button("block", "button--risky");
    this.root = element("div", "editor", {},
      part.label, part.field, this.#refusal.root, part.facts,
      element("div", "editor__row", {}, part.say, part.approve, part.write, part.pin),
      element("div", "editor__row", {}, part.reason, part.skip),
      element("div", "editor__row", {}, part.into, part.merge, part.block));
    part.say.addEventListener("click", () => this.#send("answer"));
    part.approve.addEventListener("click", () => this.#send("approve"));
    part.write.addEventListener("click", () => this.#send("write"));
    part.pin.addEventListener("click", () => this.#do(part.pin, { action: this.#comment.pinned ? "unpin" : "pin" }, false));
    part.skip.addEventListener("click", () => this.#do(part.skip, { action: "skip", ...(part.reason.value.trim() ? { reason: part.reason.value.trim() } : {}) }));
    part.merge.addEventListener("click", () => part.into.value && this.#do(part.merge, { action: "merge", into: part.into.value }));
    part.block.addEventListener("click", () => this.#block());
    part.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#send("answer");
    });
    this.#plan();
  }

  focus() {
    this.#part.field.focus();
  }

  draw(comment, desk) {
    this.#comment = comment;
    const { language } = this.#panel;
    const part = this.#part;
    const texts = { label: "planned_answer", say: "say_answer", approve: "approve_answer", write: "write_answer", skip: "skip_with_reason", merge: "merge_into" };
    for (const [name, key] of Object.entries(texts)) write(part[name], language.say(key));
    write(part.pin, language.say(comment.pinned ? "unpin" : "pin"));
    if (performance.now() - this.#sure > SURE_MS) write(part.block, language.say("block_viewer", { viewer: comment.viewer }));
    part.reason.placeholder = language.say("skip_reason");
    part.reason.setAttribute("aria-label", language.say("skip_reason"));
    part.into.setAttribute("aria-label", language.say("merge_into"));
    for (const button of [part.say, part.approve, part.write, part.skip, part.merge]) button.hidden = comment.gone === true;
    part.into.hidden = part.reason.hidden = comment.gone === true;
    this.#refusal.redraw();
    this.#fillInto(desk?.comments ?? []);
  }

  async #plan() {
    const { commands, language } = this.#panel;
    const { field, facts } = this.#part;
    field.placeholder = language.say("plan_thinking");
    try {
      const plan = await commands.control(`comments/${encodeURIComponent(this.#comment.comment)}`, { action: "plan" });
      // what somebody has begun to write meanwhile goes before what was planned
      if (field.value === "") field.value = this.#planned = plan.text ?? "";
      field.lang = langTag(plan.language);
      facts.replaceChildren(...(plan.facts ?? []).map(({ name, value }) => element("li", "editor__fact", { dir: "auto" }, element("b", "", {}, name), ` ${value}`)));
      field.placeholder = language.say("plan_none");
    } catch (problem) {
      field.placeholder = why(problem, language) || language.say("plan_none");
    } finally {
      field.removeAttribute("aria-busy");
    }
  }

  #send(action, extra = {}) {
    const text = this.#part.field.value.trim();
    if (action === "write" && text === "") return this.focus();
    this.#asked = action;
    const button = { answer: this.#part.say, approve: this.#part.approve, write: this.#part.write }[action];
    // an answer that was left as planned is said as the host plans it then, with the facts of that moment
    const changed = action === "write" || text !== this.#planned;
    this.#do(button, { action, ...(changed && text !== "" ? { text } : {}), ...extra });
  }

  async #do(button, body, closes = true) {
    const { commands } = this.#panel;
    const sent = await act(button, () => commands.control(`comments/${encodeURIComponent(this.#comment.comment)}`, body, this.#seen), (problem) => {
      if (this.#refusal.take(problem)) return;
      this.#seen = commands.seen;
      this.#panel.notices.problem(problem, () => this.#do(button, body, closes));
    });
    if (sent && closes) this.#panel.open(null);
  }

  #block() {
    const { language, commands, notices } = this.#panel;
    const now = performance.now();
    const { viewer } = this.#comment;
    if (now - this.#sure > SURE_MS) {
      this.#sure = now;
      write(this.#part.block, language.say("sure_block", { viewer }));
      return;
    }
    this.#sure = -Infinity;
    act(this.#part.block, async () => {
      await commands.control("viewers", { viewer, action: "block", ...(this.#part.reason.value.trim() ? { reason: this.#part.reason.value.trim() } : {}) });
      this.#panel.open(null);
    }, (problem) => notices.problem(problem));
  }

  #fillInto(comments) {
    const { into } = this.#part;
    const others = comments.filter((one) => one.comment !== this.#comment.comment && one.state !== "answering");
    const told = JSON.stringify(others.map((one) => [one.comment, one.text]));
    if (into.dataset.told === told || document.activeElement === into) return;
    into.dataset.told = told;
    const chosen = into.value;
    into.replaceChildren(...others.map((one) => new Option(`${one.viewer}: ${shortened(one.text)}`, one.comment)));
    if (others.some((one) => one.comment === chosen)) into.value = chosen;
    this.#part.merge.disabled = others.length === 0;
  }
}
