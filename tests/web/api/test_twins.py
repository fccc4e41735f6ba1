"""What one may not see does not show in any answer of the interface."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from hypothesis import settings

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.ledger import limits
from jiuzhou.web.ledger.limits import Rate, forget_leases
from jiuzhou.web.store.models import Customer
from web_company import Company
from web_programs import Program
from web_twins import assert_twins

pytestmark = pytest.mark.django_db
PEOPLE = ("rep", "peer", "team_lead", "regional_manager", "channel_manager", "partner_user", "planner")
SORTS = ("name", "-name", "score", "-score", "clv", "-revenue", "risk", "-recency")
LIMITS = (1, 3, 50)
PARTS = ("", "/why", "/scores", "/timeline", "/contacts", "/receivers")
FULL = settings.get_current_profile_name() == "search"
"""`make drill` asks for each order at each length, and each part of all that is hidden; `make test` by turns."""
SORTED = [(sort, limit) for i, sort in enumerate(SORTS) for j, limit in enumerate(LIMITS) if FULL or i % 3 == j]
LISTS = (
    *(f"/customers?sort={sort}&limit={limit}" for sort, limit in SORTED),
    *(f"/customers?{narrowed}" for narrowed in ("tab=mine", "tab=pool", "tier=A", "tier=B", "gap=phone", "risk=high")),
    *(f"/customers?q={word}" for word in ("苏州", "sz", "看不见", "C0", "ZZ000", "医疗", "x")),
    *("/customers?industry=医疗", "/customers?industry=别的行业", "/customers?region=320000", "/customers?owner=R3"),
    *("/customers?territory=T3", "/decisions", "/decisions?limit=1", "/decisions?owner=R3", "/decisions?q=苏州"),
    *("/service/today", "/service/today?when=late", "/service/today?owner=R3", "/service/today?kind=call"),
    *("/alerts", "/alerts?territory=T3", "/indicators", "/indicators?territory=T3", "/owners", "/owners/R3"),
    *("/inbox", "/inbox/notices", "/inbox/approvals", "/inbox/approvals?box=decided", "/runs", "/runs?state=failed"),
    *("/overview", "/overview?measure=customers", "/indicators/by-territory", "/territories/T1", "/territories/T3"),
    *("/partners", "/service/team", "/customer-filters", "/collect/imports", "/appeals", "/schedules", "/policy"),
    *("/company-check", "/company-check?name=江苏康明医疗设备有限公司", "/registrations", "/registrations?box=waiting"),
    *("/plans/plan-active/steps", "/plans/plan-draft/steps"),
    *("/plans", "/plans/plan-active", "/plans/plan-active/contents", "/plans/plan-draft", "/me", "/rules"),
)


def test_the_twin_test_catches_a_leak(company: Company) -> None:
    def leak(path: str) -> HttpResponse:
        return HttpResponse(str(Customer.unscoped.count()))

    with pytest.raises(AssertionError, match="/leak"):
        assert_twins(company, company.actor("rep"), leak, ["/leak"])


@pytest.mark.parametrize("person", PEOPLE)
def test_hidden_rows_change_no_byte(company: Company, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RATES", {kind: Rate(1_000_000, 60, 100) for kind in limits.RATES})
    forget_leases()
    actor, program = company.actor(person), Program(company.actor(person))
    program.get("/me")
    hidden = Customer.unscoped.exclude(pk__in=visible_to(actor, Customer).values("pk"))
    codes = [*hidden.exclude(deleted_at__isnull=False).values_list("code", flat=True), "ZZ000", "nothing"]
    single = [
        f"/customers/{code}{part}"
        for number, code in enumerate(codes)
        for place, part in enumerate(PARTS)
        if FULL or (number + place) % 3 == 0
    ]

    assert_twins(company, actor, program.get, [*LISTS, *single])
