"""What several test folders share: one small demo company, its cycle, and the real data beside the checkout."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

from jiuzhou.cycle import Cycle

# A change must not fail for what it did not touch: the usual run draws the same examples every time. `make drill`
# draws new ones each time.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("steady")

# What the tests import stays until they end. Looking through all of it for garbage, again and again, took a tenth of
# their time.
gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tables, policy and rules of a demo company of 400 customers."""
    from jiuzhou.adapters.demo import write_demo

    folder = tmp_path_factory.mktemp("demo") / "book"
    write_demo(folder, customers=400, seed=11)
    return folder


@pytest.fixture(scope="session")
def small_cycle(small_demo: Path) -> Cycle:
    """One pass of the loop over the small demo company."""
    import jiuzhou

    return jiuzhou.run_cycle(small_demo, policy=small_demo / "policy.toml", rules=small_demo / "rules.yaml")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test is skipped where there is none."""
    data = Path(__file__).parents[2] / "shared" / "data"
    if not data.is_dir():
        pytest.skip("no real data: there is no folder shared/data beside the checkout")
    return data
