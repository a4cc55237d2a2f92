/** The help text, and the keyboard shortcuts that it documents. */
export class Help {
  /** @param {{dialog: HTMLDialogElement, opener: HTMLButtonElement, text: HTMLTextAreaElement, sound: import("./sound.js").Sound}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.opener.addEventListener("click", () => this.show());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close()); // beside the text
    window.addEventListener("keydown", (event) => this.#key(event));
  }

  get open() {
    return this.dialog.open;
  }

  show() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  #key(event) {
    const writes = event.target instanceof HTMLElement && event.target.matches("input, textarea");
    if (writes || event.ctrlKey || event.metaKey || event.altKey || this.dialog.open) return;
    switch (event.key) {
      case "/":
        this.text.focus();
        break;
      case "m":
      case "M":
        this.sound.turn(!this.sound.audible);
        break;
      case "?":
        this.show();
        break;
      default:
        return;
    }
    event.preventDefault();
  }
}
