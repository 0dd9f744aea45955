"""The corpus's datasheet (Gebru et al. 2021): written words and counted figures together.

The words stand here, the figures are counted anew each time: `bitaraf data datasheet` writes
``data/DATASHEET.md`` and its plots.
"""

from __future__ import annotations

import statistics as stats
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data.agreement import Agreement
from data.leaks import TOO_TELLING, Leak
from data.schema import Document
from data.statistics import FULL_OF_POLITICS, statistics

_MOTIVATION = """
## Motivation
Charity law in many countries bars associations from campaigning for candidates and parties, and
protects what they say on law, policy and rights. No public corpus in any language that we found
teaches that line, and none is in Persian. This one was written to train and to test a classifier
that helps people to check a text before it goes out, and to read many with open eyes. It is not
meant for detecting dissent, for judging persons, or for ranking organisations.
"""

_COLLECTION = """
## How it was made
Every text was written for this corpus, one by one, by several *hands*: writers with a brief of
their own, most of them language models instructed and checked by the maintainers, who read the
codebook and wrote in the draft format of `data/drafts.py`, in which evidence is marked inside the
text. Nothing was taken from publications, and nothing comes from a template or a generator script.
All persons, organisations, lists and campaigns are invented; factional words, offices, cities and
generic names of parties are real. The import turns marks into offsets and validates each record;
`bitaraf data check` looks for copies, leaks, broken twins, unbalanced splits and real persons.

The label follows the codebook: a document is `partisan` if one passage falls under a rule, else
`permitted`. Evidence is the operative sentence or sentences, whole.
"""

_SPLITS = """
Splits are folders and a story (everything written around one event, pair, swap group or family)
is never divided. The test split is by two hands that wrote nothing else and saw no other hand's
work; the development split likewise, but for a few stories that moved to the training split.
"""

_USES = """
## Uses, and what it cannot show
- Training and testing of the classifier in this repository; teaching the line to people.
- Half of the documents are partisan. In real publications a few per cent are: a figure measured
  here must be converted before it is quoted for another share.
- The hands know the codebook. Real authors are duller, longer, and less clear; the corpus holds
  few texts of more than 700 words and few by authors who do not know what they are doing.
- Hands of one kind share habits. A classifier may learn the habit: measure on other texts too.
- Never use it to train a detector of politics, dissent or criticism, or to profile authors.

## Distribution and upkeep
Licence: CC BY 4.0. It lies in the repository under `data/corpus`, one JSON object a line; new
documents come as drafts in a pull request, `bitaraf data import` and `bitaraf data check`
(`data/README.md` says how, with what writers learned). Faults found are mended in the
JSON lines and named in the commit. Texts of users never enter it; the kinds of error that they
report tell what to write next.
"""


def render_datasheet(
    splits: Mapping[str, Sequence[Document]],
    leaks: Sequence[Leak],
    reading: Agreement | None,
    plots: Mapping[str, str],
) -> str:
    """The datasheet as Markdown; `plots` maps captions to files beside it."""
    counted = statistics(dict(splits))
    every = [d for documents in splits.values() for d in documents]
    documents = [d for d in every if d.unit == "document"]
    difficulty, permitted = counted["difficulty"], counted["labels"]["permitted"]
    noted = difficulty["partisan_with_note_on_directness"]
    parts = [
        "# Datasheet of the Bitaraf corpus",
        "",
        "Written by `bitaraf data datasheet`; the figures are counted, do not edit them here.",
        _MOTIVATION,
        "## Composition",
        f"{counted['documents']:,} documents and {counted['items']:,} short items (one to three "
        f"sentences) in {counted['families']:,} families; {counted['pairs']} contrast pairs, "
        f"{counted['swap_groups']} swap groups; {counted['words']['total']:,} words in documents "
        f"(median {counted['words']['median']}, longest {counted['words']['longest']}, "
        f"{counted['words']['over_400']} documents over 400).",
        "",
        *_table(
            ("split", "documents", "items", "partisan", "permitted"),
            [
                (
                    name,
                    s["documents"],
                    s["items"],
                    s["labels"].get("partisan", 0),
                    s["labels"].get("permitted", 0),
                )
                for name, s in counted["splits"].items()
            ],
        ),
        _SPLITS,
        f"{difficulty['permitted_with_campaign_words'] / permitted:.0%} of the permitted documents "
        f"hold at least {FULL_OF_POLITICS} words of campaigns. Of the "
        f"{noted:,} partisan documents whose writers noted it, "
        f"{difficulty['partisan_noted_indirect'] / max(1, noted):.0%} take sides indirectly: "
        "no name; a number, colour, slogan or proverb; help in kind; one line of a long report; an "
        "officer's letter; an adopted quotation; against rather than for.",
        "",
        *_table(
            ("rule, in partisan texts", "documents", "items"),
            _beside(counted["rules"], counted["items_by"]["rules"]),
        ),
        *_table(
            ("protected kind, in permitted texts", "documents", "items"),
            _beside(counted["protected"], counted["items_by"]["protected"]),
        ),
        *_table(("genre", "partisan", "permitted"), _by_label(documents, "genre", 16)),
        *_table(("region", "partisan", "permitted"), _by_label(documents, "region", 12, ",")),
        *_table(("election", "partisan", "permitted"), _by_label(documents, "election", 8)),
        "### Whose side",
        "Partisan documents by the contestant's camp, and permitted ones in which a camp's",
        "contestant appears. The label may not depend on it (the codebook's tenth hard case).",
        "",
        *_table(("camp", "partisan", "permitted"), _by_label(documents, "camp", 16)),
        *[line for caption, path in plots.items() for line in (f"![{caption}]({path})", "")],
        _COLLECTION,
        "## Does anything but the meaning give the label away?",
        "Area under the ROC curve of a classifier that sees one sort of feature alone, on stories",
        f"left out; 0.5 is chance, over {TOO_TELLING} is a fault.",
        "",
        *_table(("feature", "area"), [(x.feature, f"{x.area:.2f}") for x in leaks]),
        *_reading(reading),
        _USES,
    ]
    return "\n".join(parts).replace("\n\n\n", "\n\n").strip() + "\n"


