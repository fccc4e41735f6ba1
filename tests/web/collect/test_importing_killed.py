"""An import killed at any of its steps and gone on with ends as one that was never killed (A1)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from web_killed import Ended, ended_by

PROGRAM = Path(__file__).with_name("killed_imports.py")
QUICK = (
    "import.block:2",
    "fact_file.placed",
    "import.fact_file",
    "import.customers_written:3",
    "import.parents_written:2",
    "import.rows_written",
    "import.undo_rows:4",
)
EVERY = (
    *QUICK,
    "import.gathered",
    "import.checked",
    "import.owners_written",
    "import.owners",
    "import.teams_written",
    "import.teams",
    "import.customers:2",
    "import.parents",
    "import.applied",
    "import.undo_facts",
    "import.undo_rows:1",
    "import.undone",
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
    return ended_by(PROGRAM, ("", "whole-undo", *FAULTS), home, django_db_blocker, timeout=600)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_killed_import_goes_on_and_ends_as_if_nothing_had_happened(fault: str, ended: Ended) -> None:
    killed, again, digest = ended[fault]

    assert (killed, again) == (9, 0)
    assert digest == ended["whole-undo" if "undo" in fault else ""][2]


def test_an_import_adds_customers_and_taking_it_back_removes_them(ended: Ended) -> None:
    written, back = (int(ended[name][2].split()[1]) for name in ("", "whole-undo"))

    assert written - back == 60
