from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel import hashing
from jiuzhou.kernel.hashing import Index, hashes_of

TEXTS = st.lists(st.none() | st.text(max_size=6), min_size=1, max_size=12)


@given(texts=TEXTS, others=TEXTS)
def test_equal_texts_have_equal_hashes_whatever_stands_beside_them(
    texts: list[str | None], others: list[str | None]
) -> None:
    found: dict[str | None, int] = {}
    for column in (texts, texts + others, *([text] for text in texts)):
        array = pa.array(column, pa.string())
        for text, value in zip(column, hashes_of([array]).tolist(), strict=True):
            assert found.setdefault(text, value) == value
    assert len(set(found.values())) == len(found)


@given(texts=TEXTS)
def test_a_slice_has_the_hashes_of_its_texts(texts: list[str | None]) -> None:
    whole = pa.array(texts, pa.string())
    assert hashes_of([whole.slice(1)]).tolist() == hashes_of([whole]).tolist()[1:]


def test_rows_differ_by_the_order_of_their_columns() -> None:
    left, right = pa.array(["a", "b"]), pa.array(["b", "a"])
    assert len({*hashes_of([left, right]).tolist(), *hashes_of([right, left]).tolist()}) == 2


@given(keys=st.sets(st.text(max_size=3), max_size=10), values=TEXTS)
def test_an_index_finds_what_a_dictionary_finds(keys: set[str], values: list[str | None]) -> None:
    listed = sorted(keys)
    expected = [listed.index(value) if value in keys else -1 for value in values]
    for few in (0, 100):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hashing, "_FEW", few if listed else 0)
            assert Index(pa.array(listed, pa.string())).find(pa.array(values, pa.string())).tolist() == expected
