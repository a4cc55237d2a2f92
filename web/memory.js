/**
 * What the page remembers about its viewer, on this device only.
 *
 * Storage may be missing or refuse (private windows, blocked cookies): then the page forgets, and works.
 */

const PREFIX = "talkback.";

/** A box of remembered values over `localStorage` (kept) or `sessionStorage` (until the tab closes). */
export class Memory {
  #open;
  #spare = new Map();

  /** @param {() => Storage} open gives the storage; it may throw, as Safari does with cookies blocked. */
  constructor(open) {
    this.#open = open;
  }

  get(key) {
    try {
      const kept = this.#open().getItem(PREFIX + key);
      if (kept !== null) return kept;
    } catch {
      // no storage here: what was set since the page was loaded still holds
    }
    return this.#spare.get(key) ?? null;
  }

  set(key, value) {
    this.#spare.set(key, value);
    try {
      this.#open().setItem(PREFIX + key, value);
    } catch {
      // full or forbidden: remembered until the page goes
    }
  }
}

export const kept = new Memory(() => window.localStorage);
export const untilClosed = new Memory(() => window.sessionStorage);
