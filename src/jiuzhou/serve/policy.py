"""The business choices of serving customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.service import PAYMENT_TERM_DAYS, VISITS_PER_YEAR
from jiuzhou.kernel.settings import check_range, check_ranges

ACTION_CODES = (
    "answer_complaint",
    "collect_overdue",
    "follow_deal",
    "retain_at_risk",
    "welcome_new",
    "grow_potential",
    "visit_due",
    "survey_due",
    "keep_warm",
)
"""Every action, in the order that breaks ties."""


def _effects() -> Mapping[str, float]:
    return {
        "answer_complaint": 0.10,
        "collect_overdue": 0.30,
        "follow_deal": 0.10,
        "retain_at_risk": 0.10,
        "welcome_new": 0.05,
        "grow_potential": 0.02,
        "visit_due": 0.01,
        "survey_due": 0.005,
        "keep_warm": 0.001,
    }


@dataclass(frozen=True, slots=True)
class ServePolicy:
    """
    How customers are served.

    Attributes
    ----------
    visits_per_year
        Service level: visits a year by tier, 0 to 260; a customer's own ``visits_per_year`` goes before it.
    default_tier
        The tier of a customer that has none; one of ``visits_per_year``.
    visits_per_week
        Most visits one owner makes in a week, 1 to 100.
    plan_weeks
        Weeks planned ahead, 1 to 13.
    effects
        By action: the share of the value at stake that the action is expected to save or win, 0 to 1. These are
        judgements of the company, not measurements; actions not named keep their default.
    urgency_days
        What an action weighs doubles with every so many days past its due day, up to four times; 1 to 365 days.
    consent_needed
        Actions that are marketing and so need ``consent_marketing``; every other one is service.
    at_risk
        Churn risk from which a customer is to be won back, 0 to 1.
    min_growth
        Growth is proposed where potential exceeds last year's revenue by this share of it, 0 to 10.
    new_days, welcome_days
        A customer is new for so many days, and is to be welcomed within so many; 1 to 365 days.
    answer_days
        A complaint is to be answered within so many days, 1 to 60.
    payment_term_days
        An order is due so many days after it where its payments state no due day, 0 to 365; evaluation and monitoring
        count by it too.
    deal_follow_days
        An open deal is spoken about at least this often, 1 to 365 days.
    survey_days
        A buying customer is asked for its opinion this often, 7 to 1,095 days.
    products_each
        Most products recommended to one customer, 0 to 20.
    history_days
        Purchases older than this teach nothing to the recommender, 30 to 3,650 days.
    bought_again_days
        A product bought before may be recommended so many days after its last purchase; 0 means never.
    min_buyers
        A product with fewer buyers takes no part, 2 to 1,000.
    ease_products
        Up to so many products the recommender is EASE, above it co-purchase lift, 0 to 20,000 (memory grows with the
        square).
    ease_ridge
        Ridge penalty of EASE, in customers, above 0.
    shrink_buyers
        Co-purchase lift is shrunk towards chance as if so many more customers had bought, at least 0.
    """

    visits_per_year: Mapping[str, float] = field(default_factory=lambda: VISITS_PER_YEAR)
    default_tier: str = "D"
    visits_per_week: int = 15
    plan_weeks: int = 4
    effects: Mapping[str, float] = field(default_factory=_effects)
    urgency_days: int = 14
    consent_needed: tuple[str, ...] = ("grow_potential", "survey_due")
    at_risk: float = 0.6
    min_growth: float = 0.5
    new_days: int = 60
    welcome_days: int = 7
    answer_days: int = 2
    payment_term_days: int = PAYMENT_TERM_DAYS
    deal_follow_days: int = 14
    survey_days: int = 180
    products_each: int = 3
    history_days: int = 730
    bought_again_days: int = 0
    min_buyers: int = 10
    ease_products: int = 5_000
    ease_ridge: float = 500.0
    shrink_buyers: float = 20.0

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES, code=_OUT_OF_RANGE)
        for tier, visits in self.visits_per_year.items():
            check_range(f"visits_per_year.{tier}", visits, (0, 260), code=_OUT_OF_RANGE)
        if self.default_tier not in self.visits_per_year:
            raise PolicyError(
                "serve.unknown_tier", tier=self.default_tier, known=", ".join(sorted(self.visits_per_year))
            )
        for action in (*self.effects, *self.consent_needed):
            if action not in ACTION_CODES:
                raise PolicyError("serve.unknown_action", action=action, known=", ".join(ACTION_CODES))
        if "keep_warm" in self.consent_needed:
            raise PolicyError("serve.no_fallback")
        for action, effect in self.effects.items():
            check_range(f"effects.{action}", effect, (0, 1), code=_OUT_OF_RANGE)

    def effect(self, action: str) -> float:
        """Return the share of the value at stake that ``action`` is expected to save or win."""
        return self.effects.get(action, _effects()[action])


_OUT_OF_RANGE = "serve.out_of_range"
_RANGES: Mapping[str, tuple[float, float]] = {
    "visits_per_week": (1, 100),
    "plan_weeks": (1, 13),
    "urgency_days": (1, 365),
    "at_risk": (0, 1),
    "min_growth": (0, 10),
    "new_days": (1, 365),
    "welcome_days": (1, 365),
    "answer_days": (1, 60),
    "payment_term_days": (0, 365),
    "deal_follow_days": (1, 365),
    "survey_days": (7, 1_095),
    "products_each": (0, 20),
    "history_days": (30, 3_650),
    "bought_again_days": (0, 3_650),
    "min_buyers": (2, 1_000),
    "ease_products": (0, 20_000),
    "ease_ridge": (1e-6, 1e9),
    "shrink_buyers": (0, 1e9),
}
