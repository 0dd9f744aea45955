"""Persian text: normalising with offsets, sentences, and what cannot be read."""

from classifier.text.language import unreadable_reason
from classifier.text.normalise import NormalisedText, normalise
from classifier.text.sentences import Sentence, split_sentences

__all__ = ["NormalisedText", "Sentence", "normalise", "split_sentences", "unreadable_reason"]
