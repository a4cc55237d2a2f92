import { clock } from "./clock.js";
import { drawn, element } from "./element.js";

const WIDTH = 1000;
const LANE = 26;
const TICKS = [60, 300, 600, 900, 1800, 3600, 7200];
/** Marks in a lane; more than these lie on one another. */
const MOST_MARKS = 1500;

/** The show on one line: viewers, products on stage, comments, and what interrupted it. */
export function drawTimeline(report, language) {
  const seconds = Math.max(1, report.figures.seconds);
  const x = (at) => (at / seconds) * WIDTH;
  const lanes = [
    ["lane_viewers", viewers(report.viewers, seconds, x)],
    ["lane_products", stays(report.timeline, seconds, x)],
    ["lane_comments", density(report.comments, seconds, x)],
    ["lane_promotions", marks(report.timeline, "promotion", x)],
    ["lane_actions", marks(report.timeline, "action", x)],
    ["lane_human", marks(report.timeline, "live", x)],
    ["lane_trouble", [...marks(report.timeline, "alarm", x), ...marks(report.timeline, "fault", x)]],
  ];
  return element("div", "timeline", {},
    ...lanes.map(([key, parts]) =>
      element("div", "timeline__lane", {}, element("span", "timeline__name", {}, language.say(key)),
        drawn("svg", { viewBox: `0 0 ${WIDTH} ${LANE}`, preserveAspectRatio: "none", role: "img", "aria-label": language.say(key), class: `timeline__svg timeline__svg--${key}` }, ...parts))),
    element("div", "timeline__lane", {}, element("span", "timeline__name"), ruler(seconds)));
}

/** Where the marks of the clock stand: at most ten of them. Pure. */
export function ticks(seconds) {
  const step = TICKS.find((one) => seconds / one <= 10) ?? TICKS.at(-1);
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, n) => n * step);
}

function ruler(seconds) {
  const marksOf = ticks(seconds).map((at) => {
    const mark = element("span", "timeline__tick", {}, clock(at));
    mark.style.left = `${((at / seconds) * 100).toFixed(2)}%`;
    return mark;
  });
  return element("div", "timeline__ruler", {}, ...marksOf);
}

function viewers(counts, seconds, x) {
  if (counts.length === 0) return [];
  const most = Math.max(1, ...counts.map((one) => one.viewers));
  const y = (count) => LANE - 2 - (count / most) * (LANE - 4);
  let path = `M0 ${y(counts[0].viewers)}`;
  for (const { at, viewers: count } of counts) path += `H${x(at).toFixed(1)}V${y(count).toFixed(1)}`;
  return [titled(drawn("path", { class: "timeline__viewers", d: `${path}H${x(seconds)}` }), `≤ ${most}`)];
}

function stays(timeline, seconds, x) {
  const shown = timeline.filter((one) => one.kind === "product");
  return shown.map((one, n) => {
    const until = shown[n + 1]?.at ?? seconds;
    return titled(drawn("rect", { class: `timeline__stay timeline__stay--${n % 2}`, x: x(one.at), y: 3, width: Math.max(1, x(until) - x(one.at) - 1), height: LANE - 6 }), `${one.text} ${clock(one.at)}–${clock(until)}`);
  });
}

function density(comments, seconds, x) {
  const bins = new Array(100).fill(0);
  for (const { at } of comments) bins[Math.min(99, Math.floor((at / seconds) * 100))] += 1;
  const most = Math.max(1, ...bins);
  return bins.flatMap((count, n) => {
    if (count === 0) return [];
    const height = (count / most) * (LANE - 3);
    return [titled(drawn("rect", { class: "timeline__density", x: n * 10 + 1, y: LANE - height, width: 8, height }), `${clock((n / 100) * seconds)}: ${count}`)];
  });
}

function marks(timeline, kind, x) {
  return timeline
    .filter((one) => one.kind === kind)
    .slice(0, MOST_MARKS)
    .map((one) => titled(drawn("rect", { class: `timeline__mark timeline__mark--${kind}`, x: x(one.at) - 1.5, y: 3, width: 3, height: LANE - 6 }), `${clock(one.at)} ${one.text}`));
}

function titled(part, text) {
  const title = drawn("title");
  title.textContent = text;
  part.append(title);
  return part;
}
