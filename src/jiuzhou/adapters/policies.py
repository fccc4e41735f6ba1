"""Policy and rules, from the files people write and back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jiuzhou.kernel.errors import PolicyError, RuleError
from jiuzhou.kernel.settings import plain_settings, read_settings

if TYPE_CHECKING:
    from jiuzhou.assign import RuleSet
    from jiuzhou.cycle import Policy

FORMAT, VERSION = "jiuzhou.policy", 1


def read_policy(path: Path | str) -> Policy:
    """
    Return the policy that a TOML file writes; what it does not say keeps its default.

    Raises
    ------
    PolicyError
        If the file cannot be read, is no TOML, or says something no stage understands.
    """
    from jiuzhou.cycle import Policy

    path = Path(path)
    try:
        given = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError("adapters.unreadable_file", file=path.name, reason=_why(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError("adapters.no_toml", file=path.name, reason=str(error)) from None
    kind, version = given.pop("format", FORMAT), given.pop("version", VERSION)
    if kind != FORMAT or version not in range(1, VERSION + 1):
        raise PolicyError(
            "adapters.other_format", file=path.name, found=f"{kind} {version}", known=f"{FORMAT} {VERSION}"
        )
    return read_settings(Policy, given, where="policy")


def policy_text(policy: Policy) -> str:
    """Return the policy as the TOML that ``read_policy`` reads back."""
    lines = [f'format = "{FORMAT}"', f"version = {VERSION}"]
    for word, settings in plain_settings(policy).items():
        lines += ["", *_section(word, settings)]
    return "\n".join(lines) + "\n"


def read_rules(path: Path | str | None) -> RuleSet:
    """
    Return the rule set that a YAML file writes; without a path, the standard rules.

    Raises
    ------
    RuleError
        If the file cannot be read, is no YAML, or a rule makes no sense.
    """
    import yaml

    from jiuzhou import assign

    if path is None:
        return assign.standard_rules()
    name = Path(path).name
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError("adapters.unreadable_file", file=name, reason=_why(error)) from None
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleError("adapters.no_yaml", file=name, reason=" ".join(str(error).split())) from None
    if not isinstance(given, Mapping):
        raise RuleError("adapters.no_yaml", file=name, reason="")
    return assign.read_rules(given, name)


def _section(name: str, settings: Mapping[str, Any]) -> list[str]:
    plain = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    lines = [f"[{name}]", *(f"{_key(key)} = {_toml(value)}" for key, value in plain.items())]
    for key, value in nested.items():
        lines += ["", *_section(f"{name}.{_key(key)}", value)]
    return lines


def _key(name: str) -> str:
    return name if name.replace("_", "a").replace("-", "a").isalnum() and name.isascii() else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return repr(value)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or error.__class__.__name__
