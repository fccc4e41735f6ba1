"""The example program does what it says, against a server."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from jiuzhou.web.accounts.tokens import create_token
from jiuzhou.web.store.models import Action, AuditEntry
from web_company import Company

EXAMPLE = Path(__file__).parents[3] / "examples" / "api_client.py"


pytestmark = pytest.mark.filterwarnings("ignore:No directory at")  # the server starts before the test has its folder


@pytest.fixture
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api_client", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def action(transactional_db: None, company: Company) -> Action:
    return Action.unscoped.create(
        organisation=company.organisation, customer=company.customers["own"], kind="call", code="web.house", params={}
    )


def test_the_tour_ends_with_a_finished_action(company: Company, action: Action, live_server, client) -> None:  # type: ignore[no-untyped-def]
    token = create_token(company.actor("rep"), "example", ["read", "service"], 1)
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), live_server.url],
        env={**os.environ, "JIUZHOU_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "2 customers" in done.stdout
    assert f"action {action.pk}" in done.stdout
    action.refresh_from_db()
    assert (action.state, action.version) == ("done", 2)
    assert AuditEntry.unscoped.get(verb="action.finish").origin == "token"


def test_who_may_not_finish_actions_is_told(company: Company, action: Action, live_server, client) -> None:  # type: ignore[no-untyped-def]
    api = client.Api(live_server.url, create_token(company.actor("rep"), "example", ["read"], 1))

    assert client.tour(api) == 0
    action.refresh_from_db()
    assert action.state == "open"


def test_a_server_that_is_not_there_is_a_sentence(client, monkeypatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(client, "TRIES", 1)
    monkeypatch.setattr(client.sys, "argv", ["api_client.py", "http://127.0.0.1:9"])
    monkeypatch.setenv("JIUZHOU_TOKEN", "jz_x")

    assert client.main() == 1
    assert capsys.readouterr().err.startswith("The server cannot be reached")


def test_a_stale_version_and_a_wrong_token_are_problems(company: Company, action: Action, live_server, client) -> None:  # type: ignore[no-untyped-def]
    api = client.Api(live_server.url, create_token(company.actor("rep"), "example", ["read", "service"], 1))
    _, version = api.get(f"/actions/{action.pk}")
    api.post(f"/actions/{action.pk}/done", {}, version=version)

    with pytest.raises(client.ProblemError) as stale:
        api.post(f"/actions/{action.pk}/dismiss", {"note": "不需要"}, version=version)
    assert (stale.value.status, stale.value.told["version"], stale.value.told["now"]["state"]) == (412, 2, "done")
    with pytest.raises(client.ProblemError, match=r"api\.nobody"):
        client.Api(live_server.url, "jz_wrong").get("/me")
