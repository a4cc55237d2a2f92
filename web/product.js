import { Problem, request } from "./problem.js";

/** How long the button says that the product is in the cart. */
const SAID_MS = 2500;
/** Fewer than this many left are worth saying. */
const FEW = 20;

/**
 * The product on stage: picture, price, stock, the way to the shop and the cart. Prices stand exactly as the server
 * gives them; what the show's event does not hold comes from the catalogue.
 */
export class Product {
  #card = null;
  #known = new Map();
  #said = 0;
  #cart = "";

  /** @param {{root: HTMLElement, name: HTMLElement, other: HTMLElement, price: HTMLElement, was: HTMLElement, listPrice: HTMLElement, unit: HTMLElement,
   *   picture: HTMLImageElement, stock: HTMLElement, link: HTMLAnchorElement, cart: HTMLButtonElement, cartWords: HTMLElement, announcer: HTMLElement,
   *   base: string, viewer: () => string, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.link.addEventListener("click", () => this.#click("open").catch(() => undefined)); // the shop opens in any case
    this.cart.addEventListener("click", () => this.#toCart());
    this.picture.addEventListener("error", () => (this.picture.hidden = true));
    this.language.follow(() => this.#draw());
  }

  feed(event) {
    if (event.type !== "product.shown") return;
    const before = this.#card?.sku;
    this.#card = event.product ?? null;
    if (this.#card?.sku !== before) this.#cart = "";
    this.#draw();
    if (this.#card !== null) this.#look(this.#card.sku);
  }

  async #look(sku) {
    if (this.#known.has(sku)) return;
    try {
      this.#known.set(sku, await (await request(`${this.base}/products/${encodeURIComponent(sku)}`)).json());
    } catch {
      return; // the card stands without picture and stock; the next time it is shown the page asks again
    }
    if (this.#card?.sku === sku) this.#draw();
  }

  async #toCart() {
    const { sku } = this.#card;
    if (this.cart.getAttribute("aria-busy") === "true") return;
    this.cart.setAttribute("aria-busy", "true");
    try {
      await this.#click("cart");
      this.#say("product_in_cart");
    } catch (problem) {
      this.#say(problem instanceof Problem && problem.status === 429 ? "product_cart_wait" : "product_cart_failed");
    } finally {
      this.cart.removeAttribute("aria-busy");
    }
    clearTimeout(this.#said);
    this.#said = setTimeout(() => {
      this.#cart = "";
      this.#draw();
    }, SAID_MS);
    if (this.#card?.sku !== sku) this.#cart = "";
  }

  #say(key) {
    this.#cart = key;
    this.announcer.textContent = this.language.say(key);
    this.#draw();
  }

  #click(action) {
    return request(`${this.base}/clicks`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ viewer: this.viewer(), sku: this.#card.sku, action }),
      keepalive: true,
    });
  }

  #draw() {
    const card = this.#card;
    this.root.hidden = card === null;
    if (card === null) return;
    const more = this.#known.get(card.sku) ?? {};
    const names = [card.name, card.name_zh].filter(Boolean);
    if (this.language.code === "zh") names.reverse();
    this.root.dataset.sku = card.sku;
    this.name.textContent = names[0] ?? card.sku;
    this.other.textContent = names[1] ?? "";
    this.price.textContent = card.price ?? "";
    const lower = Boolean(card.list_price) && card.list_price !== card.price;
    this.was.hidden = !lower;
    this.listPrice.textContent = lower ? card.list_price : "";
    this.unit.textContent = unitWords(card, this.language);
    const stock = card.stock ?? more.stock;
    const link = card.link || more.link;
    this.stock.textContent = this.#stockWords(stock);
    this.stock.classList.toggle("product__stock--few", Number.isFinite(stock) && stock < FEW);
    this.#drawPicture(more.picture);
    this.link.hidden = !link;
    if (link) this.link.href = link;
    this.cart.disabled = stock === 0;
    this.cartWords.textContent = this.language.say(this.#cart || "product_cart");
    this.cart.dataset.said = this.#cart;
    this.cart.title = this.language.say("product_cart");
  }

  #drawPicture(address) {
    if (!address) {
      this.picture.hidden = true;
      this.picture.removeAttribute("src");
    } else if (this.picture.getAttribute("src") !== address) {
      this.picture.hidden = false;
      this.picture.src = address;
    }
  }

  #stockWords(stock) {
    if (!Number.isFinite(stock)) return "";
    if (stock === 0) return this.language.say("product_sold_out");
    return this.language.say(stock < FEW ? "product_few" : "product_stock", { count: this.language.number(stock) });
  }
}

/** What the price is for: "per box of 10"; a catalogue's "one fryer" is "per fryer". */
export function unitWords({ unit = "", unit_zh: chinese = "" }, language) {
  const shown = language.code === "zh" ? chinese || unit : unit || chinese;
  return shown ? language.say("product_unit", { unit: shown.replace(/^(?:one|an?|1)\s+/iu, "") }) : "";
}
