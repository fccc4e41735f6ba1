"""Addresses of one's own account."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.settings import account

app_name = "accounts"
urlpatterns = [
    path("", account.profile, name="profile"),
    path("password/", account.password, name="password"),
    path("address/", account.address, name="address"),
    path("second-factor/off/", account.factor_off, name="factor_off"),
    path("sessions/<int:session>/end/", account.end_session, name="end_session"),
    path("sessions/end/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("tokens/", account.add_token, name="add_token"),
    path("tokens/<int:token>/rotate/", account.rotate_token, name="rotate_token"),
    path("tokens/<int:token>/end/", account.end_token, name="end_token"),
]
