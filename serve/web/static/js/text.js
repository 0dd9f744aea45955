// Offsets and pieces of a text. The service counts code points, a browser UTF-16 units.

/** How many code points a text has. */
export function countCodePoints(text) {
  let pairs = 0;
  for (let i = 0; i < text.length - 1; i += 1) {
    if (isPair(text, i)) {
      pairs += 1;
      i += 1;
    }
  }
  return text.length - pairs;
}

function isPair(text, i) {
  const high = text.charCodeAt(i);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(i + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

/** From offsets in code points to offsets in UTF-16 units, in one walk over the text. */
export function utf16Offsets(text, offsets) {
  const sorted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map();
  let units = 0;
  let points = 0;
  for (const offset of sorted) {
    while (points < offset && units < text.length) {
      units += isPair(text, units) ? 2 : 1;
      points += 1;
    }
    found.set(offset, units);
  }
  return found;
}

/** Evidence by where it stands: one passage each, with all the rules that it falls under. */
export function passagesOf(assessment) {
  const passages = new Map();
  for (const item of assessment.evidence) {
    const place = `${item.start} ${item.end}`;
    const passage = passages.get(place) ?? {
      start: item.start,
      end: item.end,
      text: item.text,
      page: item.page ?? null,
      rules: [],
    };
    passage.rules.push({ name: item.rule, probability: item.probability });
    passages.set(place, passage);
  }
  const inOrder = [...passages.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  inOrder.forEach((passage, i) => Object.assign(passage, { kind: "passage", number: i + 1 }));
  return inOrder;
}

/** Protected passages by where they stand, with all kinds of each. */
export function protectedOf(assessment) {
  const passages = new Map();
  for (const item of assessment.protected) {
    const place = `${item.start} ${item.end}`;
    const passage = passages.get(place) ?? { start: item.start, end: item.end, kinds: [] };
    passage.kinds.push(item.kind);
    passages.set(place, passage);
  }
  const inOrder = [...passages.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  inOrder.forEach((passage, i) => Object.assign(passage, { kind: "fine", number: i + 1 }));
  return inOrder;
}

/**
 * The text cut at line ends and wherever a passage begins or ends: lines of pieces, each with
 * the passages that it lies in. The pieces' texts joined are the text.
 */
export function linesOf(text, passages) {
  const offsets = utf16Offsets(
    text,
    passages.flatMap((passage) => [passage.start, passage.end]),
  );
  const events = passages
    .map((passage) => ({ passage, from: offsets.get(passage.start), to: offsets.get(passage.end) }))
    .filter((event) => event.from < event.to);
  const cuts = new Set([text.length]);
  for (const { from, to } of events) cuts.add(from).add(to);
  const lineEnds = new Set();
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    lineEnds.add(at + 1);
    cuts.add(at + 1);
  }
  const waiting = events.sort((a, b) => a.from - b.from);
  let next = 0;
  let inside = [];
  const lines = [];
  let line = [];
  let begin = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    if (cut <= begin) continue;
    inside = inside.filter((event) => event.to > begin);
    while (next < waiting.length && waiting[next].from <= begin) inside.push(waiting[next++]);
    line.push({
      text: text.slice(begin, cut),
      passages: inside.map((event) => event.passage),
      begins: inside.filter((event) => event.from === begin).map((event) => event.passage),
      ends: inside.filter((event) => event.to === cut).map((event) => event.passage),
    });
    begin = cut;
    if (lineEnds.has(cut)) {
      lines.push(line);
      line = [];
    }
  }
  if (line.length) lines.push(line);
  return lines;
}
