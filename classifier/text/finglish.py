"""Persian words in Latin letters amid Persian text («be ما ray bedid»), read in their own script.

A word is looked up by its consonants. Of the known words that have them, it is taken for the
one that can be written so: long vowels are written in a few ways («shoora», «shura»), short
ones, which Persian does not write, may stand anywhere. Words of campaigns go first.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

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
    "ast": "است", "shod": "شد",
}  # fmt: skip
_ORDINARY = word_set("va az be ba ke dar ma in an un baraye hame list liste ast shod")
_WORD = re.compile(r"(?<![\w@#./:&'-])[A-Za-z][A-Za-z']{1,20}(?![\w@/&-]|[.:][\w/@])")
_PERSIAN = re.compile(r"[آ-غف-يپچژکگی]{2,}")
# Consonants that a word must have to be told by them; with fewer, each letter must be written,
# and so it must be for a word met seldom.
_SHORTEST_KEY = 3
_SHORTEST, _SHORTEST_RARE = 4, 5
_DOUBLED = re.compile(r"(.)\1+")
_PLURAL = re.compile(r"^(.{3,})(ha)(i|y|ye|ie|yi)?$")
# How letters are written, exactly and loosely; other consonants as in `_CONSONANTS`.
_WRITTEN = {
    "ث": "s", "چ": "ch", "خ": "kh", "ش": "sh", "غ": "gh", "ق": "gh", "ژ": "zh", "آ": "a", "ا": "a",
    "ع": "a", "و": "[ouvw]", "ی": "[iy]", "ئ": "[ey']", "ء": "e", "ؤ": "[eo']",
}  # fmt: skip
_LOOSELY = {
    "ث": "(?:s|th)", "خ": "(?:kh|x)", "غ": "(?:gh|q)", "ق": "(?:gh|q|g)", "ژ": "(?:zh|j)",
    "چ": "(?:ch|c)", "آ": "a{1,2}", "ا": "a{1,2}", "ع": "['aeo]{0,2}", "و": "(?:oo|ou|o|u|v|w)",
    "ی": "(?:ee|e?[iy]|iy)", "ئ": "['ey]?", "ء": "['e]?", "ؤ": "['oe]?",
}  # fmt: skip


def _persian_key(word: str) -> str:
    return _key([_CONSONANTS.get(letter, "") for letter in word])


def _consonants(word: str) -> int:
    return sum(letter in _CONSONANTS for letter in word.removesuffix("ه"))


def _key(consonants: list[str]) -> str:
    return _DOUBLED.sub(r"\1", "".join(consonants)).removesuffix("h")


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
    return _key(key)


@cache
def _by_consonants() -> dict[str, list[str]]:
    """Known words by their consonants, compounds as they are written joined."""
    found: dict[str, list[str]] = defaultdict(list)
    known = lexicon()
    for words in (known.words, known.compounds, known.rare):
        for word in sorted(words):
            found[_persian_key(word)].append(word)
    return found


def _exactly(word: str) -> str:
    """A pattern of the word with each of its letters written, and no vowel that it lacks."""
    return "".join(_WRITTEN.get(c) or _CONSONANTS.get(c, c) for c in word)


def _loosely(word: str) -> str:
    """A pattern of the word with short vowels, and letters that are written in several ways."""
    pieces = []
    for i, letter in enumerate(word):
        if i == 0 and letter == "ا":
            pieces.append("(?:a{1,2}|[eiou])")
        elif letter in _LOOSELY:
            pieces.append(_LOOSELY[letter])
        elif letter == "ه" and i + 1 == len(word):
            pieces.append("(?:h|eh?|ah?)")
        else:
            sign = _WRITTEN.get(letter) or _CONSONANTS.get(letter, letter)
            pieces.append(f"(?:{sign}){{1,2}}")
        following = word[i + 1 : i + 2]
        if letter not in "اآ" and following not in ("", "ا", "آ", "ع"):
            pieces.append("[aeo]?")
    return "".join(pieces)


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
            latin = match.group().lower()
            if word is None or (len(run) == 1 and latin in ("in", "an", "be")):
                continue
            campaigns = latin in _WHOLE or word in CAMPAIGN_WORDS
            if len(run) == 1 and match.group()[0].isupper() and not campaigns:
                continue  # a name, of a person or of a place abroad
            edits.append(Edit(match.start(), match.end(), word))
            disguised |= campaigns and latin not in _ORDINARY
    return edits, disguised


@lru_cache(maxsize=20_000)
def _read(latin: str) -> str | None:
    if latin.isupper():
        return None  # an acronym
    word = latin.lower()
    if word in _WHOLE:
        return _WHOLE[word]
    read = _look_up(word, latin[0].isupper())
    plural = _PLURAL.match(word) if read is None else None
    if plural and (stem := _look_up(plural[1], latin[0].isupper())):
        return f"{stem} ها{'ی' if plural[3] else ''}"
    return read


def _look_up(latin: str, capital: bool) -> str | None:
    """The known word written so; a word of campaigns also for its consonants alone, unless a
    capital says that it is a name."""
    key = _latin_key(latin)
    if key is None or len(latin) < _SHORTEST:
        return None
    known = lexicon()
    candidates = list(_by_consonants().get(key, ()))
    if latin[-2:] in ("sh", "zh", "kh", "gh", "ch"):
        # The h may be a letter of its own: «jalsh», جلسه.
        candidates += _by_consonants().get(_latin_key(latin[:-1]) or "", ())
    exact = [
        w for w in candidates
        if (w not in known.rare or len(latin) >= _SHORTEST_RARE)
        and re.fullmatch(_exactly(w), latin)
    ]  # fmt: skip
    loose: list[str] = []
    campaign: frozenset[str] = frozenset()
    often = [w for w in candidates if w not in known.rare and _consonants(w) >= _SHORTEST_KEY]
    if often:
        loose = [w for w in often if re.fullmatch(_loosely(w), latin)]
        campaign = CAMPAIGN_WORDS.intersection(often)
    by_consonants = campaign if len(key) >= _SHORTEST_KEY and not capital else ()
    for found in (campaign.intersection(loose), exact, loose, by_consonants):
        if found:
            return min(found, key=lambda w: (known.costs.get(w, math.inf), len(w), w))
    return None


def _runs(text: str, matches: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    run: list[re.Match[str]] = []
    for match in matches:
        if run and text[run[-1].end() : match.start()].strip():
            yield run
            run = []
        run.append(match)
    yield run
