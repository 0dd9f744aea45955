// Building elements: text only ever becomes text, never markup.

/** An element with attributes and children; strings become text nodes, null is left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

/** The element with this id. */
export function byId(id) {
  return document.getElementById(id);
}

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  clear: ["M24 4a20 20 0 1 0 .01 0z", "M15 25l6.5 6.5L34 18"],
  review: ["M3 24c5-9 12-13.5 21-13.5S40 15 45 24c-5 9-12 13.5-21 13.5S8 33 3 24z", "M24 17a7 7 0 1 0 .01 0z"],
  flagged: ["M11 44V6", "M11 8c9-5 17 5 27 0v19c-10 5-18-5-27 0"],
  abstained: ["M24 4a20 20 0 1 0 .01 0z", "M15 24h18"],
};

/** The picture of a verdict; decoration, its words stand beside it. */
export function icon(verdict) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 48 48");
  picture.setAttribute("class", "verdict-icon");
  picture.setAttribute("aria-hidden", "true");
  for (const path of ICONS[verdict]) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    picture.append(line);
  }
  return picture;
}
