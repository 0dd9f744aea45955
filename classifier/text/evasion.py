"""Letters disguised to pass a filter, read as what they mean.

Spaced or dotted letters are joined, letters and digits that only look like Persian ones are
taken for those, Persian in Latin letters is read. Decoration is no guilt: kashida, one
spelled-out word of a heading or an alphabet, an emoji or a soft hyphen are not called
obfuscation, though what they hide is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.text.alignment import AlignedText, Edit
from classifier.text.finglish import read_finglish
from classifier.text.lexicon import CAMPAIGN_WORDS

_LETTER = "[ء-غف-يپچژکگی]"
_MARKS = r"[.\-*_·•|/~+^'`,،]"
# Four single letters in a row, or three with marks between; and words with marks inside.
_SPACED = re.compile(rf"(?<![^\s«(\"]){_LETTER}(?: {{1,2}}{_LETTER}){{2,}}(?![^\s»)\".,،؛:!؟])")
_MARKED = re.compile(rf"(?<!\w){_LETTER}+(?:{_MARKS}{{1,2}}{_LETTER}+)+(?!\w)")
_SINGLES = re.compile(rf"^{_LETTER}(?:\W{{1,2}}{_LETTER})+$")
_ALPHABET = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_ABJAD = "ابجدهوزحطیکلمن"
_FEWEST = 4

# Letters of other alphabets, and signs, that pass for Persian ones inside a word.
_FOREIGN = {
    "l": "ا", "I": "ا", "|": "ا", "ı": "ا", "Ι": "ا", "І": "ا", "і": "ا", "ו": "ا", "ן": "ا",
    "o": "ه", "O": "ه", "о": "ه", "О": "ه", "ο": "ه", "Ο": "ه", "ס": "ه",
}  # fmt: skip
_FOREIGN_INSIDE = re.compile(
    rf"(?<={_LETTER})[{''.join(_FOREIGN)}](?={_LETTER}|\b)|(?<!\w)[lI|ıΙІі](?={_LETTER}{{2}})"
)
_DIGITS = {"0": "ه", "1": "ا", "5": "ه", "9": "و", "4": "ع", "3": "س", "2": "د", "7": "ل"}
_WITH_DIGITS = re.compile(rf"(?<!\w)(?=\w*\d)(?:{_LETTER}|[0-57-9]){{3,}}(?!\w)")

# Invisible marks inside words; where a joiner could stand they are an old way of writing one.
_INVISIBLE = re.compile(
    "(?<=[\u0621-\u06ff])[\u200b\u200d-\u200f\u00ad\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff]+"
    "(?=[\u0621-\u06ff])"
)
_JOINER_BEFORE = re.compile(r"(?:^|\W)(?:ن?می|بی)$")
_JOINER_AFTER = re.compile(r"(?:ها|تر|ای|ام|اند|اش|شان|مان|تان)")
# Letters that Persian does not use, by the language that does.
_FAMILIES = ("ټډړږښګڼۍې", "ێۆڕڵ", "ٲٳڪٻݕۋڤ", "ٹڈڑ")


def hides_letters(text: str) -> bool:
    """Whether a text as submitted breaks words with invisible marks, or mixes into Persian
    words letters of several other languages."""
    broken = sum(
        not _JOINER_BEFORE.search(text[max(0, m.start() - 5) : m.start()])
        and not _JOINER_AFTER.match(text, m.end())
        for m in _INVISIBLE.finditer(text)
    )
    if broken >= 2:
        return True
    families = [sum(text.count(c) for c in family) for family in _FAMILIES]
    return sum(map(bool, families)) >= 2 and sum(families) >= 3


def undo_evasion(aligned: AlignedText) -> tuple[AlignedText, bool]:
    """The normalised text with its disguises undone, and whether it seems obfuscated."""
    obfuscated = False
    for undo in (_joined, _without_look_alikes, _without_digits):
        edits = sorted(undo(aligned.text), key=lambda e: e.start)
        obfuscated |= bool(edits)
        aligned = aligned.apply(edits)
    finglish, disguised = read_finglish(aligned.text)
    return aligned.apply(finglish), obfuscated or disguised


def _joined(text: str) -> Iterator[Edit]:
    for pattern in (_SPACED, _MARKED):
        for match in pattern.finditer(text):
            letters = re.sub(r"\W|_", "", match.group())
            if not _is_disguise(match.group(), letters):
                continue
            for separator in re.finditer(r"(?:\W|_)+", match.group()):
                yield Edit(match.start() + separator.start(), match.start() + separator.end(), "")


def _is_disguise(written: str, letters: str) -> bool:
    if letters in CAMPAIGN_WORDS:
        return True
    if not _SINGLES.match(written) or len(letters) < _FEWEST:
        return False
    return letters not in _ALPHABET and letters not in _ABJAD and len(set(letters)) > 1


def _without_look_alikes(text: str) -> Iterator[Edit]:
    for match in _FOREIGN_INSIDE.finditer(text):
        yield Edit(match.start(), match.end(), _FOREIGN[match.group()])


def _without_digits(text: str) -> Iterator[Edit]:
    """Digits for letters, where the word that results is one of campaigns."""
    for match in _WITH_DIGITS.finditer(text):
        read = "".join(_DIGITS.get(c, c) for c in match.group())
        if read in CAMPAIGN_WORDS:
            for i, c in enumerate(match.group(), match.start()):
                if c in _DIGITS:
                    yield Edit(i, i + 1, _DIGITS[c])
