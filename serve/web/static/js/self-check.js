// The self-check: a text or a file in, its result out. Nothing is kept beyond this page.
import * as api from "./api.js";
import { byId, element } from "./dom.js";
import { current, number, onLanguage, t } from "./i18n.js";
import { saveData, saveReport } from "./report.js";
import { renderDocument } from "./result.js";
import { countCodePoints } from "./text.js";

const state = { file: null, running: null, answer: null, checkedAt: null, shown: 0 };
let book = null;
let rules = [];
let kinds = [];

const form = byId("form");
const textField = byId("text");
const filePicker = byId("file");

// What the service tells of itself -----------------------------------------------------------

async function loadCodebook() {
  if (book) return;
  const found = await api.codebook();
  ({ rules, protected: kinds } = found);
  book = Object.fromEntries([...rules, ...kinds].map((category) => [category.name, category]));
  drawLegend();
}

function drawLegend() {
  const row = (category, prefix, style) =>
    element(
      "li",
      {},
      element("span", { class: style }, category.code),
      element("span", {}, t(`${prefix}_${category.name}`)),
    );
  byId("rules").replaceChildren(...rules.map((rule) => row(rule, "rule", "code")));
  byId("kinds").replaceChildren(...kinds.map((kind) => row(kind, "kind", "code code-fine")));
}

async function greet() {
  try {
    await loadCodebook();
    byId("model").textContent = (await api.model()).version;
    await api.whoami();
  } catch (error) {
    complain(error);
  }
}

// Problems and the key -----------------------------------------------------------------------

function complain(error) {
  if (error instanceof api.Problem && error.status === 401) {
    const first = byId("key-form").hidden;
    byId("key-form").hidden = false;
    if (first) return;
  }
  if (error instanceof api.Problem) showProblem(error.title, error.detail, error.language);
  else if (error instanceof TypeError && /fetch|network/i.test(error.message)) {
    showProblem(t("unreachable_title"), t("unreachable"));
  } else showProblem(t("broken_title"), t("broken"));
}

function showProblem(title, detail, language = current()) {
  const direction = language === "fa" ? "rtl" : "ltr";
  byId("problem").replaceChildren(
    element(
      "div",
      { class: "problem", lang: language, dir: direction },
      element("strong", {}, title),
      element("span", {}, detail),
    ),
  );
}

function clearProblem() {
  byId("problem").replaceChildren();
}

byId("key-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  api.useKey(byId("key").value);
  clearProblem();
  try {
    await api.whoami();
    byId("key-form").hidden = true;
    byId("key").value = "";
    say(t("key_accepted"));
    textField.focus();
  } catch (error) {
    complain(error);
    byId("key").focus();
  }
});

// Writing and choosing -----------------------------------------------------------------------

function drawCount() {
  byId("count").textContent = state.file
    ? ""
    : t("count", number(countCodePoints(textField.value)));
  // An empty field shows the page's words, in their direction.
  textField.dir = textField.value ? "auto" : document.documentElement.dir;
}

function choose(file) {
  state.file = file;
  clearProblem();
  byId("chosen").hidden = !file;
  textField.hidden = Boolean(file);
  drawFile();
  drawCount();
  if (file) byId("check").focus();
  else textField.focus();
}

function drawFile() {
  if (!state.file) return;
  byId("chosen-name").textContent = state.file.name;
  const size = Math.max(1, Math.round(state.file.size / 1000));
  byId("chosen-size").textContent = t("file_size", number(size));
}

textField.addEventListener("input", drawCount);
textField.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
filePicker.addEventListener("change", () => {
  if (filePicker.files.length) choose(filePicker.files[0]);
  filePicker.value = "";
});
byId("drop-file").addEventListener("click", () => choose(null));
byId("example").addEventListener("click", () => {
  choose(null);
  textField.value = t("example_text");
  drawCount();
  form.requestSubmit();
});

// A file that is dropped beside the sheet must not replace the page.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => event.preventDefault());
}
form.addEventListener("dragover", () => form.classList.add("over"));
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  form.classList.remove("over");
  const { files } = event.dataTransfer;
  if (state.running || !files.length) return;
  if (files.length > 1) showProblem(t("one_file_title"), t("one_file"));
  else choose(files[0]);
});

// Checking -----------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!state.running) check();
});

async function check() {
  clearProblem();
  // Halves of a letter that lost its other half cannot be sent; the browser replaces them.
  const text = textField.value.toWellFormed();
  if (!state.file && !text.trim()) {
    showProblem(t("nothing_title"), t("nothing"));
    textField.focus();
    return;
  }
  const running = new AbortController();
  wait(running);
  try {
    await loadCodebook();
    const answer = state.file
      ? await api.scoreFile(state.file, running.signal)
      : await api.scoreText(text, running.signal);
    Object.assign(state, { answer, checkedAt: new Date(), shown: 0 });
    stopWaiting();
    showResult();
    say(t("done", t(`verdict_${answer.documents[0].assessment.verdict}`)));
  } catch (error) {
    stopWaiting();
    if (running.signal.aborted) {
      say(t("cancelled"));
      byId("check").focus();
    } else complain(error);
  }
}

// How long it takes -------------------------------------------------------------------------

// Files whose length shows before they are read; of the others, only that they are large.
const PLAIN = /\.(txt|md|markdown|html?|csv|tsv|jsonl)$/i;
const LARGE_TEXT = 50_000;
const LARGE_FILE = 300_000;
const WORTH_TELLING = 8;
let expected = null;

