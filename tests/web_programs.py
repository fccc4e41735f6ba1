"""A program that speaks to the REST interface in a person's name."""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.roles import SCOPES
from jiuzhou.web.accounts.tokens import create_token

_numbers = itertools.count()


class Program:
    """One token, and requests with it; every POST gets a key of its own unless it is given one."""

    def __init__(self, actor: Actor, *scopes: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.token = create_token(actor, "test", scopes or tuple(SCOPES), 7)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> HttpResponse:
        key = key or f"key-{next(_numbers)}"
        return self.send("POST", path, body, **{"Idempotency-Key": key, **headers})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            f"/api/v1{path}",
            data,
            content_type="application/json" if data else "",
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
