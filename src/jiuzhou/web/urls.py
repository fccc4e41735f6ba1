"""Every address of the application."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

handler400 = "jiuzhou.web.accounts.refusals.bad_request"
handler403 = "jiuzhou.web.accounts.refusals.forbidden"
handler404 = "jiuzhou.web.accounts.refusals.not_found"
handler500 = "jiuzhou.web.accounts.refusals.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("jiuzhou.web.places.health")),
    path("accounts/", include("jiuzhou.web.accounts.urls")),
    path("settings/account/", include("jiuzhou.web.places.settings.account_urls")),
    path("settings/", include("jiuzhou.web.places.settings.urls")),
    path("api/", include("jiuzhou.web.api.urls")),
    path("inbox/", include("jiuzhou.web.places.inbox.urls")),
    path("plan/", include("jiuzhou.web.places.plan.urls")),
    path("jobs/", include("jiuzhou.web.places.jobs.urls")),
    path("assign/", include("jiuzhou.web.places.assign.urls")),
    path("", include("jiuzhou.web.places.overview.urls")),
    path("customers/", include("jiuzhou.web.places.customers.urls")),
    path("", include("jiuzhou.web.places.palette.urls")),
    path("s/", include("jiuzhou.web.places.service.open_urls")),
    path("service/", include("jiuzhou.web.places.service.urls")),
    path("team/", include("jiuzhou.web.places.team.urls")),
    path("monitor/", include("jiuzhou.web.places.monitor.urls")),
]
