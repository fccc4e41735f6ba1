"""Chunks fit the machine: smaller while it is slow, never larger than meant, and all of the rows are done."""

from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.store.pace import GOAL_SECONDS, Pace


@given(st.lists(st.floats(0, 2), max_size=60), st.integers(1, 500))
def test_a_chunk_is_never_empty_and_never_larger_than_meant(seconds: list[float], size: int) -> None:
    pace = Pace(size)
    for one in seconds:
        pace.took(one)
        assert 1 <= pace.size <= size


def test_on_a_machine_ten_times_as_slow_chunks_come_down_to_the_goal_and_up_again_after() -> None:
    pace, row = Pace(200), 0.004
    for _ in range(10):
        pace.took(pace.size * row)

    assert pace.size * row <= GOAL_SECONDS
    for _ in range(40):
        pace.took(pace.size * row / 20)
    assert pace.size == 200
