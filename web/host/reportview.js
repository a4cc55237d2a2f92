import { langTag } from "../language.js";
import { clock } from "./clock.js";
import { element } from "./element.js";
import { drawTimeline } from "./timeline.js";

const FATES = ["spoken", "written", "merged", "declined", "expired", "open"];
/** Rows of a long table that are drawn at once; the rest on demand. */
const FIRST_ROWS = 200;
const TABLES = ["comments", "transcript", "products", "questions", "actions", "alarms", "faults", "refused"];

/** The whole report of a show, as elements. */
export function drawReport(report, { base, language }) {
  const say = (key, values) => language.say(key, values);
  const sections = [
    exports(base, say),
    figures(report, language),
    sheet("timeline", say("report_timeline"), drawTimeline(report, language)),
    sheet("products", say("report_products"), products(report.products, language)),
    sheet("questions", say("report_questions"), questions(report.questions, language)),
    sheet("transcript", say("report_transcript", { count: report.transcript.length }), transcript(report.transcript, language)),
    sheet("comments", say("report_comments", { count: report.figures.comments }), comments(report, language)),
  ];
  const lists = [
    ["open", "report_open", report.open_questions, (one) => [clock(one.at), one.viewer ?? "", one.text]],
    ["refused", "report_refused", report.refused, (one) => [clock(one.at), one.rule, `${one.text}${one.detail ? ` — ${one.detail}` : ""}`]],
    ["promotions", "report_promotions", report.promotions, (one) => [one.steps?.[0] ? clock(one.steps[0].at) : "", one.title || one.promotion, one.steps.map(({ at, state }) => `${language.named("promotion", state)} ${clock(at)}`).join(" → ")]],
    ["actions", "report_actions", report.actions, (one) => [clock(one.at), one.by, [one.action, one.target].filter(Boolean).join(" ")]],
    ["alarms", "report_alarms", report.alarms, (one) => [clock(one.raised_at), one.code, `${one.message} ${one.cleared_at === null ? "" : say("report_cleared", { time: clock(one.cleared_at) })}`]],
    ["faults", "report_faults", report.faults, (one) => [clock(one.at), one.code, `${one.message}${one.times > 1 ? ` ×${one.times}` : ""}`]],
  ];
  for (const [name, key, rows, cells] of lists) {
    if ((rows ?? []).length > 0) sections.push(sheet(name, say(key, { count: rows.length }), plainTable(rows, cells, language)));
  }
  if (report.unreadable > 0) sections.push(element("p", "report__note", {}, say("report_unreadable", { count: report.unreadable })));
  return sections;
}

function exports(base, say) {
  const link = (query, text) => element("a", "report__link", { href: `${base}/export?${query}`, download: "" }, text);
  const all = [link("format=jsonl", say("export_jsonl")), link("format=srt", "SRT"), link("format=vtt", "VTT"), ...TABLES.map((table) => link(`format=csv&table=${table}`, `CSV: ${say(`table_${table}`)}`))];
  return element("nav", "exports", { "aria-label": say("exports") }, element("span", "report__soft", {}, say("exports")), ...all);
}

