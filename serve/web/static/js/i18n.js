// The page's language: Persian, or English where the address ends in #en. Kept nowhere else.
import { WORDS } from "./words.js";

const listeners = [];
let language = location.hash === "#en" ? "en" : "fa";

/** "fa" or "en". */
export function current() {
  return language;
}

/** The words for a key in the page's language; some take values. */
export function t(key, ...values) {
  const words = WORDS[language][key];
  return typeof words === "function" ? words(...values) : (words ?? key);
}

/** Whether there are words for a key. */
export function has(key) {
  return key in WORDS[language];
}

/** A number in the page's digits. */
export function number(value, options = {}) {
  return new Intl.NumberFormat(language === "fa" ? "fa-IR" : "en-GB", options).format(value);
}

/** A moment in the page's calendar, Jalali in Persian; no line breaks within its date. */
export function moment(date) {
  const locale = language === "fa" ? "fa-IR-u-ca-persian" : "en-GB";
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
  const parts = format.formatToParts(date);
  return parts
    .map(({ value }, index) =>
      parts[index + 1]?.type === "hour" ? value : value.replaceAll(" ", "\u00a0"),
    )
    .join("");
}

/** Call `listener` now and whenever the language changes. */
export function onLanguage(listener) {
  listeners.push(listener);
  listener();
}

function write() {
  const root = document.documentElement;
  root.lang = language;
  root.dir = language === "fa" ? "rtl" : "ltr";
  document.title = t(root.dataset.title ?? "title");
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = t(place.dataset.text);
  }
  for (const place of document.querySelectorAll("[data-label]")) {
    place.setAttribute("aria-label", t(place.dataset.label));
  }
  for (const place of document.querySelectorAll("[data-placeholder]")) {
    place.setAttribute("placeholder", t(place.dataset.placeholder));
  }
  const toggle = document.getElementById("language");
  const other = language === "fa" ? "en" : "fa";
  toggle.textContent = other === "en" ? "English" : "فارسی";
  toggle.setAttribute("href", `#${other}`);
  toggle.setAttribute("lang", other);
  toggle.setAttribute("hreflang", other);
}

addEventListener("hashchange", () => {
  const asked = location.hash === "#en" ? "en" : location.hash === "#fa" ? "fa" : language;
  if (asked === language) return;
  language = asked;
  for (const listener of listeners) listener();
});

onLanguage(write);
