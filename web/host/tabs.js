/** Tabs (WAI-ARIA): one panel of several is shown; arrows move between them. */
export class Tabs {
  /** @param {HTMLElement} list with buttons that carry `aria-controls` */
  constructor(list) {
    this.buttons = [...list.querySelectorAll("[role='tab']")];
    for (const button of this.buttons) button.addEventListener("click", () => this.show(button));
    list.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const at = this.buttons.indexOf(document.activeElement);
      const next = this.buttons[(at + step + this.buttons.length) % this.buttons.length];
      this.show(next);
      next.focus();
    });
    this.show(this.buttons[0]);
  }

  show(shown) {
    for (const button of this.buttons) {
      button.setAttribute("aria-selected", String(button === shown));
      button.tabIndex = button === shown ? 0 : -1;
      document.getElementById(button.getAttribute("aria-controls")).hidden = button !== shown;
    }
  }
}
