"""The evaluation report: one self-contained page, and the same figures as JSON."""

from training.report.comparison import compare_bundles, write_comparison
from training.report.figures import Figures, measure
from training.report.page import write_report

__all__ = ["Figures", "compare_bundles", "measure", "write_comparison", "write_report"]
