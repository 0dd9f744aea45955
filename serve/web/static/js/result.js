// A result as a person reads it: verdict, what to do, the text with its passages, the notes.
import { element, icon } from "./dom.js";
import { current, has, moment, number, t } from "./i18n.js";
import { linesOf, passagesOf, protectedOf } from "./text.js";

const LONGEST_QUOTE = 160;
const LONG_TEXT = 50_000;
const MOST_PLACES = 24;
// More notes than these scroll beside the text instead of running past its end.
const MOST_AT_ONCE = 4;
const VERDICTS = ["clear", "review", "flagged"];

/**
 * One document's result. `index` keeps ids apart where several stand in one report; `book` is
 * the codebook by name; `actions` are buttons to stand below the verdict.
 */
export function renderDocument({ text, assessment }, index, book, checkedAt, actions = null) {
  const passages = passagesOf(assessment);
  const fine = protectedOf(assessment);
  const withNotes = passages.length > 0;
  const sheet = renderText(text, [...passages, ...fine], index, book);
  return element(
    "article",
    { class: `result ${assessment.verdict}` },
    verdictOf(assessment, index),
    actions,
    adviceOf(assessment),
    remarksOf(assessment),
    element(
      "div",
      { class: withNotes ? "reading with-notes" : "reading" },
      element(
        "section",
        { "aria-labelledby": `text-${index}` },
        element(
          "div",
          { class: "reading-head" },
          element("h2", { id: `text-${index}` }, t("text_title")),
          fine.length ? toggleOf(sheet) : null,
        ),
        sheet,
      ),
      withNotes ? notesOf(passages, index, book) : null,
    ),
    fine.length ? kindsOf(fine, index, book) : null,
    colophonOf(assessment, checkedAt),
  );
}

function verdictOf(assessment, index) {
  const { verdict } = assessment;
  const steps = VERDICTS.map((step) =>
    element("li", { "aria-current": step === verdict ? "true" : null }, t(`step_${step}`)),
  );
  return element(
    "section",
    { class: "verdict", "aria-labelledby": `verdict-${index}` },
    icon(verdict),
    element(
      "div",
      {},
      assessment.id
        ? element("p", { class: "verdict-name" }, element("bdi", {}, assessment.id))
        : null,
      element("h1", { id: `verdict-${index}`, tabindex: "-1" }, t(`verdict_${verdict}`)),
      element("p", { class: "lead" }, meaningOf(assessment)),
    ),
    verdict === "abstained"
      ? null
      : element(
          "div",
          { class: "verdict-more" },
          element("ol", { class: "scale", "aria-label": t("scale_label") }, steps),
          element(
            "p",
            { class: "likelihood" },
            likelihoodOf(assessment.score),
            " ",
            element("small", {}, t("score_number", scoreInDigits(assessment.score))),
          ),
        ),
  );
}

function meaningOf(assessment) {
  if (assessment.verdict !== "abstained") return t(`meaning_${assessment.verdict}`);
  return t(`reason_${assessment.abstained_reason}`);
}

/** The score in words; bounds are for the words alone, the verdict has its own. */
function likelihoodOf(score) {
  const bounds = [0.05, 0.15, 0.4, 0.65, 0.9];
  const place = bounds.findIndex((bound) => score < bound);
  return t(`likelihood_${place === -1 ? bounds.length : place}`);
}

