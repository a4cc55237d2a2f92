/**
 * Build an element: `element("button", "act act--stop", { type: "button", onclick: stop }, "STOP")`.
 *
 * Attributes that are null, undefined or false are left out; functions become listeners (`onclick`); `text` is its text.
 */
export function element(tag, name = "", attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (name !== "") made.className = name;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** The same for a part of a drawing. */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

/** Set a text only when it differs: a screen reader hears no change that is none, and a selection stays. */
export function write(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
