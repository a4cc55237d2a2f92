/** How far a comment has come; an event never takes it back. */
const RANK = { sending: 0, received: 1, chosen: 2, answering: 3, spoken: 4, written: 4, merged: 4, declined: 4, expired: 4 };
const FATES = new Set(["spoken", "written", "merged", "declined", "expired"]);

/** Compare texts as the server keeps them: NFKC, spaces folded. */
const folded = (text) => text.normalize("NFKC").replace(/\s+/gu, " ").trim();

/**
 * The comments of the room and what became of each, from the events alone; knows no page and no clock.
 *
 * Events may come twice (after a break the server sends the recent ones again) and a viewer's own comment is known
 * here before and after the server's event: each comment is kept once. At most `limit` are kept, the oldest go first.
 */
export class CommentLedger {
  #byKey = new Map();
  #keyOf = new Map();
  #own;
  #serial = 0;

  /** @param {{limit?: number, own?: Iterable<string>}} options ids in `own` were written on this page. */
  constructor({ limit = 150, own = [] } = {}) {
    this.limit = limit;
    this.#own = new Set(own);
  }

  /** Comments in the order of their arrival. */
  get all() {
    return [...this.#byKey.values()];
  }

  /** Ids of this page's comments, newest last. */
  get ownIds() {
    return [...this.#own].slice(-50);
  }

  find(id) {
    return this.#byKey.get(this.#keyOf.get(id)) ?? null;
  }

  /** A comment that is on its way to the server; returns it. */
  pend(viewer, text, spoken = false) {
    return this.#add({ id: null, viewer, text, spoken, own: true, state: "sending" });
  }

  /** The server took a pending comment under `id`; returns the one that remains (the event may have been faster). */
  settle(pending, id) {
    this.#own.add(id);
    const known = this.find(id);
    if (known !== null && known !== pending) {
      this.remove(pending);
      known.own = true;
      return known;
    }
    pending.id = id;
    if (pending.state === "sending") pending.state = "received";
    this.#keyOf.set(id, pending.key);
    return pending;
  }

  remove(comment) {
    this.#byKey.delete(comment.key);
    if (comment.id !== null) this.#keyOf.delete(comment.id);
  }

  /** Take one event in; returns the comments that changed. */
  feed(event) {
    switch (event.type) {
      case "comment.received":
        return this.#received(event);
      case "comment.chosen":
        return this.#advance([event.comment], "chosen");
      case "line.started":
        return this.#advance(event.comments ?? [], "answering");
      case "line.ended":
        return event.kind === "answer" ? this.#heard(event) : [];
      case "comment.decided":
        return this.#decided(event);
      default:
        return [];
    }
  }

  #received({ comment: id, viewer, text, spoken = false, time = "" }) {
    if (this.find(id) !== null) return [];
    const waiting = this.all.find(
      (one) => one.id === null && one.viewer === viewer && folded(one.text) === folded(text) && one.spoken === spoken,
    );
    if (waiting !== undefined) {
      waiting.text = text;
      waiting.time = time;
      return [this.settle(waiting, id)];
    }
    const added = this.#add({ id, viewer, text, spoken, own: this.#own.has(id), state: "received" });
    added.time = time;
    return [added];
  }

  #advance(ids, state) {
    const changed = [];
    for (const id of ids) {
      const comment = this.find(id);
      if (comment === null || RANK[comment.state] >= RANK[state]) continue;
      comment.state = state;
      changed.push(comment);
    }
    return changed;
  }

  #heard({ line, comments = [], heard = "" }) {
    const changed = [];
    for (const id of comments) {
      const comment = this.find(id);
      if (comment === null || heard === "" || comment.lines.get(line) === heard) continue;
      comment.lines.set(line, heard);
      comment.reply = joined([...comment.lines.values()]);
      changed.push(comment);
    }
    return changed;
  }

  #decided({ comment: id, fate, reason = "", text = "", into = null }) {
    const comment = this.find(id);
    if (comment === null || !FATES.has(fate)) return [];
    comment.state = fate;
    comment.reason = reason ?? "";
    comment.into = into;
    if (fate === "written" && text) comment.reply = text;
    return [comment];
  }

  #add(comment) {
    this.#serial += 1;
    const key = `comment-${this.#serial}`;
    const added = { key, time: "", reason: "", reply: "", into: null, lines: new Map(), ...comment };
    this.#byKey.set(key, added);
    if (added.id !== null) this.#keyOf.set(added.id, key);
    while (this.#byKey.size > this.limit) this.remove(this.#byKey.values().next().value);
    return added;
  }
}

/** Sentences in a row: with a space between, except after Chinese punctuation. */
function joined(sentences) {
  return sentences.reduce((text, next) => (text === "" ? next : /[\u3000-\u303f\uff00-\uffef]$/u.test(text) ? text + next : `${text} ${next}`), "");
}
