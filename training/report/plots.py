"""Plots of a report, as pictures inside the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np

from training.analysis import Assessed

_INK, _ACCENT, _FAINT = "#1d3557", "#c1121f", "#8d99ae"


def _picture(draw: Callable[[Any], None], alternative: str) -> str:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 3.6), dpi=110)
    draw(axes)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    pyplot.close(figure)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<img alt="{alternative}" src="data:image/png;base64,{encoded}">'


def precision_and_recall(documents: Assessed) -> str:
    """Precision against recall over all thresholds, with the flag threshold's place."""
    order = np.argsort(-documents.scores, kind="stable")
    hits = np.cumsum(documents.labels[order])
    seen = np.arange(1, len(order) + 1)

    def draw(axes: Any) -> None:
        axes.step(hits / hits[-1], hits / seen, where="post", color=_INK)
        flagged = documents.verdicts == "flagged"
        if flagged.any():
            axes.plot(
                (flagged & documents.labels).sum() / documents.labels.sum(),
                documents.labels[flagged].mean(),
                "o",
                color=_ACCENT,
                label="flagged",
            )
            axes.legend(frameon=False)
        axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.01), ylim=(0, 1.02))

    return _picture(draw, "Precision against recall")


def reliability_diagram(bins: list[dict[str, float]]) -> str:
    """Share of partisan texts against the score, bin by bin."""

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], "--", color=_FAINT)
        axes.plot([b["score"] for b in bins], [b["partisan"] for b in bins], "o-", color=_INK)
        for b in bins:
            axes.annotate(
                str(b["texts"]), (b["score"], b["partisan"]), fontsize=7, xytext=(3, -9),
                textcoords="offset points",
            )  # fmt: skip
        axes.set(xlabel="mean score", ylabel="share partisan", xlim=(0, 1), ylim=(0, 1))

    return _picture(draw, "Share of partisan texts against score")


def risk_curve(points: list[tuple[float, float]]) -> str:
    """Error among the surest documents against the share that is decided."""

    def draw(axes: Any) -> None:
        axes.plot([c for c, _ in points], [r for _, r in points], color=_INK)
        axes.set(xlabel="coverage", ylabel="error", xlim=(0, 1), ylim=(0, None))

    return _picture(draw, "Error against coverage")


def length_curves(rows: list[dict[str, Any]]) -> str:
    """False flags, misses and found evidence against length, with 95 % intervals."""

    def draw(axes: Any) -> None:
        places = np.arange(len(rows))
        shown = (
            ("false_flags", "false flags", _ACCENT),
            ("misses", "misses", _FAINT),
            ("evidence_found", "evidence found", _INK),
        )
        for shift, (key, label, colour) in enumerate(shown):
            middle = np.array([r[key][0] if r[key][3] else np.nan for r in rows])
            low = middle - np.array([r[key][1] for r in rows])
            high = np.array([r[key][2] for r in rows]) - middle
            axes.errorbar(
                places + 0.08 * (shift - 1), middle, [np.maximum(low, 0), np.maximum(high, 0)],
                fmt="o-", capsize=3, color=colour, label=label,
            )  # fmt: skip
        axes.set_xticks(places, [r["words"] for r in rows])
        axes.set(xlabel="words", ylim=(-0.02, 1.02))
        axes.legend(frameon=False, fontsize=8)

    return _picture(draw, "False flags, misses and found evidence against length")


def noise_bars(rows: list[dict[str, Any]]) -> str:
    """Points of average precision that each kind of damage costs."""

    def draw(axes: Any) -> None:
        axes.barh(
            [r["noise"] for r in rows][::-1],
            [r["lost"] for r in rows][::-1],
            color=[_ACCENT if r["evasion"] else _INK for r in rows][::-1],
        )
        axes.tick_params(axis="y", labelsize=7)
        axes.set(xlabel="points of average precision lost (evasions in red)")

    return _picture(draw, "Average precision lost by kind of damage")
