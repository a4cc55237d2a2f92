"use strict";
/* The first part: did it pass, and what does the show look like as a whole. */

function header(report) {
  const failed = report.verdicts.filter((v) => v.outcome === "fail" && !v.advisory).length;
  const passed = report.verdicts.filter((v) => v.outcome === "pass").length;
  const word = report.complete === false ? "broken off" : failed ? "failed" : "passed";
  const what = [report.depth + " depth", "seed " + report.seed, "model: " + (report.models || "none"), report.software].filter(Boolean).join(" · ");
  return [
    element("div", { class: "badge " + (word === "passed" ? "pass" : "fail") }, word),
    element("h1", {}, `Replay of ${report.script.logs.join(", ")} in ${report.room}`),
    element("p", { class: "soft" }, `${count(passed, "verdict")} passed, ${failed} failed · ${count(report.comments.length, "comment")} in ${clock(report.show_s)} · ${what}`),
  ];
}

function fatesBar(comments) {
  const tally = {};
  for (const comment of comments) tally[comment.fate || "none"] = (tally[comment.fate || "none"] || 0) + 1;
  const present = [...FATES, "none"].filter((fate) => tally[fate]);
  const bar = element("div", { class: "bar", role: "img", "aria-label": present.map((f) => `${tally[f]} ${f}`).join(", ") });
  const legend = element("div", { class: "legend" });
  for (const fate of present) {
    bar.append(element("span", { style: `flex:${tally[fate]};background:${fateColour(fate)}`, title: `${tally[fate]} ${fate}` }));
    legend.append(element("span", {}, element("i", { style: `background:${fateColour(fate)}` }), `${tally[fate].toLocaleString("en")} ${fate}`));
  }
  return [bar, legend];
}

function verdictRow(verdict) {
  const bad = verdict.evidence || [];
  const list = element("ul", { class: "evidence" });
  for (const item of bad) {
    const failed = item.failed !== false;
    const where = [];
    if (item.comment) where.push(element("a", { href: `#c${item.comment}` }, `comment ${item.comment}`), " ");
    else if (item.line) where.push(element("a", { href: `#l-${item.line}` }, "line"), " ");
    if (item.at !== undefined && item.at !== null) where.push(element("span", { class: "soft" }, clock(item.at) + " "));
    list.append(element("li", { class: failed ? "bad" : null }, ...where, item.text));
  }
  const details = bad.length ? element("details", { open: verdict.outcome === "fail" }, element("summary", {}, count(bad.length, "piece of evidence", "pieces of evidence")), list) : null;
  return element(
    "div", { class: "card verdict", id: `v-${verdict.name.replace(/[^\w-]+/g, "-")}` },
    element("span", { class: `mark ${verdict.outcome}` }, outcomeWord(verdict.outcome) + (verdict.advisory ? " (opinion)" : "")),
    element("span", { class: "title" }, verdict.title),
    element("span", { class: "summary" }, verdict.summary),
    details,
  );
}

/* What could not be told, by reason. */
function unmeasured(verdicts) {
  const reasons = new Map();
  for (const verdict of verdicts) reasons.set(verdict.summary, [...(reasons.get(verdict.summary) || []), verdict.name]);
  const lines = [...reasons].map(([reason, names]) => element("p", { class: "soft" }, element("b", {}, names.join(", ")), `: ${reason}`));
  return element("div", { class: "card wide" }, element("h3", {}, "Not measured"), ...lines);
}

function plotCard(title, plot, note) {
  return element("section", { class: "card" }, element("h3", {}, title), plot, note ? element("p", { class: "soft" }, note) : null);
}

