"""What the web's source must not contain, each fence tried on a sample that it must catch."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "src" / "jiuzhou" / "web"
SOURCES = sorted(path for path in WEB.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((WEB / "places" / "templates").rglob("*.html"))
NAMES_UNSCOPED = re.compile(
    r"^(store|accounts|ledger|jobs|inbox)/|/(writes|jobs)(/.*)?\.py$|/(writes|jobs)/|^checks\.py$"
)

Fence = Callable[[ast.AST], bool]


def attribute(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in names


def called(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    return (isinstance(function, ast.Name) and function.id in names) or attribute(function, *names)


def imported(node: ast.AST, *names: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or ""]
    else:
        modules = [item.name for item in node.names] if isinstance(node, ast.Import) else []
    return any(module == name or module.startswith(f"{name}.") for module in modules for name in names)


def spread_of_request(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    spread = [keyword.value for keyword in node.keywords if keyword.arg is None]
    return any("request" in ast.unparse(value) for value in spread)


FENCES: dict[str, tuple[Fence, str]] = {
    "raw SQL": (lambda node: called(node, "raw", "extra", "RawSQL", "cursor"), "rows.raw('SELECT 1')"),
    "text marked safe": (lambda node: called(node, "mark_safe"), "mark_safe(name)"),
    "code from text": (lambda node: called(node, "eval", "exec"), "eval(text)"),
    "pickle": (lambda node: imported(node, "pickle", "shelve", "marshal"), "import pickle"),
    "test tools": (lambda node: imported(node, "django.test"), "from django.test import Client"),
    "unsafe YAML": (lambda node: attribute(node, "unsafe_load", "full_load"), "yaml.unsafe_load(text)"),
    "a request as keywords": (spread_of_request, "rows.filter(**request.GET)"),
    "every field": (
        lambda node: isinstance(node, ast.Constant) and node.value == "__all__",
        "fields = '__all__'",
    ),
    "a check switched off": (lambda node: called(node, "csrf_exempt"), "csrf_exempt(view)"),
}
EXEMPT = {
    ("raw SQL", "store/"): "schema and search of each database lie there, with parameters only",
    ("a check switched off", "places/service/open_urls.py"): "no session stands behind it: the link alone is the right",
    ("text marked safe", "places/templatetags/"): "the tags escape what they are given and say so in their tests",
}


def found(fence: Fence, source: str) -> bool:
    return any(fence(node) for node in ast.walk(ast.parse(source)))


def name_of(path: Path) -> str:
    return path.relative_to(WEB).as_posix()


def offenders(kind: str) -> Iterator[str]:
    fence, _ = FENCES[kind]
    for path in SOURCES:
        exempt = any(kind == what and name_of(path).startswith(where) for what, where in EXEMPT)
        if not exempt and found(fence, path.read_text("utf-8")):
            yield name_of(path)


@pytest.mark.parametrize("kind", FENCES)
def test_the_source_has_none_of_it(kind: str) -> None:
    assert list(offenders(kind)) == []


@pytest.mark.parametrize("kind", FENCES)
def test_the_fence_catches_its_sample(kind: str) -> None:
    fence, sample = FENCES[kind]
    assert found(fence, sample)


def test_only_the_ground_and_writers_name_the_manager_that_forgets_who_asks() -> None:
    naming = [
        name_of(path)
        for path in SOURCES
        if found(lambda node: attribute(node, "unscoped", "_base_manager", "_default_manager"), path.read_text("utf-8"))
    ]
    assert [name for name in naming if not NAMES_UNSCOPED.search(name)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_a_template_keeps_to_the_content_security_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"<[^>]+\s(?:on[a-z]+|style)\s*=", text) == [], (
        "inline handlers and styles are dropped by the CSP"
    )
    assert "|safe" not in text
    assert "autoescape off" not in text
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), "no third-party host"
