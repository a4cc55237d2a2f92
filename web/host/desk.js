import { Backoff } from "../backoff.js";
import { EventParser } from "../eventparser.js";
import { Problem, request } from "../problem.js";
import { Freshness, FRESH_S } from "./freshness.js";

const LOOK_MS = 250;
/** A snapshot holds every comment that waits, with its reasons. */
const MOST = 2 * 1024 * 1024;

const seconds = () => performance.now() / 1000;

/**
 * The desk as the server tells it: whole snapshots, at least one a second. What is older than three seconds is told
 * as stale, and the line is made anew: a message that comes late is no news.
 *
 * `onState(state, problem)`: `connecting` (nothing was heard yet), `live`, `stale`, `signed-out`, `missing`, `stopped`.
 */
export class DeskFeed {
  #url;
  #onDesk;
  #onState;
  #backoff = new Backoff({ first: 0.5, most: 5 });
  #freshness = new Freshness();
  #abort = null;
  #retryTimer = 0;
  #lookTimer = 0;
  #triedAt = 0;
  state = "stopped";
  problem = null;
  /** The last snapshot, however old. */
  desk = null;

  /** @param {{url: string, onDesk: (desk: object) => void, onState: (state: string, problem: Problem | null) => void}} options */
  constructor({ url, onDesk, onState }) {
    this.#url = url;
    this.#onDesk = onDesk;
    this.#onState = onState;
  }

  /** Seconds since the last snapshot; null before the first. */
  get age() {
    return this.#freshness.age(seconds());
  }

  start() {
    clearInterval(this.#lookTimer);
    this.#lookTimer = setInterval(() => this.#look(), LOOK_MS);
    if (this.desk === null || this.state === "stopped") this.#change(this.desk === null ? "connecting" : "stale");
    this.#connect();
  }

  /** Don't wait any longer: the network is back, or somebody looks at the page again. */
  retryNow() {
    if (this.state === "stale" || this.state === "connecting") this.#connect();
  }

  stop() {
    clearInterval(this.#lookTimer);
    this.#drop();
    this.#change("stopped");
  }

  /** Forget what was shown: the next person to sign in here starts with nothing. */
  forget() {
    this.desk = null;
    this.#freshness = new Freshness();
  }

  async #connect() {
    this.#drop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#triedAt = seconds();
    let problem = new Problem({ code: "network" });
    try {
      const response = await request(this.#url, { headers: { Accept: "text/event-stream" }, signal: abort.signal });
      if (abort.signal.aborted) return;
      await this.#read(response.body.getReader(), abort);
    } catch (error) {
      if (error instanceof Problem) problem = error;
    }
    if (abort !== this.#abort) return;
    this.#lost(problem);
  }

  async #read(reader, abort) {
    const parser = new EventParser(MOST);
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || abort.signal.aborted) return;
      for (const { data } of parser.feed(decoder.decode(value, { stream: true }))) this.#take(data);
    }
  }

  #take(data) {
    let desk;
    try {
      desk = JSON.parse(data);
    } catch {
      console.warn("A message of the desk is not JSON and was skipped:", data.slice(0, 200));
      return;
    }
    this.#backoff.reset();
    this.#freshness.heard(seconds());
    this.desk = desk;
    if (this.state !== "live") this.#change("live");
    this.#onDesk(desk);
  }

  #lost(problem) {
    this.#drop();
    if (problem.status === 401) return this.#give("signed-out", problem);
    if (problem.status === 404) return this.#give("missing", problem);
    this.problem = problem;
    this.#retryTimer = setTimeout(() => this.#connect(), this.#backoff.next(problem.retryAfter) * 1000);
  }

  #give(state, problem) {
    clearInterval(this.#lookTimer);
    this.#change(state, problem);
  }

  #look() {
    const now = seconds();
    if (this.state === "live" && this.#freshness.stale(now)) this.#change("stale", this.problem);
    // a line that stands open and says nothing, as after sleep, is cut and made anew
    const heard = this.#freshness.age(now) ?? Infinity;
    if (this.#abort !== null && this.state !== "live" && Math.min(heard, now - this.#triedAt) > FRESH_S) {
      this.#lost(new Problem({ code: "timeout" }));
    }
  }

  #drop() {
    clearTimeout(this.#retryTimer);
    const abort = this.#abort;
    this.#abort = null;
    abort?.abort();
  }

  #change(state, problem = null) {
    if (state === "live") this.problem = null;
    this.state = state;
    this.#onState(state, problem);
  }
}
