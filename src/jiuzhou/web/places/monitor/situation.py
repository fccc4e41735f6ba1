"""How one stands against competitors, place by place: opportunities and threats, and what they follow from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads.situation import CROWDED, GROWS, OPEN, SMALL, Rival, Situation, situations
from jiuzhou.web.places.monitor.market import place_name, segments_of
from jiuzhou.web.places.monitor.wording import tabs_of
from jiuzhou.web.places.shapes import Column
from jiuzhou.web.places.shell import language_of


@dataclass(frozen=True, slots=True)
class SituationRow:
    """A place as the table shows it."""

    url: str
    place: Message
    outlook: tuple[tuple[str, Message], ...]
    size: float | None
    growth: float | None
    competition: float | None
    sales: Decimal | None
    share: float | None
    rivals: str


@door("market.read")
def situation(request: Asked) -> HttpResponse:
    """Show the situation of every place of which something is stated."""
    lang = language_of(request)
    columns = [
        Column("place", "market.place"),
        Column("outlook", "market.outlook", "part", part="monitor/market_outlook.html", wrap=True),
        Column("size", "market.kind_size", "money", unit=request.actor.currency),
        Column("growth", "market.kind_growth", "signed"),
        Column("competition", "market.kind_competition", "percent"),
        Column("sales", "market.own_sales", "money", unit=request.actor.currency),
        Column("share", "market.own_share", "percent"),
        Column("rivals", "market.of_competitors", wrap=True, narrow=True),
    ]
    found = sorted(situations(request.actor), key=lambda one: -(one.size or 0.0))
    telling = [one for one in found if one.opportunities or one.threats]
    shown = found if request.GET.get("all") == "1" else telling or found
    context = {
        "tabs": tabs_of(request, "market"),
        "segments": segments_of(request),
        "columns": columns,
        "rows": [_row(one, lang) for one in shown],
        "count": len(shown),
        "more_url": f"{request.path}?all=1" if len(shown) < len(found) else "",
        "more": say("market.all_places", n=len(found)),
        "rules": say("market.rules", grows=GROWS, small=SMALL, open=OPEN, crowded=CROWDED),
        "new_url": reverse("monitor:market_new") if request.actor.may("market.write") else "",
    }
    return render(request, "monitor/situation.html", context)


def _row(one: Situation, lang: Lang) -> SituationRow:
    outlook = [("ok", text) for text in one.opportunities] + [("warn", text) for text in one.threats]
    return SituationRow(
        url=f"{reverse('monitor:market')}?place={one.place}",
        place=place_name(one.place, lang),
        outlook=tuple(outlook),
        size=one.size,
        growth=one.growth,
        competition=one.competition,
        sales=one.sales,
        share=one.share,
        rivals=("、" if lang == "zh" else ", ").join(_told(rival, lang) for rival in one.rivals),
    )


def _told(rival: Rival, lang: Lang) -> str:
    if rival.share is None:
        return rival.name
    return told(say("market.rival_share", name=rival.name, share=rival.share), lang)
