"""Writes classifier/text/lexicon.txt.gz: words and compounds of the training split.

Words that hazm knows and the split lacks are left as they are found, too.

Run: .venv/bin/python tools/make_lexicon.py

A line is a word, with a space and how often it stands alone if it is met often enough to be
sure of; or a compound written as one word, a tab, and its parts: what writers join by a
zero-width non-joiner, others leave joined or write apart, and normalisation must read all
three alike.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from classifier.text.lexicon import LEXICON
from data.corpus import load_documents

_WORD = re.compile(r"[آ-غف-يپچژکگی\u0654\u064b\u200c]+")
_SHARED = str.maketrans(
    {"ي": "ی", "ك": "ک", "أ": "ا", "إ": "ا", "ة": "ه", "ۀ": "ه", "\u0654": "", "\u064b": ""}
)
_OFTEN = 3
# Those met seldom are remembered so that they are left as they are; a letter may be anything.
_SHORTEST_RARE = 2
# Of hazm's shorter words most are of old verse, and what a scanner makes of today's.
_SHORTEST_OF_HAZM = 3
# The one letter that is a word, and runs into the next.
_LETTERS = "و"
# Joined, these are words of their own.
_HOMOGRAPHS = {
    "بهروز", "میدانی", "بهنام", "بهزاد", "میدانم", "بیکار", "بیکاری", "ایمیل", "آنلاین", "تنها",
    "بهار", "میلاد", "میان", "مینا", "هستی", "خوبان", "بهترین", "بهتر", "میزنی", "دستان",
    "نیکشهر", "میدان", "بهداد", "میرم", "بهدست", "گلها",
}  # fmt: skip


def _with_hamza(word: str, words: Counter[str]) -> int:
    """How often the word is written with a hamza, where this form may have lost one."""
    forms = (
        word[:i] + seat + word[i + 1 :]
        for i, letter in enumerate(word)
        if (seat := {"ی": "ئ", "و": "ؤ"}.get(letter))
    )
    return max((words[form] for form in forms), default=0)


def _of_hazm() -> set[str]:
    """Words of hazm's list that were met in its corpus and are written as one."""
    path = find_spec("hazm").submodule_search_locations[0]  # type: ignore[union-attr, index]
    found = set()
    for line in (Path(path) / "data" / "words.dat").read_text("utf-8").splitlines():
        word, count, *_ = line.split("\t")
        if int(count) > 0 and _WORD.fullmatch(word):
            found.add(word.translate(_SHARED))
    return {w for w in found if len(w) >= _SHORTEST_OF_HAZM and "\u200c" not in w}


def main() -> None:
    """Count and write."""
    words: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    compounds: dict[str, Counter[str]] = {}
    for document in load_documents("train"):
        for found in _WORD.findall(document.text):
            word = found.translate(_SHARED).strip("\u200c")
            parts = [p for p in word.split("\u200c") if p]
            if not parts:
                continue
            words.update(parts)
            alone.update(parts if len(parts) == 1 else ())
            # Single letters between joiners are spelled out, not a compound.
            if len(parts) > 1 and max(map(len, parts)) > 1 and parts[0] != "و":
                compounds.setdefault("".join(parts), Counter())[" ".join(parts)] += 1
    lines = sorted(
        f"{w} {alone[w]}" if count >= _OFTEN else w
        for w, count in words.items()
        if (count >= _OFTEN or len(w) >= _SHORTEST_RARE)
        and (len(w) > 1 or w in _LETTERS)
        and count >= _with_hamza(w, words)
    )
    lines += sorted(w for w in _of_hazm() - words.keys() if words[w] >= _with_hamza(w, words))
    lines += sorted(
        f"{joined}\t{forms.most_common(1)[0][0]}"
        for joined, forms in compounds.items()
        if joined not in _HOMOGRAPHS and len(joined) >= 4
    )
    LEXICON.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), mtime=0))


if __name__ == "__main__":
    main()
