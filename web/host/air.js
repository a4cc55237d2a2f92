import { langTag } from "../language.js";
import { act } from "./act.js";
import { element, write } from "./element.js";
import { Refusal } from "./refusal.js";
import { Rows } from "./rows.js";

/** Between two lines the last one stays to be read for this long, marked as said. */
const LINGERS_S = 4;

/** A line that was planned keeps its row on its way to the stage, where it has another name. */
const keyOf = (line) => line.planned_as ?? line.line;

/** What is being said, with the word now heard, and the lines that come. */
export class Air {
  #rows;
  #desk = null;

  /** @param {{saying: HTMLElement, kind: HTMLElement, about: HTMLElement, list: HTMLElement, empty: HTMLElement,
   *   commands: import("./commands.js").Commands, notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (line) => this.#row(line));
  }

  draw(desk) {
    this.#desk = desk;
    this.#drawSaying(desk);
    const coming = this.#withEdited(desk.coming ?? []);
    this.#rows.show(coming, keyOf);
    this.empty.hidden = coming.length > 0;
  }

  #last = null;

  #drawSaying({ saying: now, at, state, comments = [], recent = [] }) {
    if (now) this.#last = { line: now, at };
    const lingers = !now && this.#last !== null && at >= this.#last.at && at - this.#last.at < LINGERS_S;
    const length = this.#last?.line.text.length ?? 0;
    const saying = lingers ? { ...this.#last.line, first: length, last: length } : now;
    const text = saying?.text ?? "";
    this.saying.classList.toggle("saying--silent", text === "");
    this.saying.lang = langTag(saying?.language);
    const first = saying?.first ?? 0;
    const last = Math.max(first, saying?.last ?? 0);
    const told = text === "" ? [this.#silence(state.takeover), "", ""] : [text.slice(0, first), text.slice(first, last), text.slice(last)];
    [...this.saying.children].forEach((part, n) => write(part, told[n]));
    write(this.kind, saying ? this.language.named("kind", saying.kind) : "");
    const asked = (saying?.comments ?? []).map((id) => [...comments, ...recent].find((one) => one.comment === id)).filter(Boolean);
    const about = [];
    if (asked.length > 0) about.push(this.language.say("saying_answers", { viewers: asked.map((one) => one.viewer).join(", ") }));
    if (saying?.product) about.push(saying.product);
    if (saying?.facts?.length > 0) about.push(this.language.say("saying_facts", { facts: saying.facts.slice(0, 3).join(" · ") }));
    write(this.about, about.join(" — "));
  }

  #silence(takeover) {
    const live = takeover?.mode === "microphone" || takeover?.mode === "camera";
    return live ? this.language.say("saying_live", { by: takeover.by ?? "" }) : this.language.say("saying_nothing");
  }

  /** A line that is being rewritten here stays until its editor is closed, also when it was said or dropped meanwhile. */
  #withEdited(coming) {
    const edited = this.#edited;
    if (edited === null || coming.some((line) => keyOf(line) === keyOf(edited))) return coming;
    return [{ ...edited, editable: false, gone: true }, ...coming];
  }

  #edited = null;

  #row(line) {
    const language = this.language;
    const kind = element("span", "chip chip--kind");
    const meta = element("span", "line__meta");
    const text = element("p", "line__text", { dir: "auto" });
    const edit = element("button", "button button--small", { type: "button" });
    const drop = element("button", "button button--small", { type: "button" });
    const tools = element("div", "line__tools", {}, edit, drop);
    const editor = element("form", "line__editor", { hidden: true });
    const field = element("textarea", "field", { rows: 2, dir: "auto" });
    const save = element("button", "button button--small button--go", { type: "submit" });
    const leave = element("button", "button button--small", { type: "button" });
    const refusal = new Refusal({ field, language, again: (extra) => rewrite(extra) });
    editor.append(field, refusal.root, element("div", "line__tools", {}, save, leave));
    const root = element("li", "line", { "data-line": keyOf(line) }, element("div", "line__head", {}, kind, meta, tools), text, editor);
    let current = line;
    let seen;

    const open = (on) => {
      editor.hidden = !on;
      text.hidden = on;
      this.#edited = on ? current : null;
      if (!on) return refusal.clear();
      seen = this.commands.seen;
      field.value = current.text;
      field.focus();
    };
    const rewrite = (extra = {}) =>
      act(save, async () => {
        await this.commands.control(`lines/${encodeURIComponent(current.line)}`, { action: "rewrite", text: field.value.trim(), ...extra }, seen);
        open(false);
      }, (problem, again) => {
        if (problem.status === 409) seen = undefined;
        if (!refusal.take(problem)) this.notices.problem(problem, again);
      });
    edit.addEventListener("click", () => open(true));
    leave.addEventListener("click", () => open(false));
    drop.addEventListener("click", () =>
      act(drop, () => this.commands.control(`lines/${encodeURIComponent(current.line)}`, { action: "drop" }), (problem, again) => this.notices.problem(problem, again)),
    );
    editor.addEventListener("submit", (event) => {
      event.preventDefault();
      rewrite();
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) rewrite();
    });

    const draw = (next) => {
      current = next;
      root.dataset.stage = next.stage ?? "";
      root.classList.toggle("line--gone", next.gone === true);
      write(kind, language.named("kind", next.kind));
      const asked = (next.comments ?? []).map((id) => this.#viewerOf(id)).filter(Boolean);
      const about = [next.product, asked.join(", "), next.by ? language.say("line_by", { by: next.by }) : "", next.gone ? language.say("line_gone") : language.named("stage", next.stage ?? "waiting")];
      write(meta, about.filter(Boolean).join(" · "));
      write(text, next.text);
      text.lang = langTag(next.language);
      for (const [button, key] of [[edit, "edit"], [drop, "drop"], [save, "save"], [leave, "cancel"]]) write(button, language.say(key));
      tools.hidden = !next.editable;
      save.hidden = next.gone === true;
      refusal.redraw();
    };
    draw(line);
    return { root, draw };
  }

  #viewerOf(id) {
    return this.#desk?.comments?.find((one) => one.comment === id)?.viewer;
  }
}
