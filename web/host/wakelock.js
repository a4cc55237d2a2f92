/** Keeps the screen of a tablet on while a desk is open; where the browser can't, nothing is lost. */
export class WakeLock {
  #wanted = false;

  constructor() {
    // the browser lets go of it whenever the page is put away
    document.addEventListener("visibilitychange", () => this.#take());
  }

  hold(wanted) {
    this.#wanted = wanted;
    this.#take();
  }

  #lock = null;

  async #take() {
    if (!this.#wanted) {
      const lock = this.#lock;
      this.#lock = null;
      await lock?.release();
      return;
    }
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator) || this.#lock?.released === false) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
    } catch {
      // refused, for instance when the battery is low
    }
  }
}
