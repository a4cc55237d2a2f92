"use strict";
/* Small parts that every section of the report is made of. Text always goes in as text: chat is written by strangers. */

const FATES = ["spoken", "written", "merged", "declined", "expired", "refused"];
const NOT_MEASURED = "not-measured";

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "style") made.style.cssText = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function clock(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return (parts[0] ? [...parts] : parts.slice(1)).map((n) => String(n).padStart(2, "0")).join(":");
}

function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many || one + "s"}`;
}

function fateColour(fate) {
  return FATES.includes(fate) ? `var(--${fate})` : "var(--fail)";
}

function outcomeWord(outcome) {
  return { pass: "pass", fail: "FAIL", [NOT_MEASURED]: "not measured" }[outcome];
}

function figure(value, what) {
  return element("div", { class: "card figure" }, element("b", {}, value), element("span", {}, what));
}
