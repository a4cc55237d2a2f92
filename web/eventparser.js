/** Most characters of one event, unless the reader says otherwise. */
const MOST = 256 * 1024;

/** Reads `text/event-stream` (WHATWG HTML §9.2.6) piece by piece: `feed(text)` gives the events that are complete. */
export class EventParser {
  #rest = "";
  #data = [];
  #size = 0;
  #id = "";
  #most;

  /** @param {number} most characters of one event; what is longer is skipped, so that a broken server can't fill the memory. */
  constructor(most = MOST) {
    this.#most = most;
  }

  /** @returns {{id: string, data: string}[]} */
  feed(text) {
    const events = [];
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    if (this.#rest.length > this.#most) this.#rest = "";
    for (const ended of lines) {
      const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
      if (line === "") {
        if (this.#data.length > 0 && this.#size <= this.#most) events.push({ id: this.#id, data: this.#data.join("\n") });
        this.#data = [];
        this.#size = 0;
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue; // a comment: the server's sign of life
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
      if (field === "id") this.#id = value;
      else if (field === "data") {
        this.#size += value.length;
        if (this.#size <= this.#most) this.#data.push(value);
      }
    }
    return events;
  }
}
