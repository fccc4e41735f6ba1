"""Addresses of the monitor."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.monitor import alerts, market, pages, situation, stating

app_name = "monitor"
urlpatterns = [
    path("", alerts.index, name="index"),
    path("alerts/<int:alert>/", alerts.show, name="alert"),
    path("alerts/<int:alert>/state/", alerts.change, name="alert_state"),
    path("indicators/", pages.indicators, name="indicators"),
    path("indicator/", pages.breakdown, name="breakdown"),
    path("market/", market.index, name="market"),
    path("market/situation/", situation.situation, name="situation"),
    path("market/new/", stating.market_new, name="market_new"),
    path("market/<int:fact>/", market.fact, name="market_fact"),
    path("market/<int:fact>/correct/", stating.market_correct, name="market_correct"),
    path("market/<int:fact>/withdraw/", stating.market_withdraw, name="market_withdraw"),
    path("competitors/", market.competitors, name="competitors"),
    path("competitors/new/", stating.competitor_new, name="competitor_new"),
    path("competitors/<int:rival>/", market.rival, name="competitor"),
    path("competitors/<int:rival>/correct/", stating.competitor_correct, name="competitor_correct"),
    path("competitors/<int:rival>/withdraw/", stating.competitor_withdraw, name="competitor_withdraw"),
    path("territories/", pages.territories, name="territories"),
    path("territories/<str:territory>/", pages.territory, name="territory"),
]