function figures({ figures: sums, show }, language) {
  const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`);
  const seconds = (value) => (value === null || value === undefined ? "–" : `${value.toFixed(1)} s`);
  const tiles = [
    ["figure_lasted", clock(sums.seconds), language.named("ended", show.ended.replaceAll(" ", "_"))],
    ["figure_most_viewers", sums.viewers_most, language.say("figure_writing", { count: sums.viewers_writing })],
    ["figure_comments", sums.comments, language.say("figure_lines", { count: sums.lines })],
    ["figure_answered", percent(sums.answered_share), language.say("figure_answered_more", { count: sums.answered })],
    ["figure_waited", seconds(sums.waiting_spoken.p50), language.say("figure_waited_more", { p95: seconds(sums.waiting_spoken.p95) })],
    ["figure_clicks", sums.opened, language.say("figure_cart", { count: sums.cart })],
    ["figure_refused", sums.refused, language.say("figure_open", { count: sums.open_questions })],
    ["figure_alarms", sums.alarms, language.say("figure_faults", { count: sums.faults }), sums.alarms > 0],
  ];
  return element("dl", "sums", {}, ...tiles.map(([key, value, more, wrong]) =>
    element("div", wrong ? "sums__one sums__one--wrong" : "sums__one", {}, element("dt", "", {}, language.say(key)), element("dd", "sums__value", {}, String(value)), element("dd", "report__soft", {}, more))));
}

function sheet(name, title, ...content) {
  return element("section", "sheet", { id: `report-${name}`, "aria-label": title }, element("h2", "", {}, title), ...content);
}

function table(headings, rows) {
  return element("div", "table__scroller", { tabindex: "0" },
    element("table", "table", {}, element("thead", "", {}, element("tr", "", {}, ...headings.map((text) => element("th", "", { scope: "col" }, text)))), element("tbody", "", {}, ...rows)));
}

const cell = (text, name = "") => element("td", name, { dir: name === "number" ? null : "auto" }, String(text ?? ""));

function products(rows, language) {
  if (rows.length === 0) return element("p", "report__soft", {}, language.say("report_none"));
  const most = Math.max(1, ...rows.map((one) => one.seconds));
  const headings = ["product_name", "product_price", "product_first", "product_times", "product_stay", "product_spoken", "product_questions", "product_opened", "product_cart"].map((key) => language.say(`report_${key}`));
  return table(headings, rows.map((one) => {
    const bar = element("span", "stay", {}, clock(one.seconds));
    bar.style.setProperty("--share", `${((one.seconds / most) * 100).toFixed(1)}%`);
    const name = language.code === "zh" ? one.name_zh || one.name : one.name || one.name_zh;
    return element("tr", "", {}, cell(`${name || one.sku}`), cell(one.price, "number"), cell(one.first_at === null ? "–" : clock(one.first_at), "number"), cell(one.times, "number"), element("td", "", {}, bar), cell(clock(one.spoken_seconds), "number"), cell(one.questions, "number"), cell(one.opened, "number"), cell(one.cart, "number"));
  }));
}

function questions(rows, language) {
  if (rows.length === 0) return element("p", "report__soft", {}, language.say("report_none"));
  const most = Math.max(...rows.map((one) => one.comments));
  return element("ul", "fates", {}, ...rows.map((one) => {
    const parts = FATES.filter((fate) => one[fate] > 0).map((fate) => {
      const share = element("span", `fates__part fates__part--${fate}`, { title: `${language.named("fate", fate)}: ${one[fate]}` }, String(one[fate]));
      share.style.flexGrow = String(one[fate]);
      return share;
    });
    const bar = element("span", "fates__bar", {}, ...parts);
    bar.style.width = `${Math.max(6, (one.comments / most) * 100).toFixed(1)}%`;
    return element("li", "fates__row", {}, element("span", "fates__name", {}, language.named("intent", one.intent)), element("span", "fates__track", {}, bar), element("span", "report__soft", {}, language.say("report_answered_of", { answered: one.answered, count: one.comments })));
  }), element("li", "fates__legend", {}, ...FATES.map((fate) => element("span", `fates__key fates__part--${fate}`, {}, language.named("fate", fate)))));
}

function transcript(lines, language) {
  return longTable(["report_at", "report_kind", "report_text"], lines, (one) => {
    const text = cell(one.text + (one.interrupted ? " …" : ""));
    text.lang = langTag(one.language);
    return element("tr", "", { id: `line-${one.line}` }, cell(clock(one.start), "number"), cell(language.named("kind", one.kind), "report__soft"), text);
  }, language);
}

function comments({ comments: rows, comments_left_out: left }, language) {
  const list = longTable(["report_at", "report_viewer", "report_text", "report_fate", "report_waited"], rows, (one) => {
    const fate = element("td", "", { "data-fate": one.fate, dir: "auto" }, element("span", "fate", {}, language.named("fate", one.fate)), one.reason ? ` ${one.reason}` : "", one.answer ? element("p", "report__soft", { dir: "auto" }, one.answer) : "");
    const text = cell(one.text);
    text.lang = langTag(one.language);
    return element("tr", "", {}, cell(clock(one.at), "number"), cell(one.viewer), text, fate, cell(one.waited === null ? "" : `${one.waited.toFixed(1)} s`, "number"));
  }, language);
  return element("div", "", {}, list, left > 0 ? element("p", "report__soft", {}, language.say("report_left_out", { count: left })) : null);
}

/** A table that draws its first rows, and more when asked: a show of four hours has thousands. */
function longTable(headings, rows, rowOf, language) {
  const body = element("tbody");
  const more = element("button", "button button--small", { type: "button" });
  let drawn = 0;
  const grow = () => {
    const next = rows.slice(drawn, drawn + FIRST_ROWS);
    body.append(...next.map(rowOf));
    drawn += next.length;
    more.hidden = drawn >= rows.length;
    more.textContent = language.say("report_more", { count: rows.length - drawn });
  };
  more.addEventListener("click", grow);
  grow();
  const head = element("tr", "", {}, ...headings.map((key) => element("th", "", { scope: "col" }, language.say(key))));
  return element("div", "table__scroller table__scroller--tall", { tabindex: "0" }, element("table", "table", {}, element("thead", "", {}, head), body), more);
}

function plainTable(rows, cells, language) {
  return longTable(["report_at", "report_what", "report_text"], rows, (one) => {
    const [at, what, text] = cells(one);
    return element("tr", "", {}, cell(at, "number"), cell(what), cell(text));
  }, language);
}
