/** The card of the product on stage; prices stand exactly as the server gives them. */
export class Product {
  #card = null;

  /** @param {{root: HTMLElement, name: HTMLElement, other: HTMLElement, price: HTMLElement, was: HTMLElement, listPrice: HTMLElement, unit: HTMLElement,
   *   language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.language.follow(() => this.#draw());
  }

  feed(event) {
    if (event.type !== "product.shown") return;
    this.#card = event.product ?? null;
    this.#draw();
  }

  #draw() {
    const card = this.#card;
    this.root.hidden = card === null;
    if (card === null) return;
    const names = [card.name, card.name_zh].filter(Boolean);
    if (this.language.code === "zh") names.reverse();
    this.root.dataset.sku = card.sku;
    this.name.textContent = names[0] ?? card.sku;
    this.other.textContent = names[1] ?? "";
    this.price.textContent = card.price ?? "";
    const lower = Boolean(card.list_price) && card.list_price !== card.price;
    this.was.hidden = !lower;
    this.listPrice.textContent = lower ? card.list_price : "";
    this.unit.textContent = card.unit ? this.language.say("product_unit", { unit: card.unit }) : "";
  }
}
