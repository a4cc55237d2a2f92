import { Recording, RecordingRefused } from "./recording.js";
import { Problem, request } from "./problem.js";

/** Shorter than this is a click, not a question. */
const SHORTEST_S = 0.4;
/** Sliding this far off the button throws the recording away. */
const SLIDE_PX = 60;
/** Transcribing a long recording on a small server takes its time. */
const ANSWER_S = 40;

/**
 * Hold to talk: with a finger, a mouse, or Space/Enter. Let go to send; slide away, press Escape or leave to cancel.
 *
 * States: `idle`, `asking` (for the microphone), `recording`, `sending`.
 */
export class Microphone {
  #recording = null;
  #held = false;
  #ticker = 0;
  #key = "";
  #mostSeconds = 20;
  state = "idle";

  /** @param {{button: HTMLButtonElement, panel: HTMLElement, words: HTMLElement, clock: HTMLElement, meter: HTMLElement,
   *   cancelButton: HTMLButtonElement, endpoint: string, composer: import("./composer.js").Composer, sound: import("./sound.js").Sound,
   *   onTaken: (id: string, text: string, viewer: string) => void, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const { button } = this;
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      // the finger may leave the button and still be followed; a synthetic pointer can't be captured
      if (event.isTrusted) button.setPointerCapture?.(event.pointerId);
      this.#press();
    });
    button.addEventListener("pointermove", (event) => this.#held && this.#slid(event) && this.cancel());
    button.addEventListener("pointerup", () => this.#release());
    button.addEventListener("pointercancel", () => this.cancel());
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
    button.addEventListener("click", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (event.repeat) return;
      this.#key = event.key;
      this.#press();
    });
    button.addEventListener("keyup", (event) => {
      if (event.key !== this.#key) return;
      event.preventDefault();
      this.#key = "";
      this.#release();
    });
    button.addEventListener("blur", () => this.#key !== "" && this.cancel());
    window.addEventListener("keydown", (event) => event.key === "Escape" && this.cancel());
    window.addEventListener("blur", () => this.state === "recording" && this.cancel());
    this.cancelButton.addEventListener("click", () => this.cancel());
    this.language.follow(() => this.#draw());
  }

  set mostSeconds(seconds) {
    this.#mostSeconds = seconds;
  }

  /** Throw away what is being recorded. */
  cancel() {
    if (this.state !== "asking" && this.state !== "recording") return;
    this.#stop()?.cancel();
    this.#become("idle");
    this.composer.say(this.language.say("talk_cancelled"));
  }

  async #press() {
    if (this.state !== "idle") return;
    this.#held = true;
    this.composer.say("");
    const recording = new Recording();
    this.#recording = recording;
    this.#become("asking");
    this.sound.duck(true);
    try {
      await recording.open();
    } catch (error) {
      if (this.#recording !== recording) return;
      this.#stop();
      this.#become("idle");
      const code = error instanceof RecordingRefused ? error.code : "talk_busy";
      this.composer.say(this.language.say(code), { wrong: true });
      return;
    }
    if (this.#recording !== recording) return;
    if (!this.#held) {
      // the browser's question for permission took the finger off the button
      this.#stop();
      recording.cancel();
      this.#become("idle");
      this.composer.say(this.language.say("talk_ready"));
      return;
    }
    this.#become("recording");
    this.#ticker = setInterval(() => this.#tick(), 50);
  }

  #release() {
    this.#held = false;
    if (this.state === "recording") this.#finish();
  }

  #slid({ clientX, clientY }) {
    const { left, right, top, bottom } = this.button.getBoundingClientRect();
    return clientX < left - SLIDE_PX || clientX > right + SLIDE_PX || clientY < top - SLIDE_PX || clientY > bottom + SLIDE_PX;
  }

  #tick() {
    const recording = this.#recording;
    if (recording === null) return;
    this.meter.style.setProperty("--level", recording.level.toFixed(3));
    const left = Math.max(0, Math.ceil(this.#mostSeconds - recording.seconds));
    this.clock.textContent = this.language.say("talk_seconds", { count: left });
    // half a second before the server's limit: containers round up
    if (recording.seconds >= this.#mostSeconds - 0.5) this.#finish();
  }

  async #finish() {
    const recording = this.#stop();
    const long = recording.seconds;
    if (long < SHORTEST_S) {
      recording.cancel();
      this.#become("idle");
      this.composer.say(this.language.say("talk_short"));
      return;
    }
    this.#become("sending");
    const { viewer } = this.composer;
    try {
      const audio = await recording.finish();
      if (audio === null || audio.size === 0) throw new Problem({ code: "empty", status: 422, detail: this.language.say("talk_short") });
      const response = await request(
        `${this.endpoint}?viewer=${encodeURIComponent(viewer)}`,
        { method: "POST", headers: { "Content-Type": audio.type }, body: audio },
        ANSWER_S,
      );
      const { id, text } = await response.json();
      this.onTaken(id, text, viewer);
      this.composer.say(this.language.say("talk_understood", { text }));
    } catch (problem) {
      this.composer.sayProblem(problem);
    } finally {
      this.#become("idle");
    }
  }

  /** End the meter and give back the recording that was running. */
  #stop() {
    clearInterval(this.#ticker);
    this.sound.duck(false);
    const recording = this.#recording;
    this.#recording = null;
    this.#held = false;
    return recording;
  }

  #become(state) {
    this.state = state;
    this.#draw();
  }

  #draw() {
    const { state } = this;
    this.button.dataset.state = state;
    this.button.setAttribute("aria-pressed", String(state === "recording"));
    this.panel.hidden = state === "idle";
    this.panel.dataset.state = state;
    this.words.textContent = state === "idle" ? "" : this.language.say(`talk_${state}`);
    if (state !== "recording") {
      this.clock.textContent = "";
      this.meter.style.setProperty("--level", "0");
    }
  }
}
