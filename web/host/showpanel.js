import { act } from "./act.js";
import { fillEmotions } from "./sayform.js";
import { element, write } from "./element.js";

/** So long after an order the desk's picture may not show it yet. */
const SETTLED_MS = 2000;

/** The buttons of the show: STOP, pause, mute, products, manner, approval. Each shows what the desk says, never what was pressed. */
export class ShowPanel {
  #desk = null;
  #energySent = 0;
  /** The manner ordered last, and when. */
  #manners = {};
  #mannered = -Infinity;

  /** @param {{buttons: Record<string, HTMLButtonElement>, emotion: HTMLSelectElement, energy: HTMLInputElement, energyOwn: HTMLButtonElement,
   *   energyWords: HTMLElement, product: HTMLSelectElement, commands: import("./commands.js").Commands,
   *   notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    for (const [name, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.do(name));
    this.emotion.addEventListener("change", () => this.#manner({ emotion: this.emotion.value || null }, this.emotion));
    this.energy.addEventListener("change", () => this.#manner({ energy: Number(this.energy.value) / 100 }, this.energy));
    this.energy.addEventListener("input", () => {
      this.#energySent = performance.now();
      write(this.energyWords, `${this.energy.value} %`);
    });
    this.energyOwn.addEventListener("click", () => this.#manner({ energy: null }, this.energyOwn));
    this.product.addEventListener("change", () => {
      const sku = this.product.value;
      this.product.value = "";
      if (sku) this.#run(null, () => this.commands.control("show", { action: "product", sku }));
    });
    this.language.follow(() => {
      fillEmotions(this.emotion, this.language);
      if (this.#desk !== null) this.draw(this.#desk);
    });
  }

  /** The products that can be shown, for the choice of one. */
  set products(products) {
    this.product.replaceChildren(element("option", "", { value: "" }, this.language.say("go_to_product")), ...products.map((one) => element("option", "", { value: one.sku }, `${one.sku} ${this.language.code === "zh" ? one.name_zh || one.name : one.name}`)));
    this.product.hidden = products.length === 0;
  }

  draw(desk) {
    this.#desk = desk;
    const { state } = desk;
    const { stop, pause, mute, pin, approval } = this.buttons;
    this.#label(stop, state.stopped ? "start" : "stop", state.stopped);
    write(stop.querySelector("kbd"), state.stopped ? "G" : "Esc Esc");
    this.#label(pause, state.paused ? "resume" : "pause", state.paused);
    this.#label(mute, state.muted ? "unmute" : "mute", state.muted);
    this.#label(pin, state.pinned ? "unpin_product" : "pin_product", Boolean(state.pinned));
    this.#label(approval, "approval", state.approval);
    if (document.activeElement !== this.emotion) this.emotion.value = state.emotion ?? "";
    const given = state.energy !== null && state.energy !== undefined;
    if (document.activeElement !== this.energy || performance.now() - this.#energySent > 2000) {
      if (given) this.energy.value = String(Math.round(state.energy * 100));
      write(this.energyWords, given ? `${Math.round(state.energy * 100)} %` : this.language.say("energy_own"));
    }
    this.energy.classList.toggle("energy--own", !given);
    this.energyOwn.hidden = !given;
  }

  /** `stop` (and back), `halt` (only ever stops), `pause`, `mute`, `previous`, `next`, `pin`, `approval`. */
  do(name) {
    const control = (path, body) => () => this.commands.control(path, body);
    const state = this.#desk?.state ?? {};
    const run = {
      halt: () => control("stop", {}),
      stop: () => control(state.stopped ? "start" : "stop", {}),
      pause: () => control("show", { action: state.paused ? "resume" : "pause" }),
      mute: () => control("mute", { muted: !state.muted }),
      previous: () => control("show", { action: "previous" }),
      next: () => control("show", { action: "next" }),
      pin: () => control("show", state.pinned ? { action: "unpin" } : { action: "product", sku: state.product ?? this.#desk?.saying?.product, pin: true }),
      approval: () => control("approval", { required: !state.approval }),
    }[name]();
    if (name === "pin" && !state.pinned && !(state.product ?? this.#desk?.saying?.product)) {
      this.notices.warn(this.language.say("nothing_to_pin"));
      return;
    }
    // STOP is sent at every press, also while an earlier one has not been answered
    if (name === "halt") run().catch((problem) => this.notices.problem(problem, () => this.do("halt")));
    else this.#run(this.buttons[name], run);
  }

  #run(button, run) {
    act(button, run, (problem, again) => this.notices.problem(problem, again));
  }

  /** Emotion and energy go together: what is left out is given back to the host. */
  #manner(changed, part) {
    const now = performance.now();
    // what was ordered a moment ago is not in the picture of the desk yet
    const { emotion = null, energy = null } = now - this.#mannered < SETTLED_MS ? this.#manners : (this.#desk?.state ?? {});
    this.#manners = { emotion, energy, ...changed };
    this.#mannered = now;
    this.#run(part instanceof HTMLButtonElement ? part : null, () => this.commands.control("manner", this.#manners));
  }

  #label(button, key, pressed) {
    write(button.querySelector(".show__word"), this.language.say(key));
    button.setAttribute("aria-pressed", String(Boolean(pressed)));
    button.title = this.language.say(`hint_${key}`);
  }
}
