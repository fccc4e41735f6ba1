"""
Write ``src/api.d.ts``, the types of the REST interface, from its description; ``--check`` only says whether it is so.

The generated file is committed, so that the front end builds without the application; a test keeps it fresh.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "src" / "api.d.ts"
HEAD = "/** Types of the REST interface, made by frontend/make_types.py from its description; not by hand. */\n"


def types_of(document: Mapping[str, Any]) -> str:
    """Return the TypeScript that names every schema, and every operation with its parameters, body and answer."""
    schemas = document["components"]["schemas"]
    parts = [HEAD]
    parts += [f"export type {_name(name)} = {_type(schema)};\n" for name, schema in sorted(schemas.items())]
    parts.append("export interface Operations {\n")
    for path, methods in sorted(document["paths"].items()):
        for method, operation in sorted(methods.items()):
            parts.append(_operation(path, method, operation))
    parts.append("}\n")
    return "\n".join(parts)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    lines = [f'  "{method.upper()} {path}": {{']
    for place in ("path", "query"):
        given = [one for one in operation.get("parameters", []) if one["in"] == place]
        fields = "; ".join(
            f"{one['name']}{'' if one.get('required') else '?'}: {_type(one['schema'])}" for one in given
        )
        lines.append(f"    {place}: {{ {fields} }};" if given else f"    {place}: Record<string, never>;")
    lines.append(f"    body: {_content(operation.get('requestBody', {}))};")
    answers = [_content(answer) for status, answer in operation["responses"].items() if status.startswith("2")]
    lines.append(f"    answer: {' | '.join(dict.fromkeys(answers)) or 'undefined'};")
    return "\n".join([*lines, "  };"])


def _content(body: Mapping[str, Any]) -> str:
    for content in body.get("content", {}).values():
        return _type(content["schema"])
    return "undefined"


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _name(schema["$ref"].rpartition("/")[2])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in values)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            joint = " & " if word == "allOf" else " | "
            return joint.join(dict.fromkeys(_type(one) for one in schema[word]))
    return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if kind == "array":
        inner = _type(schema.get("items", {}))
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if kind == "object":
        return _object(schema)
    return {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}.get(
        str(kind), "unknown"
    )


def _object(schema: Mapping[str, Any]) -> str:
    fields = schema.get("properties")
    if fields is None:
        inner = schema.get("additionalProperties")
        return f"Record<string, {_type(inner) if isinstance(inner, dict) and inner else 'unknown'}>"
    required = set(schema.get("required", ()))
    lines = [f"  {name}{'' if name in required else '?'}: {_type(field)};" for name, field in fields.items()]
    return "{\n" + "\n".join(lines) + "\n}"


def _name(schema: str) -> str:
    return "".join(
        part[:1].upper() + part[1:] for part in schema.replace("[", "_").replace("]", "_").split("_") if part
    )


def main() -> int:
    """Write the file, or say whether it is fresh; return the exit code."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("JIUZHOU_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhou.web.settings")
        import django

        django.setup()
        from jiuzhou.web.api.openapi import describe
        from jiuzhou.web.api.root import api

        text = types_of(describe(api))
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.is_file() and TARGET.read_text("utf-8") == text else 1
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
