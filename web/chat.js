const NEAR_BOTTOM_PX = 48;
/** The states after which nothing more happens to a comment. */
const DONE = new Set(["spoken", "written", "merged", "declined", "expired"]);

/** The list of comments, each with its fate. It draws what the ledger holds and keeps nothing itself. */
export class Chat {
  #rows = new Map();
  #follows = true;
  #hostName = "";

  /** @param {{list: HTMLElement, scroller: HTMLElement, empty: HTMLElement, newer: HTMLButtonElement, announcer: HTMLElement,
   *   ledger: import("./comments.js").CommentLedger, language: import("./language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.newer.addEventListener("click", () => this.toNewest());
    // the column's size changes with the phone's keyboard: stay at the newest comment
    new ResizeObserver(() => this.#follows && this.toNewest()).observe(this.scroller);
  }

  set hostName(name) {
    this.#hostName = name;
    this.redraw();
  }

  /** Draw the comments that changed, and drop the rows whose comments are no longer kept. */
  show(changed) {
    if (changed.length === 0) return;
    for (const comment of changed) this.#draw(comment);
    this.prune();
    if (this.#follows) this.toNewest();
    else this.newer.hidden = false;
  }

  /** Drop rows without a comment. */
  prune() {
    const keys = new Set(this.ledger.all.map((comment) => comment.key));
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.item.remove();
      this.#rows.delete(key);
    }
    this.empty.hidden = this.list.querySelector(".comment:not([hidden])") !== null;
  }

  /** Draw everything again, in the language that is now chosen. */
  redraw() {
    for (const comment of this.ledger.all) this.#draw(comment, false);
  }

  toNewest() {
    this.#follows = true;
    this.newer.hidden = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    if (this.#follows) this.newer.hidden = true;
  }

  #draw(comment, announce = true) {
    let row = this.#rows.get(comment.key);
    if (row === undefined) {
      row = makeRow();
      this.#rows.set(comment.key, row);
      this.list.append(row.item);
    }
    const fate = this.#fate(comment);
    const before = row.item.dataset.state;
    row.item.dataset.state = comment.state;
    row.item.dataset.comment = comment.id ?? "";
    // an insult or an advertisement is for its writer alone to see, with the reason
    row.item.hidden = comment.state === "declined" && !comment.own;
    row.item.classList.toggle("comment--own", comment.own);
    row.item.classList.toggle("comment--done", DONE.has(comment.state));
    row.viewer.textContent = comment.viewer;
    row.you.textContent = comment.own ? this.language.say("you") : "";
    row.you.hidden = !comment.own;
    row.voice.hidden = !comment.spoken;
    row.voice.textContent = this.language.say("by_voice");
    row.text.textContent = comment.text;
    row.fate.textContent = fate;
    row.reply.hidden = comment.reply === "";
    row.replier.textContent = this.language.say("host_replied", { host: this.#hostName });
    row.replied.textContent = comment.reply;
    if (announce && comment.own && before !== undefined && before !== comment.state) {
      this.announcer.textContent = this.language.say("announce_fate", { text: shortened(comment.text), fate });
    }
  }

  #fate(comment) {
    if (comment.state === "merged") {
      const into = comment.into === null ? null : this.ledger.find(comment.into);
      if (into === null) return this.language.say("fate_merged");
      return this.language.say("fate_merged_into", { viewer: into.viewer, text: shortened(into.text) });
    }
    const fate = this.language.say(`fate_${comment.state}`);
    if (comment.reason === "" || !["declined", "expired"].includes(comment.state)) return fate;
    return this.language.say("fate_with_reason", { fate, reason: comment.reason });
  }
}

const shortened = (text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

function makeRow() {
  const item = element("li", "comment");
  const said = element("p", "comment__said");
  const viewer = element("span", "comment__viewer");
  const you = element("span", "comment__you");
  const voice = element("span", "comment__voice");
  const text = element("span", "comment__text");
  said.append(viewer, " ", you, " ", voice, " ", text);
  const reply = element("p", "comment__reply");
  const replier = element("span", "comment__replier");
  const replied = element("span", "comment__replied");
  reply.append(replier, " ", replied);
  const fate = element("p", "comment__fate");
  item.append(said, reply, fate);
  viewer.dir = text.dir = replied.dir = "auto";
  return { item, viewer, you, voice, text, reply, replier, replied, fate };
}

function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
