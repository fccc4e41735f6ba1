"""Administrators see who is told of events; the secret of a new webhook shows once."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from jiuzhou.web.store.models import AuditEntry, Webhook
from web_company import Company

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/webhooks/"
URL = "https://hooks.example.com/x"


@pytest.fixture
def admin(company: Company, signed_in: Callable[[str], Client], settings: LazySettings) -> Client:
    settings.OUTBOUND = True
    return signed_in("admin")


def test_a_webhook_is_made_and_its_secret_shown_once(company: Company, admin: Client) -> None:
    made = admin.post(ADDRESS, {"url": URL, "kinds": ["plan.published"]}).content.decode()

    secret = re.search(r"whsec_[\w-]+", made)
    assert secret is not None
    assert Webhook.unscoped.get().secret == secret[0]
    again = admin.get(ADDRESS).content.decode()
    assert secret[0] not in again
    assert "方案发布" in again
    assert secret[0] not in str(list(AuditEntry.unscoped.values_list("after", flat=True)))


@pytest.mark.parametrize("url", ["http://example.com/", "https://10.0.0.1/", "https://localhost/", "nonsense", ""])
def test_an_address_we_would_not_call_is_refused_at_its_field(company: Company, admin: Client, url: str) -> None:
    response = admin.post(ADDRESS, {"url": url})

    assert response.status_code == 422
    assert "field-error" in response.content.decode()
    assert Webhook.unscoped.count() == 0


def test_a_webhook_is_paused_and_removed(company: Company, admin: Client) -> None:
    admin.post(ADDRESS, {"url": URL})
    webhook = Webhook.unscoped.get()
    admin.post(f"{ADDRESS}{webhook.pk}/switch/", {"active": "0"})
    webhook.refresh_from_db()
    assert webhook.active is False

    admin.post(f"{ADDRESS}{webhook.pk}/remove/")
    assert Webhook.unscoped.count() == 0


def test_the_page_says_that_calling_out_is_switched_off(
    company: Company, admin: Client, settings: LazySettings
) -> None:
    settings.OUTBOUND = False

    assert "JIUZHOU_OUTBOUND" in admin.get(ADDRESS).content.decode()
    assert admin.post(ADDRESS, {"url": URL}).status_code == 409


def test_only_those_who_look_after_webhooks_come_in(company: Company, signed_in: Callable[[str], Client]) -> None:
    for person in ("rep", "planner", "auditor"):
        assert signed_in(person).get(ADDRESS).status_code == 403
