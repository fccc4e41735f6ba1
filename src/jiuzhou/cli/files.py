"""Files that lie beside others and need not be named: a Book's own policy, a policy's own rules."""

from __future__ import annotations

from pathlib import Path

from jiuzhou.kernel.errors import InputError


def policy_of(book: Path) -> Path | None:
    """Return the ``policy.toml`` in the folder of a Book; ``None`` where there is none."""
    own = book / "policy.toml"
    return own if own.is_file() else None


def rules_beside(policy: Path | None) -> Path | None:
    """Return the rules file that a policy names, from the policy's own folder; ``None`` where it names none."""
    if policy is None:
        return None
    from jiuzhou.adapters.policies import read_policy

    named = read_policy(policy).assign.rules
    return policy.parent / named if named else None


def decisions_in(given: Path) -> Path:
    """
    Return the ``decisions.parquet`` that ``given`` is or holds.

    Raises
    ------
    InputError
        If there is none.
    """
    file = given / "decisions.parquet" if given.is_dir() else given
    if not file.exists():
        raise InputError("adapters.missing_file", file=file.name, folder=str(file.parent))
    return file
