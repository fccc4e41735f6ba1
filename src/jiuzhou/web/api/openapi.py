"""The description of the interface, as OpenAPI: what ninja knows of each endpoint, and what the gate adds to all."""

from __future__ import annotations

import json
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from jiuzhou.web.accounts.roles import SCOPES, in_scope
from jiuzhou.web.api.answers import Problem
from jiuzhou.web.api.gate import door_of

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A name of your own for this request, such as a UUID: sent again with the same key within a day, it "
    "is not done again, and the first answer is given.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def describe(api: NinjaAPI) -> dict[str, Any]:
    """
    Return the OpenAPI document of ``api``, which lies under ``/api/v1/``.

    ``x-verb`` is what one must be allowed to do, ``x-scope`` the scope that a token needs for it; null where none
    reaches it.
    """
    document: dict[str, Any] = json.loads(json.dumps(OpenAPISchema(api, "api/v1/")))
    components = document["components"]
    components["schemas"]["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    tags = [operation["tags"][0] for methods in document["paths"].values() for operation in methods.values()]
    document["tags"] = [{"name": tag} for tag in dict.fromkeys(tags)]
    verbs = _verbs(api)
    for methods in document["paths"].values():
        for method, operation in methods.items():
            verb = operation["x-verb"] = verbs[operation["operationId"]]
            operation["x-scope"] = next((scope for scope in SCOPES if in_scope(verb, frozenset({scope}))), None)
            _without_nul([operation.get("requestBody", {}), operation["parameters"]], components["schemas"])
            if method == "post":
                operation["parameters"].append(_KEY)
            operation["responses"]["default"] = {
                "description": "What went wrong",
                "content": {"application/problem+json": {"schema": _PROBLEM}},
            }
    components["schemas"] = dict(sorted(components["schemas"].items()))
    document["paths"] = dict(sorted(document["paths"].items()))
    return document


def _verbs(api: NinjaAPI) -> dict[str, str]:
    found = [view for router in api._get_bound_routers() for view in router.path_operations.values()]
    return {one.view_func.__name__: door_of(one).verb for view in found for one in view.operations}


def _without_nul(asked: Any, schemas: dict[str, Any]) -> None:
    # No text of a request may hold what a database refuses; the gate sees to it, and here it is said.
    waiting, seen = [asked], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            if "propertyNames" in part:
                part["propertyNames"]["type"] = "string"
            plain = part.get("type") == "string" and not {"pattern", "format", "enum", "const"} & set(part)
            if plain:
                part["pattern"] = "^[^\\u0000]*$"
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(schemas[name])
            waiting += part.values()