/** Two digits, and never certainty. */
function scoreInDigits(score) {
  return number(Math.min(0.99, Math.max(0.01, score)), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function versionInDigits(version) {
  return /^\d+$/.test(version) ? number(Number(version)) : version;
}

function adviceOf(assessment) {
  const { verdict } = assessment;
  const next =
    verdict === "abstained" ? t(`next_${assessment.abstained_reason}`) : t(`next_${verdict}`);
  const list = (items) => items.map((item) => element("li", {}, item));
  return element(
    "div",
    { class: "advice" },
    element(
      "section",
      { class: "card" },
      element("h2", {}, t("next_title")),
      element("ol", {}, list(next)),
    ),
    element(
      "section",
      { class: "card not" },
      element("h2", {}, t("not_title")),
      element("ul", {}, list(t(`not_${verdict}`))),
    ),
  );
}

/** What the reading had to do or leave out, in words. */
export function noteInWords(code) {
  const colon = code.indexOf(":");
  const name = colon === -1 ? code : code.slice(0, colon);
  const value = colon === -1 ? "" : code.slice(colon + 1).replace(/^page-/, "");
  const shown = /^\d+$/.test(value) ? number(Number(value), { useGrouping: false }) : value;
  if (has(`note_${code}`)) return t(`note_${code}`);
  return has(`note_${name}`) ? t(`note_${name}`, shown) : code;
}

function remarksOf(assessment) {
  if (!assessment.notes.length) return null;
  return element(
    "section",
    { class: "remarks" },
    element("h2", {}, t("notes_title")),
    element(
      "ul",
      {},
      assessment.notes.map((code) => element("li", {}, noteInWords(code))),
    ),
  );
}

function toggleOf(sheet) {
  const box = element("input", { type: "checkbox", checked: true });
  box.addEventListener("change", () => sheet.classList.toggle("plain", !box.checked));
  return element("label", {}, box, t("show_fine"));
}

/** The text exactly as it was submitted, each passage marked where it stands. */
function renderText(text, passages, index, book) {
  const lines = linesOf(text, passages);
  const length = text.length > LONG_TEXT ? " long" : "";
  const sheet = element("div", { class: `sheet${length}`, lang: "fa" });
  for (const pieces of lines) {
    const line = element("div", { class: "line", dir: "auto" });
    for (const piece of pieces) {
      for (const passage of piece.begins) line.append(labelOf(passage, index, book));
      line.append(renderPiece(piece, index));
      for (const passage of piece.ends) {
        if (passage.kind === "passage") line.append(hidden(t("passage_end", number(passage.number))));
      }
    }
    sheet.append(line);
  }
  return sheet;
}

function renderPiece({ text, passages, begins }, index) {
  if (!passages.length) return document.createTextNode(text);
  const numbers = (kind) =>
    passages.filter((passage) => passage.kind === kind).map((passage) => passage.number);
  const evidence = numbers("passage");
  const fine = numbers("fine");
  const piece = element("mark", {
    class: [evidence.length ? "passage" : "", fine.length ? "fine" : ""].join(" ").trim(),
    "data-passage": evidence.join(" ") || null,
    "data-fine": fine.join(" ") || null,
  });
  piece.textContent = text;
  // Several that begin here: each gets its own place to be found at.
  return begins.reduce(
    (inner, passage) =>
      element("span", { id: placeId(passage, index), tabindex: "-1" }, inner),
    piece,
  );
}

function placeId(passage, index) {
  return `${passage.kind}-${index}-${passage.number}`;
}

function labelOf(passage, index, book) {
  if (passage.kind === "fine") {
    const codes = passage.kinds.map((name) => book[name].code).join(" ");
    return element(
      "span",
      { class: "label label-fine", dir: "ltr" },
      element("span", { "aria-hidden": "true" }, codes),
      hidden(t("fine_begin", passage.kinds.map((name) => t(`kind_${name}`)))),
    );
  }
  const codes = passage.rules.map((rule) => book[rule.name].code);
  const names = passage.rules.map((rule) => t(`rule_${rule.name}`));
  return element(
    "a",
    {
      class: "label label-passage",
      href: `#note-${index}-${passage.number}`,
      "data-goto": `note-${index}-${passage.number}`,
      dir: current() === "fa" ? "rtl" : "ltr",
      lang: current(),
    },
    hidden(t("label_begin")),
    element("bdi", {}, number(passage.number)),
    element("bdi", { dir: "ltr" }, codes.join(" ")),
    names.length === 1
      ? element("span", { class: "label-name" }, names[0])
      : hidden(names.join(t("and"))),
  );
}

function hidden(words) {
  return element(
    "span",
    { class: "visually-hidden unselectable", lang: current(), dir: "auto" },
    words,
  );
}

function notesOf(passages, index, book) {
  return element(
    "section",
    { class: passages.length > MOST_AT_ONCE ? "notes many" : "notes", "aria-labelledby": `notes-${index}` },
    element("h2", { id: `notes-${index}` }, t("passages_title", number(passages.length))),
    element(
      "ol",
      {},
      passages.map((passage) => noteOf(passage, index, book)),
    ),
  );
}

function noteOf(passage, index, book) {
  const rules = passage.rules.map(({ name, probability }) =>
    element(
      "div",
      { class: "note-rule" },
      element(
        "strong",
        {},
        element("span", { class: "code" }, book[name].code),
        ` ${t(`rule_${name}`)}`,
      ),
      element("p", {}, current() === "fa" ? book[name].persian : book[name].english),
      element("p", { class: "note-try" }, t(`try_${name}`)),
      element("p", { class: "note-try" }, t("sureness", sureness(probability))),
    ),
  );
  return element(
    "li",
    { class: "note", id: `note-${index}-${passage.number}`, tabindex: "-1" },
    element("h3", {}, t("passage", number(passage.number))),
    element("q", { class: "note-quote", lang: "fa", dir: "auto" }, quoteOf(passage)),
    rules,
    element(
      "p",
      { class: "note-foot" },
      element(
        "a",
        {
          href: `#${placeId(passage, index)}`,
          "data-goto": placeId(passage, index),
        },
        t("show_in_text"),
        hidden(t("of_passage", number(passage.number))),
      ),
      passage.page === null ? null : element("span", {}, t("page", number(passage.page))),
    ),
  );
}

function sureness(probability) {
  return t(probability >= 0.75 ? "sure_high" : probability >= 0.4 ? "sure_middle" : "sure_low");
}

/** A passage's beginning, on one line; cut between code points. */
function quoteOf(passage) {
  const points = [...passage.text.replace(/\s+/g, " ")];
  return points.length > LONGEST_QUOTE ? `${points.slice(0, LONGEST_QUOTE).join("")}…` : points.join("");
}

function kindsOf(fine, index, book) {
  const byKind = new Map();
  for (const passage of fine) {
    for (const name of passage.kinds) byKind.set(name, [...(byKind.get(name) ?? []), passage]);
  }
  const inOrder = [...byKind].sort(([a], [b]) => book[a].code.localeCompare(book[b].code));
  return element(
    "section",
    { class: "kinds", "aria-labelledby": `kinds-${index}` },
    element("h2", { id: `kinds-${index}` }, t("fine_title")),
    element("p", {}, t("fine_why")),
    element(
      "ul",
      {},
      inOrder.map(([name, passages]) =>
        element(
          "li",
          {},
          element(
            "strong",
            {},
            element("span", { class: "code code-fine" }, book[name].code),
            ` ${t(`kind_${name}`)}`,
          ),
          element("p", {}, current() === "fa" ? book[name].persian : book[name].english),
          placesOf(passages, index),
        ),
      ),
    ),
  );
}

function placesOf(passages, index) {
  const links = passages.slice(0, MOST_PLACES).map((passage, i) => [
    " ",
    element(
      "a",
      {
        href: `#${placeId(passage, index)}`,
        "data-goto": placeId(passage, index),
        "aria-label": t("show_place", number(i + 1)),
      },
      number(i + 1),
    ),
  ]);
  const more = passages.length - MOST_PLACES;
  return element(
    "p",
    { class: "places" },
    t("places"),
    links,
    more > 0 ? ` ${t("places_more", number(more))}` : null,
  );
}

function colophonOf(assessment, checkedAt) {
  return element(
    "footer",
    { class: "colophon" },
    element("p", {}, t("person_decides")),
    element("p", {}, t("checked_at", moment(checkedAt))),
    element("p", {}, t("model_is"), " ", element("bdi", { dir: "ltr" }, assessment.model)),
    element("p", {}, t("codebook_is", versionInDigits(assessment.codebook))),
  );
}
