import { kept } from "../memory.js";

const KINDS = { microphone: "audioinput", camera: "videoinput" };

/**
 * Which microphone and camera a takeover uses, where there are several; remembered on this device. A browser tells their names
 * only once it may use one.
 */
export class Devices {
  #known = [];

  /** @param {{fields: Record<string, HTMLSelectElement>, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    for (const [kind, field] of Object.entries(this.fields)) field.addEventListener("change", () => kept.set(`device.${kind}`, field.value));
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.look());
    this.language.follow(() => this.#draw());
    this.look();
  }

  /** See what there is. */
  async look() {
    try {
      this.#known = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
    } catch {
      this.#known = []; // the browser then takes its own choice, as ever
    }
    this.#draw();
  }

  /** What a track of this kind is asked for with: the chosen device while it is there, else the browser's own choice. */
  wanted(kind) {
    const chosen = this.#chosen(kind);
    return chosen === "" ? {} : { deviceId: { exact: chosen } };
  }

  #chosen(kind) {
    const id = kept.get(`device.${kind}`) ?? "";
    return this.#of(kind).some((one) => one.deviceId === id) ? id : "";
  }

  #of(kind) {
    return this.#known.filter((one) => one.kind === KINDS[kind] && one.deviceId !== "");
  }

  #draw() {
    for (const [kind, field] of Object.entries(this.fields)) {
      const found = this.#of(kind).filter((one) => !["default", "communications"].includes(one.deviceId));
      const names = found.map((one, n) => new Option(one.label || this.language.say(`device_${kind}_number`, { number: n + 1 }), one.deviceId));
      field.replaceChildren(new Option(this.language.say("device_own"), ""), ...names);
      field.value = this.#chosen(kind);
      if (field.selectedIndex < 0) field.value = "";
      field.closest("label").hidden = found.length < 2;
    }
  }
}