function summary(report) {
  const first = report.comments.map((c) => c.first_word_s).filter((v) => v !== undefined && v !== null);
  const spoken = report.comments.filter((c) => c.fate === "spoken").length;
  const middle = first.length ? [...first].sort((a, b) => a - b)[Math.floor(first.length / 2)] : null;
  const open = report.comments.filter((c) => c.unanswered).length;
  const figures = element(
    "div", { class: "figures" },
    figure(report.comments.length.toLocaleString("en"), "comments"),
    figure(spoken.toLocaleString("en"), "answered aloud"),
    figure(middle === null ? "–" : middle.toFixed(1) + " s", "median wait for the first word"),
    figure(open.toLocaleString("en"), "questions nobody has written an answer for"),
    report.cost ? figure((report.cost.times_real < 10 ? report.cost.times_real.toFixed(1) : Math.round(report.cost.times_real).toLocaleString("en")) + "×", `real time (${report.cost.wall_s.toFixed(1)} s)`) : null,
  );
  const order = { fail: 0, pass: 1 };
  const measured = report.verdicts.filter((v) => v.outcome !== NOT_MEASURED);
  const verdicts = [...measured].sort((a, b) => order[a.outcome] - order[b.outcome]);
  const others = report.verdicts.filter((v) => v.outcome === NOT_MEASURED);
  const plots = element("div", { class: "cards" });
  plots.append(element("section", { class: "card wide" }, element("h3", {}, "What became of the comments"), ...fatesBar(report.comments), fatesOverTime(report.comments, report.show_s)));
  if (first.length > 1) plots.append(plotCard("Comment to first word of its answer", histogram(first, { label: "waiting times" })));
  const lengths = report.lines.filter((l) => l.ended).map((l) => l.ended - l.at);
  if (lengths.length > 1) plots.append(plotCard("Length of what is said in one breath", histogram(lengths, { label: "length of lines" })));
  const media = report.media;
  if (media) {
    if (media.offsets_ms.length) plots.append(plotCard("Picture against sound, ms", dots(media.offsets_ms, report.show_s, { unit: "ms", bars: [-40, 40], label: "A/V offset" })));
    if (media.lufs.length) plots.append(plotCard("Loudness of each line, LUFS", dots(media.lufs, report.show_s, { unit: "LUFS", bars: [-18, -14], label: "loudness" })));
    if (media.likeness.length) plots.append(plotCard("Likeness of the voice to itself", dots(media.likeness, report.show_s, { bars: [0.9], label: "voice likeness" })));
    if (media.gaps_ms.length) plots.append(plotCard("Longest still pictures, ms", histogram(media.gaps_ms.map((g) => g[1]), { unit: "ms", label: "picture gaps" })));
  }
  return element(
    "div", {}, figures, element("h2", {}, "Verdicts"),
    element("div", { class: "cards", style: "grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr))" }, ...verdicts.map(verdictRow), ...(others.length ? [unmeasured(others)] : [])),
    element("h2", {}, "The show"), plots,
    report.happenings && report.happenings.length ? happenings(report.happenings) : null,
    report.repeats && report.repeats.length ? repeats(report) : null,
  );
}

function happenings(list) {
  const rows = list.slice(0, 60).map((h) => element("tr", {}, element("td", {}, clock(h.at)), element("td", {}, h.type), element("td", {}, h.code), element("td", {}, h.message || "")));
  return element("div", {}, element("h2", {}, "Faults and alarms"), element("div", { class: "card scroll" }, element("table", {}, ...rows)));
}

function repeats(report) {
  const names = [...new Set(report.repeats.flatMap((run) => Object.keys(run.outcomes)))];
  const rows = names.map((name) => {
    const outcomes = report.repeats.map((run) => run.outcomes[name]).filter((o) => o && o !== NOT_MEASURED);
    const passed = outcomes.filter((o) => o === "pass").length;
    return element("tr", {}, element("td", {}, name), element("td", { class: passed < outcomes.length ? "failed" : null }, outcomes.length ? `${passed} of ${outcomes.length}` : "not measured"));
  });
  const all = report.repeats.filter((run) => run.passed).length;
  return element("div", {}, element("h2", {}, `${report.repeats.length} runs: ${all} passed`), element("div", { class: "card scroll" }, element("table", {}, element("tr", {}, element("th", {}, "verdict"), element("th", {}, "passed")), ...rows)));
}
