// The page behind a contest link: one assessment, and one answer to it. Nothing is kept.
import * as api from "./api.js";
import { byId, element } from "./dom.js";
import { current, moment, number, onLanguage, t } from "./i18n.js";
import { countCodePoints } from "./text.js";

const MOST = 5000;
const TOKEN = /^#btc_/;
let token = "";
let seen = null;

const form = byId("form");
const field = byId("statement");

/** Take the token out of the address, so that nobody reads it over a shoulder or in a history. */
function takeToken() {
  if (!TOKEN.test(location.hash)) return false;
  token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  return true;
}

async function open() {
  byId("problem").replaceChildren();
  seen = null;
  if (!token) return draw();
  try {
    seen = await api.contest(token);
  } catch (error) {
    complain(error);
  }
  draw();
}

function complain(error) {
  const known = error instanceof api.Problem;
  const language = known ? error.language : current();
  byId("problem").replaceChildren(
    element(
      "div",
      { class: "problem", lang: language, dir: language === "fa" ? "rtl" : "ltr" },
      element("strong", {}, known ? error.title : t("unreachable_title")),
      element("span", {}, known ? error.detail : t("contest_unreachable")),
    ),
  );
}

function draw() {
  const open = seen !== null && !seen.answered_at && seen.outcome !== "overturned";
  form.hidden = byId("hint").hidden = !open;
  byId("lead").textContent = t(token ? "contest_lead" : "contest_no_link");
  byId("assessment").replaceChildren(
    ...(seen
      ? [stateOf(seen), foundOf(seen), notOf(), saidOf(seen), answerOf(seen)].filter(Boolean)
      : []),
  );
  countDown();
}

function section(id, ...parts) {
  return element(
    "section",
    { "aria-labelledby": id },
    element("h2", { id }, t(id)),
    ...parts,
  );
}

function stateOf(given) {
  return element(
    "section",
    { class: "card state", "aria-labelledby": "contest_state" },
    element("h2", { id: "contest_state" }, t("contest_state")),
    given.document ? element("p", {}, element("bdi", {}, given.document)) : null,
    element("p", {}, t(`contest_${given.outcome}`)),
    element("p", { class: "where" }, t("contest_until", moment(new Date(given.expires_at)))),
  );
}

function foundOf(given) {
  const passages = new Map();
  for (const item of given.evidence) {
    const key = `${item.start}-${item.end}`;
    if (!passages.has(key)) passages.set(key, { ...item, categories: [] });
    passages.get(key).categories.push(item.category);
  }
  if (!passages.size) return section("contest_found", element("p", {}, t("contest_nowhere")));
  const kept = given.evidence.every((item) => item.text !== null);
  return section(
    "contest_found",
    kept ? null : element("p", {}, t("contest_not_kept")),
    element("ol", {}, ...[...passages.values()].map(passageOf)),
  );
}

function passageOf(passage) {
  const where = t("contest_place", number(passage.start + 1), number(passage.end));
  const page = passage.page === null ? null : t("page", number(passage.page));
  return element(
    "li",
    { class: "note" },
    passage.text === null ? null : element("blockquote", { dir: "auto" }, passage.text),
    element("p", { class: "where" }, page ? `${where}${t("comma")}${page}` : where),
    passage.categories.map(categoryOf),
  );
}

function categoryOf(category) {
  const words = category[current() === "fa" ? "persian" : "english"];
  return element(
    "p",
    { class: "note-rule" },
    element("span", { class: category.code.startsWith("E") ? "code" : "code code-fine" }, category.code),
    ` ${words}`,
  );
}

function notOf() {
  return element(
    "section",
    { class: "card not", "aria-labelledby": "not_title" },
    element("h2", { id: "not_title" }, t("not_title")),
    element("ul", {}, ...t("contest_not").map((line) => element("li", {}, line))),
  );
}

function saidOf(given) {
  if (!given.reviews.length) return null;
  return section(
    "contest_reviews",
    element(
      "ul",
      { class: "words" },
      ...given.reviews.map((review) =>
        element(
          "li",
          { class: "card" },
          element("strong", {}, t(`contest_${review.decision}`)),
          review.category ? categoryOf(review.category) : null,
          element("p", { class: "said", dir: "auto" }, review.reason),
          element("time", { datetime: review.at }, moment(new Date(review.at))),
        ),
      ),
    ),
  );
}

function answerOf(given) {
  if (!given.answered_at) return null;
  return section(
    "contest_answer",
    element(
      "div",
      { class: "card" },
      element("p", { class: "said", dir: "auto" }, given.statement),
      element(
        "time",
        { datetime: given.answered_at },
        moment(new Date(given.answered_at)),
      ),
    ),
  );
}

function countDown() {
  const left = MOST - countCodePoints(field.value);
  const count = byId("count");
  count.textContent = left < 0 ? t("contest_over", number(-left)) : t("contest_left", number(left));
  count.classList.toggle("over", left < 0);
}

field.addEventListener("input", countDown);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!field.value.trim()) {
    field.focus();
    byId("status").textContent = t("contest_empty");
    return;
  }
  const button = byId("send");
  button.disabled = true;
  byId("problem").replaceChildren();
  try {
    seen = await api.answerContest(token, field.value);
    field.value = "";
    draw();
    byId("status").textContent = t("contest_sent");
    byId("heading").focus();
  } catch (error) {
    complain(error);
    // Somebody may have answered by the same link meanwhile: show what stands now.
    if (error instanceof api.Problem && error.status === 409) {
      seen = await api.contest(token).catch(() => seen);
      draw();
    }
  } finally {
    button.disabled = false;
  }
});

addEventListener("hashchange", () => {
  if (takeToken()) open();
});
takeToken();
onLanguage(draw);
open();
