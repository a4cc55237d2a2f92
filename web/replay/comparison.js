"use strict";
/* What is different from the run before, side by side. */

function comparison(report) {
  const found = report.comparison;
  const parts = [];
  parts.push(element("p", { style: "margin-top:18px" }, `Against ${found.against}: ${count(found.matched, "comment")} in both` + (found.same_script ? ", the same chat" : ", another chat: matched by who said what") + (found.only_before ? `, ${found.only_before} only before` : "") + (found.only_now ? `, ${found.only_now} only now` : "") + "."));
  const counts = found.counts || {};
  parts.push(element("div", { class: "figures" }, figure(String((found.changes || []).length), "comments changed"), figure(String(counts.fate || 0), "fates"), figure(String(counts.words || 0), "answers in other words"), figure(String(counts.facts || 0), "answers on other facts"), figure(String(counts.time || 0), "waits differ by a second and more")));
  const verdicts = Object.entries(found.verdicts || {});
  if (verdicts.length) {
    const rows = verdicts.map(([name, [before, now]]) => element("tr", {}, element("td", {}, name), element("td", {}, before), element("td", { class: now === "fail" ? "failed" : null }, now)));
    parts.push(element("h2", {}, "Verdicts that changed"), element("div", { class: "card scroll" }, element("table", {}, element("tr", {}, ...["verdict", "before", "now"].map((h) => element("th", {}, h))), ...rows)));
  }
  const fates = Object.entries(found.fates || {});
  const rows = fates.map(([fate, [before, now]]) => element("tr", {}, element("td", {}, fate), element("td", {}, String(before)), element("td", {}, String(now)), element("td", {}, now === before ? "" : (now > before ? "+" : "−") + Math.abs(now - before))));
  parts.push(element("h2", {}, "Fates"), element("div", { class: "card scroll" }, element("table", {}, element("tr", {}, ...["fate", "before", "now", "difference"].map((h) => element("th", {}, h))), ...rows)));
  const late = found.latency;
  if (late) {
    const word = late.significant ? (late.difference_s > 0 ? "slower" : "faster") + ", more than chance" : "no difference beyond chance";
    parts.push(element("h2", {}, "Wait for the first word"), element("div", { class: "card" }, element("p", {}, `Median ${late.before_s.toFixed(2)} s before, ${late.now_s.toFixed(2)} s now. Mean difference ${late.difference_s >= 0 ? "+" : ""}${late.difference_s.toFixed(2)} s over ${late.pairs} pairs, 95 % interval ${late.low_s.toFixed(2)} to ${late.high_s.toFixed(2)} s: ${word}.`)));
  }
  const changes = found.changes || [];
  if (changes.length) {
    parts.push(element("h2", {}, `Comments that changed` + (changes.length > 300 ? `, the first 300 of ${changes.length}` : "")));
    const list = element("div", { class: "talk" });
    for (const change of changes.slice(0, 300)) {
      list.append(element(
        "article", { class: "turn", style: `--fate:${fateColour(change.now.fate)}` },
        element("div", { class: "top" }, element("a", { class: "at", href: `#c${change.number}` }, `comment ${change.number}`), element("span", { class: "who" }, change.viewer), element("span", { class: "said" }, change.text), element("span", { class: "soft" }, change.what.join(", "))),
        element("dl", { class: "way" }, element("dt", {}, "before"), element("dd", {}, element("del", {}, describe(change.before))), element("dt", {}, "now"), element("dd", {}, element("ins", {}, describe(change.now)))),
      ));
    }
    parts.push(list);
  }
  if ((found.presentation || []).length) {
    parts.push(element("h2", {}, "The presentation"), element("div", { class: "card" }, ...found.presentation.map((line) => element("p", {}, element(line.startsWith("+") ? "ins" : "del", {}, line)))));
  }
  return element("div", {}, ...parts);
}
