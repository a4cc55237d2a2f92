import { kept } from "./memory.js";

const DUCKED = 0.15;

/**
 * The sound of the stream. Browsers let a page play aloud only after a tap, so it starts muted and says so on the
 * picture; once the viewer has chosen sound, later visits try it at once and fall back to muted.
 */
export class Sound {
  /** @param {{video: HTMLVideoElement, tap: HTMLButtonElement, toggle: HTMLButtonElement, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.wanted = kept.get("sound") === "on";
    this.tap.addEventListener("click", () => this.turn(true));
    this.toggle.addEventListener("click", () => this.turn(this.video.muted));
    this.video.addEventListener("volumechange", () => this.#draw());
    this.video.addEventListener("playing", () => this.#begin(), { once: true });
    this.language.follow(() => this.#draw());
  }

  get audible() {
    return !this.video.muted && !this.video.paused;
  }

  /** Put a new stream on the screen, with sound if that is allowed. */
  play(stream) {
    this.video.srcObject = stream;
    this.video.play().catch(() => this.#refused());
  }

  /** A phone pauses the picture of a page that is put away: go on with it. */
  resume() {
    if (this.video.srcObject !== null && this.video.paused) this.video.play().catch(() => this.#refused());
  }

  /** Sound on or off, as the viewer asks; remembered. */
  turn(on) {
    this.wanted = on;
    kept.set("sound", on ? "on" : "off");
    this.video.muted = !on;
    this.video.play().catch(() => this.#refused());
    this.#draw();
  }

  /** Lower the host while the viewer speaks, so that the microphone doesn't record the show. */
  duck(lower) {
    this.video.volume = lower ? DUCKED : 1;
  }

  #begin() {
    if (!this.wanted) return;
    this.video.muted = false;
    this.video.play().catch(() => this.#refused());
    // Safari pauses instead of refusing
    setTimeout(() => this.video.paused && this.#refused(), 250);
  }

  #refused() {
    this.video.muted = true;
    this.video.play().catch(() => undefined); // without a stream there is nothing to play yet
    if (!this.wanted) return;
    // the browser wants a gesture first: the next one anywhere will do
    const retry = (event) => {
      const onButton = event.target instanceof Node && (this.tap.contains(event.target) || this.toggle.contains(event.target));
      if (!onButton && this.wanted && this.video.muted) this.turn(true);
    };
    window.addEventListener("pointerup", retry, { once: true });
    window.addEventListener("keydown", retry, { once: true });
  }

  #draw() {
    const { muted } = this.video;
    this.tap.hidden = !muted;
    this.toggle.setAttribute("aria-pressed", String(!muted));
    this.toggle.dataset.label = muted ? "sound_on" : "sound_off";
    this.toggle.title = this.language.say(this.toggle.dataset.label);
    this.toggle.setAttribute("aria-label", this.toggle.title);
  }
}
