import { clock } from "./clock.js";
import { element, write } from "./element.js";

/**
 * The show's state in one word, as the desk tells it: `starting`, `live`, `paused`, `stopped`, `human`, `closing`.
 * STOP goes before a human, a human before a pause: the word says what viewers get.
 */
export function stateOf(desk) {
  const { state } = desk;
  if (state.room !== "live") return state.room;
  if (state.stopped) return "stopped";
  if ((state.takeover?.mode ?? "none") !== "none") return "human";
  return state.paused ? "paused" : "live";
}

/** The bar at the top: the state in one word, what is special about it, who did what last. */
export class StateBar {
  /** What the page is called behind the state. */
  title = "Talkback";

  /** @param {{badge: HTMLElement, chips: HTMLElement, time: HTMLElement, last: HTMLElement, announcer: HTMLElement,
   *   language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  draw(desk) {
    const word = stateOf(desk);
    const { takeover } = desk.state;
    const key = word === "human" ? `state_human_${takeover.mode}` : `state_${word}`;
    const text = this.language.say(key, { by: takeover?.by ?? "" });
    if (this.badge.dataset.state !== word || this.badge.textContent !== text) {
      this.badge.dataset.state = word;
      write(this.badge, text);
      write(this.announcer, text);
    }
    write(this.time, clock(desk.at));
    this.#chips(desk);
    const last = newestFirst(desk.actions)[0];
    write(this.last, last === undefined ? "" : tellAction(this.language, last, desk));
    document.title = `${(desk.alarms ?? []).some((one) => one.severity === "urgent") ? "⚠ " : ""}${text} · ${this.title}`;
  }

  #chips(desk) {
    const { state } = desk;
    const chips = [];
    if (state.muted) chips.push(["muted", "chip_muted", {}]);
    if (state.approval) chips.push(["approval", "chip_approval", {}]);
    if (state.emotion !== null && state.emotion !== undefined) chips.push(["manner", "chip_emotion", { emotion: this.language.named("emotion", state.emotion) }]);
    if (state.energy !== null && state.energy !== undefined) chips.push(["manner", "chip_energy", { percent: Math.round(state.energy * 100) }]);
    if (state.pinned) chips.push(["pinned", "chip_pinned", { sku: state.pinned }]);
    if (state.takeover?.by && state.takeover.mode !== "none") {
      chips.push(["by", "chip_by", { by: state.takeover.by, time: clock(desk.at - (state.takeover.since ?? desk.at)) }]);
    }
    const told = JSON.stringify([this.language.code, chips]);
    if (this.chips.dataset.told === told) return;
    this.chips.dataset.told = told;
    this.chips.replaceChildren(...chips.map(([name, key, values]) => element("span", `chip chip--${name}`, {}, this.language.say(key, values))));
  }

}

/** What hosts did, the newest first, in whatever order it came. */
export function newestFirst(actions = []) {
  return [...actions].sort((a, b) => (b.revision ?? b.at) - (a.revision ?? a.at));
}

/** What a host did, as a sentence; a comment is called by its author. */
export function tellAction(language, { by, action, target }, desk) {
  const comment = [...(desk.comments ?? []), ...(desk.recent ?? [])].find((one) => one.comment === target);
  const called = comment === undefined ? (target ?? "") : language.say("comment_of", { viewer: comment.viewer });
  const key = `did_${String(action).replaceAll(/[^a-z]+/gu, "_")}`;
  return language.say(language.knows(key) ? key : "did_other", { by, action, target: called }).trim();
}
