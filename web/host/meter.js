import { write } from "./element.js";

const LOOK_MS = 66;
const FLOOR_DB = -60;
/** Quieter than this is silence to a listener. */
const SILENT_DB = -50;
const PEAK_FALLS_DB = 1.2;

/**
 * How loud the programme is, measured on the sound that has arrived here: what viewers hear, not what the server
 * says it sent. It hears also while the loudspeaker is off.
 */
export class Meter {
  #context = null;
  #source = null;
  #analyser = null;
  #samples = null;
  #peak = FLOOR_DB;
  #silentSince = null;
  /** dBFS (RMS) of the last look; null while nothing is measured. */
  level = null;

  /** @param {{root: HTMLElement, bar: HTMLElement, peak: HTMLElement, words: HTMLElement, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    setInterval(() => this.#look(), LOOK_MS);
    // browsers start the sound engine only after a gesture
    for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, () => this.#context?.resume(), { capture: true });
  }

  /** Listen to another stream. */
  follow(stream) {
    this.#source?.disconnect();
    this.#source = null;
    if (stream.getAudioTracks().length === 0) {
      stream.addEventListener("addtrack", () => this.follow(stream), { once: true });
      return;
    }
    this.#context ??= new AudioContext();
    if (this.#analyser === null) {
      this.#analyser = this.#context.createAnalyser();
      this.#analyser.fftSize = 4096;
      this.#samples = new Float32Array(this.#analyser.fftSize);
    }
    this.#source = this.#context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  /** Seconds that nothing was to be heard; 0 while there is sound or no measure. */
  silentFor(now) {
    return this.#silentSince === null ? 0 : now - this.#silentSince;
  }

  #look() {
    const now = performance.now() / 1000;
    const running = this.#source !== null && this.#context.state === "running";
    this.root.classList.toggle("meter--off", !running);
    if (!running) {
      this.level = null;
      this.#silentSince = null;
      this.#draw(FLOOR_DB);
      write(this.words, this.#source === null ? "" : this.language.say("meter_click"));
      return;
    }
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let power = 0;
    for (const sample of this.#samples) power += sample * sample;
    this.level = 10 * Math.log10(power / this.#samples.length + 1e-12);
    if (this.level > SILENT_DB) this.#silentSince = null;
    else this.#silentSince ??= now;
    this.#peak = Math.max(this.level, this.#peak - PEAK_FALLS_DB);
    this.#draw(this.#peak);
    write(this.words, this.level <= FLOOR_DB ? this.language.say("meter_silent") : `${Math.round(this.level)} dB`);
  }

  #draw(peak) {
    const share = (decibels) => Math.min(1, Math.max(0, (decibels - FLOOR_DB) / -FLOOR_DB));
    this.bar.style.clipPath = `inset(0 ${((1 - share(this.level ?? FLOOR_DB)) * 100).toFixed(1)}% 0 0)`;
    this.peak.style.left = `${(share(peak) * 100).toFixed(1)}%`;
  }
}
