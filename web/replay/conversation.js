"use strict";
/* The show as a conversation: each comment with the way that it went, filtered and linkable. */

const PAGE = 100;

class Conversation {
  constructor(report) {
    this.report = report;
    this.lines = new Map(report.lines.map((line) => [line.id, line]));
    this.byNumber = new Map(report.comments.map((comment) => [comment.number, comment]));
    this.failed = new Map();
    for (const verdict of report.verdicts) {
      for (const item of verdict.evidence || []) {
        if (verdict.outcome !== "fail" || item.failed === false || !item.comment) continue;
        if (!this.failed.has(item.comment)) this.failed.set(item.comment, []);
        this.failed.get(item.comment).push(`${verdict.name}: ${item.text}`);
      }
    }
    const changes = report.comparison ? report.comparison.changes || [] : [];
    this.changed = new Map(changes.map((change) => [change.number, change]));
    this.filter = { q: "", fate: "", language: "", only: "", shown: "" };
    this.limit = PAGE;
    this.list = element("div", { class: "talk" });
    this.told = element("p", { class: "soft" });
    this.more = element("button", { type: "button", onclick: () => { this.limit += PAGE * 5; this.draw(); } }, "Show more");
    this.view = element("div", {}, this.controls(), this.told, this.list, element("p", { style: "margin-top:14px" }, this.more));
  }

  controls() {
    const languages = [...new Set(this.report.comments.map((c) => c.language).filter(Boolean))].sort();
    const choice = (name, label, options) => {
      const select = element("select", { "aria-label": label, name, onchange: (event) => this.set(name, event.target.value) });
      for (const [value, text] of options) select.append(element("option", { value }, text));
      return select;
    };
    this.inputs = {
      q: element("input", { type: "search", name: "q", placeholder: "Search comments, names, answers, facts", "aria-label": "Search", oninput: (event) => this.set("q", event.target.value) }),
      fate: choice("fate", "Fate", [["", "every fate"], ...FATES.map((f) => [f, f])]),
      language: choice("language", "Language", [["", "every language"], ...languages.map((l) => [l, l])]),
      only: choice("only", "Only", [["", "all comments"], ["failed", "where a verdict failed"], ["refused", "where words were refused"], ["unanswered", "nobody knows the answer"], ...(this.changed.size ? [["changed", "changed since the other run"]] : [])]),
      shown: choice("shown", "Presentation", [["", "without the presentation"], ["all", "with the presentation"]]),
    };
    return element("div", { class: "filters" }, ...Object.values(this.inputs));
  }

  set(name, value) {
    this.filter[name] = value;
    this.limit = PAGE;
    const set = Object.entries(this.filter).filter(([, v]) => v);
    history.replaceState(null, "", "#conversation" + (set.length ? "?" + new URLSearchParams(set) : ""));
    this.draw();
  }

  restore(query) {
    const wanted = new URLSearchParams(query);
    for (const name of Object.keys(this.filter)) {
      this.filter[name] = wanted.get(name) || "";
      this.inputs[name].value = this.filter[name];
    }
    this.draw();
  }

  /* Make sure that a comment or a line is on the page; returns its element. */
  reveal(id) {
    const number = id.startsWith("c") ? Number(id.slice(1)) : null;
    const line = id.startsWith("l-") ? this.lines.get(id.slice(2)) : null;
    const spoken = line && this.report.comments.find((c) => (c.lines || []).includes(line.id));
    const comment = number ? this.byNumber.get(number) : spoken || null;
    if (!comment && !line) return null;
    this.filter = { q: "", fate: "", language: "", only: "", shown: comment ? "" : "all" };
    for (const [name, input] of Object.entries(this.inputs)) input.value = this.filter[name];
    const place = this.entries().findIndex((entry) => (comment ? entry.comment === comment : entry.line === line));
    this.limit = Math.max(this.limit, place + 20);
    this.draw();
    return document.getElementById(comment ? `c${comment.number}` : id);
  }

