"""The recommender against its textbook form and by hand; the visit plan by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.serve import Advice, ServePolicy, advise
from jiuzhou.serve.affinity import Ease, Lift
from plans import scores_of

MONDAY = date(2026, 3, 30)


def advised(
    bought: dict[str, str], *, policy: ServePolicy, visited: dict[str, int] | None = None, away: int = 0
) -> Advice:
    noon = datetime(2026, 3, 30, 4, tzinfo=UTC)
    names = sorted(bought)
    lines = [(who, product) for who in names for product in bought[who]]
    tables = {
        "customers": pa.table({"customer_id": names, "consent_marketing": [True] * len(names)}),
        "orders": pa.table(
            {
                "order_id": [f"{who}{product}" for who, product in lines],
                "customer_id": [who for who, _ in lines],
                "product_id": pa.array([product for _, product in lines], pa.string()),
                "ordered_at": pa.array([noon - timedelta(days=9)] * len(lines), pa.timestamp("us", "UTC")),
                "amount": pa.array([Decimal(5)] * len(lines), pa.decimal128(18, 4)),
            }
        ),
        "products": pa.table({"product_id": ["a", "b"], "name": ["苹果", "香蕉"]}),
    }
    tables["owners"] = pa.table({"owner_id": ["rep"], "calendar": ["weekdays"]})
    if visited:
        days = [noon - timedelta(days=ago) for ago in visited.values()]
        tables["interactions"] = pa.table(
            {
                "customer_id": list(visited),
                "at": pa.array(days, pa.timestamp("us", "UTC")),
                "kind": ["visit"] * len(days),
            }
        )
    if away:
        tables["absences"] = pa.table(
            {"owner_id": ["rep"], "starts_at": [noon], "ends_at": [noon + timedelta(days=away - 1)]}
        )
    rows = [{"customer_id": who, "tier": "A", "revenue_12m": Decimal(100)} for who in names]
    decided = [{"customer_id": who, "owner_id": "rep"} for who in names]
    return advise(
        Book.of(BookSettings(), tables),
        scores_of(rows, as_of=MONDAY),
        pa.Table.from_pylist(decided, schema=DECISIONS),
        policy=policy,
        today=MONDAY,
    )


def random_purchases(seed: int = 3) -> sparse.csr_matrix:
    rng = np.random.default_rng(seed)
    return sparse.csr_matrix((rng.random((60, 12)) < np.linspace(0.1, 0.6, 12)).astype(np.float64))


def test_ease_equals_its_textbook_form() -> None:
    bought = random_purchases()
    dense = bought.toarray()
    inverse = np.linalg.inv(dense.T @ dense + 7.0 * np.eye(12))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    model = Ease.fit((bought.T @ bought).toarray(), 7.0)

    rows, columns = np.indices(weights.shape).reshape(2, -1)

    np.testing.assert_allclose(model.scores(bought), dense @ weights, atol=1e-5)
    np.testing.assert_allclose(model.weights(rows, columns), weights.ravel(), atol=1e-5)


def test_ease_weights_solve_each_products_ridge_regression() -> None:
    dense = random_purchases(5).toarray()
    model = Ease.fit(dense.T @ dense, 7.0)
    others = np.delete(np.arange(12), 4)

    fitted = np.linalg.solve(dense[:, others].T @ dense[:, others] + 7.0 * np.eye(11), dense[:, others].T @ dense[:, 4])

    np.testing.assert_allclose(model.weights(others, np.full(11, 4)), fitted, atol=1e-5)


def test_lift_keeps_only_pairs_above_chance() -> None:
    bought = random_purchases()
    pairs = (bought.T @ bought).tocsr()
    pairs.sort_indices()
    dense, buyers = pairs.toarray(), pairs.diagonal()

    table = Lift.fit(pairs, 60, 2.0).table.toarray()

    expected = np.where(dense * 60 > np.outer(buyers, buyers), dense / (np.sqrt(np.outer(buyers, buyers)) + 2.0), 0.0)
    np.fill_diagonal(expected, 0.0)
    np.testing.assert_allclose(table, expected)


@pytest.mark.parametrize("ease_products", [0, 100])
def test_what_is_bought_with_a_purchase_is_recommended_for_it(ease_products: int) -> None:
    crowd = {f"ab{index}": "ab" for index in range(8)} | {f"cd{index}": "cd" for index in range(8)}
    policy = ServePolicy(min_buyers=2, ease_products=ease_products, ease_ridge=1.0)

    rows = advised(crowd | {"new": "a"}, policy=policy).recommendations.to_pylist()

    mine = [row for row in rows if row["customer_id"] == "new"]
    assert [(row["product_id"], row["because_product_id"], row["rank"]) for row in mine] == [("b", "a", 1)]
    assert json.loads(mine[0]["params"]) == {"product": "香蕉", "because": "苹果", "buyers": 9, "both": 8, "lift": 1.89}


def test_a_product_bought_long_ago_may_come_back_where_the_policy_says_so() -> None:
    crowd = {f"ab{index}": "ab" for index in range(8)} | {f"c{index}": "c" for index in range(8)}

    never = advised(crowd, policy=ServePolicy(min_buyers=2, ease_ridge=1.0))
    again = advised(crowd, policy=ServePolicy(min_buyers=2, ease_ridge=1.0, bought_again_days=5))

    assert never.recommendations.num_rows == 0
    assert {"ab0", "ab7"} <= set(again.recommendations["customer_id"].to_pylist())


def test_the_most_overdue_are_visited_first_and_the_rest_are_counted() -> None:
    people = {f"c{index:02d}": "a" for index in range(30)}
    visited = {name: 20 + index for index, name in enumerate(people)}
    policy = ServePolicy(visits_per_week=5, plan_weeks=2, visits_per_year={"A": 12.0, "D": 1.0})

    advice = advised(people, policy=policy, visited=visited)

    first = [row["customer_id"] for row in advice.visits.to_pylist() if row["week"] == 1]
    second = [row["customer_id"] for row in advice.visits.to_pylist() if row["week"] == 2]
    assert sorted(first) == ["c25", "c26", "c27", "c28", "c29"]
    assert sorted(second) == ["c20", "c21", "c22", "c23", "c24"]
    waiting = next(note for note in advice.notes if note.code == "serve.visits_waiting")
    assert waiting.params["count"] == 20


def test_nobody_is_visited_while_the_owner_is_away() -> None:
    advice = advised({"c1": "a", "c2": "a"}, policy=ServePolicy(), away=3)

    days = {row["planned_on"] for row in advice.visits.to_pylist()}
    assert min(days) >= MONDAY + timedelta(days=3)


def test_a_frequent_customer_is_visited_again_one_interval_later() -> None:
    policy = ServePolicy(visits_per_year={"A": 26.0, "D": 1.0})

    rows = advised({"c1": "a"}, policy=policy, visited={"c1": 14}).visits.to_pylist()

    assert [row["planned_on"] for row in rows] == [date(2026, 3, 30), date(2026, 4, 13)]
    assert [row["days_late"] for row in rows] == [0, 0]
