"""Text in, Assessment out: the scoring library.

>>> from classifier import Scorer
>>> Scorer.load().score("…").verdict
"""

from classifier.assessment import Assessment, Evidence, ProtectedPassage
from classifier.bundle import BundleError
from classifier.encoder import EncoderNotFoundError
from classifier.scorer import Scorer

__all__ = [
    "Assessment",
    "BundleError",
    "EncoderNotFoundError",
    "Evidence",
    "ProtectedPassage",
    "Scorer",
]
