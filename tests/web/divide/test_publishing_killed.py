"""A publication killed at any of its steps and gone on with ends as one that was never killed (A1, A3)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from web_killed import Ended, ended_by

PROGRAM = Path(__file__).with_name("killed.py")
FAULTS = (
    "publish.staging:1",
    "publish.staging:3",
    "publish.staged",
    "publish.swapping",
    "publish.swapped",
    "publish.settling:1",
    "publish.settled:1",
    "publish.settling:3",
    "publish.settled:4",
    "publish.settled_all",
    "publish.finishing",
    "publish.finished",
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked copies of a process"),
]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Ended:
    """What the program found, by fault."""
    return ended_by(PROGRAM, ("", *FAULTS), tmp_path_factory.mktemp("killed"), django_db_blocker, timeout=300)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_killed_publication_goes_on_and_ends_as_if_nothing_had_happened(fault: str, ended: Ended) -> None:
    killed, again, digest = ended[fault]

    assert (killed, again) == (9, 0)
    assert digest == ended[""][2]
