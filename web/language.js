import { kept } from "./memory.js";
import { WORDS } from "./words.js";

const TAGS = { en: "en", zh: "zh-Hans" };

/** The page's language: the browser's first that is known here, until the viewer chooses. */
export class Language {
  #listeners = new Set();
  #words;

  /**
   * @param {{en: object, zh: object}} words the page's texts.
   * @param {readonly string[]} wanted the browser's languages, the favourite first.
   */
  constructor(words = WORDS, wanted = navigator.languages ?? [navigator.language]) {
    this.#words = words;
    const remembered = kept.get("language");
    const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag in words);
    this.code = remembered !== null && remembered in words ? remembered : (known ?? "en");
  }

  /** The text called `key`, its `{name}`s filled in. */
  say(key, values = {}) {
    const text = this.#words[this.code][key] ?? this.#words.en[key];
    if (text === undefined) throw new Error(`no text is called ${key}`);
    return text.replace(/\{(\w+)\}/gu, (_, name) => String(values[name] ?? ""));
  }

  /** Whether there is a text called `key`: for what the server names and may name newly. */
  knows(key) {
    return key in this.#words.en;
  }

  /** The text for a name that the server gives, `{prefix}_{name}`; the name itself where there is none (a newer server). */
  named(prefix, name, values = {}) {
    const key = `${prefix}_${String(name).replaceAll("-", "_")}`;
    return this.knows(key) ? this.say(key, values) : String(name ?? "").replaceAll(/[_-]/gu, " ");
  }

  /** Pick from what the room gives in several languages: `{"en": "…", "zh": "…"}`, or a plain string. */
  pick(texts) {
    if (typeof texts === "string") return texts;
    return texts?.[this.code] || texts?.en || texts?.zh || "";
  }

  number(value) {
    return new Intl.NumberFormat(TAGS[this.code]).format(value);
  }

  /** Call now and at every change. */
  follow(listener) {
    this.#listeners.add(listener);
    listener(this);
  }

  choose(code) {
    this.code = code;
    kept.set("language", code);
    for (const listener of this.#listeners) listener(this);
  }

  switchOver() {
    this.choose(this.code === "en" ? "zh" : "en");
  }

  /** Fill everything that carries `data-text`, `data-label` or `data-hint` with its words. */
  fill(root, values = {}) {
    document.documentElement.lang = TAGS[this.code];
    for (const part of root.querySelectorAll("[data-text]")) part.textContent = this.say(part.dataset.text, values);
    for (const part of root.querySelectorAll("[data-label]")) {
      part.setAttribute("aria-label", this.say(part.dataset.label, values));
      if (part.matches("button")) part.title = this.say(part.dataset.label, values);
    }
    for (const part of root.querySelectorAll("[data-hint]")) part.placeholder = this.say(part.dataset.hint, values);
  }
}

/** `lang` attribute for a text in one of the languages that the server names. */
export const langTag = (code) => TAGS[code] ?? code ?? "";
