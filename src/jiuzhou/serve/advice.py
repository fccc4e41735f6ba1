"""The verb of the stage: from the Book, the scores and who owns whom to what each customer should get next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import day_number
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.scores import Scores
from jiuzhou.serve.actions import ACTIONS, next_actions
from jiuzhou.serve.facts import Facts, gather_facts
from jiuzhou.serve.policy import ServePolicy
from jiuzhou.serve.recommend import RECOMMENDATIONS, recommend
from jiuzhou.serve.visits import VISITS, plan_visits


@dataclass(frozen=True, slots=True)
class Advice:
    """
    What each customer should get next.

    Attributes
    ----------
    actions
        Table ``ACTIONS``: one row for each owned customer.
    recommendations
        Table ``RECOMMENDATIONS``: a few products for each.
    visits
        Table ``VISITS``: the planned visits of the next weeks.
    notes
        What the reader must know: the method used, what was absent, what did not fit.
    """

    actions: pa.Table
    recommendations: pa.Table
    visits: pa.Table
    notes: tuple[Message, ...] = ()


def advise(
    book: Book, scores: Scores, decisions: pa.Table, *, policy: ServePolicy | None = None, today: date
) -> Advice:
    """
    Return the next action, the products to offer and the visits of every customer that has an owner.

    Parameters
    ----------
    decisions
        Table ``kernel.decision.DECISIONS``; customers without an owner are not advised.
    today
        The day the advice is for; nothing later in the Book is looked at.

    Raises
    ------
    InputError
        If a customer has two decisions.
    """
    policy = policy or ServePolicy()
    twice = _first_repeated(decisions["customer_id"])
    if twice is not None:
        raise InputError("serve.two_decisions", customer=twice)
    facts = gather_facts(book, scores, decisions, policy, today)
    if len(facts.ids) == 0:
        return Advice(
            ACTIONS.empty_table(), RECOMMENDATIONS.empty_table(), VISITS.empty_table(), (say("serve.no_owned"),)
        )
    day = day_number(today)
    products, method = recommend(book, facts, policy, today=day)
    visits, waiting = plan_visits(book, facts, policy, today=today)
    actions = next_actions(facts, _first_product(products), policy, today=day)
    return Advice(actions, products, visits, (method, *_consent_note(facts), *waiting))


def _first_product(products: pa.Table) -> Mapping[str, str]:
    rows = zip(*(products[name].to_pylist() for name in ("customer_id", "rank", "params")), strict=True)
    return {customer: json.loads(params)["product"] for customer, rank, params in rows if rank == 1}


def _consent_note(facts: Facts) -> tuple[Message, ...]:
    unknown, refused = (int((facts.consent == answer).sum()) for answer in (-1, 0))
    if not unknown and not refused:
        return ()
    return (say("serve.consent", unknown=unknown, refused=refused, customers=len(facts.ids)),)


def _first_repeated(ids: pa.ChunkedArray) -> str | None:
    if pc.count_distinct(ids).as_py() == len(ids):
        return None
    counts = ids.value_counts()
    return min(str(item["values"]) for item in counts.to_pylist() if item["counts"] > 1)
