"""Persian words in Latin letters amid Persian text («be ما ray bedid»), read in their own script.

Vowels are written in too many ways to be compared: a word is looked up by its consonants,
and taken for Persian only if one known word has them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from classifier.text.alignment import Edit
from classifier.text.lexicon import CAMPAIGN_WORDS, lexicon, word_set

_CONSONANTS = {
    "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "C", "ح": "h", "خ": "K", "د": "d",
    "ذ": "z", "ر": "r", "ز": "z", "ژ": "Z", "س": "s", "ش": "S", "ص": "s", "ض": "z", "ط": "t",
    "ظ": "z", "غ": "G", "ف": "f", "ق": "G", "ک": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n",
    "ه": "h",
}  # fmt: skip
_DIGRAPHS = (("kh", "K"), ("gh", "G"), ("sh", "S"), ("ch", "C"), ("zh", "Z"), ("q", "G"))
_LATIN = {
    **{c: c for c in "bptjdrzsfkglmnhKGSCZ"},
    "v": "", "w": "", "y": "", "x": "ks", "c": "s",
}  # fmt: skip
# Short and frequent words that consonants alone do not tell apart.
_WHOLE = {
    "ray": "رای", "raye": "رای", "ra'y": "رای", "rai": "رای", "bedid": "بدهید",
    "bedahid": "بدهید", "bedin": "بدهید", "midim": "می دهیم", "midam": "می دهم",
    "midahim": "می دهیم", "namzad": "نامزد", "namzade": "نامزد", "kandida": "کاندیدا",
    "kandid": "کاندید", "setad": "ستاد", "setade": "ستاد", "hezb": "حزب", "hezbe": "حزب",
    "list": "لیست", "liste": "لیست", "jenah": "جناح", "shora": "شورا", "shoraye": "شورای",
    "majles": "مجلس", "majlis": "مجلس", "tahrim": "تحریم", "entekhab": "انتخاب",
    "hemayat": "حمایت", "va": "و", "az": "از", "be": "به", "ba": "با", "ke": "که", "dar": "در",
    "ma": "ما", "in": "این", "an": "آن", "un": "اون", "baraye": "برای", "hame": "همه",
}  # fmt: skip
_ORDINARY = word_set("va az be ba ke dar ma in an un baraye hame list liste")
_WORD = re.compile(r"(?<![\w@#./:&'-])[A-Za-z][A-Za-z']{1,20}(?![\w@./:&-])")
_PERSIAN = re.compile(r"[آ-غف-يپچژکگی]{2,}")
_SHORTEST_KEY = 3


def _persian_key(word: str) -> str:
    return "".join(_CONSONANTS.get(letter, "") for letter in word).removesuffix("h")


def _latin_key(word: str) -> str | None:
    for digraph, letter in _DIGRAPHS:
        word = word.replace(digraph, letter)
    key = []
    for letter in word.replace("'", ""):
        if letter in "aeiou":
            continue
        if letter not in _LATIN:
            return None
        key.append(_LATIN[letter])
    return "".join(key).removesuffix("h")


@cache
def _by_consonants() -> dict[str, str]:
    """Words of the lexicon by their consonants, where only one has them; campaign words first."""
    found: dict[str, set[str]] = defaultdict(set)
    for word in lexicon().words:
        key = _persian_key(word)
        if len(key) >= _SHORTEST_KEY:
            found[key].add(word)
    unique = {}
    for key, words in found.items():
        campaign = words & CAMPAIGN_WORDS
        if len(words) == 1 or campaign:
            unique[key] = min(campaign or words, key=lambda w: (len(w), w))
    return unique


def read_finglish(text: str) -> tuple[list[Edit], bool]:
    """Edits that write Persian in Latin letters in its own script, and whether a word of
    campaigns was among them.

    A text that is not mostly in Persian script is left alone, and so are addresses,
    handles, tags, and runs of three and more words in Latin letters that hold an unknown
    one: those are a foreign language.
    """
    matches = list(_WORD.finditer(text))
    if not matches or len(_PERSIAN.findall(text)) < len(matches):
        return [], False
    edits: list[Edit] = []
    disguised = False
    for run in _runs(text, matches):
        read = [(m, _read(m.group())) for m in run]
        if len(run) >= 3 and any(word is None for _, word in read):
            continue
        for match, word in read:
            if word is None or (len(run) == 1 and match.group().lower() in ("in", "an", "be")):
                continue
            edits.append(Edit(match.start(), match.end(), word))
            latin = match.group().lower()
            disguised |= latin not in _ORDINARY and (latin in _WHOLE or word in CAMPAIGN_WORDS)
    return edits, disguised


def _read(latin: str) -> str | None:
    if latin.isupper():
        return None  # an acronym
    word = latin.lower()
    if word in _WHOLE:
        return _WHOLE[word]
    key = _latin_key(word)
    return _by_consonants().get(key) if key and len(key) >= _SHORTEST_KEY else None


def _runs(text: str, matches: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    run: list[re.Match[str]] = []
    for match in matches:
        if run and text[run[-1].end() : match.start()].strip():
            yield run
            run = []
        run.append(match)
    yield run
