"""Every address of the application, read from the URLconf, with the door it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from jiuzhou.web.accounts.doors import Door

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One address, such as ``/customers/{customer}``, and what it takes; ``methods`` are those it answers."""

    address: str
    name: str
    door: Door | None
    methods: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.address.startswith("/api/")

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.address))

    def at(self, **keys: object) -> str:
        return self.address.format(**keys)


def routes() -> list[Route]:
    pages = [route for route in _pages(get_resolver().url_patterns, "/", "") if not route.is_api]
    return sorted([*pages, *_endpoints()], key=lambda route: (route.address, route.methods))


def _pages(patterns: list[Any], prefix: str, space: str) -> Iterator[Route]:
    for pattern in patterns:
        address = prefix + _template(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _pages(
                pattern.url_patterns, address, f"{space}{pattern.namespace or ''}:" if pattern.namespace else space
            )
        elif isinstance(pattern, URLPattern):
            door = getattr(pattern.callback, "door", None)
            yield Route(address, f"{space}{pattern.name}", door, door.methods if door else ())


def _template(route: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route).removeprefix("^").removesuffix("$")


def _endpoints() -> Iterator[Route]:
    from jiuzhou.web.api.root import api

    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            address = re.sub(r"{(?:\w+:)?(\w+)}", r"{\1}", f"/api/v1/{prefix.strip('/')}/{path.strip('/')}")
            address = re.sub("//+", "/", address)
            if not path.endswith("/"):
                address = address.rstrip("/")
            for operation in view.operations:
                door = getattr(operation.view_func, "door", None)
                yield Route(address, operation.view_func.__name__, door, tuple(operation.methods))
