"""The stage as one page: what was known, purchases, models, customers, and the roll-ups."""

from __future__ import annotations

from datetime import date

import ibis

from jiuzhou.evaluate.customers import customer_facts, customer_scores, held, scored
from jiuzhou.evaluate.forecast import forecast_demand
from jiuzhou.evaluate.hindsight import as_known
from jiuzhou.evaluate.metrics import versions
from jiuzhou.evaluate.owners import owners_scored
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.prepare import prepare
from jiuzhou.evaluate.products import products_scored
from jiuzhou.evaluate.purchases import lines_with_cost, purchase_days, purchase_facts, with_repeat_net
from jiuzhou.evaluate.regions import regions_scored
from jiuzhou.evaluate.sizes import refuse_huge
from jiuzhou.evaluate.value import fit_value
from jiuzhou.evaluate.worth.backtest import backtest_note
from jiuzhou.evaluate.worth.histories import with_history
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.scores import Scores


def score(book: Book, *, policy: EvaluatePolicy | None = None, as_of: date, engine: ibis.BaseBackend) -> Scores:
    """
    Return scores of every customer, region, owner and product, from what the Book knew before ``as_of``.

    Parameters
    ----------
    policy
        ``None`` takes the defaults.
    as_of
        The first day that is not known: nothing that happened on it or later is used, in the Book's zone. On a day
        before the one the Book describes, customers who appeared later are not there (``hindsight.as_known``).
    engine
        An Ibis backend. Results are the same bytes whatever its number of threads: money is summed as decimals, and
        floats are only reckoned within a row and rounded.

    Raises
    ------
    BookError
        If amounts add up to more than money can hold.
    """
    policy = policy or EvaluatePolicy()
    refuse_huge(book)
    book, later = as_known(book, as_of)
    known = prepare(book, as_of=as_of, policy=policy)
    lines = lines_with_cost(known)
    days = held(purchase_days(lines).order_by("customer_id", "day"), engine)
    facts = purchase_facts(days, as_of=as_of, year_start=known.year_start, year_before=known.year_before)
    histories = held(with_history(with_repeat_net(facts, days), as_of).order_by("customer_id"), engine)
    fit = fit_value(engine.to_pyarrow(histories.order_by("customer_id")), policy)
    tested = backtest_note(days, known, policy, engine) if fit.purchases else None

    ahead = forecast_demand(known, engine, horizon=policy.forecast_weeks)

    people = scored(customer_facts(known, histories, fit), policy, engine)
    owners, target_notes = owners_scored(known, people, lines, book=book, policy=policy)
    return Scores(
        as_of=as_of,
        customers=customer_scores(engine.to_pyarrow(people.order_by("customer_id"))),
        regions=engine.to_pyarrow(regions_scored(people, book, as_of=as_of, policy=policy)),
        owners=engine.to_pyarrow(owners),
        products=engine.to_pyarrow(products_scored(known, lines, policy)),
        versions=versions(),
        forecast=ahead.table,
        forecast_report=ahead.to_json(),
        notes=(*later, *known.notes, *fit.notes, *((tested,) if tested else ()), *target_notes, *ahead.notes),
    )
