import { iceServers } from "../room.js";
import { Stream } from "../stream.js";
import { Meter } from "./meter.js";
import { stateOf } from "./state.js";
import { write } from "./element.js";

/** The host speaks, yet nothing is heard here for this long: somebody must know. */
const UNHEARD_S = 4;
/** A picture that stands still this long is told, before the stream gives it up and begins again. */
const STILL_S = 1.5;

/** What viewers get, received as they receive it; the loudspeaker is off until the host turns it on. */
export class Programme {
  #stream = null;
  #frames = 0;
  #framesAt = 0;
  #timer = 0;

  /** @param {{root: HTMLElement, video: HTMLVideoElement, note: HTMLElement, listen: HTMLButtonElement, meter: object, figures: HTMLElement,
   *   desk: () => object | null, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.meter = new Meter({ ...parts.meter, language: parts.language });
    this.listen.addEventListener("click", () => this.turn(this.video.muted));
    this.language.follow(() => this.#drawListen());
  }

  get state() {
    return this.#stream?.now.state ?? "idle";
  }

  get stats() {
    return this.#stream?.stats ?? {};
  }

  start(base, info) {
    const { width = 720, height = 1280 } = info.video ?? {};
    this.root.style.setProperty("--picture-ratio", String(width / height));
    this.#stream = new Stream({
      endpoint: `${base}/whep`,
      iceServers: iceServers(info.ice_servers),
      show: (media) => this.#show(media),
      onChange: () => this.#look(),
    });
    this.#stream.start();
    this.#framesAt = performance.now() / 1000;
    this.#timer = setInterval(() => this.#look(), 500);
  }

  stop() {
    clearInterval(this.#timer);
    this.#stream?.stop();
    this.#stream = null;
  }

  retryNow() {
    this.#stream?.retryNow();
  }

  /** The loudspeaker of this page; viewers hear the show in any case. */
  turn(on) {
    this.video.muted = !on;
    this.video.play().catch(() => undefined);
    this.#drawListen();
  }

  #show(media) {
    this.video.srcObject = media;
    this.video.play().catch(() => undefined); // muted video may always play; a page that is put away tries again later
    this.meter.follow(media);
  }

  /** What is wrong with the programme, told on the picture. */
  #look() {
    const now = performance.now() / 1000;
    const stream = this.#stream;
    if (stream === null) return;
    const { framesDecoded = 0, framesPerSecond = 0 } = stream.stats;
    const shown = this.video.getVideoPlaybackQuality?.().totalVideoFrames ?? framesDecoded;
    if (shown !== this.#frames || document.visibilityState !== "visible") [this.#frames, this.#framesAt] = [shown, now];
    if (stream.now.state === "connecting" && shown > 0) stream.frameShown();
    const trouble = this.#trouble(now);
    this.note.hidden = trouble === "";
    write(this.note, trouble === "" ? "" : this.language.say(trouble, { count: Math.max(1, Math.ceil(stream.now.retryAt - now)) }));
    this.root.dataset.trouble = trouble;
    const live = stream.now.state === "live";
    write(this.figures, live ? this.language.say("programme_figures", { fps: Math.round(framesPerSecond) }) : "");
  }

  #trouble(now) {
    const { state } = this.#stream.now;
    if (state === "waiting") return "programme_lost";
    if (state === "missing") return "programme_missing";
    if (state !== "live") return "programme_connecting";
    if (now - this.#framesAt > STILL_S) return "programme_still";
    const desk = this.desk();
    const speaks = desk !== null && desk.saying && stateOf(desk) === "live" && !desk.state.muted;
    return speaks && this.meter.silentFor(now) > UNHEARD_S ? "programme_unheard" : "";
  }

  #drawListen() {
    const on = !this.video.muted;
    this.listen.setAttribute("aria-pressed", String(on));
    this.listen.title = this.language.say(on ? "listen_off" : "listen_on");
    this.listen.setAttribute("aria-label", this.listen.title);
  }
}
