"""Every kind of work names a function that exists and a sentence in the catalogue."""

from importlib import import_module

import pytest

from jiuzhou.adapters.texts import catalogue
from jiuzhou.web.jobs.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_work_has_its_handler_and_its_name(kind: str) -> None:
    module, _, name = KINDS[kind].handler.partition(":")

    assert callable(getattr(import_module(module), name))
    assert f"jobs.kind_{kind.replace('.', '_')}" in catalogue("zh")
