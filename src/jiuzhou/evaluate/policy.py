"""Business choices of evaluation: what counts, how much, and where the lines between tiers lie."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.service import PAYMENT_TERM_DAYS
from jiuzhou.kernel.settings import check_range, check_ranges

TIERS = ("A", "B", "C", "D")
SCORE_PARTS = ("revenue", "profit", "frequency", "recency", "clv", "potential", "loyalty")
LOYALTY_PARTS = ("repurchase", "steadiness", "stated", "usage")


def _score_weights() -> Mapping[str, float]:
    return {"revenue": 0.30, "profit": 0.15, "frequency": 0.10, "recency": 0.10, "clv": 0.15, "potential": 0.20}


def _loyalty_weights() -> Mapping[str, float]:
    return {"repurchase": 0.4, "steadiness": 0.3, "stated": 0.2, "usage": 0.1}


def _tier_floors() -> Mapping[str, float]:
    return {"A": 75.0, "B": 55.0, "C": 30.0}


def _tier_hours() -> Mapping[str, float]:
    return {"A": 48.0, "B": 24.0, "C": 10.0, "D": 3.0}


@dataclass(frozen=True, slots=True)
class EvaluatePolicy:
    """
    How customers, regions, owners and products are scored.

    Attributes
    ----------
    weights
        Weight of each part of the score, at least 0, any sum above 0. Parts: ``revenue``, ``profit``, ``frequency``,
        ``recency``, ``clv``, ``potential``, ``loyalty``. A part that a customer lacks leaves its weight to the others.
    tier_floors
        Lowest score, 0 to 100, of the tiers A, B and C, falling; below C's floor lies D.
    key_account_tier
        The lowest tier a key account may have, ``A`` to ``D``; ``D`` gives it no favour.
    horizon_days
        Length of ``expected_horizon``, days, 1 to 3650 (``expected_90d`` always looks 90 days ahead).
    clv_years
        How far ahead lifetime value looks, years, above 0 to 20.
    discount_rate
        Yearly rate at which money to come loses worth, 0 to 1.
    margin
        Share of net sales counted as lifetime value, above 0 to 1; 1 gives lifetime value in sales.
    clv_interval
        Share of customers meant to end between ``clv_low`` and ``clv_high``, 0.5 to 0.99.
    clv_draws
        Simulated futures for each purchase history behind that range, 50 to 10000.
    min_repeaters
        Repeat customers below which no purchase model is fitted, at least 5.
    backtest_days
        Days held back to state how far the purchase model was off, 0 to 3650; 0 leaves the test out.
    abc_cuts
        Cumulative shares at which A and B end, rising, between 0 and 1.
    voice_days
        How long a survey answer counts, days, 1 to 3650.
    loyalty_weights
        Weight of each part of loyalty, at least 0: ``repurchase``, ``steadiness``, ``stated``, ``usage``.
    tier_hours
        Workload of a customer of each tier for whom nothing is stated, hours a year, at least 0.
    peer_quantile
        Which quantile of its peers' revenue a customer without a stated potential is credited with, 0.5 to 1.
    min_peers
        Buying peers below which a wider group of peers is taken, at least 1.
    payment_term_days
        Days after the order at which it falls due where no due day is stated, 0 to 365; not given: the payment term
        of ``[serve]``.
    forecast_weeks
        Weeks ahead for which demand is forecast, 0 to 52; 0 leaves it out.
    """

    weights: Mapping[str, float] = field(default_factory=_score_weights)
    tier_floors: Mapping[str, float] = field(default_factory=_tier_floors)
    key_account_tier: str = "B"
    horizon_days: int = 90
    clv_years: float = 3.0
    discount_rate: float = 0.10
    margin: float = 1.0
    clv_interval: float = 0.80
    clv_draws: int = 400
    min_repeaters: int = 20
    backtest_days: int = 90
    abc_cuts: tuple[float, float] = (0.80, 0.95)
    voice_days: int = 365
    loyalty_weights: Mapping[str, float] = field(default_factory=_loyalty_weights)
    tier_hours: Mapping[str, float] = field(default_factory=_tier_hours)
    peer_quantile: float = 0.75
    min_peers: int = 20
    payment_term_days: int | None = None
    forecast_weeks: int = 12

    def __post_init__(self) -> None:
        check_ranges(self, _RANGES, code=_OUT_OF_RANGE)
        _weights("weights", self.weights, SCORE_PARTS)
        _weights("loyalty_weights", self.loyalty_weights, LOYALTY_PARTS)
        _names("tier_floors", self.tier_floors, TIERS[:3])
        _names("tier_hours", self.tier_hours, TIERS)
        for tier, hours in self.tier_hours.items():
            check_range(f"tier_hours.{tier}", hours, (0, 8784), code=_OUT_OF_RANGE)
        if self.key_account_tier not in TIERS:
            raise PolicyError(
                "evaluate.unknown_name", setting="key_account_tier", name=self.key_account_tier, known=TIERS
            )
        _falling("tier_floors", [100.0, *(self.tier_floors[tier] for tier in TIERS[:3]), 0.0])
        _falling("abc_cuts", [1.0, *reversed(self.abc_cuts), 0.0])

    @property
    def payment_term(self) -> int:
        """Days from an order to its due day: as given, else the usual term."""
        return PAYMENT_TERM_DAYS if self.payment_term_days is None else self.payment_term_days


_OUT_OF_RANGE = "evaluate.out_of_range"
_RANGES: Mapping[str, tuple[float, float]] = {
    "horizon_days": (1, 3650),
    "clv_years": (0.01, 20),
    "discount_rate": (0, 1),
    "margin": (0.0001, 1),
    "clv_interval": (0.5, 0.99),
    "clv_draws": (50, 10_000),
    "min_repeaters": (5, 1_000_000_000),
    "backtest_days": (0, 3650),
    "voice_days": (1, 3650),
    "peer_quantile": (0.5, 1),
    "min_peers": (1, 1_000_000_000),
    "payment_term_days": (0, 365),
    "forecast_weeks": (0, 52),
}


def _names(setting: str, given: Collection[str], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise PolicyError("evaluate.unknown_name", setting=setting, name=name, known=known)
    missing = [name for name in known if name not in given]
    if missing:
        raise PolicyError("evaluate.missing_name", setting=setting, name=missing[0])


def _weights(setting: str, given: Mapping[str, float], known: tuple[str, ...]) -> None:
    for name, weight in given.items():
        if name not in known:
            raise PolicyError("evaluate.unknown_name", setting=setting, name=name, known=known)
        check_range(f"{setting}.{name}", weight, (0, 1_000_000), code=_OUT_OF_RANGE)
    if not sum(given.values()) > 0:
        raise PolicyError("evaluate.no_weight", setting=setting)


def _falling(setting: str, values: list[float]) -> None:
    if any(later > earlier for earlier, later in pairwise(values)):
        raise PolicyError("evaluate.wrong_order", setting=setting)
