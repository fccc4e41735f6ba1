import pytest

from jiuzhou.divide import DividePolicy
from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.settings import plain_settings, read_settings


def test_a_policy_reads_back_what_was_saved() -> None:
    policy = DividePolicy(activities={"workload": 0.05, "potential": 0.1}, centres="free", territories=8, effort=7)

    assert read_settings(DividePolicy, plain_settings(policy), where="divide") == policy


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"activities": {}}, "divide.nothing_to_balance"),
        ({"activities": {"workload": 0.0}}, "divide.bad_tolerance"),
        ({"unit": "street"}, "divide.unknown_choice"),
        ({"centres": "moon"}, "divide.unknown_choice"),
        ({"effort": 11}, "divide.out_of_range"),
        ({"handover_km": -1.0}, "divide.out_of_range"),
        ({"max_handover": 1.5}, "divide.out_of_range"),
        ({"centres": "free", "territories": 0}, "divide.out_of_range"),
        ({"territories": 5}, "divide.count_needs_free_centres"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_with_its_reason(settings: dict[str, object], code: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_settings(DividePolicy, settings, where="divide")
    assert refused.value.code == code
