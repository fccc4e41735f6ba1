"""The company's choices about assignment that are no rules."""

from __future__ import annotations

from dataclasses import dataclass

from jiuzhou.kernel.errors import PolicyError

SCOPES = ("all", "gaps")
ORDERS = ("created", "importance")
CAPACITIES = ("both", "hours", "customers", "none")
RETURNS = ("fair", "catch_up")


@dataclass(frozen=True, slots=True)
class AssignPolicy:
    """
    How customers are handed out.

    Attributes
    ----------
    rules
        Path of ``rules.yaml`` beside the policy file; empty for the standard rules.
    scope
        ``all`` decides every customer anew; ``gaps`` keeps every customer whose owner still works here and decides
        only the rest.
    order
        Who is served first where capacity is short: ``created`` (earliest first, unknown first of all, then by id) or
        ``importance`` (key accounts, then tier, then score, then by id).
    capacity
        Which limits hold: ``both``, ``hours``, ``customers`` or ``none``. An owner without a stated limit has none.
    capacity_factor
        Multiplies every limit; 0 to 2.
    workload_hours
        Hours a year of a customer whose workload nobody knows, 0 to 2,000.
    owner_hours
        Hours a year of an owner who states none, where free hours are compared, 1 to 10,000; no limit follows from it.
    important_tiers
        Tiers whose customers the strategy ``importance`` gives to senior owners, as it does key accounts.
    on_return
        What a round robin owes somebody back from absence: ``fair`` (nothing: no flood) or ``catch_up``.
    trace_rules
        Most rules listed as tried and failed in one decision's trace, 0 to 1,000.
    """

    rules: str = ""
    scope: str = "all"
    order: str = "created"
    capacity: str = "both"
    capacity_factor: float = 1.0
    workload_hours: float = 8.0
    owner_hours: float = 1_600.0
    important_tiers: tuple[str, ...] = ("A",)
    on_return: str = "fair"
    trace_rules: int = 50

    def __post_init__(self) -> None:
        for name, known in (
            ("scope", SCOPES),
            ("order", ORDERS),
            ("capacity", CAPACITIES),
            ("on_return", RETURNS),
        ):
            if getattr(self, name) not in known:
                raise PolicyError("assign.bad_choice", setting=f"assign.{name}", value=getattr(self, name), known=known)
        for name, low, high in (
            ("capacity_factor", 0, 2),
            ("workload_hours", 0, 2_000),
            ("owner_hours", 1, 10_000),
            ("trace_rules", 0, 1_000),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise PolicyError("assign.bad_range", setting=f"assign.{name}", value=value, low=low, high=high)
