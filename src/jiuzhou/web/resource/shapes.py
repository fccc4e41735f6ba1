"""What the reads of people and partners return: frozen values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Load:
    """
    Hours a year in three parts: committed within the capacity, free, and over it.

    ``committed + free`` is the capacity, ``committed + over`` the workload.
    """

    capacity: float | None
    workload: float

    @property
    def committed(self) -> float:
        """Hours of work that the capacity holds."""
        return min(self.workload, self.capacity or 0.0)

    @property
    def free(self) -> float:
        """Hours of capacity without work."""
        return max(0.0, (self.capacity or 0.0) - self.workload)

    @property
    def over(self) -> float:
        """Hours of work beyond the capacity."""
        return max(0.0, self.workload - (self.capacity or 0.0))

    @property
    def share(self) -> float | None:
        """Workload over capacity; ``None`` where there is no capacity to compare with."""
        return self.workload / self.capacity if self.capacity else None


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, half-open."""

    id: int
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A rep beside the others."""

    code: str
    name: str
    team: str
    level: str
    skills: tuple[str, ...]
    load: Load
    customers: int
    attainment: float | None
    coverage: float | None
    csat: float | None
    absences: tuple[Away, ...]
    away: bool
    active_to: date | None

    @property
    def hours_each(self) -> float | None:
        """Hours of work for each customer."""
        return self.load.workload / self.customers if self.customers else None


@dataclass(frozen=True, slots=True)
class Totals:
    """All people together."""

    people: int
    load: Load
    customers: int


@dataclass(frozen=True, slots=True)
class People:
    """
    The people whom an actor may see.

    ``declassified`` says that ``totals`` are of the whole team, of which the actor sees its own line only;
    ``counted_at`` when the customers were counted, if something changed since.
    """

    lines: tuple[PersonLine, ...]
    totals: Totals | None
    declassified: bool
    teams: tuple[tuple[str, str], ...]
    as_of: date | None
    today: date
    partners: int
    counted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could stand in, and why."""

    code: str
    name: str
    same_team: bool
    shared: int
    of: int
    free_hours: float


@dataclass(frozen=True, slots=True)
class Results:
    """An owner's results of the last twelve months."""

    revenue: Decimal | None = None
    attainment: float | None = None
    coverage: float | None = None
    csat: float | None = None
    nps: float | None = None
    complaints: int | None = None
    overdue: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One rep or partner."""

    line: PersonLine
    kind: str
    partner_type: str
    results: Results
    months: tuple[str, ...]
    sales: tuple[float | None, ...]
    before: tuple[float | None, ...]
    territories: tuple[tuple[str, str], ...]
    candidates: tuple[Candidate, ...]
    as_of: date | None
    today: date


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """
    A partner beside the others.

    Attributes
    ----------
    conflicts
        Areas where own reps have customers too.
    registered
        Companies registered for the partner that are protected today.
    disputed
        Those that wait because somebody else has them or works on them.
    """

    code: str
    name: str
    partner_type: str
    areas: tuple[str, ...]
    customers: int
    revenue: Decimal | None
    attainment: float | None
    coverage: float | None
    csat: float | None
    overdue: Decimal | None
    certificates: tuple[str, ...]
    active_to: date | None
    conflicts: int
    registered: int
    disputed: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """An area, by the first four digits of its adcode, in which a partner and own reps both have customers."""

    area: str
    partner_code: str
    partner: str
    partner_customers: int
    own_customers: int


@dataclass(frozen=True, slots=True)
class Partners:
    """The partners whom an actor may see."""

    lines: tuple[PartnerLine, ...]
    conflicts: tuple[Conflict, ...]
    as_of: date | None
    today: date
