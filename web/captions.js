import { langTag } from "./language.js";

/** The line stays readable for this long after it was said. */
const LINGER_MS = 4000;
/** A picture that is later than this is in trouble, and no measure for the captions. */
const MOST_DELAY_S = 1;

/**
 * What the host is saying, as text, with the word now heard marked.
 *
 * The visible words change several times a second, so they are not a live region. A whole line is handed to screen
 * readers once, when it starts, and only while the sound is off: read over the host's own voice it would disturb.
 */
export class Captions {
  #line = null;
  #caption = "";
  #first = 0;
  #last = 0;
  #lingers = 0;
  #due = 0;

  /** @param {{root: HTMLElement, text: HTMLElement, said: HTMLElement, word: HTMLElement, coming: HTMLElement, empty: HTMLElement,
   *   announcer: HTMLElement, isAudible: () => boolean}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#draw();
  }

  /** The line that is shown: its id, text and the span of the word now heard. */
  get now() {
    return { line: this.#line, text: this.#caption, first: this.#first, last: this.#last };
  }

  /** Feed an event when the picture that belongs to it is on the screen; events keep their order. */
  feedLater(event, seconds) {
    const now = performance.now();
    this.#due = Math.max(this.#due, now + Math.min(seconds, MOST_DELAY_S) * 1000);
    setTimeout(() => this.feed(event), this.#due - now);
  }

  feed(event) {
    switch (event.type) {
      case "line.started":
        this.#begin(event.line, event.text ?? "", event.language);
        break;
      case "caption":
        // a page that joined in the middle of a line meets it here first
        if (event.line !== this.#line || event.text !== this.#caption) this.#begin(event.line, event.text ?? "", event.language);
        [this.#first, this.#last] = [event.first, event.last];
        break;
      case "line.ended":
        if (event.line !== this.#line) return;
        this.#first = this.#last = this.#caption.length;
        this.#lingers = setTimeout(() => this.#clear(), LINGER_MS);
        break;
      default:
        return;
    }
    this.#draw();
  }

  #begin(line, text, language) {
    clearTimeout(this.#lingers);
    const again = line === this.#line;
    this.#line = line;
    this.#caption = text;
    this.#first = this.#last = 0;
    if (language !== undefined) this.root.lang = langTag(language);
    if (!again && !this.isAudible()) this.announcer.textContent = text;
  }

  #clear() {
    this.#line = null;
    this.#caption = "";
    this.#first = this.#last = 0;
    this.#draw();
  }

  #draw() {
    this.root.dataset.line = this.#line ?? "";
    this.root.classList.toggle("captions--silent", this.#caption === "");
    this.empty.hidden = this.#caption !== "";
    this.said.textContent = this.#caption.slice(0, this.#first);
    this.word.textContent = this.#caption.slice(this.#first, this.#last);
    this.coming.textContent = this.#caption.slice(this.#last);
    this.#scroll();
  }

  /** Keep the word in sight, whole lines only, with the next line below it where there is room for three. */
  #scroll() {
    const height = Number.parseFloat(getComputedStyle(this.text).lineHeight);
    const shown = Math.round(this.text.clientHeight / height);
    const { offsetTop, offsetHeight } = this.word;
    const from = Math.floor(Math.max(0, offsetTop) / height);
    const to = Math.floor(Math.max(0, offsetTop + offsetHeight - 1) / height);
    const top = Math.min(from, Math.max(0, to + (shown > 2 ? 2 : 1) - shown));
    this.text.scrollTop = this.#last === 0 ? 0 : top * height;
  }
}
