"""The policy is readable, round-trips, and refuses what contradicts itself."""

import pytest

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.evaluate import EvaluatePolicy
from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.settings import plain_settings, read_settings


def test_a_saved_policy_reads_back_as_it_was():
    policy = EvaluatePolicy(horizon_days=30, weights={"clv": 2.0}, abc_cuts=(0.7, 0.9))

    assert read_settings(EvaluatePolicy, plain_settings(policy), where="evaluate") == policy


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"horizon_days": 0}, "evaluate.out_of_range"),
        ({"discount_rate": 1.5}, "evaluate.out_of_range"),
        ({"margin": float("nan")}, "evaluate.out_of_range"),
        ({"weights": {"luck": 1.0}}, "evaluate.unknown_name"),
        ({"weights": {"revenue": -1.0}}, "evaluate.out_of_range"),
        ({"weights": {"revenue": 0.0}}, "evaluate.no_weight"),
        ({"weights": {}}, "evaluate.no_weight"),
        ({"loyalty_weights": {"usage": 0.0}}, "evaluate.no_weight"),
        ({"tier_floors": {"A": 50.0, "B": 60.0, "C": 10.0}}, "evaluate.wrong_order"),
        ({"tier_floors": {"A": 50.0, "B": 40.0}}, "evaluate.missing_name"),
        ({"tier_hours": {"A": 1.0, "B": 1.0, "C": 1.0, "E": 1.0}}, "evaluate.unknown_name"),
        ({"tier_hours": {"A": 1.0, "B": 1.0, "C": 1.0, "D": -1.0}}, "evaluate.out_of_range"),
        ({"abc_cuts": (0.9, 0.8)}, "evaluate.wrong_order"),
        ({"key_account_tier": "S"}, "evaluate.unknown_name"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused_in_both_languages(given, code):
    with pytest.raises(PolicyError) as refused:
        EvaluatePolicy(**given)

    assert refused.value.code == code
    for lang in LANGS:
        assert render(refused.value.message, lang)
