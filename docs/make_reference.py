"""Write the reference pages from the code that they describe; `make docs` runs it, a test finds stale ones."""

from __future__ import annotations

import inspect
import json
import os
import tempfile
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import click

REFERENCE = Path(__file__).parent / "reference"
SCHEMA = Path(__file__).parents[1] / "src" / "jiuzhou" / "adapters" / "schemas" / "policy.json"
MADE = "<!-- Made by docs/make_reference.py; edit the code, then run `make docs`. -->\n\n"


def pages() -> Mapping[str, str]:
    """Return every reference page by its file name."""
    os.environ["JIUZHOU_LANG"] = "en"
    return {
        "tables.md": MADE + tables(),
        "commands.md": MADE + commands(),
        "policy.md": MADE + policy(),
        "messages.md": MADE + messages(),
        "api.md": MADE + api(),
    }


def tables() -> str:
    """Return the tables of a Book."""
    from jiuzhou.collect.aliases import COLUMN_ALIASES, OWN_ALIASES
    from jiuzhou.kernel.tables import TABLES

    lines = [
        "# The tables of a Book",
        "",
        (
            "Only `customers` must be there. Required columns are **bold**; a row without one is rejected with its "
            "reason. "
            "Columns not listed are kept as extra attributes and can be used in rules. "
            "Chinese column names are recognised as well."
        ),
    ]
    for spec in TABLES.values():
        key = f"One row for each {', '.join(f'`{name}`' for name in spec.key)}." if spec.key else "Rows have no key."
        lines += ["", f"## {spec.name}", "", key, "", "| column | kind | allowed | 中文 |", "|---|---|---|---|"]
        for column in spec.columns:
            name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
            given = (*OWN_ALIASES.get((spec.name, column.name), ()), *COLUMN_ALIASES.get(column.name, ()))
            names = [alias for alias in given if not alias.isascii()][:2]
            low, high = column.low, column.high
            spans = [f"≥ {low:g}" if low is not None else "", f"≤ {high:g}" if high is not None else ""]
            allowed = ", ".join(part for part in (*spans, " · ".join(column.choices)) if part)
            allowed += f"{'; ' if allowed else ''}one of `{column.refers_to}`" if column.refers_to else ""
            lines.append(f"| {name} | {column.kind.value} | {allowed} | {'、'.join(names)} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the command line, in the loop's order."""
    from jiuzhou.cli.main import COMMANDS, program

    context = click.Context(program, info_name="jiuzhou")
    lines = [
        "# Commands",
        "",
        (
            "Every command takes `--lang zh|en`, `--json` and `--seed`, shows progress on standard error, and ends "
            "with 0 = done, 2 = wrong call or unreadable input, 3 = infeasible or refused with reasons. "
            "`python -m jiuzhou` is the same program."
        ),
    ]
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        lines += _command(command, context, f"jiuzhou {name}")
    return "\n".join(lines) + "\n"


def _command(command: click.Command, parent: click.Context, name: str) -> list[str]:
    from jiuzhou.cli.words import text

    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name, parent=parent)
        return [
            line
            for inner in sorted(command.commands)
            for line in _command(command.commands[inner], context, f"{name} {inner}")
        ]
    context = click.Context(command, info_name=name)
    arguments = " ".join(part for part in command.collect_usage_pieces(context) if part != "[OPTIONS]")
    lines = ["", f"## {name}", "", text(command.help or ""), "", f"    {name} {arguments}".rstrip(), ""]
    lines += ["| option | |", "|---|---|"]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            lines.append(f"| `{record[0].replace('|', ' or ')}` | {record[1].replace('|', ' or ')} |")
    return lines


def policy() -> str:
    """Return what policy.toml may say."""
    from jiuzhou.cycle import Policy

    lines = [
        "# The policy",
        "",
        (
            "`policy.toml` holds a company's choices, one section for each stage; what it does not say keeps its "
            "default. "
            'It begins with `format = "jiuzhou.policy"` and `version = 1`, and is saved with every result.'
        ),
    ]
    for name, kind in get_type_hints(Policy).items():
        lines += _section(name, kind)
    return "\n".join(lines) + "\n"


