"""Policy and rules, from the files people write and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jiuzhou.adapters.reasons import why
from jiuzhou.adapters.toml_files import read_toml, toml_key, toml_of_text, toml_value
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
    path = Path(path)
    return _policy(read_toml(path, PolicyError), path.name)


def policy_of_text(text: str, name: str) -> Policy:
    """
    Return the policy that a TOML text writes, as ``read_policy`` does a file's.

    Parameters
    ----------
    name
        What errors call the text.

    Raises
    ------
    PolicyError
        If it is no TOML, or says something no stage understands.
    """
    return _policy(toml_of_text(text, name, PolicyError), name)


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
    from jiuzhou import assign

    if path is None:
        return assign.standard_rules()
    name = Path(path).name
    try:
        text = Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError("adapters.unreadable_file", file=name, reason=why(error)) from None
    return rules_of_text(text, name)


def rules_of_text(text: str, name: str) -> RuleSet:
    """
    Return the rule set that a YAML text writes, as ``read_rules`` does a file's.

    Parameters
    ----------
    name
        What errors call the text.

    Raises
    ------
    RuleError
        If it is no YAML, or a rule makes no sense.
    """
    import yaml

    from jiuzhou import assign

    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RuleError("adapters.no_yaml", file=name, reason=" ".join(str(error).split())) from None
    if not isinstance(given, Mapping):
        raise RuleError("adapters.no_yaml", file=name, reason="")
    return assign.read_rules(given, name)


def rules_text(rules: RuleSet) -> str:
    """Return the rules as the YAML that ``read_rules`` reads back."""
    import yaml

    from jiuzhou import assign

    return str(yaml.safe_dump(assign.plain_rules(rules), allow_unicode=True, sort_keys=False, width=118))


def _policy(given: dict[str, Any], name: str) -> Policy:
    from jiuzhou.cycle import Policy

    kind, version = given.pop("format", FORMAT), given.pop("version", VERSION)
    if kind != FORMAT or version not in range(1, VERSION + 1):
        raise PolicyError("adapters.other_format", file=name, found=f"{kind} {version}", known=f"{FORMAT} {VERSION}")
    return read_settings(Policy, given, where="policy")


def _section(name: str, settings: Mapping[str, Any]) -> list[str]:
    plain = {key: value for key, value in settings.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    lines = [f"[{name}]", *(f"{toml_key(key)} = {toml_value(value)}" for key, value in plain.items())]
    for key, value in nested.items():
        lines += ["", *_section(f"{name}.{toml_key(key)}", value)]
    return lines