  entries() {
    const { q, fate, language, only, shown } = this.filter;
    const needle = q.trim().toLowerCase();
    const fits = (comment) =>
      (!fate || comment.fate === fate) && (!language || comment.language === language) &&
      (only !== "failed" || this.failed.has(comment.number)) && (only !== "refused" || (comment.refused || []).length) &&
      (only !== "unanswered" || comment.unanswered) && (only !== "changed" || this.changed.has(comment.number)) &&
      (!needle || this.words(comment).includes(needle));
    const entries = this.report.comments.filter(fits).map((comment) => ({ at: comment.at, comment }));
    if (shown === "all" && !fate && !only && !language) {
      for (const line of this.report.lines) {
        if ((line.kind === "pitch" || line.kind === "notice") && (!needle || line.text.toLowerCase().includes(needle))) entries.push({ at: line.at, line });
      }
      entries.sort((a, b) => a.at - b.at);
    }
    return entries;
  }

  words(comment) {
    const lines = (comment.lines || []).map((id) => (this.lines.get(id) || { text: "" }).text);
    return [comment.viewer, comment.text, comment.written || "", comment.reason || "", ...lines, ...(comment.facts || [])].join(" ").toLowerCase();
  }

  draw() {
    const entries = this.entries();
    this.list.replaceChildren(...entries.slice(0, this.limit).map((entry) => (entry.comment ? this.turn(entry.comment) : this.presented(entry.line))));
    this.told.textContent = `${count(entries.length, "entry", "entries")}` + (entries.length > this.limit ? `, the first ${this.limit} shown` : "");
    this.more.hidden = entries.length <= this.limit;
  }

  presented(line) {
    return element("div", { class: "presented", id: `l-${line.id}` }, element("span", { class: "soft" }, `${clock(line.at)} ${line.kind} `), line.heard || line.text, line.interrupted ? " … (broken off)" : "");
  }

  turn(comment) {
    const way = element("dl", { class: "way" });
    const step = (name, ...content) => way.append(element("dt", {}, name), element("dd", {}, ...content));
    const joined = comment.joined ? [" ", element("a", { class: "at", href: `#c${comment.joined}` }, `comment ${comment.joined}`)] : [];
    const after = comment.decided !== undefined && comment.decided !== null ? ` after ${(comment.decided - comment.at).toFixed(1)} s` : "";
    step("decision", element("span", { class: "tag" }, comment.fate || "never decided"), after, ...joined, comment.reason ? element("span", { class: "soft" }, ` ${comment.reason}`) : null);
    if ((comment.facts || []).length) step("facts", ...comment.facts.map((fact) => element("span", { class: "fact" }, fact)));
    for (const refused of comment.refused || []) step("refused", element("del", {}, refused.text), element("span", { class: "soft" }, ` ${refused.rule}: ${refused.detail || ""}`));
    const lines = (comment.lines || []).map((id) => this.lines.get(id)).filter(Boolean);
    if (lines.length) {
      const waited = comment.first_word_s !== undefined && comment.first_word_s !== null ? ` (first word after ${comment.first_word_s.toFixed(1)} s)` : "";
      step("words", ...lines.map((line, place) => element("span", { id: `l-${line.id}`, title: `${line.kind}, ${line.emotion || "neutral"}` }, line.kind === "readback" ? element("i", { class: "soft" }, line.text) : line.text, place + 1 < lines.length ? " " : "")), element("span", { class: "soft" }, waited));
      const cut = lines.filter((line) => line.interrupted);
      if (cut.length) step("heard", cut.map((line) => (line.heard || "nothing") + " … (broken off)").join(" "));
      const understood = lines.filter((line) => line.transcript !== undefined && line.transcript !== null);
      if (understood.length) step("understood", element("span", { class: "soft" }, understood.map((line) => line.transcript).join(" ")));
    }
    if (comment.written) step("written", comment.written);
    const change = this.changed.get(comment.number);
    if (change) step("before", element("del", {}, describe(change.before)));
    for (const failure of this.failed.get(comment.number) || []) step("failed", element("span", { class: "failed" }, failure));
    return element(
      "article", { class: "turn", id: `c${comment.number}`, style: `--fate:${fateColour(comment.fate)}` },
      element("div", { class: "top" }, element("a", { class: "at", href: `#c${comment.number}`, title: comment.source || "" }, clock(comment.at)), element("span", { class: "who" }, comment.viewer), element("span", { class: "said" }, comment.text), element("span", { class: "soft" }, comment.language || "")),
      way,
    );
  }
}

function describe(told) {
  const parts = [told.fate];
  if (told.words) parts.push(`“${told.words}”`);
  if (told.facts) parts.push(told.facts.join(", "));
  if (told.first_word_s !== undefined) parts.push(`${told.first_word_s.toFixed(1)} s`);
  return parts.filter(Boolean).join(" · ");
}
