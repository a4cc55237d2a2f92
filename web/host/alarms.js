import { element } from "./element.js";
import { clock } from "./clock.js";
import { kept } from "../memory.js";

/** Alarms: a banner while they last, and a notification of the system for those that are urgent, once the host allowed it. */
export class Alarms {
  #known = new Set();

  /** @param {{list: HTMLElement, toggle: HTMLButtonElement, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.toggle.addEventListener("click", () => this.#allow());
    this.language.follow(() => this.drawToggle());
  }

  get notifies() {
    return "Notification" in window && Notification.permission === "granted" && kept.get("notify") === "on";
  }

  draw(desk) {
    const alarms = [...(desk.alarms ?? [])].sort((a, b) => (b.severity === "urgent") - (a.severity === "urgent") || a.since - b.since);
    const told = JSON.stringify([this.language.code, alarms.map(({ code, message, remedy, severity }) => [code, message, remedy, severity])]);
    if (this.list.dataset.told !== told) {
      this.list.dataset.told = told;
      this.list.replaceChildren(...alarms.map((alarm) => this.#row(alarm)));
    }
    for (const row of this.list.children) row.querySelector(".alarm__for").textContent = clock(desk.at - Number(row.dataset.since));
    const keys = new Set(alarms.map(keyOf));
    for (const alarm of alarms) if (!this.#known.has(keyOf(alarm)) && alarm.severity === "urgent") this.#notify(alarm);
    this.#known = keys;
  }

  clear() {
    this.#known = new Set();
    this.list.replaceChildren();
    delete this.list.dataset.told;
  }

  drawToggle() {
    const key = this.notifies ? "notify_on" : "notify_off";
    this.toggle.setAttribute("aria-pressed", String(this.notifies));
    this.toggle.title = this.language.say(key);
    this.toggle.setAttribute("aria-label", this.toggle.title);
    this.toggle.hidden = !("Notification" in window);
  }

  #words({ message, remedy, message_zh = "", remedy_zh = "" }) {
    const chinese = this.language.code === "zh" && message_zh !== "";
    return chinese ? { message: message_zh, remedy: remedy_zh } : { message, remedy };
  }

  #row({ code, since, severity, ...alarm }) {
    const { message, remedy } = this.#words(alarm);
    const known = this.language.knows(`alarm_${code.replaceAll("-", "_")}`);
    // the server's sentences hold figures; where the page knows the alarm, its own words lead
    const lead = known ? this.language.say(`alarm_${code.replaceAll("-", "_")}`) : message;
    const row = element("li", `alarm alarm--${severity}`, { "data-code": code },
      element("span", "alarm__words", { dir: "auto" }, element("strong", "alarm__message", {}, lead), known ? `${message} ${remedy}` : remedy),
      element("span", "alarm__for"));
    row.dataset.since = String(since);
    return row;
  }

  #notify({ code, subject = "", ...alarm }) {
    if (!this.notifies) return;
    const { message, remedy } = this.#words(alarm);
    try {
      const told = new Notification(message, { body: remedy, tag: `talkback-${code}-${subject}` });
      told.addEventListener("click", () => window.focus());
    } catch {
      // phones know notifications only from service workers: the banner stays
    }
  }

  async #allow() {
    if (!("Notification" in window)) return;
    if (this.notifies) kept.set("notify", "off");
    else if ((await Notification.requestPermission()) === "granted") kept.set("notify", "on");
    this.drawToggle();
  }
}

const keyOf = ({ code, subject = "" }) => `${code} ${subject}`;
