import { langTag } from "../language.js";
import { act } from "./act.js";
import { element, write } from "./element.js";
import { Refusal } from "./refusal.js";
import { Rows } from "./rows.js";

/** Questions that the shop's facts did not answer: the host promised that the team will. What is written here is said, or sent in writing. */
export class TicketsPanel {
  #rows;

  /** @param {{list: HTMLElement, empty: HTMLElement, tab: HTMLElement, commands: import("./commands.js").Commands,
   *   notices: import("./notices.js").Notices, language: import("../language.js").Language}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    this.#rows = new Rows(this.list, (ticket) => this.#row(ticket));
  }

  draw(desk) {
    const tickets = desk.tickets ?? [];
    this.#rows.show(tickets, (one) => one.ticket);
    this.empty.hidden = tickets.length > 0;
    write(this.tab, tickets.length > 0 ? this.language.say("tickets_count", { count: tickets.length }) : this.language.say("tickets"));
    this.tab.classList.toggle("tab--waiting", tickets.length > 0);
  }

  #row(ticket) {
    const text = element("p", "card__text", { dir: "auto" }, ticket.text);
    const about = element("p", "card__why");
    const field = element("textarea", "field", { rows: 1, dir: "auto" });
    const say = element("button", "button button--small button--go", { type: "submit" });
    const put = element("button", "button button--small", { type: "button" });
    const refusal = new Refusal({ field, language: this.language, again: (extra) => send(asked, extra) });
    const form = element("form", "ticket__form", {}, field, refusal.root, element("div", "editor__row", {}, say, put));
    const root = element("li", "card ticket", { "data-ticket": ticket.ticket }, text, about, form);
    text.lang = langTag(ticket.language);
    let asked = "answer";
    const send = (action, extra = {}) => {
      asked = action;
      const words = field.value.trim();
      if (words === "") return field.focus();
      return act(action === "answer" ? say : put, () => this.commands.control(`comments/${encodeURIComponent(ticket.comment)}`, { action, text: words, ...extra }), (problem, again) =>
        refusal.take(problem) || this.notices.problem(problem, again),
      );
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send("answer");
    });
    put.addEventListener("click", () => send("write"));
    const draw = (next) => {
      write(about, this.language.say("ticket_askers", { count: next.viewers }));
      field.placeholder = this.language.say("ticket_answer");
      field.setAttribute("aria-label", field.placeholder);
      write(say, this.language.say("say_answer"));
      write(put, this.language.say("write_answer"));
      refusal.redraw();
    };
    draw(ticket);
    return { root, draw };
  }
}
