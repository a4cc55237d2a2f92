import { request } from "./problem.js";
import { kept, untilClosed } from "./memory.js";

/** From this share of the limit on, the characters that are left are shown. */
const COUNT_FROM = 0.8;
const CODES_BY_STATUS = new Set([400, 404, 413, 415, 422, 429, 503]);

/** What a Problem means to somebody who wrote or spoke a comment: the server's sentence, or ours in the page's language. */
export function problemWords(problem, language) {
  const ours = ["network", "timeout", "offline"].includes(problem.code)
    ? language.say(`problem_${problem.code}`)
    : language.say(CODES_BY_STATUS.has(problem.status) ? `problem_${problem.status}` : "problem_other");
  const said = language.code === "en" && problem.status >= 400 && problem.status < 500 ? problem.detail : "";
  return said || ours;
}

/** Where a comment is written and sent. The text stays in its field until the server has taken it. */
export class Composer {
  #limits = { comment_chars: 300, viewer_chars: 24 };
  #sending = false;
  #waitTimer = 0;

  /** @param {{form: HTMLFormElement, name: HTMLInputElement, text: HTMLTextAreaElement, send: HTMLButtonElement, counter: HTMLElement,
   *   hint: HTMLElement, endpoint: string, ledger: import("./comments.js").CommentLedger,
   *   onChanged: (changed: object[]) => void, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.name.value = kept.get("name") ?? guestName();
    this.text.value = untilClosed.get("draft") ?? "";
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.text.addEventListener("keydown", (event) => {
      // an input method uses Enter to choose a word (isComposing; 229 in Safari)
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.text.addEventListener("input", () => {
      untilClosed.set("draft", this.text.value);
      if (!this.hint.classList.contains("hint--waiting")) this.say("");
      this.#draw();
    });
    this.name.addEventListener("change", () => this.#rename());
    this.name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#rename();
      this.text.focus();
    });
    this.language.follow(() => this.#draw());
  }

  get viewer() {
    return this.name.value.trim() || this.#rename();
  }

  set limits(limits) {
    this.#limits = { ...this.#limits, ...limits };
    this.name.maxLength = this.#limits.viewer_chars;
    this.#draw();
  }

  /** A sentence under the field: what just happened, or what went wrong. */
  say(words, { wrong = false } = {}) {
    clearInterval(this.#waitTimer);
    this.hint.textContent = words;
    this.hint.hidden = words === "";
    this.hint.classList.toggle("hint--wrong", wrong);
    this.hint.classList.remove("hint--waiting");
  }

  /** Say what went wrong; where the server asks to wait, count the seconds down. */
  sayProblem(problem) {
    const words = problemWords(problem, this.language);
    this.say(words, { wrong: true });
    let left = Math.ceil(problem.retryAfter);
    if (left <= 0) return;
    this.hint.classList.add("hint--waiting");
    const tell = () => {
      if (left <= 0) return this.say(this.language.say("problem_wait_over"));
      this.hint.textContent = `${words} ${this.language.say("problem_wait", { count: left })}`;
      left -= 1;
    };
    tell();
    this.#waitTimer = setInterval(tell, 1000);
  }

  /** The text is longer than the server takes. */
  get #tooLong() {
    return length(this.text.value.trim()) > this.#limits.comment_chars;
  }

  async #submit() {
    const text = this.text.value.trim();
    if (this.#sending || text === "" || this.#tooLong) return this.text.focus();
    this.#sending = true;
    this.text.readOnly = true;
    this.say("");
    this.#draw();
    const pending = this.ledger.pend(this.viewer, text);
    this.onChanged([pending]);
    try {
      const response = await request(this.endpoint, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ viewer: pending.viewer, text }),
      });
      const { id } = await response.json();
      this.onChanged([this.ledger.settle(pending, id)]);
      this.text.value = "";
      untilClosed.set("draft", "");
    } catch (problem) {
      if (pending.id === null) {
        this.ledger.remove(pending);
        this.onChanged([]);
      }
      this.sayProblem(problem);
    } finally {
      this.#sending = false;
      this.text.readOnly = false;
      this.#draw();
    }
  }

  #rename() {
    const name = [...this.name.value.trim()].slice(0, this.#limits.viewer_chars).join("");
    this.name.value = name || guestName();
    kept.set("name", this.name.value);
    this.#draw();
    return this.name.value;
  }

  #draw() {
    this.name.style.setProperty("--name-width", `${Math.min(20, Math.max(6, width(this.name.value) + 1))}ch`);
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
    const left = this.#limits.comment_chars - length(this.text.value.trim());
    const shown = left < this.#limits.comment_chars * (1 - COUNT_FROM);
    this.counter.textContent = shown ? this.language.say("chars_left", { count: left }) : "";
    this.counter.classList.toggle("counter--over", left < 0);
    this.text.setAttribute("aria-invalid", String(left < 0));
    this.send.disabled = this.#sending || this.text.value.trim() === "" || left < 0;
    this.form.setAttribute("aria-busy", String(this.#sending));
  }
}

/** Characters as people count them (and as the server does): code points. */
const length = (text) => [...text].length;
/** Columns that a name takes: Chinese characters are twice as wide. */
const width = (text) => [...text].reduce((sum, one) => sum + (one > "\u2e7f" ? 2 : 1), 0);

function guestName() {
  const name = `Guest-${100 + Math.floor(Math.random() * 900)}`;
  kept.set("name", name);
  return name;
}
