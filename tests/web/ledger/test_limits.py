"""So many requests and no more, whatever the session, the token or the process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiuzhou.web.ledger import limits
from jiuzhou.web.ledger.limits import RATES, count_request, forget_leases
from jiuzhou.web.problems import TooManyError
from jiuzhou.web.store.models import RateCount
from web_company import Company
from web_threads import in_threads, shared_database

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _new_process() -> None:
    forget_leases()


def allowed(company: Company, kind: str, tries: int, *, person: str = "rep", now: datetime = NOW) -> int:
    passed = 0
    for _ in range(tries):
        try:
            count_request(company.organisation.pk, company.people[person].pk, kind, now=now)
        except TooManyError:
            break
        passed += 1
    return passed


@pytest.mark.parametrize(("kind", "most"), [("read", 600), ("write", 60), ("export", 10)])
def test_as_many_as_allowed_and_no_more(company: Company, kind: str, most: int) -> None:
    assert allowed(company, kind, most + 50) == most
    assert allowed(company, kind, 5, person="peer") == 5


def test_the_refusal_says_when_to_come_again(company: Company) -> None:
    allowed(company, "write", 60)

    with pytest.raises(TooManyError) as refused:
        count_request(company.organisation.pk, company.people["rep"].pk, "write", now=NOW)

    assert refused.value.seconds == 40
    assert allowed(company, "write", 1, now=NOW + timedelta(seconds=40)) == 1


def test_another_process_counts_the_same_requests(company: Company) -> None:
    assert allowed(company, "read", 300) == 300
    forget_leases()

    assert allowed(company, "read", 400) == 300


def test_reads_seldom_write(company: Company, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    allowed(company, "read", 1)

    with django_assert_max_num_queries(0):
        allowed(company, "read", RATES["read"].taken - 1)


def test_old_windows_are_forgotten(company: Company) -> None:
    allowed(company, "export", 1)

    assert limits.prune(NOW + timedelta(hours=2)) == 0
    assert limits.prune(NOW + timedelta(hours=5)) == 1
    assert RateCount.unscoped.count() == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_than_one_would(company: Company, tmp_path: Path) -> None:
    with shared_database(tmp_path):
        passed = in_threads(lambda number: allowed(company, "write", 10), 12)

    assert sum(count for count in passed if isinstance(count, int)) == RATES["write"].most
