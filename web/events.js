import { Backoff } from "./backoff.js";
import { EventParser } from "./eventparser.js";
import { Problem, request } from "./problem.js";

/** The server writes at least a comment every 15 s; this long without a byte means that the line is dead. */
const SILENT_MS = 40_000;
/** After sleep or a change of network the line is trusted only if it spoke this recently. */
const FRESH_MS = 17_000;

/**
 * The room's events, resumed after every break with `Last-Event-ID`.
 *
 * It reads the stream itself and not through `EventSource`, which hides the server's keep-alive comments (so that a
 * half-open connection after sleep would look alive for minutes), can't resume once it was re-created, and gives
 * no reason when the server refuses.
 */
export class EventFeed {
  #url;
  #onEvent;
  #onState;
  #backoff = new Backoff();
  #abort = null;
  #timer = 0;
  #silence = 0;
  #heardAt = 0;
  #stopped = true;
  state = "closed";
  lastId = "";

  /** @param {{url: string, onEvent: (event: object) => void, onState: (state: string, problem: Problem | null) => void}} options */
  constructor({ url, onEvent, onState }) {
    this.#url = url;
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  start() {
    this.#stopped = false;
    this.#connect();
  }

  /** Connect now if the line is down, or if it has been silent for suspiciously long. */
  retryNow() {
    if (this.#stopped) return;
    if (this.state === "open" && performance.now() - this.#heardAt < FRESH_MS) return;
    if (this.state === "connecting") return;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    this.#drop();
    this.#change("closed");
  }

  async #connect() {
    this.#drop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#change("connecting");
    let problem = new Problem({ code: "network" });
    try {
      const headers = { Accept: "text/event-stream" };
      if (this.lastId !== "") headers["Last-Event-ID"] = this.lastId;
      const response = await request(this.#url, { headers, signal: abort.signal });
      if (abort.signal.aborted) return;
      this.#heard(abort);
      this.#change("open");
      await this.#read(response.body.getReader(), abort);
    } catch (error) {
      if (error instanceof Problem) problem = error;
    }
    if (abort !== this.#abort || this.#stopped) return;
    this.#drop();
    if (problem.status === 404) {
      this.#change("missing", problem);
      return;
    }
    this.#timer = setTimeout(() => this.#connect(), this.#backoff.next(problem.retryAfter) * 1000);
    this.#change("waiting", problem);
  }

  async #read(reader, abort) {
    const parser = new EventParser();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || abort.signal.aborted) return;
      this.#heard(abort);
      for (const { id, data } of parser.feed(decoder.decode(value, { stream: true }))) {
        this.#backoff.reset();
        if (id !== "") this.lastId = id;
        this.#take(data);
      }
    }
  }

  #take(data) {
    let event;
    try {
      event = JSON.parse(data);
    } catch {
      console.warn("An event of the room is not JSON and was skipped:", data.slice(0, 200));
      return;
    }
    if (event !== null && typeof event.type === "string") this.#onEvent(event);
  }

  #heard(abort) {
    this.#heardAt = performance.now();
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => abort === this.#abort && this.#connect(), SILENT_MS);
  }

  #drop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#abort?.abort();
    this.#abort = null;
  }

  #change(state, problem = null) {
    this.state = state;
    this.#onState(state, problem);
  }
}
