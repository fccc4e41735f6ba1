"""
A program that speaks to the REST interface, with Python's standard library only.

    JIUZHOU_TOKEN=jz_… python examples/api_client.py https://jiuzhou.example.com

It pages through your customers, reads why the first one is whose, and marks the most pressing action as done. A token
is made under Settings → Account; give it the scopes "read" and "service".
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TRIES = 5


class ProblemError(Exception):
    """What the server answered instead: its status, its code for programs, and its sentence for people."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        self.status, self.code, self.told = status, told.get("code", ""), told
        super().__init__(f"{status} {self.code}: {told.get('detail', '')}")


class Api:
    """One server, and one person's token."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address.rstrip("/") + "/api/v1"
        self.token = token

    def get(self, path: str, **query: Any) -> tuple[Any, str]:
        """Return what is at ``path``, and its ETag."""
        return self.send("GET", path + (f"?{urlencode(query, doseq=True)}" if query else ""))

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Yield every item of a list, a page at a time."""
        cursor = None
        while True:
            page, _ = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def post(self, path: str, body: Any, *, version: str = "") -> Any:
        """
        Do something, once: the key stays the same however often the request has to be sent.

        ``version`` is the ETag of the object as it was read; if it was changed since, the server answers 412 with what
        is different, and nothing was overwritten.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if version:
            headers["If-Match"] = version
        return self.send("POST", path, body, headers)[0]

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[Any, str]:
        """Return body and ETag of the answer; wait and send again where the server is busy or cannot be reached."""
        data = None if body is None else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        for attempt in range(1, TRIES + 1):
            request = Request(self.address + path, data=data, method=method, headers=told)
            try:
                with urlopen(request, timeout=30) as answer:
                    text = answer.read()
                    return (json.loads(text) if text else None), answer.headers.get("ETag", "")
            except HTTPError as error:
                wait = error.headers.get("Retry-After") or ("1" if error.code in (502, 503, 504) else "")
                if not wait or attempt == TRIES:
                    raise ProblemError(error.code, _problem(error)) from None
                time.sleep(float(wait))
            except OSError:
                if attempt == TRIES:
                    raise
                time.sleep(2.0**attempt)
        raise AssertionError("unreachable")


def _problem(error: HTTPError) -> dict[str, Any]:
    try:
        told = json.loads(error.read())
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def main() -> int:
    """Run the tour; return the exit code."""
    if len(sys.argv) != 2 or not os.environ.get("JIUZHOU_TOKEN"):
        print(__doc__)
        return 2
    api = Api(sys.argv[1], os.environ["JIUZHOU_TOKEN"])
    try:
        return tour(api)
    except ProblemError as error:
        print(f"The server refused: {error}", file=sys.stderr)
    except OSError as error:
        print(f"The server cannot be reached: {error}", file=sys.stderr)
    return 1


def tour(api: Api) -> int:
    """Page, read why, finish an action."""
    me, _ = api.get("/me")
    customers = list(api.pages("/customers", limit=100, sort="name"))
    print(f"{len(customers)} customers")
    if customers:
        first = customers[0]
        why, _ = api.get(f"/customers/{first['code']}/why")
        print(f"{first['name']}: {why['sentence']['text']}")
    today, _ = api.get("/service/today")
    if not today["actions"]:
        print("nothing to do")
        return 0
    if "action.write" not in me["verbs"]:
        print(f"{me['name']} may not finish actions, or the token lacks the scope “service”")
        return 0
    action, version = api.get(f"/actions/{today['actions'][0]['id']}")
    done = api.post(f"/actions/{action['id']}/done", {"note": "done by a program"}, version=version)
    print(f"action {done['id']} for {done['customer']}: {done['state']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
