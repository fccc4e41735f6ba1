"""The house stays readable: small files, small functions, names that say what they hold."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "jiuzhou"
MAX_FILE, MAX_FUNCTION, MAX_PARAMETERS = 400, 60, 6
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core", "lib", "tools"}
STAGES = ("collect", "evaluate", "divide", "resource", "assign", "serve", "monitor")

EXEMPT: dict[str, str] = {}
"""``file`` or ``file::function`` → why it may be larger."""


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if not {"built", "migrations"} & set(path.parts))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_file_is_small(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_FILE or name_of(path) in EXEMPT, f"{lines} lines; split it by what it is about"


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_function_is_small_and_takes_few_parameters(path: Path) -> None:
    for function in functions(path):
        place = f"{name_of(path)}::{function.name}"
        if place in EXEMPT:
            continue
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        documented = ast.get_docstring(function, clean=False)
        lines -= len(documented.splitlines()) if documented else 0
        given = [*function.args.posonlyargs, *function.args.args]
        positional = [argument for argument in given if argument.arg not in ("self", "cls")]
        assert lines <= MAX_FUNCTION, f"{place} has {lines} lines"
        assert len(positional) <= MAX_PARAMETERS, f"{place} takes {len(positional)} positional parameters"


def test_no_file_is_named_for_nothing() -> None:
    assert [name_of(path) for path in sources() if path.stem in BANNED_NAMES] == []


def test_an_exemption_names_something_that_exists_and_gives_a_reason() -> None:
    for place, reason in EXEMPT.items():
        file, _, function = place.partition("::")
        assert (PACKAGE / file).exists(), place
        assert not function or function in {node.name for node in functions(PACKAGE / file)}, place
        assert len(reason) > 20, place


def test_every_stage_has_its_verb_and_its_tests() -> None:
    for stage in STAGES:
        assert (PACKAGE / stage / "__init__.py").exists(), stage
        assert list((ROOT / "tests" / stage).glob("test_*.py")), stage


def test_no_package_is_an_empty_stub() -> None:
    for package in (path.parent for path in PACKAGE.rglob("__init__.py")):
        code = [path for path in package.rglob("*.py") if path.name != "__init__.py"]
        assert code, f"{package.name} does nothing yet; leave the folder out"


def test_importing_the_package_is_silent_and_loads_nothing_heavy() -> None:
    heavy = ("numpy", "scipy", "ibis", "duckdb", "pyarrow", "numba", "shapely", "click", "babel")
    program = f"import sys, jiuzhou; print([name for name in {heavy!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
