import { request } from "../problem.js";
import { TRUST } from "./session.js";

/**
 * What this page asks of the server. Nothing is shown because it was asked for: what became of it comes with the
 * next snapshot.
 *
 * Each command names the revision of the desk that the person looked at; if somebody else changed the same thing
 * since, the server refuses (409 `conflict`) and says who did what.
 */
export class Commands {
  #base;
  #revision;
  #onSignedOut;

  /** @param {{base: string, revision: () => number | undefined, onSignedOut: () => void}} options */
  constructor({ base, revision, onSignedOut }) {
    this.#base = base;
    this.#revision = revision;
    this.#onSignedOut = onSignedOut;
  }

  /** The revision that is looked at now: kept by whoever opens an editor, to be sent with what is written in it. */
  get seen() {
    return this.#revision();
  }

  /** `POST …/control/{path}`; gives the answer's JSON, or throws a Problem. */
  control(path, body = {}, seen = this.seen) {
    return this.send("POST", `/control/${path}`, seen === undefined ? body : { ...body, seen });
  }

  /** Any request with the host's trust; `path` begins below the room. */
  async send(method, path, body = null, type = "application/json") {
    const headers = { ...TRUST };
    if (body !== null) headers["Content-Type"] = type;
    let response;
    try {
      const payload = body === null ? null : type === "application/json" ? JSON.stringify(body) : body;
      response = await request(this.#base + path, { method, headers, body: payload });
    } catch (problem) {
      if (problem.status === 401) this.#onSignedOut();
      throw problem;
    }
    const kind = response.headers.get("Content-Type") ?? "";
    if (kind.includes("json")) return response.json();
    return { text: await response.text(), location: response.headers.get("Location"), url: response.url };
  }
}