def _reading(reading: Agreement | None) -> list[str]:
    if reading is None:
        return ["## A second reading", "None yet.", ""]
    kinds = ", ".join(f"{k} {v:.2f}" for k, v in reading.kind_kappa.items())
    rules = ", ".join(f"{k} {v:.2f}" for k, v in reading.rule_kappa.items())
    return [
        "## A second, blind reading",
        f"{reading.documents} documents were read again by annotators who saw the codebook and the "
        "text alone, sentence by sentence (`data/readings/second.jsonl`).",
        f"Labels agree in {reading.label_share:.1%} (Cohen's kappa {reading.label_kappa:.3f}). "
        f"Where both say partisan, their evidence overlaps in {reading.evidence_found:.1%} of the "
        f"documents (code points in common over either's: {reading.evidence_overlap:.2f}). "
        f"Kappa by rule: {rules}. By protected kind: {kinds}.",
        "The readers were language models. How disagreements were settled, and which texts were "
        "left out of the corpus and of these figures: `data/readings/SETTLED.md`.",
        "",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    if not rows:
        return []
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def _beside(first: Mapping[str, int], second: Mapping[str, int]) -> list[tuple[str, int, int]]:
    return [(name, count, second.get(name, 0)) for name, count in first.items()]


def _by_label(
    documents: Sequence[Document], field: str, most: int, cut: str = ""
) -> list[tuple[str, int, int]]:
    counts: dict[str, Counter[str]] = {}
    for document in documents:
        value = getattr(document, field).replace("_", " ").strip().lower()
        value = value.split(cut)[0].strip() if cut else value
        if value:
            counts.setdefault(value, Counter())[document.label] += 1
    ordered = sorted(counts.items(), key=lambda item: -sum(item[1].values()))
    rows = [(name, c["partisan"], c["permitted"]) for name, c in ordered[:most]]
    if rest := ordered[most:]:
        rows.append(
            (
                f"{len(rest)} others",
                sum(c["partisan"] for _, c in rest),
                sum(c["permitted"] for _, c in rest),
            )
        )
    return rows


def draw_plots(splits: Mapping[str, Sequence[Document]], folder: Path) -> dict[str, str]:
    """Draw length and camps by label as SVG into `folder`; returns captions and file names."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    documents = [d for of_split in splits.values() for d in of_split if d.unit == "document"]
    style = {"partisan": "#b4552d", "permitted": "#2d6a8e"}
    matplotlib.rcParams.update(
        {"svg.hashsalt": "bitaraf", "font.size": 10, "axes.spines.top": False,
         "axes.spines.right": False}
    )  # fmt: skip

    figure, axes = pyplot.subplots(figsize=(7, 3), layout="constrained")
    edges = [10, 20, 40, 60, 80, 120, 160, 240, 320, 480, 1200]
    for label, colour in style.items():
        lengths = [len(d.text.split()) for d in documents if d.label == label]
        axes.hist(lengths, bins=edges, histtype="step", linewidth=2, color=colour,
                  label=f"{label} (median {stats.median(lengths or [0]):.0f})")  # fmt: skip
    axes.set(xscale="log", xlabel="words", ylabel="documents")
    axes.set_xticks(edges, [str(e) for e in edges])
    axes.minorticks_off()
    axes.legend(frameon=False)
    figure.savefig(folder / "length.svg", metadata={"Date": None})
    pyplot.close(figure)

    rows = [r for r in _by_label(documents, "camp", 12) if "others" not in r[0]][::-1]
    figure, axes = pyplot.subplots(figsize=(7, 0.35 * len(rows) + 1), layout="constrained")
    places = range(len(rows))
    axes.barh([p + 0.2 for p in places], [r[1] for r in rows], 0.38, color=style["partisan"],
              label="partisan")  # fmt: skip
    axes.barh([p - 0.2 for p in places], [r[2] for r in rows], 0.38, color=style["permitted"],
              label="permitted")  # fmt: skip
    axes.set_yticks(list(places), [r[0] for r in rows])
    axes.set(xlabel="documents in which the camp's contestant appears")
    axes.legend(frameon=False)
    figure.savefig(folder / "camps.svg", metadata={"Date": None})
    pyplot.close(figure)
    return {"Length of documents by label": "length.svg", "Camps by label": "camps.svg"}
