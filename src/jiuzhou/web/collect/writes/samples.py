"""Samples drawn, answered, closed, and their right values taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from jiuzhou.collect.verifying import draw
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.collect.reads.customer import CONTACT, shows_contact
from jiuzhou.web.collect.reads.listing import chosen
from jiuzhou.web.collect.reads.samples import present_value
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.collect.sampling import FIELDS, LEAST, MOST, VERDICTS, result_of
from jiuzhou.web.collect.writes.editing import TEXTS, edit_customer
from jiuzhou.web.inbox.writes import notify
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.ledger.idempotency import mark_effect
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.models import Customer, RoleGrant, Sample, SampleItem, Territory

LONGEST_VALUE = 500
_MOST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class SampleDraft:
    """
    What is to be drawn.

    Attributes
    ----------
    size
        10 to 500 customers; all of them where there are fewer.
    seed
        The same seed draws the same customers from the same data.
    territory, region_code
        Only customers of that territory and those below it, or of that region; of everything one sees where empty.
    by_owners
        Whether each customer is checked by who has it; else whoever draws checks them all.
    """

    size: int = 50
    seed: int = 7
    territory: str = ""
    region_code: str = ""
    by_owners: bool = True


def draw_sample(actor: Actor, draft: SampleDraft) -> int:
    """
    Return the sample that was drawn from the customers that ``actor`` sees: every province by its share.

    Raises
    ------
    InvalidError
        If the size is out of range, a place is unknown, or there is no customer to draw.
    """
    actor.must("sample.write")
    territory = _checked(actor, draft)
    rows = _drawn(actor, draft)
    if not rows:
        raise InvalidError({"size": say("samples.nobody")})
    texts = [{name: present_value(row, name) for name in FIELDS} for row in rows]
    fields = [name for name in FIELDS if any(one[name] for one in texts)]
    with transaction.atomic():
        sample = Sample.unscoped.create(
            organisation_id=actor.organisation_id,
            seed=draft.seed,
            size=len(rows),
            territory=territory,
            region_code=draft.region_code,
            fields=fields,
            by_id=actor.user_id,
            drawn_at=timezone.now(),
        )
        SampleItem.unscoped.bulk_create(
            SampleItem(
                organisation_id=actor.organisation_id,
                sample=sample,
                customer=row,
                owner_id=row.owner_id if draft.by_owners else None,
                drawn={name: {"text": text[name]} for name in fields},
            )
            for row, text in zip(rows, texts, strict=True)
        )
        if draft.by_owners:
            _tell(actor, sample, rows)
        told = {"size": len(rows), "seed": draft.seed, "territory": draft.territory, "region": draft.region_code}
        record(actor.origin, "sample.draw", "sample", str(sample.pk), after=told)
    return int(sample.pk)


def answer_item(actor: Actor, item: int, answers: Mapping[str, Mapping[str, str]], *, version: int) -> int:
    """
    Return the item's new version after ``answers`` were kept; fields without an answer keep theirs.

    Parameters
    ----------
    answers
        By field ``verdict``, of ``VERDICTS``, and for a wrong one the right ``text``, where it is known.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is none for this actor; if a contact is answered for that the actor may not see.
    InvalidError
        If a field is not asked, or an answer makes no sense.
    ConflictError
        If the sample is closed, or the customer was merged into another of it.
    StaleError
        If somebody answered since.
    """
    actor.must("sample.answer")
    row = one_visible(actor, SampleItem, pk=item)
    sample = visible_to(actor, Sample).get(pk=row.sample_id)
    customer = visible_to(actor, Customer).filter(pk=row.customer_id).first()
    if customer is None:
        raise ConflictError("samples.is_merged")
    cleaned = _cleaned(answers, sample.fields)
    if not shows_contact(actor, customer) and any(name in CONTACT for name in cleaned):
        raise ForbiddenError("customer.contact")
    if sample.state != "open":
        raise ConflictError("samples.is_closed")
    after = {**row.answers, **cleaned}
    if row.version != version:
        raise StaleError(row.version, {name: row.answers.get(name) for name in cleaned})
    with transaction.atomic():
        same = SampleItem.unscoped.filter(pk=row.pk, version=version, sample__state="open")
        done = same.update(answers=after, checked_by=actor.user_id, checked_at=timezone.now(), version=F("version") + 1)
        if not done:
            raise StaleError(version + 1, {})
        told = {name: one["verdict"] for name, one in cleaned.items()}
        record(actor.origin, "sample.answer", "sample", str(sample.pk), after={"item": row.pk, **told})
    return version + 1


def close_sample(actor: Actor, sample: int, *, version: int) -> None:
    """
    Take no more answers, and reckon how accurate each field is.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    StaleError
        If somebody changed it since.
    """
    row = _writable(actor, sample)
    with transaction.atomic():
        same = Sample.unscoped.filter(pk=row.pk, version=version, state="open")
        if not same.update(state="closed", closed_at=timezone.now(), version=F("version") + 1):
            raise StaleError(row.version, {"state": row.state})
        answers = SampleItem.unscoped.filter(sample=row.pk).values_list("answers", flat=True)
        result = result_of(row.fields, list(answers))
        Sample.unscoped.filter(pk=row.pk).update(result=result)
        told = {name: [one["right"], one["checked"]] for name, one in result.items() if isinstance(one, dict)}
        record(actor.origin, "sample.close", "sample", str(row.pk), after=told)


def apply_sample(actor: Actor, sample: int, *, version: int) -> dict[str, int]:
    """
    Write the right values of a closed sample to its customers, and return how many values had which outcome.

    A value is written only where the customer still has what was drawn: a newer edit stays. Who has a customer is
    changed by assigning it, never here. What was dealt with already is not looked at again.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    ConflictError
        If it is still open.
    StaleError
        If somebody changed it since.
    """
    row = _writable(actor, sample)
    actor.must("customer.write")
    if row.state != "closed":
        raise ConflictError("samples.close_first")
    counts: dict[str, int] = {}
    with transaction.atomic():
        mark_effect()
        same = Sample.unscoped.filter(pk=row.pk, version=version)
        if not same.update(applied_at=timezone.now(), version=F("version") + 1):
            raise StaleError(row.version, {})
    for item in visible_to(actor, SampleItem).filter(sample=row.pk).order_by("pk").iterator(100):
        wanted = {
            name: str(one["text"])
            for name, one in item.answers.items()
            if one.get("verdict") == "wrong" and one.get("text") and name not in item.outcome
        }
        if not wanted:
            continue
        outcome = _put_right(actor, item, wanted)
        SampleItem.unscoped.filter(pk=item.pk).update(outcome={**item.outcome, **outcome})
        for word in outcome.values():
            counts[word] = counts.get(word, 0) + 1
    with transaction.atomic():
        record(actor.origin, "sample.apply", "sample", str(row.pk), after=counts)
    return counts


def _put_right(actor: Actor, item: SampleItem, wanted: Mapping[str, str]) -> dict[str, str]:
    customer = visible_to(actor, Customer).select_related("owner").filter(pk=item.customer_id, erased_at=None).first()
    if customer is None:
        return dict.fromkeys(wanted, "refused")
    outcome: dict[str, str] = {}
    for name, text in wanted.items():
        present = present_value(customer, name)
        if present == text:
            outcome[name] = "same"
        elif present != item.drawn.get(name, {}).get("text", ""):
            outcome[name] = "newer"
        elif name not in TEXTS:
            outcome[name] = "by_hand"
        else:
            outcome[name] = _edited(actor, customer, name, text)
    return outcome


def _edited(actor: Actor, customer: Customer, name: str, text: str) -> str:
    try:
        customer.version = edit_customer(actor, customer.code, version=customer.version, changes={name: text})
    except StaleError:
        return "newer"
    except InvalidError:
        return "invalid"
    except ForbiddenError:
        return "refused"
    return "applied"


def _writable(actor: Actor, sample: int) -> Sample:
    actor.must("sample.write")
    row = one_visible(actor, Sample, pk=sample)
    if not actor.everywhere and row.by_id != actor.user_id:
        raise ForbiddenError("sample.write")
    return row


def _checked(actor: Actor, draft: SampleDraft) -> Territory | None:
    wrong: dict[str, Message] = {}
    if not LEAST <= draft.size <= MOST:
        wrong["size"] = say("samples.size_range", least=LEAST, most=MOST)
    if not 0 <= draft.seed <= _MOST_SEED:
        wrong["seed"] = say("samples.seed_range", most=_MOST_SEED)
    if draft.region_code and divisions().get(draft.region_code) is None:
        wrong["region_code"] = say("customers.bad_region", value=draft.region_code)
    territory = None
    if draft.territory:
        territory = visible_to(actor, Territory).filter(code=draft.territory, valid_to__isnull=True).first()
        if territory is None:
            wrong["territory"] = say("samples.no_territory")
    if wrong:
        raise InvalidError(wrong)
    return territory


def _drawn(actor: Actor, draft: SampleDraft) -> list[Customer]:
    filters = {"territory": draft.territory, "region": draft.region_code}
    wanted = Wanted(filters={name: (value,) for name, value in filters.items() if value})
    visible = chosen(actor, wanted, whole=True).sieved.filter(erased_at=None)
    keys: list[int] = []
    regions: list[str] = []
    for key, region in visible.order_by("pk").values_list("pk", "region_code").iterator(10_000):
        keys.append(key)
        regions.append(region)
    table = pa.table(
        {"customer_id": pa.array(map(str, keys), pa.string()), "region_code": pa.array(regions, pa.string())}
    )
    found = [int(key) for key in draw(table, size=draft.size, seed=draft.seed)["customer_id"].to_pylist()]
    return list(visible_to(actor, Customer).filter(pk__in=found).select_related("owner").order_by("pk"))


def _tell(actor: Actor, sample: Sample, rows: Sequence[Customer]) -> None:
    owners: dict[int, int] = {}
    for row in rows:
        if row.owner_id is not None:
            owners[row.owner_id] = owners.get(row.owner_id, 0) + 1
    grants = RoleGrant.unscoped.filter(
        valid_at(timezone.now()), organisation=actor.organisation_id, owner__in=owners
    ).values_list("user_id", "owner_id")
    for user, owner in sorted({(user, owner) for user, owner in grants if owner is not None}):
        notify(
            actor.organisation_id,
            [user],
            "sample",
            say("samples.to_check", n=owners[owner]),
            link=reverse("customers:sample-check", args=[sample.pk]),
            key=f"sample:{sample.pk}:{owner}",
        )


def _cleaned(answers: Mapping[str, Mapping[str, str]], fields: Sequence[str]) -> dict[str, dict[str, Any]]:
    wrong: dict[str, Message] = {}
    cleaned: dict[str, dict[str, Any]] = {}
    for name, one in answers.items():
        verdict, text = one.get("verdict", ""), one.get("text", "").strip()
        if name not in fields:
            wrong[name] = say("samples.not_asked", field=name)
        elif verdict not in VERDICTS:
            wrong[name] = say("samples.no_verdict")
        elif len(text) > LONGEST_VALUE:
            wrong[name] = say("customers.too_long", most=LONGEST_VALUE)
        else:
            cleaned[name] = {"verdict": verdict, "text": text if verdict == "wrong" else ""}
    if wrong or not cleaned:
        raise InvalidError(wrong or {"answers": say("samples.no_verdict")})
    return cleaned