/** Tell what to expect of a long text, by its length and the service's pace of late. */
async function expect(running) {
  const { file } = state;
  const known = !file || PLAIN.test(file.name);
  try {
    const length = known ? countCodePoints(file ? await file.text() : textField.value) : null;
    const pace = known ? (await api.model()).characters_per_second : null;
    if (state.running !== running) return;
    const large = length === null ? file.size > LARGE_FILE : length > LARGE_TEXT;
    const seconds = length !== null && pace ? length / pace : null;
    if (seconds === null ? !large : seconds < WORTH_TELLING) return;
    expected = { seconds };
    drawExpected();
    say(`${t("waiting")} ${byId("expected").textContent}`);
  } catch {
    // What to expect is a courtesy; the check itself tells what is wrong.
  }
}

function drawExpected() {
  byId("expected").hidden = expected === null;
  if (expected === null) return;
  const { seconds } = expected;
  byId("expected").textContent =
    seconds === null ? t("expected_long") : t("expected", duration(seconds));
}

/** A time as people say it, rather too long than too short. */
function duration(seconds) {
  return seconds <= 60
    ? t("seconds", number(Math.ceil(seconds / 10) * 10))
    : t("minutes", number(Math.ceil(seconds / 60)));
}

let clock = 0;

function wait(running) {
  state.running = running;
  const begun = Date.now();
  const tick = () => {
    byId("elapsed").textContent = t("elapsed", number(Math.floor((Date.now() - begun) / 1000)));
  };
  tick();
  clock = setInterval(tick, 1000);
  byId("tools").hidden = true;
  byId("waiting").hidden = false;
  byId("drop-file").hidden = true;
  textField.readOnly = true;
  form.setAttribute("aria-busy", "true");
  say(t("waiting"));
  byId("cancel").focus();
  expect(running);
}

function stopWaiting() {
  clearInterval(clock);
  state.running = null;
  expected = null;
  drawExpected();
  byId("tools").hidden = false;
  byId("waiting").hidden = true;
  byId("drop-file").hidden = false;
  textField.readOnly = false;
  form.removeAttribute("aria-busy");
}

byId("cancel").addEventListener("click", () => state.running?.abort());

function say(words) {
  byId("status").textContent = words;
}

// The result ---------------------------------------------------------------------------------

function showResult() {
  drawResult();
  byId("compose").hidden = true;
  byId("result").hidden = false;
  scrollTo(0, 0);
  byId(`verdict-${state.shown}`).focus({ preventScroll: true });
}

function drawResult() {
  if (!state.answer) return;
  const { documents } = state.answer;
  byId("result").replaceChildren(
    ...[drawFileSummary()].filter(Boolean),
    renderDocument(documents[state.shown], state.shown, book, state.checkedAt, drawActions()),
  );
}

function drawActions() {
  const button = (words, act, style = "button") => {
    const made = element("button", { class: style, type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  };
  return element(
    "div",
    { class: "actions" },
    button(t("again"), edit, "button primary"),
    button(t("fresh"), startAnew),
    button(t("print"), () => print(), "button quiet"),
    button(
      t("save_page"),
      () => saveReport(state.answer, book, state.checkedAt).catch(complainHere),
      "button quiet",
    ),
    button(t("save_data"), () => saveData(state.answer, state.checkedAt), "button quiet"),
  );
}

function complainHere(error) {
  edit();
  complain(error);
}

/** Of a file: its documents to choose from, and what was not read. */
function drawFileSummary() {
  const { documents, unread, complete } = state.answer;
  if (documents.length < 2 && !unread.length && complete) return null;
  const choice = ({ assessment }, index) => {
    const made = element(
      "button",
      {
        class: `document-choice ${assessment.verdict}`,
        type: "button",
        "aria-current": index === state.shown ? "true" : null,
      },
      element("bdi", {}, assessment.id ?? number(index + 1)),
      element("span", {}, t(`step_${assessment.verdict}`)),
    );
    made.addEventListener("click", () => {
      state.shown = index;
      drawResult();
      byId(`verdict-${index}`).focus();
    });
    return element("li", {}, made);
  };
  const place = (item) => (item.line ? t("unread_line", item.file, number(item.line)) : item.file);
  return element(
    "section",
    { class: "documents", "aria-labelledby": "documents" },
    element("h2", { id: "documents" }, t("documents_title", number(documents.length))),
    documents.length > 1 ? element("ol", {}, documents.map(choice)) : null,
    complete ? null : element("p", { class: "remarks" }, t("incomplete")),
    unread.length
      ? element(
          "div",
          { class: "remarks" },
          element("h3", {}, t("unread_title")),
          element(
            "ul",
            {},
            unread.map((item) =>
              element("li", {}, element("bdi", {}, place(item)), ": ", element("bdi", {}, item.reason)),
            ),
          ),
        )
      : null,
  );
}

function edit() {
  byId("result").hidden = true;
  byId("result").replaceChildren();
  byId("compose").hidden = false;
  state.answer = null;
  (state.file ? byId("check") : textField).focus();
}

function startAnew() {
  textField.value = "";
  edit();
  choose(null);
}

// Links inside a result move the focus, not the address, which holds the language.
byId("result").addEventListener("click", (event) => {
  const link = event.target.closest("a[data-goto]");
  if (!link) return;
  event.preventDefault();
  goTo(link.dataset.goto);
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("content").focus();
});

function goTo(id) {
  const target = byId(id);
  if (!target) return;
  for (const active of byId("result").querySelectorAll(".active")) active.classList.remove("active");
  const [, , place] = id.split("-");
  for (const mark of byId("result").querySelectorAll(`[data-passage~="${CSS.escape(place)}"]`)) {
    if (!id.startsWith("fine")) mark.classList.add("active");
  }
  if (id.startsWith("note")) target.classList.add("active");
  target.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

// --------------------------------------------------------------------------------------------

onLanguage(() => {
  drawLegend();
  drawCount();
  drawFile();
  drawExpected();
  drawResult();
});
greet();
