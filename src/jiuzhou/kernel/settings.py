"""Business choices: from the mapping a policy file holds to the frozen dataclass a stage reads."""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from jiuzhou.kernel.errors import PolicyError

Settings = TypeVar("Settings")


def read_settings(kind: type[Settings], given: Mapping[str, object], *, where: str) -> Settings:
    """
    Return the settings dataclass ``kind`` filled from ``given``; what is not given keeps its default.

    Parameters
    ----------
    kind
        A frozen dataclass whose fields are bool, int, float, str, ``X | None``, tuples, ``Mapping[str, X]`` and other
        such dataclasses; its ``__post_init__`` checks ranges and contradictions.
    where
        The place in the file, such as ``evaluate``; errors say ``evaluate.weights``.

    Raises
    ------
    PolicyError
        If a name is unknown (with the nearest known one), or a value has another type than its field.
    """
    hints = get_type_hints(kind)
    known: dict[str, Field[Any]] = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            told = {"where": f"{where}.{name}", "known": ", ".join(known)}
            if near:
                raise PolicyError("kernel.unknown_setting", **told, near=near[0])
            raise PolicyError("kernel.no_such_setting", **told)
    values = {name: _value(hints[name], given[name], f"{where}.{name}") for name in known if name in given}
    for name, item in known.items():
        if name not in values and item.default is MISSING and item.default_factory is MISSING:
            raise PolicyError("kernel.missing_setting", where=f"{where}.{name}")
    return kind(**values)


def plain_settings(settings: object) -> Any:
    """Return ``settings`` as the plain mapping that ``read_settings`` reads back; it is saved with every result."""
    if is_dataclass(settings) and not isinstance(settings, type):
        pairs = ((item.name, getattr(settings, item.name)) for item in fields(settings))
        return {name: plain_settings(value) for name, value in pairs if value is not None}
    if isinstance(settings, Mapping):
        return {name: plain_settings(value) for name, value in settings.items()}
    if isinstance(settings, tuple | list):
        return [plain_settings(value) for value in settings]
    return settings


def check_ranges(settings: object, ranges: Mapping[str, tuple[float, float]], *, code: str) -> None:
    """
    Check that each setting of ``ranges`` lies in its closed range.

    Parameters
    ----------
    code
        Of the sentence for people, with the placeholders ``setting``, ``value``, ``low`` and ``high``.

    Raises
    ------
    PolicyError
        If one does not; ``None``, the value of what was not given, passes.
    """
    for name, allowed in ranges.items():
        check_range(name, getattr(settings, name), allowed, code=code)


def check_range(name: str, value: float | None, allowed: tuple[float, float], *, code: str) -> None:
    """Check that one value lies in the closed range ``allowed``; otherwise as ``check_ranges``."""
    low, high = allowed
    if value is not None and not low <= value <= high:
        raise PolicyError(code, setting=name, value=value, low=low, high=high)


def _value(hint: Any, value: object, where: str) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        options = [option for option in args if option is not type(None)]
        return None if value is None else _value(options[0], value, where)
    if is_dataclass(hint) and isinstance(value, Mapping):
        return read_settings(hint, value, where=where)  # type: ignore[arg-type]
    if origin is tuple and isinstance(value, list | tuple):
        kinds = [args[0]] * len(value) if args[-1] is Ellipsis else list(args)
        if len(kinds) == len(value):
            return tuple(
                _value(kind, item, f"{where}[{i}]") for i, (kind, item) in enumerate(zip(kinds, value, strict=True))
            )
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, Mapping):
        return {str(name): _value(args[1], item, f"{where}.{name}") for name, item in value.items()}
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    raise PolicyError("kernel.wrong_type", where=where, value=str(value), expected=_said(hint))


def _said(hint: Any) -> str:
    return getattr(hint, "__name__", str(hint)) if get_origin(hint) is None else str(hint).replace("typing.", "")
