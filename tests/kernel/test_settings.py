"""A policy's mapping becomes a frozen dataclass, or one sentence says what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.settings import check_ranges, plain_settings, read_settings


@dataclass(frozen=True, slots=True)
class Weights:
    value: float = 0.5


@dataclass(frozen=True, slots=True)
class Policy:
    effort: int = 3
    contiguous: bool = True
    centres: str = "owners"
    cut_points: tuple[float, ...] = (80.0, 60.0)
    tolerance: Mapping[str, float] = field(default_factory=lambda: {"workload": 0.05})
    weights: Weights = field(default_factory=Weights)
    territories: int | None = None


def test_what_is_not_given_keeps_its_default() -> None:
    policy = read_settings(Policy, {"effort": 7, "weights": {"value": 1}, "cut_points": [90, 70.5]}, where="divide")

    assert policy == Policy(effort=7, weights=Weights(1.0), cut_points=(90.0, 70.5))


def test_settings_read_back_what_they_write() -> None:
    policy = Policy(territories=4, tolerance={"customers": 0.1})

    assert read_settings(Policy, plain_settings(policy), where="divide") == policy


@pytest.mark.parametrize(
    ("given", "code", "where"),
    [
        ({"efort": 1}, "kernel.unknown_setting", "divide.efort"),
        ({"effort": "much"}, "kernel.wrong_type", "divide.effort"),
        ({"effort": True}, "kernel.wrong_type", "divide.effort"),
        ({"contiguous": 1}, "kernel.wrong_type", "divide.contiguous"),
        ({"cut_points": [1, "x"]}, "kernel.wrong_type", "divide.cut_points[1]"),
        ({"tolerance": {"workload": "5%"}}, "kernel.wrong_type", "divide.tolerance.workload"),
        ({"weights": {"valu": 1}}, "kernel.unknown_setting", "divide.weights.valu"),
        ({"territories": 1.5}, "kernel.wrong_type", "divide.territories"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(given: dict[str, object], code: str, where: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        read_settings(Policy, given, where="divide")

    assert refusal.value.code == code
    assert refusal.value.message.params["where"] == where


def test_an_unknown_name_is_answered_with_the_nearest_known_one() -> None:
    with pytest.raises(PolicyError) as refusal:
        read_settings(Policy, {"efort": 1}, where="divide")

    assert refusal.value.message.params["near"] == "effort"


def test_a_value_out_of_its_range_is_refused_and_one_not_given_is_not() -> None:
    ranges = {"effort": (1, 9), "territories": (1, 9)}
    check_ranges(Policy(effort=9), ranges, code="divide.out_of_range")

    with pytest.raises(PolicyError) as refusal:
        check_ranges(Policy(effort=10), ranges, code="divide.out_of_range")

    assert refusal.value.code == "divide.out_of_range"
    assert refusal.value.message.params == {"setting": "effort", "value": 10, "low": 1, "high": 9}


def test_no_number_at_all_is_in_no_range() -> None:
    with pytest.raises(PolicyError):
        check_ranges(Weights(float("nan")), {"value": (0, 1)}, code="divide.out_of_range")
