"""What answers come to, reckoned again by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.collect.questionnaires import KINDS, SCALES, is_low, lowest_of, result_of


def test_satisfaction_is_the_share_of_the_two_best_scores() -> None:
    result = result_of("csat", {5: 3, 4: 2, 3: 4, 1: 1}, 5)

    assert (result.measure, result.value, result.n) == ("top_two", 0.5, 10)
    assert result.low == pytest.approx(0.2366, abs=1e-4)  # Wilson's interval of 5 of 10
    assert result.high == pytest.approx(0.7634, abs=1e-4)


def test_recommendation_is_promoters_less_detractors() -> None:
    result = result_of("nps", {10: 2, 9: 1, 8: 3, 7: 1, 6: 1, 0: 2}, 10)

    assert (result.measure, result.value, result.n) == ("nps", 0.0, 10)


def test_everything_else_is_a_mean() -> None:
    result = result_of("ces", {7: 1, 4: 1, 1: 1}, 7)

    assert (result.measure, result.value, result.n) == ("mean", 4.0, 3)


def test_nobody_answered_is_no_figure() -> None:
    assert result_of("nps", {}, 10).value is None


@pytest.mark.parametrize(
    ("kind", "scale", "low"),
    [("nps", 10, range(7)), ("csat", 5, (1, 2)), ("csat", 10, range(1, 5)), ("ces", 7, ()), ("brand", 5, ())],
)
def test_a_low_score_is_one_that_somebody_should_answer(kind: str, scale: int, low: range) -> None:
    assert [score for score in range(lowest_of(kind), scale + 1) if is_low(kind, score, scale)] == list(low)


@given(st.data(), st.sampled_from(KINDS))
def test_a_figure_lies_on_its_scale_and_within_its_interval(data: st.DataObject, kind: str) -> None:
    scale = data.draw(st.sampled_from(SCALES[kind]))
    scores = st.integers(lowest_of(kind), scale)
    counts = data.draw(st.dictionaries(scores, st.integers(1, 500), min_size=1))

    result = result_of(kind, counts, scale)

    least, most = {"top_two": (0, 1), "nps": (-100, 100), "mean": (lowest_of(kind), scale)}[result.measure]
    assert result.value is not None
    assert least - 1e-9 <= result.value <= most + 1e-9
    if result.low is not None and result.high is not None:
        assert result.n >= 10
        assert least - 1e-9 <= result.low <= result.value + 1e-9
        assert result.value - 1e-9 <= result.high <= most + 1e-9
