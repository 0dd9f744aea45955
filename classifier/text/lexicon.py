"""Words that normalisation knows: those of the training split, and the campaign's own."""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_OFTEN_ALONE = 3

LEXICON = Path(__file__).with_name("lexicon.txt.gz")


def word_set(words: str) -> frozenset[str]:
    """The words of a string, as a set."""
    return frozenset(words.split())


# What a filter would look for, and an author who fears one would disguise; normalised.
CAMPAIGN_WORDS = word_set(
    "رای رایت رایتان رایمان ارا انتخابات انتخاباتی نامزد نامزدی نامزدها کاندید کاندیدا کاندیدای"
    " کاندیدها لیست فهرست حزب احزاب جناح جبهه ستاد ستادی مجلس شورا شورای نماینده نمایندگی"
    " ریاست جمهوری تبلیغ تبلیغات حمایت صندوق کمپین کمپاین تکت ائتلاف اصلاحات اصلاحطلب اصلاحطلبان"
    " اصولگرا اصولگرایان اعتدال اعتدالی پایداری میتینگ دهید بدهید بدید بدهیم میدهیم میدهم تحریم"
    " سیاسی سیاست دولت حکومت"
)


@dataclass(frozen=True)
class Lexicon:
    """``words``: known words; ``rare``: words met too seldom to build on, but met;
    ``costs``: how unexpected a word that stands alone is, the negative logarithm of its share
    of all words; ``compounds``: a compound written as one word, to its parts; ``verbs``: what
    follows the prefixes می and نمی."""

    words: frozenset[str]
    rare: frozenset[str]
    costs: dict[str, float]
    compounds: dict[str, str]
    verbs: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The lexicon, read on first use."""
    counts: dict[str, int] = {}
    rare: set[str] = set()
    compounds: dict[str, str] = {}
    verbs: set[str] = set()
    for line in gzip.decompress(LEXICON.read_bytes()).decode("utf-8").split("\n"):
        word, tab, parts = line.partition("\t")
        if tab:
            compounds[word] = parts
            prefix, _, rest = parts.partition(" ")
            if prefix in ("می", "نمی") and len(rest) > 1:
                verbs.add(rest)
            continue
        word, often, count = line.partition(" ")
        if often:
            counts[word] = int(count)
        else:
            rare.add(word)
    whole = math.log(sum(counts.values()))
    return Lexicon(
        words=frozenset(word for word in counts if len(word) > 1) | CAMPAIGN_WORDS,
        rare=frozenset(rare),
        # What is met in compounds only is no word to stand alone: «نده» of «نماینده».
        costs={w: whole - math.log(n) for w, n in counts.items() if n >= _OFTEN_ALONE},
        compounds=compounds,
        verbs=frozenset(verbs),
    )
