// Talking to the service: the only place that sends anything.
import { current } from "./i18n.js";

let key = "";

/** An answer of the service that is no success; its words are in `language`. */
export class Problem extends Error {
  constructor(status, code, title, detail, language) {
    super(title);
    Object.assign(this, { status, code, title, detail, language });
  }
}

/** Use a key from now on; it lives in this page's memory and ends with it. */
export function useKey(value) {
  key = value.trim();
}

async function ask(path, options = {}) {
  const language = current();
  const headers = { Accept: "application/json", "Accept-Language": language, ...options.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  const answer = await fetch(path, {
    ...options,
    headers,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  });
  if (answer.ok) return answer.json();
  const body = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, body.code ?? "", body.title ?? "", body.detail ?? "", language);
}

/** Who the service takes this page for. */
export const whoami = () => ask("/v1/me");
/** The rules and the protected kinds, in both languages. */
export const codebook = () => ask("/v1/codebook");
/** The model that scores. */
export const model = () => ask("/v1/model");

/** Assess a text; gives what a file gives. */
export async function scoreText(text, signal) {
  const assessment = await ask("/v1/score", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ text }),
    signal,
  });
  return { file: null, documents: [{ text, assessment }], unread: [], complete: true };
}

/** Read and assess a file. */
export function scoreFile(file, signal) {
  const form = new FormData();
  form.append("file", file, file.name);
  return ask("/v1/score/file", { method: "POST", body: form, signal });
}

const byToken = (token) => ({ Authorization: `Contest ${token}` });

/** The assessment that a contest link opens. */
export const contest = (token) => ask("/v1/contests/current", { headers: byToken(token) });

/** Answer it, once. */
export const answerContest = (token, statement) =>
  ask("/v1/contests/current/answer", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...byToken(token) },
    body: JSON.stringify({ statement }),
  });
