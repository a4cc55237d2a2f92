/**
 * A list on the page that follows a list of items: each item keeps its row, so that focus, a pointer above it and
 * what is being typed in it survive the next message.
 */
export class Rows {
  #list;
  #make;
  #rows = new Map();

  /**
   * @param {HTMLElement} list
   * @param {(item: object) => {root: HTMLElement, draw: (item: object) => void}} make
   */
  constructor(list, make) {
    this.#list = list;
    this.#make = make;
  }

  get(key) {
    return this.#rows.get(key);
  }

  /** Show these items in this order; `keyOf` tells them apart. */
  show(items, keyOf) {
    const keys = new Set(items.map(keyOf));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.root.remove();
      this.#rows.delete(key);
    }
    let next = this.#list.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let row = this.#rows.get(key);
      if (row === undefined) {
        row = this.#make(item);
        this.#rows.set(key, row);
      }
      row.draw(item);
      if (row.root === next) next = next.nextElementSibling;
      else this.#list.insertBefore(row.root, next);
    }
  }

  /** Draw all rows again, for instance in another language. */
  redraw(items, keyOf) {
    for (const item of items) this.#rows.get(keyOf(item))?.draw(item);
  }
}
