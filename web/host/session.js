import { Problem, request } from "../problem.js";

const WHERE = "/host/session";
/** A header that no form and no foreign page can send: with it the server trusts the cookie. */
export const TRUST = Object.freeze({ "X-Talkback": "host" });

/** Who is signed in. The token goes to the server once and is kept nowhere on this device; the cookie can't be read here. */
export class Session {
  name = "";

  /** Ask whether this browser is signed in; gives the name, or null. */
  async resume() {
    try {
      this.name = (await (await request(WHERE)).json()).name ?? "";
      return this.name;
    } catch (problem) {
      if (problem.status === 401) return null;
      throw problem;
    }
  }

  /** Sign in; throws a Problem (401 wrong token, 429 too many tries). */
  async begin(token, name) {
    const response = await request(WHERE, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...TRUST },
      body: JSON.stringify({ token, name }),
    });
    this.name = (await response.json()).name ?? name;
    return this.name;
  }

  /** Sign out, here and on the server. */
  async end() {
    this.name = "";
    try {
      await request(WHERE, { method: "DELETE", headers: TRUST });
    } catch (problem) {
      // already signed out is what was wanted
      if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
    }
  }
}
