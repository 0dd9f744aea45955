"""Which way to read: the text of a line whose letters are known in the order they are seen."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass

_NUMBER_MARKS = frozenset(".,:/٫٬")


@dataclass(slots=True)
class Atom:
    """A letter, or several of one glyph, and what stands between it and the next one left."""

    text: str
    after: str


def is_rtl(character: str) -> bool:
    """Whether a letter is written from right to left."""
    return unicodedata.bidirectional(character) in ("R", "AL")


def reads_leftward(text: str) -> bool:
    """Whether a line of this text reads from right to left, be there Latin words in it."""
    right = sum(is_rtl(c) for c in text)
    left = sum(unicodedata.bidirectional(c) == "L" for c in text)
    return right * 5 >= left


def _kind(text: str) -> str:
    """L for Latin and other letters from left to right, N for digits, R, or - for neutral."""
    direction = unicodedata.bidirectional(text[0])
    if direction in ("EN", "AN") and text[0].isdecimal():
        return "N"
    return "L" if direction == "L" else "R" if direction in ("R", "AL") else "-"


def read_leftward(atoms: list[Atom]) -> str:
    """The text of a right-to-left line: runs of Latin and digits are turned round."""
    kinds = [_kind(atom.text) for atom in atoms]
    pieces: list[str] = []
    position = 0
    while position < len(atoms):
        end = _run_end(atoms, kinds, position)
        run = atoms[position:end]
        written = run[0].text
        for before, atom in itertools.pairwise(run):
            gap = " " if before.after == "\t" else before.after
            written = atom.text + gap + written
        pieces.append(written + run[-1].after)
        position = end
    return "".join(pieces)


def _run_end(atoms: list[Atom], kinds: list[str], start: int) -> int:
    """One past the run of left-to-right letters that starts at `start`, counted leftwards."""
    if kinds[start] not in ("L", "N"):
        return start + 1
    end = last = start + 1
    latin = kinds[start] == "L"
    while last < len(atoms) and kinds[last] != "R" and atoms[last - 1].after != "\t":
        spaced = atoms[last - 1].after == " "
        if kinds[last] == "L":
            latin, end = True, last + 1
        elif kinds[last] == "N":
            if not any(a.after == " " for a in atoms[end - 1 : last]) and (
                latin or all(a.text in _NUMBER_MARKS for a in atoms[end:last])
            ):
                end = last + 1
        elif spaced and not latin and not any(k == "L" for k in kinds[last : last + 12]):
            break
        last += 1
    # A number that merely precedes Latin words belongs to them only where nothing parts them.
    return end


def read_rightward(atoms: list[Atom]) -> str:
    """The text of a left-to-right line: as it stands, runs of Persian turned round."""
    ordered = list(reversed(atoms))
    before = ["", *(atom.after for atom in ordered[1:])]
    out: list[tuple[str, str]] = list(zip(before, (a.text for a in ordered), strict=True))
    pieces: list[str] = []
    position = 0
    while position < len(out):
        end = position + 1
        if _kind(out[position][1]) == "R":
            while end < len(out) and (
                _kind(out[end][1]) == "R"
                or (
                    end + 1 < len(out)
                    and _kind(out[end][1]) == "-"
                    and _kind(out[end + 1][1]) == "R"
                )
            ):
                end += 1
        run = out[position:end]
        pieces.append(run[0][0])
        gaps = [gap for gap, _ in run[1:]]
        for (_, text), gap in zip(reversed(run), [*reversed(gaps), ""], strict=True):
            pieces.append(text + gap)
        position = end
    return "".join(pieces)
