/** Two presses of Escape this close together are STOP. */
export const STOP_WITHIN_S = 0.6;
/** Letters this close together are somebody who writes and has no field under the cursor. */
const WRITING_S = 0.15;

/** Tells a double press from two single ones. Knows no clock: the time is passed in. */
export class DoublePress {
  #within;
  #last = -Infinity;

  constructor(within = STOP_WITHIN_S) {
    this.#within = within;
  }

  /** A press at `now` (seconds); true for the second of a pair, which a third does not extend. */
  press(now) {
    const second = now - this.#last <= this.#within;
    this.#last = second ? -Infinity : now;
    return second;
  }
}

/** Whether keys that are pressed here are written text. */
export function writes(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type='checkbox'], [type='radio'], [type='range'], [type='button'])");
}

/**
 * The page's keyboard: letters act while nothing is being written, and can be switched off (WCAG 2.1.4); Escape
 * twice is STOP wherever the cursor is.
 */
export class Keys {
  #bindings = new Map();
  #escape = new DoublePress();
  #typedAt = -Infinity;
  #stop;
  /** Whether single letters act. */
  letters = true;

  /** @param {{stop: () => void, blocked: () => boolean}} options `blocked`: a dialog is open or nobody is signed in. */
  constructor({ stop, blocked }) {
    this.#stop = stop;
    this.blocked = blocked;
    window.addEventListener("keydown", (event) => this.#key(event));
  }

  /** `key` as `KeyboardEvent.key` tells it, letters small; "Shift+n" for a capital. */
  bind(key, run, { repeats = false } = {}) {
    this.#bindings.set(key, { run, repeats });
    return this;
  }

  #key(event) {
    if (event.isComposing) return; // Escape there throws away what an input method offers
    if (event.key === "Escape") {
      if (!event.repeat && this.#escape.press(event.timeStamp / 1000)) {
        event.preventDefault();
        this.#stop();
      } else if (writes(event.target)) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || this.blocked() || !this.letters) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const binding = this.#bindings.get(event.shiftKey && /^[a-z]$/u.test(name) ? `Shift+${name}` : name);
    const now = event.timeStamp / 1000;
    const writing = event.key.length === 1 && now - this.#typedAt < WRITING_S;
    if (event.key.length === 1 && !binding?.repeats) this.#typedAt = now; // moving through a list is no writing
    if (binding === undefined || (event.repeat && !binding.repeats)) return;
    if (writing && !binding.repeats) return;
    event.preventDefault();
    binding.run();
  }
}
