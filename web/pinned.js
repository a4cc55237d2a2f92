import { langTag } from "./language.js";

/** The comment that the hosts have pinned above the chat. */
export class Pinned {
  #id = null;

  /** @param {{root: HTMLElement, viewer: HTMLElement, text: HTMLElement}} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  feed(event) {
    if (event.type === "comment.pinned") {
      this.#id = event.comment;
      this.viewer.textContent = event.viewer ?? "";
      this.text.textContent = event.text ?? "";
      this.text.lang = langTag(event.language);
    } else if (event.type === "comment.unpinned" && (event.comment === this.#id || event.comment === undefined)) this.#id = null;
    else return;
    this.root.hidden = this.#id === null;
  }
}
