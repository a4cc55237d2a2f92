import { act } from "./act.js";
import { write } from "./element.js";
import { WhipSession } from "./whip.js";
import { why } from "./why.js";

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25 } };
/** What a browser calls the reasons for giving no microphone or camera. */
const REFUSED = { NotAllowedError: "media_denied", NotFoundError: "media_missing", NotReadableError: "media_busy", OverconstrainedError: "media_missing" };

/**
 * A human instead of the avatar: by text (the avatar speaks it), by microphone, by camera. The same key takes over and
 * gives back. The device is asked for first: nobody may be put on air by a permission that comes a minute later.
 */
export class Takeover {
  #desk = null;
  #whip = null;
  #mine = "none";
  #gone = 0;

  /** @param {{buttons: Record<string, HTMLButtonElement>, banner: HTMLElement, words: HTMLElement, back: HTMLButtonElement,
   *   say: import("./sayform.js").SayForm, programme: import("./programme.js").Programme, session: import("./session.js").Session,
   *   commands: import("./commands.js").Commands, notices: import("./notices.js").Notices, iceServers: () => RTCIceServer[],
   *   devices: import("./devices.js").Devices,
   *   language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    for (const [mode, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.turn(mode));
    this.back.addEventListener("click", () => this.giveBack());
  }

  /** Take over in this mode, or give back if it is on. */
  turn(mode) {
    if (this.#mode === mode) return this.giveBack();
    act(this.buttons[mode], () => this.#take(mode), (problem, again) => this.#refused(problem, mode, again));
  }

  giveBack() {
    if (this.#mode === "none" && this.#whip === null) return;
    act(this.back, async () => {
      await this.#drop();
      await this.commands.control("takeover", { mode: "none" });
    }, (problem, again) => this.notices.problem(problem, again));
  }

  draw(desk) {
    this.#desk = desk;
    const { mode, by } = desk.state.takeover ?? { mode: "none" };
    for (const [name, button] of Object.entries(this.buttons)) {
      button.setAttribute("aria-pressed", String(mode === name));
      button.title = this.language.say(mode === name ? "hint_give_back" : `hint_takeover_${name}`);
    }
    this.banner.hidden = mode === "none";
    if (mode !== "none") {
      const own = by === this.session.name && (mode === "text" || this.#whip !== null);
      write(this.words, this.language.say(own ? `takeover_you_${mode}` : `takeover_other_${mode}`, { by: by ?? "" }));
    }
    // the server, or another host, has ended what this page sends: the device must not go on listening. A message or
    // two may still be older than the takeover.
    if (this.#whip !== null && mode !== this.#mine) {
      this.#gone += 1;
      if (this.#gone > 8) this.#drop();
    } else this.#gone = 0;
  }

  /** The page is being left. */
  leave() {
    this.#drop();
  }

  get #mode() {
    return this.#desk?.state.takeover?.mode ?? "none";
  }

  async #take(mode, extra = {}) {
    if (mode === "text") {
      await this.commands.control("takeover", { mode, ...extra });
      this.#drop();
      this.say.focus();
      return;
    }
    if (!navigator.mediaDevices?.getUserMedia) throw { media: "media_insecure" };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(this.#wanted(mode));
      this.devices.look(); // now the browser tells their names
    } catch (error) {
      throw { media: REFUSED[error.name] ?? "media_busy" };
    }
    const whip = new WhipSession({ commands: this.commands, iceServers: this.iceServers(), stream, onLost: () => this.#lost(whip) });
    try {
      await this.commands.control("takeover", { mode, ...extra });
      this.#drop();
      this.#whip = whip;
      this.#mine = mode;
      this.#gone = 0;
      // one's own voice from the loudspeaker, a second late, makes speaking impossible and howls
      this.programme.turn(false);
      await whip.open();
    } catch (problem) {
      whip.close();
      if (this.#whip === whip) {
        this.#drop();
        await this.commands.control("takeover", { mode: "none" }).catch(() => undefined); // the refusal that led here is what is told
      }
      throw problem;
    }
  }

  #wanted(mode) {
    const audio = { ...SOUND, ...this.devices.wanted("microphone") };
    return mode === "camera" ? { audio, video: { ...PICTURE, ...this.devices.wanted("camera") } } : { audio };
  }

  #lost(whip) {
    if (this.#whip !== whip) return;
    this.#drop();
    this.notices.warn(this.language.say("takeover_lost"), []);
    // the avatar takes its place again, rather than a silent picture
    this.commands.control("takeover", { mode: "none" }).catch((problem) => this.notices.problem(problem, () => this.giveBack()));
  }

  #refused(problem, mode, again) {
    if (problem?.media !== undefined) return this.notices.warn(this.language.say(problem.media));
    if (problem.code === "taken") {
      this.notices.warn(`${this.language.say("refused_taken")} ${why(problem, this.language)}`, [
        { text: this.language.say("take_it_over"), run: () => act(this.buttons[mode], () => this.#take(mode, { force: true }), (next) => this.#refused(next, mode, null)) },
      ]);
      return;
    }
    this.notices.problem(problem, again);
  }

  async #drop() {
    const whip = this.#whip;
    this.#whip = null;
    this.#mine = "none";
    await whip?.close();
  }
}
