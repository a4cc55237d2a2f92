import { Backoff } from "./backoff.js";
import { Liveness } from "./liveness.js";
import { Problem } from "./problem.js";
import { WhepSession } from "./whep.js";

const WATCH_MS = 1000;
/** ICE's "disconnected" often heals by itself within this time. */
const DISCONNECTED_GRACE_S = 2;
/** A stream that played this long starts again at the shortest wait when it is lost. */
const PROVEN_S = 5;
/** A watch that comes this much late means that the machine slept. */
const SLEPT_S = 5;

const seconds = () => performance.now() / 1000;

/**
 * Keeps the picture coming: one WHEP session after another, with a reason for each pause.
 *
 * `onChange({state, reason, detail, retryAt})` tells what it is doing: `idle`, `connecting`, `live`, `waiting` (until
 * `retryAt`, in seconds of `performance.now() / 1000`) or `missing` (the room does not exist: it has given up).
 */
export class Stream {
  #options;
  #session = null;
  #liveness = null;
  #backoff = new Backoff();
  #attempt = 0;
  #retryTimer = 0;
  #graceTimer = 0;
  #watchTimer = 0;
  #watchedAt = seconds();
  #counting = false;
  #proven = false;
  #starts = 0;
  #counters = null;
  #delay = 0;
  #now = { state: "idle", reason: "", detail: "", retryAt: 0 };

  /** @param {{endpoint: string, iceServers: RTCIceServer[], show: (stream: MediaStream) => void, onChange: Function}} options */
  constructor(options) {
    this.#options = options;
  }

  get now() {
    return this.#now;
  }

  /** Where the server keeps the session that plays; null without one. */
  get resource() {
    return this.#session?.resource ?? null;
  }

  /** Seconds that the picture waited here before it was shown, lately: what arrives by another way is that much early. */
  get delay() {
    return this.#delay;
  }

  /** The last counters, for the status line and for tests. */
  get stats() {
    return {
      framesDecoded: this.#counters?.frames ?? 0,
      framesPerSecond: this.#counters?.framesPerSecond ?? 0,
      totalAudioEnergy: this.#counters?.audioEnergy ?? 0,
      packetsReceived: this.#counters?.packets ?? 0,
      width: this.#counters?.width ?? 0,
      height: this.#counters?.height ?? 0,
      codec: this.#counters?.codec ?? "",
      delay: this.#delay,
      reconnects: Math.max(0, this.#starts - 1),
    };
  }

  start() {
    clearInterval(this.#watchTimer);
    this.#watchTimer = setInterval(() => this.#watch(), WATCH_MS);
    this.#watchedAt = seconds();
    this.#connect();
  }

  /** Don't wait any longer: the network is back, or somebody looks at the page again. */
  retryNow() {
    if (this.#now.state === "waiting") this.#connect();
    else if (this.#now.state === "live") this.#watch();
  }

  /** Leave: ends the session here and on the server. */
  stop() {
    clearInterval(this.#watchTimer);
    this.#drop();
    this.#change("idle");
  }

  async #connect() {
    this.#drop();
    const attempt = this.#attempt;
    this.#change("connecting", this.#now.reason, this.#now.detail);
    const session = new WhepSession({
      endpoint: this.#options.endpoint,
      iceServers: this.#options.iceServers,
      onState: (state) => this.#connection(attempt, state),
    });
    this.#session = session;
    this.#liveness = new Liveness(seconds());
    this.#proven = false;
    this.#starts += 1;
    try {
      await session.open();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const problem = error instanceof Problem ? error : new Problem({ code: "no-webrtc", detail: String(error) });
      if (problem.status === 404) this.#giveUp(problem);
      else this.#wait(problem.code, problem.detail, problem.retryAfter);
      return;
    }
    if (attempt !== this.#attempt) return;
    // the old picture stays on the screen until here, so that a reconnection shows no black
    this.#options.show(session.stream);
  }

  #connection(attempt, state) {
    if (attempt !== this.#attempt) return;
    clearTimeout(this.#graceTimer);
    if (state === "connected") return;
    if (state === "failed" || state === "closed") this.#wait("lost");
    else if (state === "disconnected") {
      this.#graceTimer = setTimeout(() => this.#wait("lost"), DISCONNECTED_GRACE_S * 1000);
    }
  }

  async #watch() {
    const now = seconds();
    if (now - this.#watchedAt > SLEPT_S) this.#liveness?.wake(now);
    this.#watchedAt = now;
    const session = this.#session;
    if (session === null || this.#counting) return;
    this.#counting = true;
    let counters;
    try {
      counters = await session.counters();
    } catch {
      return; // the connection was closed meanwhile; whoever closed it knows why
    } finally {
      this.#counting = false;
    }
    if (session !== this.#session) return;
    const frames = counters.emitted - (this.#counters?.emitted ?? 0);
    if (frames > 0) this.#delay = (counters.buffered - (this.#counters?.buffered ?? 0)) / frames;
    this.#counters = counters;
    const visible = document.visibilityState === "visible";
    const wrong = this.#liveness.feed({ packets: counters.packets, frames: counters.frames, visible }, now);
    if (wrong !== null) return this.#wait(wrong);
    if (counters.frames > 0 && this.#now.state === "connecting") this.#change("live");
    if (!this.#proven && this.#liveness.healthyFor(now) > PROVEN_S) {
      this.#proven = true;
      this.#backoff.reset();
    }
  }

  /** Called when a frame was shown: sooner than the next watch, so that the curtain lifts at once. */
  frameShown() {
    if (this.#now.state === "connecting" && this.#session !== null) this.#watch();
  }

  #wait(reason, detail = "", atLeast = 0) {
    this.#drop();
    const pause = this.#backoff.next(atLeast);
    this.#retryTimer = setTimeout(() => this.#connect(), pause * 1000);
    this.#change("waiting", reason, detail, seconds() + pause);
  }

  #giveUp(problem) {
    this.#drop();
    this.#change("missing", problem.code, problem.detail);
  }

  #drop() {
    this.#attempt += 1;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#graceTimer);
    this.#session?.close();
    this.#session = null;
    this.#counters = null;
  }

  #change(state, reason = "", detail = "", retryAt = 0) {
    this.#now = { state, reason, detail, retryAt };
    this.#options.onChange(this.#now);
  }
}
