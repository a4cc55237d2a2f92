import { clock } from "./clock.js";
import { element } from "./element.js";

/** The shows of a room, the newest first. */
export function drawShows(shows, { home, language, localTime }) {
  if (shows.length === 0) return [element("p", "report__note", {}, language.say("shows_empty"))];
  const rows = shows.map((show) =>
    element("tr", "", {},
      element("td", "", {}, element("a", "report__link", { href: `${home}/shows/${encodeURIComponent(show.id)}` }, localTime(show.started))),
      element("td", "number", {}, clock(show.seconds)),
      element("td", "", {}, language.named("ended", show.ended.replaceAll(" ", "_"))),
      element("td", "report__soft", {}, show.id)),
  );
  const head = ["shows_started", "shows_lasted", "shows_ended", "shows_id"].map((key) => element("th", "", { scope: "col" }, language.say(key)));
  return [element("div", "sheet", {}, element("table", "table", {}, element("thead", "", {}, element("tr", "", {}, ...head)), element("tbody", "", {}, ...rows)))];
}
