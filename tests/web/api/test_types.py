"""The front end's types of the interface are those of the interface."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from jiuzhou.web.api.openapi import describe
from jiuzhou.web.api.root import api

SCRIPT = Path(__file__).parents[3] / "frontend" / "make_types.py"


@pytest.fixture
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_types", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_types_are_fresh(maker: ModuleType) -> None:
    fresh = maker.TARGET.read_text("utf-8") == maker.types_of(describe(api))
    assert fresh, "run: .venv/bin/python frontend/make_types.py"


def test_every_operation_and_schema_has_its_type(maker: ModuleType) -> None:
    document = describe(api)
    text = maker.types_of(document)

    for path, methods in document["paths"].items():
        for method in methods:
            assert f'"{method.upper()} {path}"' in text
    assert "unknown[]" not in text.split("Operations")[1]
    assert "export type CustomerDetail = {" in text
    assert 'group: "selected" | "available" | "out";' in text
