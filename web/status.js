const REASONS = {
  lost: "reason_lost",
  closed: "reason_lost",
  "no-start": "reason_no_start",
  "no-packets": "reason_no_packets",
  "no-frames": "reason_no_frames",
  network: "reason_network",
  timeout: "reason_timeout",
  offline: "reason_offline",
  "room-full": "reason_full",
  full: "reason_full",
  "bad-answer": "reason_bad_answer",
  "no-webrtc": "reason_no_webrtc",
};

/**
 * What the page is doing, in one word of state and two sentences: `connecting`, `starting`, `live`, `waiting`,
 * `closing`, `ended`, `missing`, `offline`.
 *
 * Pure: from what the stream and the room say to what the viewer is told.
 *
 * @param {{stream: {state: string, reason: string, detail: string, retryAt: number}, room: string, online: boolean}} facts
 *   `room` is the room's last known state ("" before it is known).
 * @param {number} now seconds on the clock of `retryAt`.
 * @returns {{state: string, title: string, values: object, more: string, moreValues: object}}
 */
export function describe({ stream, room, online }, now) {
  const told = (state, title, more = "", moreValues = {}, values = {}) => ({ state, title, values, more, moreValues });
  if (stream.state === "missing") return told("missing", "status_missing", "status_missing_more");
  if (stream.state === "live") return room === "closing" ? told("closing", "status_closing") : told("live", "status_live");
  if (!online) return told("offline", "status_offline", "reason_offline");
  if (room === "closing" && stream.state !== "idle") return told("ended", "status_ended", "status_ended_more");
  if (room === "starting") return told("starting", "status_starting", "status_starting_more");
  const reason = REASONS[stream.reason] ?? (stream.detail ? "reason_other" : stream.reason ? "reason_network" : "");
  const because = { detail: stream.detail };
  if (stream.state === "waiting") {
    const count = Math.max(1, Math.ceil(stream.retryAt - now));
    return told("waiting", "status_waiting", reason, because, { count });
  }
  if (stream.reason) return told("connecting", "status_retrying", reason, because);
  return told("connecting", "status_connecting");
}

/** Draws the description: the badge at the top and, while there is no live picture, the curtain over it. */
export class Status {
  #facts = { stream: { state: "idle", reason: "", detail: "", retryAt: 0 }, room: "", online: navigator.onLine !== false };
  #timer = 0;
  #told = "";
  chatDown = false;
  #held = "";

  /** What the show's holding card says; empty while the show goes on. */
  set held(title) {
    this.#held = title;
    this.draw();
  }

  /** @param {{page: HTMLElement, badge: HTMLElement, curtain: HTMLElement, title: HTMLElement, more: HTMLElement, retry: HTMLButtonElement,
   *   chatNote: HTMLElement, room: string, onRetry: () => void, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.retry.addEventListener("click", () => this.onRetry());
    this.language.follow(() => this.draw());
  }

  get now() {
    return describe(this.#facts, performance.now() / 1000);
  }

  /** Take in what changed: `{stream}`, `{room}`, `{online}`. */
  feed(facts) {
    this.#facts = { ...this.#facts, ...facts };
    this.draw();
  }

  draw() {
    const { state, title, values, more, moreValues } = this.now;
    const words = this.language.say(title, values);
    this.page.dataset.state = state;
    this.badge.textContent = state === "live" && this.#held !== "" ? this.#held : this.language.say(state === "waiting" ? "status_retrying" : title, values);
    this.page.classList.toggle("page--held", this.#held !== "");
    this.curtain.hidden = state === "live" || state === "closing";
    this.title.textContent = words;
    this.more.textContent = more === "" ? "" : this.language.say(more, { room: this.room, ...moreValues });
    this.retry.hidden = state !== "waiting" && state !== "offline" && state !== "ended";
    this.chatNote.hidden = !this.chatDown || state !== "live";
    // a countdown that is read out every second would drown everything else: announce changes of state only
    const announced = `${state} ${more}`;
    if (announced !== this.#told) {
      this.#told = announced;
      this.announcer.textContent = [state === "waiting" ? this.language.say("status_retrying") : words, this.more.textContent].join(" ").trim();
    }
    clearTimeout(this.#timer);
    if (state === "waiting") this.#timer = setTimeout(() => this.draw(), 250);
  }
}
