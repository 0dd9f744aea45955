import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.windows import SpecialTokens, pack_windows

SPECIAL = SpecialTokens(begin=0, end=2, pad=1)
DOCUMENTS = st.lists(st.lists(st.integers(10, 99), min_size=1, max_size=150), max_size=30)


@given(DOCUMENTS, st.integers(96, 256))
@settings(max_examples=200, deadline=None)
def test_every_token_of_every_sentence_is_judged_once(sentences, capacity):
    windows = pack_windows(sentences, capacity, SPECIAL)
    judged: dict[int, list[int]] = {}
    for window in windows:
        assert len(window.input_ids) <= capacity
        assert window.sentences
        assert len(window.sentence_of) == len(window.positions) == len(window.input_ids)
        for index, start, end in window.sentences:
            judged.setdefault(index, []).extend(window.input_ids[start:end])
    assert judged == {i: list(s) for i, s in enumerate(sentences)}


def test_later_windows_know_who_speaks_and_what_was_said_just_before():
    sentences = [[11] * 10, [12] * 60, [13] * 60, [14] * 60]
    windows = pack_windows(sentences, 140, SPECIAL)
    second = windows[1]
    first_judged = second.sentences[0][1]
    assert 11 in second.input_ids[:first_judged]
    # the previous sentence's last token, then its end and the judged sentence's begin
    assert second.input_ids[first_judged - 3] == sentences[second.sentences[0][0] - 1][-1]


def test_a_capacity_without_room_for_sentences_is_refused():
    with pytest.raises(ValueError, match="too small"):
        pack_windows([[10]], 64, SPECIAL)
