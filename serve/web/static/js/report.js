// What leaves the page as a file: a report that needs nothing else, and the data.
import { element } from "./dom.js";
import { current, t } from "./i18n.js";
import { renderDocument } from "./result.js";

// The report may show what stands in it, and load or run nothing.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:";
const STYLES = ["tokens", "base", "report"];
const FONT = "/web/fonts/vazirmatn.woff2";
// What does something only on the page.
const LEFT_OUT = ".reading-head label";

/** Save all documents of an answer as one HTML file. */
export async function saveReport(answer, book, checkedAt) {
  const [styles, print, font] = await Promise.all([
    Promise.all(STYLES.map((name) => textOf(`/web/css/${name}.css`))),
    textOf("/web/css/print.css"),
    dataUrlOf(FONT),
  ]);
  const style = [...styles, `@media print { ${withoutPageRules(print)} }`, "@page { margin: 18mm 16mm; }"]
    .join("\n")
    .replaceAll(FONT, font);
  const main = element("main", {});
  answer.documents.forEach((document, index) => {
    const shown = renderDocument(document, index, book, checkedAt);
    for (const part of shown.querySelectorAll(LEFT_OUT)) part.remove();
    main.append(shown);
  });
  const body = element(
    "body",
    {},
    element("header", { class: "top" }, element("p", { class: "brand" }, t("report_title"))),
    main,
  );
  // Written out, for this page's own policy keeps styles from any document that it makes. What
  // was submitted stands in `body` alone, which the browser escapes.
  const html = [
    "<!doctype html>",
    `<html lang="${current()}" dir="${current() === "fa" ? "rtl" : "ltr"}">`,
    '<head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${t("report_title")}</title><style>${style}</style></head>`,
    body.outerHTML,
    "</html>",
  ].join("\n");
  save(html, "text/html;charset=utf-8", `${nameOf(answer)}.html`);
}

/** Save the answer as JSON. */
export function saveData(answer, checkedAt) {
  const data = { checked_at: checkedAt.toISOString(), ...answer };
  save(JSON.stringify(data, null, 1), "application/json", `${nameOf(answer)}.json`);
}

function nameOf(answer) {
  const own = (answer.file ?? "").replace(/\.[^.]*$/, "").replace(/[^\p{L}\p{N}\u200c _-]/gu, "_");
  return own.trim() ? `bitaraf-${own.trim().slice(0, 80)}` : "bitaraf";
}

function withoutPageRules(style) {
  return style.replace(/@page \{[^}]*\}/g, "");
}

async function textOf(path) {
  return (await fetch(path, { credentials: "omit" })).text();
}

async function dataUrlOf(path) {
  const bytes = new Uint8Array(await (await fetch(path, { credentials: "omit" })).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:font/woff2;base64,${btoa(binary)}`;
}

function save(content, type, name) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // Later, for some browsers begin to read only now.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
