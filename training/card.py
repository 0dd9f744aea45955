"""The main figures of a model in words, and its card."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from classifier.bundle import Manifest

_FIGURES = {
    "metric": "معیار",
    "value": "مقدار",
    "average precision": "میانگین دقت (average precision)",
    "recall at 1 % / 5 % false flags": "بازیابی با ۱ / ۵ درصد نشان نادرست",
    "partisan documents: flagged": "متن‌های جانب‌دار: نشان‌دار شد",
    "partisan documents: cleared": "متن‌های جانب‌دار: بی‌اشکال شمرده شد",
    "permitted documents: flagged": "متن‌های مجاز: نشان‌دار شد",
    "permitted documents: cleared": "متن‌های مجاز: بی‌اشکال شمرده شد",
    "evidence found in partisan documents": "جملهٔ جانب‌دار یافته شد",
    "right rule": "قاعدهٔ درست",
    "character precision of evidence": "دقت نویسه‌ای جمله‌های نشان‌داده‌شده",
    "contrast pairs ordered right": "جفت‌های هم‌مانند درست مرتب شد",
    "change of score between rivals, mean / largest": "تغییر امتیاز میان رقیبان، میانگین / بیشینه",
    "expected calibration error": "خطای مورد انتظار کالیبراسیون",
}


def share_in_words(value: Sequence[float]) -> str:
    """A share with the ends of its 95 % interval and the number of texts, for a table."""
    share, low, high, of = value
    return f"{share:.0%} ({low:.0%}–{high:.0%}, of {of})".replace("%–", "–").replace("%", " %")


def figures(metrics: Mapping[str, Any], language: Literal["en", "fa"] = "en") -> str:
    """The test split's main figures as a table in Markdown."""
    documents, evidence = metrics["documents"], metrics["documents"]["evidence"]
    low, high = documents["average_precision_interval"]
    rows = [
        ("metric", "value"),
        ("average precision", f"{documents['average_precision']:.2f} ({low:.2f}–{high:.2f})"),
        (
            "recall at 1 % / 5 % false flags",
            f"{documents['recall_at_1_percent']:.2f} / {documents['recall_at_5_percent']:.2f}",
        ),
        ("partisan documents: flagged", share_in_words(documents["flagged_of_partisan"])),
        ("partisan documents: cleared", share_in_words(documents["cleared_of_partisan"])),
        ("permitted documents: flagged", share_in_words(documents["flagged_of_permitted"])),
        ("permitted documents: cleared", share_in_words(documents["cleared_of_permitted"])),
        ("evidence found in partisan documents", share_in_words(evidence["found"])),
        ("right rule", share_in_words(evidence["right_rule"])),
        ("character precision of evidence", f"{evidence['character_precision']:.2f}"),
    ]
    if "contrast_pairs" in metrics:
        ordered = share_in_words(metrics["contrast_pairs"]["ordered"])
        rows.append(("contrast pairs ordered right", ordered))
    if "swaps" in metrics:
        swaps = metrics["swaps"]
        rows.append(
            (
                "change of score between rivals, mean / largest",
                f"{swaps['mean_change']:.2f} / {swaps['largest_change']:.2f} "
                f"({swaps['groups']} swap groups, {swaps['verdict_flips']} change verdict)",
            )
        )
    rows.append(("expected calibration error", f"{documents['calibration_error']:.2f}"))
    count = f"{documents['texts']} documents, {documents['partisan']} of them partisan"
    note = f"{count}; intervals are 95 %."
    if language == "fa":
        words = (
            ("of", "از"),
            ("value", "مقدار"),
            ("swap groups", "گروه"),
            ("change verdict", "گروه با نتیجهٔ دیگر"),
        )
        rows = [(_FIGURES[name], _replace(value, words).replace(",", "،")) for name, value in rows]
        note = f"{documents['texts']} متن، {documents['partisan']} جانب‌دار؛ بازه‌ها ۹۵ درصدی‌اند."
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([lines[0], "| --- | --- |", *lines[1:], "", note])


def _replace(text: str, words: Sequence[tuple[str, str]]) -> str:
    for word, other in words:
        text = re.sub(rf"\b{word}\b", other, text)
    return text


def render_card(manifest: Manifest) -> str:
    """The model card (Mitchell et al. 2019) of a bundle, in Markdown."""
    training, metrics = manifest.training, manifest.metrics
    lines = [
        f"# Model card: {manifest.version}",
        "",
        "Reads a Persian (or Dari) text that an NGO publishes and says how likely it is that the",
        "text takes sides in a contest for political power, which sentences do, and under which",
        f"rule of the codebook (version {manifest.codebook}).",
        "",
        "## Intended use, and refused uses",
        "A self-check before publishing, and a first reading for monitors and auditors, who",
        "decide as humans what a flag means. Not a detector of politics, dissent or criticism; not",
        "a judge of persons; not a ranking of organisations. No sanction may follow from a score",
        "without a person's decision. See USE.md.",
        "",
        "## Model",
        f"- Encoder: {manifest.encoder['name']}; windows of {manifest.window} tokens.",
        "- The score joins the strongest window and the strongest sentence (what the encoder reads",
        "  in it, and how it is worded: a linear model), calibrated on the development split.",
        f"- Thresholds, set there too: {manifest.calibration.flag_threshold:.3f} to flag (at most "
        "1 % of the permitted",
        f"  documents), {manifest.calibration.review_threshold:.3f} to clear (at most 2 % of the "
        "partisan ones).",
        "  About half of its texts are partisan: where few are, a score means less than it says.",
        f"- Trained on {training['texts']} texts (split {training['corpus']['train'][:12]}).",
        "",
        "## Quality on the test split (other hands, never seen in training)",
    ]
    if "documents" in metrics:
        lines += ["", figures(metrics)]
        if kinds := metrics["documents"].get("flagged_by_kind"):
            lines += ["", "| permitted documents with | flagged |", "| --- | --- |"]
            lines += [f"| `{name}` | {share_in_words(v)} |" for name, v in kinds.items()]
        rules = metrics["documents"]["evidence"]["rule_recall"]
        lines += ["", "| rule | found where annotated |", "| --- | --- |"]
        lines += [f"| `{name}` | {share_in_words(v)} |" for name, v in rules.items()]
    lines += [
        "",
        "`docs/quality.md` has lengths, groups, damage and calibration.",
        "",
        "## Limits",
        "All texts were written for this project, most of them by language models with a brief;",
        "real publications differ.",
        "A partisan hint that only insiders of a season understand is easily missed.",
        "",
        "## How it was made",
        *(f"- {name}: `{training.get(name)}`" for name in ("config", "versions")),
        f"- calibration: `{manifest.calibration}`",
        "",
    ]
    return "\n".join(lines)
