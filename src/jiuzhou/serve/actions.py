"""The next best action of each customer: what is due, what it is worth, how urgent it is, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import EPOCH, Floats, Ints, Mask
from jiuzhou.kernel.column import MONEY
from jiuzhou.kernel.message import Message, Param, say
from jiuzhou.serve.facts import NEVER, Facts
from jiuzhou.serve.policy import ACTION_CODES, ServePolicy

ACTIONS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("owner_id", pa.string()),
        ("action", pa.string()),  # one of policy.ACTION_CODES
        ("priority", pa.float64()),  # 0-100: percentage of today's actions that weigh less
        ("due_on", pa.date32()),  # may lie in the past: then it is late
        ("value_at_stake", MONEY),  # in the Book's currency
        ("expected_value", MONEY),  # value at stake x effect of the action
        ("urgency", pa.float64()),  # 0.25-4; 1 on the due day
        ("marketing", pa.bool_()),  # needs consent
        ("code", pa.string()),  # of the reason's message
        ("params", pa.string()),  # JSON object: the message's parameters
    ]
)
"""One row for each owned customer, by id."""

_HORIZON_DAYS = 28
_MOST_MONEY = 9.9e13
_MAX_URGENCY, _MIN_URGENCY = 4.0, 0.25
Reason = Callable[[int], Message]


@dataclass(frozen=True, slots=True)
class _Choice:
    """One action for all customers: who it is open to, the money at stake, the due day, the sentence for one."""

    open: Mask
    stake: Floats
    due: Ints
    reason: Reason


def next_actions(facts: Facts, products: Mapping[str, str], policy: ServePolicy, *, today: int) -> pa.Table:
    """
    Return the next best action of every customer in ``facts``.

    An open complaint goes before everything: nobody is sold to or dunned before it is answered. Else the action with
    one that weighs most is taken: expected value × urgency, where the expected value is the value at stake × the
    policy's effect, and urgency is 2^(days late / ``urgency_days``) between ¼ and 4. Ties go to the earlier code of
    ``ACTION_CODES``.

    Parameters
    ----------
    products
        Customer id → name of the product to offer, where one is recommended.
    today
        Days from 1970-01-01.

    Returns
    -------
    pa.Table
        ``ACTIONS``, one row for each customer.
    """
    choices = _choices(facts, products, policy, today)
    rows = np.arange(len(facts.ids))
    stakes = np.stack([choices[code].stake for code in ACTION_CODES])
    expected = stakes * np.array([policy.effect(code) for code in ACTION_CODES])[:, None]
    urgency = np.stack([_urgency(choices[code].due, policy, today) for code in ACTION_CODES])
    is_open = np.stack([choices[code].open for code in ACTION_CODES])
    weight = np.where(is_open, expected * urgency, -1.0)  # below any; keep_warm is always open
    complaint = is_open[0]
    best = np.where(complaint, 0, np.argmax(weight, axis=0))
    due = np.stack([choices[code].due for code in ACTION_CODES])[best, rows]
    codes = [ACTION_CODES[index] for index in best]
    reasons = [choices[code].reason(row) for row, code in enumerate(codes)]
    return pa.table(
        {
            "customer_id": facts.ids,
            "owner_id": facts.owners,
            "action": codes,
            "priority": np.round(100.0 * _share_below(weight[best, rows], complaint), 1),
            "due_on": pa.array(due.astype(np.int32)).cast(pa.date32()),
            "value_at_stake": money(stakes[best, rows]),
            "expected_value": money(expected[best, rows]),
            "urgency": np.round(urgency[best, rows], 4),
            "marketing": [code in policy.consent_needed for code in codes],
            "code": [reason.code for reason in reasons],
            "params": [params_of(reason) for reason in reasons],
        },
        schema=ACTIONS,
    )


def money(amounts: Floats) -> pa.Array:
    """Return amounts as the Book keeps money; what is more than it can keep as the most it can."""
    return pa.array(np.round(np.minimum(amounts, _MOST_MONEY), 4)).cast(MONEY, safe=False)


def params_of(message: Message) -> str:
    """Return the parameters of ``message`` as a JSON object."""
    return json.dumps(message.plain_params(), ensure_ascii=False, sort_keys=True)


def _choices(facts: Facts, products: Mapping[str, str], policy: ServePolicy, today: int) -> Mapping[str, _Choice]:
    always = np.ones(len(facts.ids), dtype=bool)
    at_risk = facts.churn >= policy.at_risk
    known = (facts.first_seen > NEVER) & (facts.first_seen > today - policy.new_days)
    touched = np.maximum(facts.last_contact, facts.last_bought)
    span = np.where(facts.interval > 0, np.rint(facts.interval), 365).astype(np.int64)
    next_word = np.where(touched > NEVER, touched + span, np.int64(today))
    gap = np.maximum(facts.potential - facts.revenue, 0.0)
    visit_due = np.where(facts.visit_due > NEVER, facts.visit_due, np.int64(today))
    asked = np.where(facts.last_survey > NEVER, facts.last_survey, facts.first_seen)
    survey_due = np.where(asked > NEVER, asked + policy.survey_days, np.int64(today))
    say_why = _Reasons(facts, products, visit_due)
    choices = {
        "answer_complaint": _Choice(
            facts.complaints > 0, facts.worth, facts.complaint_since + policy.answer_days, say_why.complaint
        ),
        "collect_overdue": _Choice(facts.owed > 0, facts.owed, facts.owed_since, say_why.overdue),
        "follow_deal": _Choice(facts.deal_due > NEVER, facts.deals, facts.deal_due, say_why.deal),
        "retain_at_risk": _Choice(
            at_risk & (facts.last_bought > NEVER), facts.worth * facts.churn, next_word, say_why.risk
        ),
        "welcome_new": _Choice(
            known & (facts.last_contact < facts.first_seen),
            np.maximum(facts.potential, facts.worth),
            facts.first_seen + policy.welcome_days,
            say_why.new,
        ),
        "grow_potential": _Choice(
            ~at_risk & (facts.revenue > 0) & (gap >= policy.min_growth * facts.revenue) & (gap > 0),
            gap,
            next_word,
            say_why.growth,
        ),
        "visit_due": _Choice(
            (facts.interval > 0) & (visit_due <= today + _HORIZON_DAYS), facts.worth, visit_due, say_why.visit
        ),
        "survey_due": _Choice(
            (survey_due <= today) & (facts.last_bought > today - 365), facts.worth, survey_due, say_why.survey
        ),
        "keep_warm": _Choice(always, facts.worth, np.maximum(next_word, np.int64(today)), say_why.warm),
    }
    for code in policy.consent_needed:
        choice = choices[code]
        choices[code] = _Choice(choice.open & (facts.consent == 1), choice.stake, choice.due, choice.reason)
    return choices


def _urgency(due: Ints, policy: ServePolicy, today: int) -> Floats:
    return np.clip(2.0 ** np.clip((today - due) / policy.urgency_days, -2.0, 2.0), _MIN_URGENCY, _MAX_URGENCY)


def _share_below(weight: Floats, first: Mask) -> Floats:
    # Complaints stand above every other action here too, ordered among themselves by weight.
    top = float(weight.max()) + 1.0 if len(weight) else 0.0
    value = np.where(first, weight + top, weight)
    return np.searchsorted(np.sort(value), value, side="left") / max(len(value) - 1, 1)


def _day(number: np.int64) -> Param:
    return EPOCH + timedelta(days=int(number))


def _rounded(amount: np.float64) -> Param:
    return round(float(amount), 2)


@dataclass(frozen=True, slots=True)
class _Reasons:
    """The sentence of each action for the customer in one row."""

    facts: Facts
    products: Mapping[str, str]
    visit_due: Ints

    def complaint(self, row: int) -> Message:
        facts = self.facts
        return say("serve.answer_complaint", count=int(facts.complaints[row]), since=_day(facts.complaint_since[row]))

    def overdue(self, row: int) -> Message:
        return say(
            "serve.collect_overdue", amount=_rounded(self.facts.owed[row]), since=_day(self.facts.owed_since[row])
        )

    def deal(self, row: int) -> Message:
        return say("serve.follow_deal", amount=_rounded(self.facts.deals[row]), due=_day(self.facts.deal_due[row]))

    def risk(self, row: int) -> Message:
        facts = self.facts
        return say(
            "serve.retain_at_risk",
            risk=round(float(facts.churn[row]), 4),
            last=_day(facts.last_bought[row]),
            amount=_rounded(facts.worth[row]),
        )

    def new(self, row: int) -> Message:
        return say("serve.welcome_new", since=_day(self.facts.first_seen[row]))

    def growth(self, row: int) -> Message:
        facts = self.facts
        figures = {"revenue": _rounded(facts.revenue[row]), "potential": _rounded(facts.potential[row])}
        product = self.products.get(facts.ids[row].as_py())
        if product is None:
            return say("serve.grow_potential", **figures)
        return say("serve.grow_with_product", product=product, **figures)

    def visit(self, row: int) -> Message:
        facts = self.facts
        visits = round(365.0 / float(facts.interval[row]), 1)
        if facts.last_visit[row] == NEVER:
            return say("serve.visit_never", tier=facts.tiers[row], visits=visits)
        return say("serve.visit_due", tier=facts.tiers[row], visits=visits, last=_day(facts.last_visit[row]))

    def survey(self, row: int) -> Message:
        if self.facts.last_survey[row] == NEVER:
            return say("serve.survey_never")
        return say("serve.survey_due", last=_day(self.facts.last_survey[row]))

    def warm(self, row: int) -> Message:
        code = {1: "serve.keep_warm", 0: "serve.keep_refused", -1: "serve.keep_unknown"}
        return say(code[int(self.facts.consent[row])])
