import { CommentCard } from "./commentcard.js";
import { write } from "./element.js";
import { Rows } from "./rows.js";

/** After a hand has left the list, its order holds this long: nothing may move under a finger that is about to press. */
const HOLD_MS = 1500;

/** Keep the order that is on the screen; what is new comes behind it, by rank. Pure. */
export function held(items, shownIds) {
  const byId = new Map(items.map((one) => [one.comment, one]));
  const kept = shownIds.filter((id) => byId.has(id)).map((id) => byId.get(id));
  const known = new Set(shownIds);
  return [...kept, ...items.filter((one) => !known.has(one.comment))];
}

/** What passes the filter: words in text or name, a language, a state. Pure. */
export function filtered(items, { words = "", language = "", state = "" }) {
  const wanted = words.normalize("NFKC").toLowerCase().trim();
  return items.filter((one) => {
    if (language !== "" && one.language !== language) return false;
    if (state !== "" && one.state !== state) return false;
    return wanted === "" || `${one.viewer} ${one.text}`.normalize("NFKC").toLowerCase().includes(wanted);
  });
}

/** The comments that wait, the next first, each with the reason for its place, and what a host can do with it. */
export class WaitingPanel {
  #rows;
  #desk = null;
  #shown = [];
  #touchedAt = -Infinity;
  #over = false;
  #gone = null;
  selected = null;
  opened = null;

  /** @param {{list: HTMLElement, empty: HTMLElement, count: HTMLElement, holdNote: HTMLElement, words: HTMLInputElement, languages: HTMLSelectElement,
   *   states: HTMLSelectElement, commands: import("./commands.js").Commands, notices: import("./notices.js").Notices,
   *   language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (comment) => new CommentCard(comment, this));
    this.list.addEventListener("pointerenter", (event) => (this.#over = event.pointerType === "mouse"));
    this.list.addEventListener("pointerleave", () => {
      this.#over = false;
      this.#touchedAt = performance.now();
    });
    this.list.addEventListener("pointerdown", () => (this.#touchedAt = performance.now()));
    for (const control of [this.words, this.languages, this.states]) control.addEventListener("input", () => this.#drawAgain());
  }

  get desk() {
    return this.#desk;
  }

  /** The comments as they stand on the screen. */
  get shown() {
    return this.#shown;
  }

  draw(desk) {
    this.#desk = desk;
    const all = desk.comments ?? [];
    this.#fillLanguages(all);
    const passing = filtered(all, { words: this.words.value, language: this.languages.value, state: this.states.value });
    const holds = this.#holds;
    let items = holds ? held(passing, this.#shown.map((one) => one.comment)) : passing;
    items = this.#withOpened(items, all);
    this.holdNote.hidden = !(holds && items.some((one, n) => one !== passing[n]));
    this.#shown = items;
    if (this.selected !== null && !items.some((one) => one.comment === this.selected)) this.selected = null;
    this.#rows.show(items, (one) => one.comment);
    this.empty.hidden = items.length > 0;
    write(this.empty, this.language.say(all.length > 0 ? "waiting_filtered" : "waiting_empty"));
    write(this.count, this.language.say("waiting_count", { count: all.length, held: all.filter((one) => one.state === "held").length }));
  }

  /** Move the selection up or down, as `step` says. */
  move(step) {
    if (this.#shown.length === 0) return;
    const at = this.#shown.findIndex((one) => one.comment === this.selected);
    const next = at < 0 ? (step > 0 ? 0 : this.#shown.length - 1) : Math.min(this.#shown.length - 1, Math.max(0, at + step));
    this.select(this.#shown[next].comment);
    this.#rows.get(this.selected)?.root.scrollIntoView({ block: "nearest" });
  }

  select(id) {
    this.selected = id;
    this.#touchedAt = performance.now();
    this.#drawAgain();
  }

  /** Open the details of one comment, or close them; one at a time. */
  open(id) {
    this.#rows.get(this.opened)?.close();
    this.opened = id;
    this.#gone = null;
    if (id !== null) this.selected = id;
    this.#drawAgain();
    if (id !== null) this.#rows.get(id)?.root.scrollIntoView({ block: "nearest" });
  }

  /** Do with the selected comment what a key stands for; without a selection the first one is selected, and nothing else. */
  do(action) {
    if (this.selected === null) return this.move(1);
    this.#rows.get(this.selected)?.do(action);
  }

  #drawAgain() {
    if (this.#desk !== null) this.draw(this.#desk);
  }

  get #holds() {
    if (this.#shown.length === 0) return false;
    return this.#over || this.opened !== null || this.list.contains(document.activeElement) || performance.now() - this.#touchedAt < HOLD_MS;
  }

  /** The comment whose details are open stays, also after it was answered or left the queue: somebody writes in it. */
  #withOpened(items, all) {
    if (this.opened === null || items.some((one) => one.comment === this.opened)) return items;
    const before = all.find((one) => one.comment === this.opened);
    this.#gone = before ?? this.#gone ?? this.#shown.find((one) => one.comment === this.opened) ?? null;
    if (this.#gone === null) return items;
    const fate = this.#desk.recent?.find((one) => one.comment === this.opened);
    const shown = before ?? { ...this.#gone, gone: true, fate: fate?.fate ?? "" };
    const at = Math.max(0, this.#shown.findIndex((one) => one.comment === this.opened));
    return [...items.slice(0, at), shown, ...items.slice(at)];
  }

  #fillLanguages(all) {
    const known = [...new Set([...this.languages.options].map((one) => one.value))];
    for (const code of new Set(all.map((one) => one.language).filter(Boolean))) {
      if (!known.includes(code)) this.languages.add(new Option(code, code));
    }
  }
}
