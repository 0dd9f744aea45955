"""Whether a text can be judged at all, and if not, why (the codebook's rule 12).

Persian and Dari are read. Languages that share the script are told apart by letters that
Persian does not have and by their commonest function words, counted in the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Literal

from classifier.text.evasion import hides_letters
from classifier.text.lexicon import word_set
from classifier.text.normalise import normalise

AbstentionReason = Literal[
    "empty", "too_short", "other_language", "latin_script_persian", "unreadable"
]

SHORTEST = 5

_WORD = re.compile(r"[^\W\d_]+(?:\u200c[^\W\d_]+)*")
_ARABIC_SCRIPT = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff\u0750-\u077f]")
_MOJIBAKE = re.compile(r"[ØÙÛÚÃÂ][\u0080-\u00bf\u0152-\u0192\u02c6-\u2122]|ط§|ظ†|غŒ|ï»|�")

_FOREIGN_LETTERS: dict[str, str] = {
    "pashto": "ټډړږښګڼېۍئځڅ",
    "urdu": "ٹڈڑںےھہۓ",
    "kurdish": "ێۆڕڵەۊ",
    "uyghur": "ۋۇۈېەڭ",
}


_FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "persian": word_set(
        "و در به از که این را با است برای آن یک هم تا ما بر هر یا شد شود می ها های کرد شده"
        " بود باید خود دیگر اما اگر کند کنند نیست دارد دارند همه من او شما ایشان آنها"
        " هیچ چه نه پس روی بین پیش بعد سال روز کنید شوید داریم هستیم هستند کردن شدن"
        " نمی وی نیز توسط مورد طی تو واسه رو اون دیگه میشه توی مان تان شان کنیم بی"
    ),
    "arabic": word_set(
        "في من على إلى الى التي الذي عن أن ان هذا هذه ذلك مع كان كانت لا ما لم قد كل بين بعد"
        " قبل هو هي حتى أو او ثم لن إن كما عند غير أي منذ التى الذين وقد وفي ومن"
    ),
    "urdu": word_set(
        "کے کی کا میں ہے ہیں اور سے کو نے پر یہ وہ ایک بھی ہو تھا تھی تھے کر گیا رہا جو کہ اس"
        " ان لیے ساتھ نہیں تو ہی کیا"
    ),
    "pashto": word_set(
        "د په او چې له کې دی ده دا ته سره نه یې به هم دې کړې شي دي کړي وکړي کړی هغه څخه پر"
        " باندې لپاره زموږ يو یو شوي شوې وي"
    ),
    "kurdish": word_set(
        "لە بە و کە بۆ ئەم ئەو لەگەڵ هەر یان نە دە ئێمە دەکات بوو هەموو وەک تا سەر"
    ),
    "azeri": word_set(
        "و بیر بو ایله اوچون دیر اولان اولاراق هر چوخ داها کیمی سونرا قدر ده دا ائتمک اولدو"
        " اولور وار یوخ بیز سیز اونون گوره اوز ائدن ائدیر ایدی آذربایجان لار لر نین"
    ),
}
_SHARED = word_set("و او تا من هر بو سر ان ما نه دا ده یا قبل بعد یک غیر هم تو کیا")
_FINGLISH = word_set(
    "va dar az ke ra ro ba ast hast baraye yek ham ta har ya shod shodan mishe mishavad"
    " mikonim mikonid konid shoma bayad khod ama agar nist darad darim hame salam mamnoon"
    " rooz emrooz farda ray rai bedim bedid entekhabat mardom ye dige chera chon vali hamin"
    " inja baham miran mire shahr khub khoob"
)
_ENGLISH = word_set(
    "the of and to for with that this are was were will from have has our we you your they"
    " about is it not by or which all their at as on"
)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _is_arabic_script(word: str) -> bool:
    return bool(_ARABIC_SCRIPT.search(word))


def unreadable_reason(text: str) -> AbstentionReason | None:
    """Why the text cannot be judged, or None where it can; takes the text as submitted.

    ``empty``: no letters or digits at all; ``unreadable``: broken encoding or optical
    rubbish; ``latin_script_persian``: Persian in Latin letters; ``other_language``: another
    language, also where a document holds only a little Persian; ``too_short``: fewer than
    five words in Persian script.
    """
    composed = unicodedata.normalize("NFC", text)
    if hides_letters(composed):
        # Look-alikes of many alphabets would pass for another language.
        composed = normalise(composed).text
    if not any(c.isalnum() for c in composed) and "\ufffd" not in composed:
        return "empty"
    words = _words(composed)
    letters = sum(map(len, words))
    broken = sum(len(m.group()) for m in _MOJIBAKE.finditer(composed))
    if broken >= 6 and broken > 0.3 * max(letters, 1):
        return "unreadable"
    arabic = [w for w in words if _is_arabic_script(unicodedata.normalize("NFKC", w))]
    latin = [w.lower() for w in words if w.isascii()]
    other = len(words) - len(arabic) - len(latin)
    if len(arabic) < SHORTEST or sum(map(len, arabic)) < 0.15 * letters:
        if len(latin) >= SHORTEST and len(latin) > len(arabic):
            known = sum(w in _FINGLISH for w in latin)
            english = sum(w in _ENGLISH for w in latin)
            is_persian = known >= 0.12 * len(latin) and known > english
            return "latin_script_persian" if is_persian else "other_language"
        if other > len(arabic) + 2:
            return "other_language"
        return _short_reason(composed, arabic)
    if _looks_like_rubbish(composed, arabic):
        return "unreadable"
    return "other_language" if _other_language(_without_spaced_letters(arabic)) else None


def _without_spaced_letters(words: list[str]) -> list[str]:
    """Words less those torn into single letters, which say nothing about the language."""
    single = [len(w) == 1 for w in words] + [False]
    return [w for i, w in enumerate(words) if not (single[i] and (single[i - 1] or single[i + 1]))]


def _short_reason(text: str, arabic: list[str]) -> AbstentionReason:
    """Too short to judge - unless the few "words" are a long run of torn signs."""
    visible = [c for c in text if not c.isspace()]
    signs = sum(not c.isalnum() and unicodedata.category(c)[0] != "M" for c in visible)
    return "unreadable" if len(visible) > 60 and signs > 0.6 * len(visible) else "too_short"


def _looks_like_rubbish(text: str, words: list[str]) -> bool:
    """Optical rubbish: mostly torn letters or signs, hardly a word that Persian uses.

    Letters spaced out on purpose (and zero-width marks) still hold words of Persian around
    them, or are few; a scan gone wrong holds none.
    """
    known = sum(len(w) > 1 and w in _FUNCTION_WORDS["persian"] for w in words) / len(words)
    single = sum(len(w) == 1 and w != "و" for w in words) / len(words)
    visible = [c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "So")]
    signs = sum(unicodedata.category(c)[0] in "PS" for c in visible) / max(len(visible), 1)
    if known < 0.04 and (single > 0.45 or signs > 0.4):
        return True
    return len(words) >= 12 and known < 0.02 and single > 0.25 and signs > 0.15


def _other_language(words: list[str]) -> str | None:
    """Name of the language if it is plainly not Persian or Dari."""
    joined = "".join(words)
    if not joined:
        return None
    total = len(joined)
    counts = Counter(words)
    number = len(words)
    share = {
        language: sum(counts[w] for w in known if language == "persian" or w not in _SHARED)
        / number
        for language, known in _FUNCTION_WORDS.items()
    }
    persian_only = sum(counts[w] for w in _FUNCTION_WORDS["persian"] if w not in _SHARED) / number
    for language, letters in _FOREIGN_LETTERS.items():
        foreign = sum(joined.count(c) for c in letters if c != "ئ") / total
        if foreign > 0.04 and foreign * 4 > persian_only:
            return language
    strongest = max((s, language) for language, s in share.items() if language != "persian")
    # One word proves nothing: Urdu "کی" is also colloquial Persian for "who".
    enough = strongest[0] * number >= 2
    if enough and strongest[0] > 0.08 and strongest[0] > 1.5 * persian_only:
        return strongest[1]
    article = sum(w.startswith(("ال", "وال", "بال", "لل")) and len(w) > 4 for w in words) / number
    if article > 0.25 and persian_only < 0.05:
        return "arabic"
    return None
