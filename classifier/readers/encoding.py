"""From bytes to text: UTF-8, UTF-16 with or without a mark, and old Windows Persian."""

from __future__ import annotations

from classifier.readers.document import ReadError

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_SAMPLE = 65_536
# High bytes of UTF-16 units in Persian text: Latin, Arabic, ZWNJ and dashes, Arabic forms.
_HIGH_BYTES = frozenset((0x00, 0x06, 0x20, 0xFB, 0xFC, 0xFE))
_COMMON_LETTERS = frozenset("انرمدتهو")


def guess_encoding(data: bytes) -> str:
    """The encoding of `data`, by its mark or its bytes; ``utf-8`` if nothing tells otherwise."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    if b"\x00" in sample or b"\x06" in sample:
        even, odd = sample[0::2], sample[1::2]
        for high, low, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
            likely = sum(byte in _HIGH_BYTES for byte in high)
            if likely >= 0.9 * len(high) and sum(b in (0, 6) for b in low) < 0.2 * len(low) + 1:
                return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "windows-1256" if _looks_like_1256(data) else "utf-8"
    return "utf-8"


def _looks_like_1256(data: bytes) -> bool:
    """Whether the bytes beyond ASCII are Persian words of code page 1256, nearly all of them."""
    high = bytes(byte for byte in data[: 4 * _SAMPLE] if byte > 0x7F)
    letters = high.decode("cp1256", errors="replace")
    persian = sum("\u0600" <= c <= "\u06ff" or c in "\u200c\u200d«»\xa0–—…‘’“”" for c in letters)
    common = sum(c in _COMMON_LETTERS for c in letters)
    return len(high) >= 8 and persian >= 0.95 * len(high) and common >= 0.3 * len(high)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The text of a file, and a note if its encoding is not UTF-8.

    Raises ReadError that says where the first fault stands.
    """
    encoding = guess_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper().removesuffix("-LE").removesuffix("-BE")
        raise ReadError(
            f"not valid {name} at byte {error.start}; save the file as UTF-8"
        ) from error
    if encoding.startswith("utf-8"):
        return text, ()
    return text, (f"encoding:{encoding}",)
