"use strict";
/* Puts the parts together; the address's fragment says which part, which filter, which comment. */

const report = JSON.parse(document.getElementById("report").textContent);
for (const name of ["comments", "lines", "verdicts", "happenings", "repeats", "promotions"]) report[name] = report[name] || [];
for (const item of report.verdicts) item.evidence = item.evidence || [];

const conversation = new Conversation(report);
const SECTIONS = { summary: ["Summary", () => summary(report)], conversation: ["Conversation", () => conversation.view] };
if (report.comparison) SECTIONS.comparison = ["Comparison", () => comparison(report)];
SECTIONS.chat = ["The chat", () => chatlog(report)];
const drawn = {};

function show(name) {
  if (!drawn[name]) drawn[name] = SECTIONS[name][1]();
  document.getElementById("main").replaceChildren(drawn[name]);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.part === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function follow() {
  const wanted = decodeURIComponent(location.hash.slice(1));
  const [name, query] = wanted.split("?");
  if (/^c\d+$/.test(name) || name.startsWith("l-")) {
    show("conversation");
    const found = conversation.reveal(name);
    if (found) {
      for (const other of document.querySelectorAll(".target")) other.classList.remove("target");
      const turn = found.closest(".turn") || found;
      turn.classList.add("target");
      turn.scrollIntoView({ block: "center" });
    }
    return;
  }
  if (name.startsWith("v-")) {
    show("summary");
    document.getElementById(name)?.scrollIntoView({ block: "center" });
    return;
  }
  show(SECTIONS[name] ? name : "summary");
  if (name === "conversation") conversation.restore(query || "");
  window.scrollTo(0, 0);
}

document.title = `${report.passed ? "Passed" : "Failed"}: replay of ${report.script.logs.join(", ")} in ${report.room}`;
document.getElementById("head").append(...header(report));
for (const [name, [label]] of Object.entries(SECTIONS)) {
  const link = element("a", { href: `#${name}` }, label);
  link.dataset.part = name;
  document.getElementById("nav").append(link);
}
window.addEventListener("hashchange", follow);
follow();