def _section(name: str, kind: Any) -> list[str]:
    lines = ["", f"## [{name}]", "", inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " ")]
    lines += ["", "| name | kind | default | |", "|---|---|---|---|"]
    meanings, hints = _meanings(kind), get_type_hints(kind)
    default, nested = kind(), []
    for item in fields(kind):
        if is_dataclass(hints[item.name]):
            nested.append((f"{name}.{item.name}", hints[item.name]))
            continue
        value = getattr(default, item.name)
        shown = dict(value) if isinstance(value, Mapping) else value
        kind_name = str(item.type).replace("|", "or")
        lines.append(f"| `{item.name}` | {kind_name} | `{shown}` | {meanings.get(item.name, '')} |")
    return lines + [line for pair in nested for line in _section(*pair)]


def _meanings(kind: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for line in inspect.cleandoc(kind.__doc__ or "").splitlines():
        if line and not line.startswith(" "):
            names = [name.strip() for name in line.split(",")]
            names = names if all(name.isidentifier() for name in names) else []
        elif line.strip():
            for name in names:
                found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return found


def messages() -> str:
    """Return every code that errors, violations and findings carry, with its sentence."""
    from jiuzhou.adapters.texts import catalogue

    words = (
        "kernel",
        "adapters",
        "collect",
        "rules",
        "assign",
        "divide",
        "resource",
        "monitor",
        "serve",
        "evaluate",
        "cli",
    )
    lines = [
        "# Codes and their sentences",
        "",
        "What programs may rely on is the code; the sentence may be worded better.",
    ]
    for word in words:
        lines += ["", f"## {word}", "", "| code | English | 中文 |", "|---|---|---|"]
        for code, sentence in sorted(catalogue("en").items()):
            if code.startswith(f"{word}.") and not code.startswith("cli.option"):
                lines.append(f"| `{code}` | {_cell(sentence)} | {_cell(catalogue('zh')[code])} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def api() -> str:
    """Return the endpoints of the REST API, and the shapes in which they speak."""
    document = _description()
    lines = ["# The REST API", "", _API_RULES]
    words: dict[str, list[str]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            words[operation["tags"][0]] += _endpoint(method.upper(), path, operation)
    for word, told in words.items():
        lines += ["", f"## {word}", *told]
    lines += ["", "## Shapes"]
    for name, schema in document["components"]["schemas"].items():
        lines += ["", f"### {name}", "", _line(schema.get("description", ""))]
        asked = schema.get("required", ()) if schema.get("additionalProperties") is False else ()
        lines += _fields([(key, one, key in asked) for key, one in schema.get("properties", {}).items()])
    return "\n".join(lines) + "\n"


_API_RULES = """\
Everything lies under `/api/v1`; the same as OpenAPI 3.1 is at `/api/v1/openapi.json`. A program sends a token as
`Authorization: Bearer jz_…`; a browser that is signed in may ask too, and sends `X-CSRFToken` with what it writes. A
token reaches no further than its scopes, and never further than its person's roles.

- **Lists** take `limit` (at most 500) and `cursor`, and answer with `items`, `next` and `previous`. A parameter or a
  field that is not listed here is refused with 422.
- **`Idempotency-Key`**: every POST needs one, a name of your own such as a UUID. Sent again with the same key within a
  day it is not done again, and the first answer is given, with `Idempotency-Replayed: true`.
- **`If-Match`**: a write of something that has versions needs the `ETag` of it as you read it. It is refused with 428
  without one, and with 412 if it was changed since; the answer then says what is different.
- **Limits**: 600 reads and 60 writes a minute, 10 requests for exports an hour, for each person, whatever the token.
  More are refused with 429 and `Retry-After`. A body has at most 4 MB.
- **Errors** are `application/problem+json` ([Problem](#problem)) in the language of `Accept-Language`. Programs look at
  `code`.
- What must be given is **bold**.
- **Moments** carry their zone, money is a text with its decimals, and a share of 1 is all."""


def _description() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("JIUZHOU_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhou.web.settings")
        import django

        django.setup()
        from jiuzhou.web.api.openapi import describe
        from jiuzhou.web.api.root import api as interface

        return describe(interface)


def _endpoint(method: str, path: str, operation: Mapping[str, Any]) -> list[str]:
    headers = [one["name"] for one in operation["parameters"] if one["in"] == "header"]
    needs = [f"verb `{operation['x-verb']}`", operation["x-scope"] and f"scope `{operation['x-scope']}`"]
    needs = [*filter(None, needs), *(f"`{name}`" for name in headers)]
    session = "" if operation["x-scope"] else "; a session only, no token"
    lines = ["", f"### {method} {path.removeprefix('/api/v1')}", "", _line(operation.get("description", ""))]
    lines += ["", f"Needs {', '.join(needs)}{session}."]
    lines += _fields(
        [
            (one["name"], {**one["schema"], "description": one.get("description", "")}, one["required"])
            for one in operation["parameters"]
            if one["in"] == "query" or "enum" in one["schema"]
        ]
    )
    if "requestBody" in operation:
        lines += ["", f"Body: {_content(operation['requestBody'])}."]
    answers = [f"{status} {_content(one)}" for status, one in operation["responses"].items() if status != "default"]
    return [*lines, "", f"Answers: {', '.join(answers)}."]


def _content(part: Mapping[str, Any]) -> str:
    for kind, content in part.get("content", {}).items():
        return _kind(content["schema"]) if kind == "application/json" else f"`{kind}`"
    return "without a body"


def _fields(rows: list[tuple[str, Mapping[str, Any], bool]]) -> list[str]:
    # What must be given is bold.
    lines = ["", "| name | kind | |", "|---|---|---|"] if rows else []
    for name, schema, asked in rows:
        shown, told = f"**`{name}`**" if asked else f"`{name}`", _line(schema.get("description", ""))
        default = schema.get("default")
        told += f"{' ' if told else ''}Default `{default}`." if default not in (None, "", [], False) else ""
        lines.append(f"| {shown} | {_kind(schema)} | {told} |")
    return lines


_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}
_FORMATS = {"date": "day", "date-time": "moment"}


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for word in ("anyOf", "allOf", "oneOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_kind(one) for one in schema[word]))
    if "enum" in schema or "const" in schema:
        return " · ".join(
            f"`{value}`" if value != "" else "empty" for value in schema.get("enum", [schema.get("const")])
        )
    inner = schema.get("items") or schema.get("additionalProperties")
    kind = schema.get("type", "anything")
    if kind in ("array", "object"):
        what = "list" if kind == "array" else "object"
        return f"{what} of {_span(schema)}{_kind(inner)}" if isinstance(inner, dict) and inner else what
    return ", ".join([_FORMATS.get(schema.get("format", ""), _KINDS.get(kind, kind)), *_bounds(schema)])


def _span(schema: Mapping[str, Any]) -> str:
    most = schema.get("maxItems", schema.get("maxProperties"))
    return f"up to {most:,}: " if most else ""


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None:
        yield f"≥ {least:,}"
    if most is not None and most < 2**63 - 1:
        yield f"≤ {most:,}"
    if "maxLength" in schema:
        least = f"{schema['minLength']}–" if schema.get("minLength") else "≤ "
        yield f"{least}{schema['maxLength']:,} signs"


def _line(text: str) -> str:
    return _cell(" ".join(text.split())).replace("``", "`")


def policy_schema() -> str:
    """Return the JSON schema of policy.toml, for editors that check while one writes."""
    from jiuzhou.cycle import Policy

    properties = {"format": {"const": "jiuzhou.policy"}, "version": {"type": "integer", "minimum": 1}}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "policy.toml",
        **_shape(Policy),
    }
    whole["properties"] = {**properties, **whole["properties"]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _shape(hint: Any) -> dict[str, Any]:
    origin, given = get_origin(hint), get_args(hint)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        properties = {item.name: _shape(hints[item.name]) for item in fields(hint)}
        return {"type": "object", "additionalProperties": False, "properties": properties}
    if origin in (Union, types.UnionType):
        return _shape(next(kind for kind in given if kind is not type(None)))
    if origin is tuple:
        return {"type": "array", "items": _shape(given[0])}
    if origin is not None:
        return {"type": "object", "additionalProperties": _shape(given[1])}
    return {"type": {bool: "boolean", int: "integer", float: "number", str: "string"}[hint]}


def main() -> None:
    """Write the pages, and the schema."""
    REFERENCE.mkdir(exist_ok=True)
    for name, page in pages().items():
        (REFERENCE / name).write_text(page, "utf-8")
    SCHEMA.write_text(policy_schema(), "utf-8")


if __name__ == "__main__":
    main()
