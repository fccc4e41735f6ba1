"""The maps drawn as text that tests are written with."""

from maps import grid


def test_letters_are_territories_and_sides_are_borders() -> None:
    drawn = grid("""
        AAB
        C.B
    """)

    assert drawn.names == ("A", "B", "C")
    assert drawn.labels.tolist() == [0, 0, 1, 2, 1]
    assert drawn.points.tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [2, 1]]
    assert drawn.pairs.tolist() == [[0, 1], [0, 3], [1, 2], [2, 4]]


def test_a_map_is_drawn_as_it_was_read() -> None:
    assert grid("AAB\nC.B").draw() == "AAB\nC.B"
    assert grid("AB").draw([1, 0]) == "BA"
