"""A request that comes twice is done once, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.web.ledger import idempotency
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.ledger.idempotency import Request, answer_once, digest_of, once
from jiuzhou.web.problems import ConflictError, ProtocolError
from jiuzhou.web.store.models import AuditEntry, IdempotencyKey
from web_company import Company
from web_threads import alone, in_threads, shared_database

pytestmark = pytest.mark.django_db


def asked(company: Company, key: str = "k", body: str = "body", person: str = "rep") -> Request:
    user = company.people[person]
    return Request(company.organisation.pk, user.pk, key, "POST /x", digest_of(body))


def acting(company: Company, answer: str = "done", status: int = 200) -> Callable[[], HttpResponse]:
    def produce() -> HttpResponse:
        record(company.actor("rep").origin, "test.act", "test")
        return HttpResponse(answer, status=status, headers={"ETag": '"2"', "Content-Type": "text/plain"})

    return produce


def refusing(status: int) -> Callable[[], HttpResponse]:
    return lambda: HttpResponse("no", status=status)


def acts() -> int:
    return AuditEntry.unscoped.filter(verb="test.act").count()


def left_behind(company: Company, *, minutes: int, effect: bool = False) -> IdempotencyKey:
    request = asked(company)
    return IdempotencyKey.unscoped.create(
        organisation_id=request.organisation_id,
        user_id=request.user_id,
        key=request.key,
        request=request.line,
        digest=request.digest,
        effect=effect,
        created_at=timezone.now() - timedelta(minutes=minutes),
    )


def test_the_first_answer_is_given_again_with_its_headers(company: Company) -> None:
    first = answer_once(asked(company), acting(company, "first"))
    again = answer_once(asked(company), acting(company, "second"))

    assert (again.status_code, again.content, again["ETag"]) == (200, first.content, '"2"')
    assert again["Idempotency-Replayed"] == "true"
    assert acts() == 1


def test_the_key_is_the_persons_own(company: Company) -> None:
    answer_once(asked(company), acting(company))
    answer_once(asked(company, person="peer"), acting(company))

    assert acts() == 2


def test_a_key_names_one_request_only(company: Company) -> None:
    answer_once(asked(company), acting(company))

    with pytest.raises(InputError, match=r"ledger\.key_of_another"):
        answer_once(asked(company, body="other"), acting(company))


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "键", "line\nbreak"])
def test_what_is_no_key_is_refused(company: Company, key: str) -> None:
    with pytest.raises(ProtocolError, match=r"ledger\.bad_key"):
        answer_once(asked(company, key), acting(company))


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 503])
def test_a_refusal_that_did_nothing_leaves_the_key_free(company: Company, status: int) -> None:
    answer_once(asked(company), refusing(status))

    assert answer_once(asked(company), acting(company)).status_code == 200


@pytest.mark.parametrize("status", [409, 412])
def test_a_refusal_for_a_reason_is_kept(company: Company, status: int) -> None:
    answer_once(asked(company), refusing(status))

    assert answer_once(asked(company), acting(company)).status_code == status
    assert acts() == 0


def test_a_failure_after_an_effect_is_never_repeated(company: Company) -> None:
    def broken() -> HttpResponse:
        acting(company)()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer_once(asked(company), broken)
    with pytest.raises(ConflictError, match=r"ledger\.already_done"):
        answer_once(asked(company), acting(company))

    assert acts() == 1


def test_a_refused_act_leaves_the_key_free(company: Company) -> None:
    def refused() -> HttpResponse:
        raise RefusedError("web.forbidden")

    with pytest.raises(RefusedError):
        answer_once(asked(company), refused)

    assert answer_once(asked(company), acting(company)).status_code == 200


def test_a_request_under_way_is_waited_for_and_then_named(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "PATIENCE_SECONDS", 0.1)
    left_behind(company, minutes=1)

    with pytest.raises(ConflictError, match=r"ledger\.under_way"):
        answer_once(asked(company), acting(company))
    assert acts() == 0


def test_an_attempt_that_died_without_effect_is_taken_over(company: Company) -> None:
    left_behind(company, minutes=11)

    assert answer_once(asked(company), acting(company)).status_code == 200
    assert acts() == 1


def test_an_attempt_that_died_after_its_effect_is_not_done_again(company: Company) -> None:
    left_behind(company, minutes=11, effect=True)

    with pytest.raises(ConflictError, match=r"ledger\.already_done"):
        answer_once(asked(company), acting(company))
    assert acts() == 0


def test_an_attempt_that_was_taken_over_undoes_itself(company: Company) -> None:
    def slow() -> HttpResponse:
        IdempotencyKey.unscoped.update(created_at=timezone.now() + timedelta(seconds=1))
        return acting(company)()

    with pytest.raises(ConflictError, match=r"ledger\.taken_over"):
        answer_once(asked(company), slow)
    assert acts() == 0


def test_a_secret_answer_is_not_stored(company: Company) -> None:
    answer_once(asked(company), acting(company, "jz_secret"), secret=True)

    assert not IdempotencyKey.unscoped.filter(answer__contains="jz_secret").exists()
    with pytest.raises(ConflictError, match=r"ledger\.already_done"):
        answer_once(asked(company), acting(company))


def test_answers_are_forgotten_after_a_day(company: Company) -> None:
    answer_once(asked(company), acting(company))
    answer_once(asked(company, "younger"), acting(company))
    IdempotencyKey.unscoped.filter(key="k").update(created_at=timezone.now() - timedelta(hours=25))

    assert idempotency.prune(timezone.now()) == 1
    assert list(IdempotencyKey.unscoped.values_list("key", flat=True)) == ["younger"]


def test_emptied_answers_still_stop_a_repeat(company: Company) -> None:
    answer_once(asked(company), acting(company, "周静"))

    assert idempotency.forget_answers(company.organisation.pk) == 1
    with pytest.raises(ConflictError, match=r"ledger\.already_done"):
        answer_once(asked(company), acting(company))


def test_a_form_sent_twice_is_done_once(company: Company) -> None:
    @once
    def page(request: HttpRequest) -> HttpResponse:
        return acting(company, "", status=302)()

    def sent(**fields: str) -> HttpResponse:
        request = HttpRequest()
        request.method, request.path = "POST", "/customers/C1/reassign"
        request.POST = QueryDict(mutable=True)
        request.POST.update(fields)
        request.actor = company.actor("rep")  # type: ignore[attr-defined]
        return page(request)

    assert sent(key="form-1", owner="R2", csrfmiddlewaretoken="a").status_code == 302
    assert sent(key="form-1", owner="R2", csrfmiddlewaretoken="b").status_code == 302
    assert acts() == 1
    sent(owner="R2")
    sent(owner="R2")
    assert acts() == 3
    with pytest.raises(InputError, match=r"ledger\.key_of_another"):
        sent(key="form-1", owner="R3")


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_have_one_effect_and_one_answer(company: Company, tmp_path: Path) -> None:
    origin = company.actor("rep").origin
    request = asked(company)

    def send(number: int) -> str:
        def produce() -> HttpResponse:
            record(origin, "test.act", "test")
            return HttpResponse(f"by {number}")

        return answer_once(request, produce).content.decode()

    with shared_database(tmp_path):
        answers = in_threads(send, 50)
        done = alone(acts)

    assert done == 1
    assert len(Counter(answers)) == 1, Counter(map(repr, answers))
