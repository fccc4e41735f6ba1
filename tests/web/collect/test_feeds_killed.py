"""A look at a source that is killed at any of its steps and begun again takes every file once (A1)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from web_killed import Ended, ended_by

PROGRAM = Path(__file__).with_name("killed_feeds.py")
QUICK = ("feed.claimed", "feed.brought", "import.customers_written:2", "feed.imported", "feed.put_away")
EVERY = (
    *QUICK,
    "feed.claimed:2",
    "feed.looked",
    "import.block",
    "import.gathered",
    "import.checked",
    "import.customers:2",
    "import.rows_written",
    "import.applied",
    "feed.imported:2",
    "feed.put_away:2",
    "feed.put_away:3",
)
"""In `make drill`."""
FAULTS = EVERY if settings.get_current_profile_name() == "search" else QUICK

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked copies of a process"),
]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Ended:
    """What the program found, by fault."""
    home = tmp_path_factory.mktemp("killed") / "home"
    home.mkdir()
    return ended_by(PROGRAM, ("", *FAULTS), home, django_db_blocker, timeout=600)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_killed_look_goes_on_and_ends_as_if_nothing_had_happened(fault: str, ended: Ended) -> None:
    killed, again, found = ended[fault]

    assert (killed, again) == (9, 0)
    assert found == ended[""][2]


def test_a_look_takes_every_file_once(ended: Ended) -> None:
    found = ended[""][2]

    assert found.startswith("([('one-again.csv', 'done'), ('one.csv', 'done'), ('two.csv', 'done')]")
    assert found.endswith("[60, 60, 60], 60)")
    assert "'taken': []" in found
