"use strict";
/* What was fed in, and what of the logs could not be. */

function chatlog(report) {
  const script = report.script;
  const rows = [
    ["logs", script.logs.join(", ")], ["comments", script.comments.toLocaleString("en")], ["length", clock(script.seconds)],
    ["languages", Object.entries(script.languages || {}).map(([l, n]) => `${l} ${n}`).join(", ")],
    ["left out", Object.entries(script.left_out || {}).map(([l, n]) => `${l} ${n}`).join(", ") || "nothing"],
    ["outside the window", String(script.outside || 0)], ["could not be read", String(script.unreadable_count || 0)], ["digest", script.digest],
  ].map(([name, value]) => element("tr", {}, element("th", {}, name), element("td", {}, value)));
  const lists = [];
  if ((script.notes || []).length) lists.push(element("h2", {}, "What was assumed"), element("div", { class: "card" }, ...script.notes.map((note) => element("p", {}, note))));
  if ((script.unreadable || []).length) lists.push(element("h2", {}, "What could not be read"), element("div", { class: "card" }, ...script.unreadable.map((note) => element("p", {}, note))));
  return element("div", {}, element("h2", {}, "The chat"), element("div", { class: "card scroll" }, element("table", {}, ...rows)), ...lists);
}
