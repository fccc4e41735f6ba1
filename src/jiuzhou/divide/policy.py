"""How a company wants its customers divided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jiuzhou.kernel.errors import PolicyError

UNITS_OF = ("customer", "region")
CENTRES = ("owners", "free")
MOST_EFFORT = 10


@dataclass(frozen=True, slots=True)
class DividePolicy:
    """
    What is balanced, around what, and what change costs.

    Attributes
    ----------
    activities
        Measures to balance, each with its tolerance, above 0 and below 1: ``workload`` (hours a year), ``potential``
        (money a year), ``revenue`` (last 12 months), ``customers`` (count), or a numeric extra column of the
        customers. The first one also weighs the distances.
    unit
        ``customer``: each customer with a known place is a unit, the others form one unit for each area; ``region``:
        one unit for each prefecture-level area.
    centres
        ``owners``: one territory around the home of each active rep; ``free``: the solver places the centres and then
        matches reps to them.
    territories
        How many, from 1, with free centres; not given: one for each active rep.
    contiguous
        Whether each territory must hang together. Locked customers are exempt.
    handover_km
        What leaving the present owner costs, as so many km further away, 0 or more.
    max_handover
        Largest share of the owned customers that may change owner, 0 to 1; not given: no limit.
    effort
        Work budget, 0 to 10; more is slower and seldom worse.
    """

    activities: Mapping[str, float] = field(default_factory=lambda: {"workload": 0.05})
    unit: str = "customer"
    centres: str = "owners"
    territories: int | None = None
    contiguous: bool = True
    handover_km: float = 0.0
    max_handover: float | None = None
    effort: int = 4

    def __post_init__(self) -> None:
        if not self.activities:
            raise PolicyError("divide.nothing_to_balance")
        for key, tolerance in self.activities.items():
            if not 0 < tolerance < 1:
                raise PolicyError("divide.bad_tolerance", activity=key, tolerance=tolerance)
        for setting, value, known in (("unit", self.unit, UNITS_OF), ("centres", self.centres, CENTRES)):
            if value not in known:
                raise PolicyError("divide.unknown_choice", setting=setting, value=value, known=known)
        _within("handover_km", self.handover_km, 0, 20_000)
        _within("effort", self.effort, 0, MOST_EFFORT)
        if self.max_handover is not None:
            _within("max_handover", self.max_handover, 0, 1)
        if self.territories is not None:
            _within("territories", self.territories, 1, 100_000)
            if self.centres == "owners":
                raise PolicyError("divide.count_needs_free_centres", territories=self.territories)


def _within(setting: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise PolicyError("divide.out_of_range", setting=setting, value=value, low=low, high=high)
