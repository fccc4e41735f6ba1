"""A small company for every test of the web, its people signed in, and the digest that shows nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from web_company import PASSWORD, Company, build_company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """Files of the web lie in a folder of the test's own; passwords are hashed quickly."""
    settings.HOME = tmp_path / "home"
    settings.STATIC_ROOT = settings.HOME / "static"
    settings.STATIC_ROOT.mkdir(parents=True)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield settings.HOME


@pytest.fixture(autouse=True, scope="session")
def static_files_found_once() -> Iterator[None]:
    """Each client of a test has middleware of its own, which would go through the package's files again."""
    found: dict[str, Any] = {}
    original = WhiteNoiseMiddleware.add_files_from_finders

    def once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            original(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(autouse=True)
def search_index_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with transactions of its own ends with a truncation, which no trigger of the index on PostgreSQL sees."""
    marker = request.node.get_closest_marker("django_db")
    own = marker is not None and marker.kwargs.get("transaction", False)
    if own:
        request.getfixturevalue("transactional_db")
    yield
    if own and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE customer_search")


@pytest.fixture
def company(db: None) -> Company:
    """A company of two regions, three teams' worth of people, one of each role, and customers in every relation."""
    return build_company()


@pytest.fixture
def signed_in(company: Company) -> Callable[[str], Client]:
    """A browser session of a person of the company, by the role's name (or ``peer``, ``sibling_manager``)."""

    def sign_in(person: str) -> Client:
        client = Client()
        user = company.people[person]
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["epoch"] = user.epoch
        session.save()
        return client

    return sign_in


@pytest.fixture
def scores_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports are not followed by scoring everybody anew: tests/web/collect/test_renewing.py is about that."""
    monkeypatch.setattr("jiuzhou.web.collect.writes.renewing.ask_to_renew", lambda actor: None)


__all__ = ["PASSWORD"]
