"""A plan knows which of its territories have units."""

from plans import plan_of, territory


def test_only_territories_with_units_are_held_and_they_come_by_id() -> None:
    plan = plan_of([territory("south"), territory("east"), territory("north")], {"acme": "south", "bolt": "north"})

    assert [item.id for item in plan.held_territories()] == ["north", "south"]
