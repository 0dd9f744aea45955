"""A text, read: sentences with their place in the original, and their tokens."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer

from classifier.text import normalise, split_sentences


@dataclass(frozen=True)
class ReadDocument:
    """Sentences of a text: spans into the original (code points) and token ids of each.

    ``obfuscated`` tells that letters seem disguised to pass a filter; they were read all
    the same.
    """

    spans: list[tuple[int, int]]
    token_ids: list[list[int]]
    obfuscated: bool = False


def read_document(text: str, tokenizer: Tokenizer) -> ReadDocument:
    """Normalise, split and tokenise a text, keeping each sentence's place in the original."""
    normal = normalise(text)
    sentences = split_sentences(normal.text)
    encoded = tokenizer.encode_batch_fast(
        [normal.text[s.start : s.end] for s in sentences], add_special_tokens=False
    )
    spans, token_ids = [], []
    for sentence, encoding in zip(sentences, encoded, strict=True):
        if encoding.ids:
            spans.append(normal.original_span(sentence.start, sentence.end))
            token_ids.append(encoding.ids)
    return ReadDocument(spans, token_ids, normal.obfuscated)
