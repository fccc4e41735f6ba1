"""Small drawings of a page, as numbers for SVG: lines, bars and classes of colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_BAND_STEPS = (1.0, 1.6, 2.4)


@dataclass(frozen=True, slots=True)
class Bar:
    """A deviation bar in percent of its width: the band, the target and the bar from the target outwards."""

    start: float
    length: float
    band_start: float
    band_length: float
    side: str


def deviation_bar(share: float, band: float, span: float = 0.4) -> Bar:
    """
    Return the bar of a deviation on an axis from ``-span`` to ``+span``, the target in the middle.

    ``side`` is ``over``, ``under`` or, within the band, ``within``. What lies beyond the axis ends at its edge.
    """
    reach = max(-span, min(span, share)) / span * 50
    width = min(band, span) / span * 50
    side = "within" if abs(share) <= band else "over" if share > 0 else "under"
    return Bar(_short(50 + min(reach, 0)), _short(abs(reach)), _short(50 - width), _short(2 * width), side)


def line_points(
    values: Sequence[float | Decimal | None],
    width: float,
    height: float,
    lowest: float | None = None,
    highest: float | None = None,
) -> str:
    """Return the points of a line through ``values``, as SVG writes them; unknown values are left out."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return ""
    low = min(known) if lowest is None else lowest
    high = max(known) if highest is None else highest
    reach = (high - low) or 1.0
    step = width / (len(values) - 1)
    return " ".join(
        f"{_short(place * step)},{_short(height - (float(value) - low) / reach * height if high > low else height / 2)}"
        for place, value in enumerate(values)
        if value is not None
    )


def axis(values: Sequence[float | Decimal | None]) -> tuple[float, float]:
    """Return round bounds around ``values``; from zero unless they lie closely together far from it."""
    known = [float(value) for value in values if value is not None] or [0.0, 1.0]
    low, high = min(known), max(known)
    if 0 <= low < 0.7 * high:
        low = 0.0
    largest = max(abs(low), abs(high))
    if high - low <= 1e-9 * largest or largest < 1e-12:  # all alike, as far as a drawing shows
        low, high = low - 0.1 * largest, high + (0.1 * largest if largest >= 1e-12 else 1.0)
    unit = _step(high - low)
    return math.floor(low / unit) * unit, math.ceil(high / unit) * unit


def quantile_bounds(values: Sequence[float], classes: int) -> tuple[float, ...]:
    """Return the rising bounds that cut ``values`` into at most ``classes`` classes of about equal number."""
    ordered = sorted(values)
    if not ordered:
        return ()
    found = [_two_figures(ordered[len(ordered) * cut // classes]) for cut in range(1, classes)]
    return tuple(sorted({bound for bound in found if ordered[0] < bound <= ordered[-1]}))


def band_bounds(band: float) -> tuple[float, ...]:
    """Return the six bounds of the seven classes of a deviation: the middle one is the band."""
    beyond = [round(band * step, 4) for step in _BAND_STEPS]
    return (*(-bound for bound in reversed(beyond)), *beyond)


def _step(reach: float) -> float:
    size = 10.0 ** math.floor(math.log10(reach / 4))
    return next(size * step for step in (1, 2, 2.5, 5, 10) if size * step * 4 >= reach)


def _two_figures(value: float) -> float:
    return float(f"{value:.2g}")


def _short(value: float) -> float:
    return round(value, 2)
