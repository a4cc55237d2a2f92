"use strict";
/* Plots as SVG, drawn from the report's numbers. */

const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function niceStep(span, most) {
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw || 1));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= raw) || power * 10;
}

/* Bars over a number line; `other` is drawn behind, for the run before. */
function histogram(values, { unit = "s", other = null, label = "" } = {}) {
  const all = other ? values.concat(other) : values;
  const low = Math.min(0, ...all);
  const step = niceStep(Math.max(...all, low + 1e-6) - low || 1, 18);
  const bins = Math.max(1, Math.ceil((Math.max(...all) - low) / step + 1e-9));
  const tally = (list) => {
    const heights = new Array(bins).fill(0);
    for (const value of list) heights[Math.min(bins - 1, Math.floor((value - low) / step))] += 1;
    return heights;
  };
  const now = tally(values);
  const before = other ? tally(other) : null;
  const top = Math.max(...now, ...(before || [0]), 1);
  const width = 520, height = 170, left = 34, bottom = 24;
  const plot = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const across = (width - left - 8) / bins;
  const up = (n) => (n / top) * (height - bottom - 14);
  for (let bin = 0; bin < bins; bin += 1) {
    const x = left + bin * across;
    const title = `${(low + bin * step).toFixed(step < 1 ? 1 : 0)}–${(low + (bin + 1) * step).toFixed(step < 1 ? 1 : 0)} ${unit}: ${now[bin]}`;
    if (before) plot.append(shape("rect", { x, y: height - bottom - up(before[bin]), width: across * 0.9, height: up(before[bin]), fill: "var(--before)", opacity: 0.5 }));
    const bar = shape("rect", { x: x + (before ? across * 0.22 : 0), y: height - bottom - up(now[bin]), width: across * (before ? 0.46 : 0.9), height: up(now[bin]), fill: "var(--accent)", rx: 2 });
    bar.append(shape("title", {}, title));
    plot.append(bar);
    if (bin % Math.ceil(bins / 8) === 0) plot.append(shape("text", { x, y: height - 8 }, (low + bin * step).toFixed(step < 1 ? 1 : 0)));
  }
  plot.append(shape("line", { x1: left, x2: width - 8, y1: height - bottom, y2: height - bottom, class: "axis" }));
  plot.append(shape("text", { x: width - 8, y: height - 8, "text-anchor": "end" }, unit), shape("text", { x: left - 6, y: 16, "text-anchor": "end" }, String(top)));
  return plot;
}

/* Comments a while, stacked by fate, over the time of the show. */
function fatesOverTime(comments, seconds) {
  const bins = Math.max(1, Math.min(90, Math.ceil(seconds / 10)));
  const each = Math.max(1, seconds / bins);
  const piles = Array.from({ length: bins }, () => ({}));
  for (const comment of comments) {
    const pile = piles[Math.min(bins - 1, Math.floor(comment.at / each))];
    pile[comment.fate || "none"] = (pile[comment.fate || "none"] || 0) + 1;
  }
  const top = Math.max(1, ...piles.map((pile) => Object.values(pile).reduce((a, b) => a + b, 0)));
  const width = 1100, height = 190, left = 40, bottom = 24;
  const plot = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "comments over time by fate" });
  const across = (width - left - 8) / bins;
  piles.forEach((pile, bin) => {
    let y = height - bottom;
    for (const fate of [...FATES, "none"]) {
      if (!pile[fate]) continue;
      const tall = (pile[fate] / top) * (height - bottom - 12);
      y -= tall;
      const bar = shape("rect", { x: left + bin * across, y, width: Math.max(1, across * 0.88), height: tall, fill: fateColour(fate) });
      bar.append(shape("title", {}, `${clock(bin * each)}: ${pile[fate]} ${fate}`));
      plot.append(bar);
    }
  });
  const step = niceStep(seconds, 9);
  for (let at = 0; at <= seconds; at += step) {
    const x = left + (at / (each * bins)) * (width - left - 8);
    plot.append(shape("text", { x, y: height - 8 }, clock(at)));
  }
  plot.append(shape("line", { x1: left, x2: width - 8, y1: height - bottom, y2: height - bottom, class: "axis" }), shape("text", { x: left - 6, y: 16, "text-anchor": "end" }, String(top)));
  return plot;
}

/* Dots over the time of the show, with the bars between which they should lie. */
function dots(points, seconds, { unit = "", bars = [], label = "" } = {}) {
  const values = points.map((point) => point[1]).concat(bars);
  const low = Math.min(...values), high = Math.max(...values);
  const pad = (high - low || 1) * 0.12;
  const width = 520, height = 170, left = 46, bottom = 24;
  const x = (at) => left + (at / Math.max(1, seconds)) * (width - left - 8);
  const y = (value) => height - bottom - ((value - low + pad) / (high - low + 2 * pad)) * (height - bottom - 10);
  const plot = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  for (const bar of bars) {
    plot.append(shape("line", { x1: left, x2: width - 8, y1: y(bar), y2: y(bar), stroke: "var(--fail)", "stroke-dasharray": "4 4", opacity: 0.7 }), shape("text", { x: left - 6, y: y(bar) + 4, "text-anchor": "end" }, String(bar)));
  }
  for (const [at, value] of points) {
    const dot = shape("circle", { cx: x(at), cy: y(value), r: 3.2, fill: "var(--accent)" });
    dot.append(shape("title", {}, `${clock(at)}: ${value} ${unit}`));
    plot.append(dot);
  }
  plot.append(shape("line", { x1: left, x2: width - 8, y1: height - bottom, y2: height - bottom, class: "axis" }), shape("text", { x: width - 8, y: height - 8, "text-anchor": "end" }, clock(seconds)), shape("text", { x: left, y: height - 8 }, "00:00"));
  return plot;
}
