"""Jiuzhou 九州: sales territory management and customer allocation. Start reading at ``cycle.py``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiuzhou.adapters.books import read_book as read_book
    from jiuzhou.adapters.books import write_book as write_book
    from jiuzhou.adapters.loop import run_cycle as run_cycle
    from jiuzhou.adapters.policies import read_policy as read_policy
    from jiuzhou.adapters.results import write_cycle as write_cycle
    from jiuzhou.adapters.texts import render as render
    from jiuzhou.cycle import Cycle as Cycle
    from jiuzhou.cycle import Policy as Policy
    from jiuzhou.kernel.book import Book as Book
    from jiuzhou.kernel.book import BookSettings as BookSettings
    from jiuzhou.kernel.decision import Decision as Decision
    from jiuzhou.kernel.errors import JiuzhouError as JiuzhouError
    from jiuzhou.kernel.plan import Plan as Plan

__version__ = "0.1.0"

# Imported on first use: the core's libraries take seconds to load, and `import jiuzhou` must not.
_WHERE = {
    "Book": "jiuzhou.kernel.book",
    "BookSettings": "jiuzhou.kernel.book",
    "Cycle": "jiuzhou.cycle",
    "Decision": "jiuzhou.kernel.decision",
    "JiuzhouError": "jiuzhou.kernel.errors",
    "Plan": "jiuzhou.kernel.plan",
    "Policy": "jiuzhou.cycle",
    "read_book": "jiuzhou.adapters.books",
    "read_policy": "jiuzhou.adapters.policies",
    "render": "jiuzhou.adapters.texts",
    "run_cycle": "jiuzhou.adapters.loop",
    "write_book": "jiuzhou.adapters.books",
    "write_cycle": "jiuzhou.adapters.results",
}
__all__ = sorted([*_WHERE, "__version__"])


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'jiuzhou' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
