"""Taking turns and sharing load: fair in every prefix, without favour for age, flood or overload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.assign import AssignPolicy
from jiuzhou.assign.ledger import Ledger
from jiuzhou.assign.roster import Roster, roster
from jiuzhou.assign.rule_set import Turns
from jiuzhou.assign.turns import Rotation
from jiuzhou.kernel.book import Book, BookSettings

from .conftest import NOW, rule_set, table

Make = Callable[..., Any]
BY_TURNS = [{"then": ["round_robin"]}]


def rota(weights: list[float]) -> Roster:
    rows = [{"owner_id": f"R{number}", "weight": weight} for number, weight in enumerate(weights)]
    return roster(Book.of(BookSettings(), {"owners": table("owners", rows)}), AssignPolicy(), now=NOW)


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 7), st.integers(1, 60))
def test_two_of_equal_weight_are_never_more_than_one_turn_apart(owners: int, turns: int) -> None:
    people = rota([1.0] * owners)
    rotation, ledger = Rotation(people, Turns(), on_return="fair"), Ledger(people, 0.0)
    taken: Counter[int] = Counter(dict.fromkeys(range(owners), 0))
    for _ in range(turns):
        position, _next = rotation.next_two("leads", people.everybody, ledger)
        rotation.take("leads", position)
        taken[position] += 1
        assert max(taken.values()) - min(taken.values()) <= 1


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.0]), min_size=2, max_size=6))
def test_turns_follow_the_weights_within_one_turn(weights: list[float]) -> None:
    people = rota(weights)
    rotation, ledger = Rotation(people, Turns(), on_return="fair"), Ledger(people, 0.0)
    taken = [0] * len(weights)
    for number in range(1, 120):
        position, _next = rotation.next_two("leads", people.everybody, ledger)
        rotation.take("leads", position)
        taken[position] += 1
        for weight, count in zip(weights, taken, strict=True):
            # Stride scheduling strays from a share by less than the number of clients; here far less.
            assert abs(count - number * weight / sum(weights)) <= len(weights) / 2 + 1


def test_nobody_back_from_absence_is_flooded() -> None:
    people = rota([1.0] * 20)
    ledger = Ledger(people, 0.0)
    before = Rotation(people, Turns(), on_return="fair")
    without_first = people.everybody & ~1
    for _ in range(400):
        before.take("leads", before.next_two("leads", without_first, ledger)[0])

    def turns_of_the_first(on_return: str) -> int:
        after = Rotation(people, before.memory(away=1), on_return=on_return)
        taken = 0
        for _ in range(60):
            position, _next = after.next_two("leads", people.everybody, ledger)
            after.take("leads", position)
            taken += position == 0
        return taken

    assert turns_of_the_first("fair") in (3, 4)
    assert turns_of_the_first("catch_up") > 20


def test_somebody_new_starts_at_the_average() -> None:
    known = {f"R{number}": 5_000_000_000 for number in range(3)}
    people = rota([1.0] * 4)
    rotation = Rotation(people, Turns({"leads": known}), on_return="fair")
    taken: Counter[int] = Counter()
    for _ in range(40):
        position, _next = rotation.next_two("leads", people.everybody, Ledger(people, 0.0))
        rotation.take("leads", position)
        taken[position] += 1
    assert set(taken.values()) == {10}


def test_one_customer_at_a_time_spreads_as_a_batch_does(company: Make) -> None:
    batch = company(30, ["R1", "R2", "R3", "R4", "R5"]).owners(BY_TURNS)
    rules, singly = rule_set(BY_TURNS), []
    for number in range(30):
        found = company([{"customer_id": f"C{number:04d}"}], ["R1", "R2", "R3", "R4", "R5"]).decide(rules)
        singly += found.decisions["owner_id"].to_pylist()
        rules = replace(rules, turns=found.turns)
    assert singly == batch
    assert set(Counter(batch).values()) == {6}


def test_the_longest_serving_is_not_favoured(company: Make) -> None:
    counts = Counter(company(30, ["R1", "R2", "R3", "R4", "R5"]).owners([{"then": ["least_loaded"]}]))
    assert set(counts.values()) == {6}


def test_a_weight_of_zero_takes_no_turns_and_all_zero_is_a_reason(company: Make) -> None:
    paused = company(4, [{"owner_id": "R1", "weight": 0.0}, {"owner_id": "R2", "weight": 1.0}])
    assert paused.owners(BY_TURNS) == ["R2"] * 4
    nobody = company(1, [{"owner_id": "R1", "weight": 0.0}]).decide([{"then": ["round_robin"], "on_empty": "hold"}])
    decision = nobody.decision("C0000")
    assert decision.owner_id is None
    assert decision.reason.params["why"].code == "assign.empty_weight_one"


def test_rules_that_share_a_group_share_its_turns(company: Make) -> None:
    customers = [{"customer_id": f"C{number}", "channel": "电商" if number % 2 else "直销"} for number in range(8)]
    rules = [
        {"when": 'channel == "电商"', "then": [{"round_robin": "inbound"}]},
        {"then": [{"round_robin": "inbound"}]},
    ]
    assert company(customers, ["R1", "R2"]).owners(rules) == ["R1", "R2"] * 4


def test_somebody_away_gets_nothing_new_and_keeps_what_it_has(company: Make) -> None:
    customers = [{"customer_id": "C1", "owner_id": "R1"}, {"customer_id": "C2"}, {"customer_id": "C3"}]
    away = [{"owner_id": "R1", "starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(days=2)}]
    found = company(customers, ["R1", "R2"], absences=away).owners([{"then": ["keep", "round_robin"]}])
    assert found == ["R1", "R2", "R2"]


def test_an_absence_is_half_open_and_ends_with_those_that_touch_it(company: Make) -> None:
    def away(*spans: tuple[int, int]) -> list[dict[str, Any]]:
        return [
            {"owner_id": "R1", "starts_at": NOW + timedelta(hours=starts), "ends_at": NOW + timedelta(hours=ends)}
            for starts, ends in spans
        ]

    only = [{"then": [{"owner": "R1"}], "on_empty": "hold"}]
    assert company(1, ["R1"], absences=away((-5, 0))).owners(only) == ["R1"]
    held = company(1, ["R1"], absences=away((-5, 24), (20, 72))).decide(only).decision("C0000")
    assert held.reason.params["why"].params["until"] == "2026-04-03"


def test_nobody_is_given_more_than_it_may_carry(company: Make) -> None:
    owners = [
        {"owner_id": "R1", "capacity_customers": 2},
        {"owner_id": "R2", "capacity_hours": 20.0},
        {"owner_id": "R3", "capacity_customers": 1, "capacity_hours": 1_000.0},
    ]
    found = company(9, owners).decide([{"then": [{"least_loaded": "customers"}]}])
    counts = Counter(found.decisions["owner_id"].to_pylist())
    assert counts == {"R1": 2, "R2": 2, "R3": 1, None: 4}
    assert found.load["share"].to_pylist() == [1.0, 0.8, 1.0]
    free = company(9, owners).owners([{"then": ["round_robin"]}], policy=AssignPolicy(capacity="none"))
    assert Counter(free) == {"R1": 3, "R2": 3, "R3": 3}


def test_weights_beyond_all_reason_still_take_turns() -> None:
    people = rota([5e-324, 9e17, 9e17])
    rotation, ledger = Rotation(people, Turns(), on_return="fair"), Ledger(people, 0.0)
    taken = [0, 0, 0]
    for _ in range(40):
        position, _next = rotation.next_two("leads", people.everybody, ledger)
        rotation.take("leads", position)
        taken[position] += 1

    assert taken == [1, 20, 19]
