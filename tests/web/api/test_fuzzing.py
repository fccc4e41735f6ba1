"""
The interface against its own description: thousands of requests, right and wrong, and every answer as described.

The quick form runs with every `make test`; `make drill` runs all phases with many more examples.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from jiuzhou.web.accounts.roles import SCOPES
from jiuzhou.web.accounts.tokens import create_token
from jiuzhou.web.ledger import limits
from jiuzhou.web.ledger.limits import Rate, forget_leases
from web_company import Company
from web_objects import Thing, build_objects

TESTS = Path(__file__).parents[2]
CONFIG = """
[parameters]
{parameters}

[generation]
deterministic = true

[checks.missing_required_header]
expected-statuses = [400, 401, 403, 415, 422, 428]

[checks.positive_data_acceptance]
# 409, 412: of another state or version than the object's; 422: what no schema can say (a region that exists, a day to
# come, a public host name). 400 is not among them: what is described can be read.
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422]
"""
THOROUGH = settings.get_current_profile_name() == "search"
PEOPLE = ("rep", "planner", "admin") if THOROUGH else ("planner",)
QUICK = ("--phases", "examples,fuzzing", "-n", "1")
FULL = ("--phases", "examples,coverage,fuzzing,stateful", "-n", "50")


@pytest.mark.filterwarnings("ignore:No directory at")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("person", PEOPLE)
def test_no_request_breaks_what_the_description_says(
    company: Company,
    live_server,  # type: ignore[no-untyped-def]
    person: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "RATES", {kind: Rate(1_000_000, 60, 1000) for kind in limits.RATES})
    forget_leases()
    objects = build_objects(company)
    known = {noun: _one_seen(objects.nouns[noun], person) for noun in _NAMED} | {"number": 1}
    parameters = "\n".join(f"{name} = {json.dumps(key)}" for name, key in known.items())
    (tmp_path / "schemathesis.toml").write_text(CONFIG.format(parameters=parameters))
    token = create_token(company.actor(person), "fuzz", tuple(SCOPES), 1)

    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("st")), "run", f"{live_server.url}/api/v1/openapi.json"),
            *("-H", f"Authorization: Bearer {token}", "-c", "all", "--seed", "1", "--max-response-time", "20"),
            *("--max-failures", "5", *(FULL if THOROUGH else QUICK)),
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "web_fuzzing", "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2000:]


def _one_seen(things: list[Thing], person: str) -> object:
    return next((thing.key for thing in things if thing.seen(person)), things[0].key)


_NAMED = ("customer", "plan", "action", "visit", "alert", "decision", "appeal", "owner", "territory", "run")
