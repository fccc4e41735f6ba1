"""What a page is made of, as plain values: nothing here knows HTML or a language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from jiuzhou.kernel.message import Message

Value: TypeAlias = "str | int | float | Decimal | date | Message | Bar | Line | Swatch | None"


@dataclass(frozen=True, slots=True)
class Bar:
    """
    How far a value lies from its target.

    Attributes
    ----------
    deviation
        value / target − 1.
    tolerance
        Largest |deviation| in band.
    scale
        |deviation| at the bar's ends; one for all bars of a table.
    """

    deviation: float
    tolerance: float
    scale: float

    @property
    def in_band(self) -> bool:
        """Whether the deviation is within the tolerance."""
        return abs(self.deviation) <= self.tolerance + 1e-9

    @property
    def side(self) -> str:
        """``over`` or ``under``, followed by ``inside`` where that is within the tolerance."""
        side = "over" if self.deviation > 0 else "under"
        return f"{side} inside" if self.in_band else side


@dataclass(frozen=True, slots=True)
class Line:
    """A course of figures over time, for a small line without axes; ``None`` where there is none."""

    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Swatch:
    """A territory's colour, ``#rrggbb``, and its number on the map."""

    colour: str
    number: int


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table.

    Attributes
    ----------
    form
        How its cells are shown: ``text`` (a data value or a short term), ``words`` (a sentence, may wrap), ``right``
        (a figure already in words), ``count``, ``number``, ``percent``, ``money``, ``signed`` (percent with its sign;
        a ``Bar`` says whether it is in band), ``shift`` (the same without an arrow), ``day``, ``bar``, ``line``,
        ``swatch``.
    label
        A message, or the name of a company's own measure as it is.
    unit
        A code below ``report.unit_``, or a currency; shown in the heading.
    """

    label: Message | str
    form: str = "text"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows under headings.

    Attributes
    ----------
    left_out
        Rows of the whole that are not on the page.
    empty
        What is said where there are no rows.
    half
        Whether it is narrow enough to stand beside another.
    tall
        Whether two short blocks stand beside it.
    unfolded
        Rows seen at once where there are more; a click shows the others, and print shows all.
    foot
        Rows of the whole under the others, such as a total; ``None`` leaves a cell blank.
    """

    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    left_out: int = 0
    empty: Message | None = None
    half: bool = False
    tall: bool = False
    unfolded: int = 12
    foot: tuple[tuple[Value, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its name, what it was before (``None``: nothing to compare with), and a word on its meaning."""

    label: Message
    value: Value
    form: str = "count"
    unit: str = ""
    note: Message | None = None
    before: Value = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A strip of figures."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """Sentences under a title."""

    title: Message
    items: tuple[Message, ...]
    half: bool = False


@dataclass(frozen=True, slots=True)
class Dots:
    """
    One territory on the map.

    Attributes
    ----------
    area
        SVG path of the areas in which it has the most customers; empty without map files.
    near
        SVG path of the areas without customers that lie nearest to its own; empty without map files.
    path
        SVG path of its customers, a point each.
    label
        What stands on the map and where; ``None`` where there is no room.
    hover
        What is said of it under the pointer.
    """

    name: str
    number: int
    colour: str
    area: str
    near: str
    path: str
    label: Label | None
    hover: Message


@dataclass(frozen=True, slots=True)
class Label:
    """A text on the map, its middle, and where it lies apart from its territory, the thin line that ties it to it."""

    text: str
    at: tuple[float, float]
    tie: tuple[tuple[float, float], tuple[float, float]] | None


@dataclass(frozen=True, slots=True)
class Tile:
    """One province of the tile map: column, row, name by language, customers, and the colour of most of them."""

    at: tuple[int, int]
    names: tuple[str, str]
    customers: int
    colour: str
    number: int


@dataclass(frozen=True, slots=True)
class Map:
    """
    Where the customers of each territory are: dots over thin borders, or tiles of provinces.

    Attributes
    ----------
    size
        Width and height of the drawing, in its own units.
    ground
        SVG path of the areas' borders; empty without map files.
    shown, outside, without_place
        Customers drawn, customers beyond the edges, and customers without a place.
    total
        Customers of the plan.
    note
        What the borders are.
    """

    size: tuple[float, float]
    ground: str
    dots: tuple[Dots, ...]
    tiles: tuple[Tile, ...]
    shown: int
    outside: int
    without_place: int
    total: int
    note: Message


Block: TypeAlias = Table | Figures | Notes | Map


@dataclass(frozen=True, slots=True)
class Section:
    """
    One stage of the loop.

    Attributes
    ----------
    word
        Its word, such as ``divide``.
    headline
        The one sentence to remember, in figures that the tables below prove.
    figure
        The one figure in the picture of the loop.
    how
        How the figures are computed.
    """

    word: str
    headline: Message
    figure: Figure
    blocks: tuple[Block, ...]
    how: tuple[Message, ...] = ()
