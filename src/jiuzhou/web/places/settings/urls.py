"""Addresses of the settings."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.settings import audit, company, people, privacy, regions, shares, webhooks

app_name = "settings"
urlpatterns = [
    path("", company.index, name="index"),
    path("organisation/", company.organisation, name="organisation"),
    path("organisation/keep/", company.keep_organisation, name="keep_organisation"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:person>/", people.person, name="person"),
    path("people/<int:person>/roles/", people.grant_role, name="grant_role"),
    path("people/<int:person>/roles/<int:grant>/end/", people.end_role, name="end_role"),
    path("people/<int:person>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:person>/reactivate/", people.reactivate, name="reactivate"),
    path("people/<int:person>/unlock/", people.unlock, name="unlock"),
    path("people/<int:person>/sign-out/", people.sign_out, name="sign_out_person"),
    path("people/<int:person>/invite/", people.invite_again, name="invite_again"),
    path("stand-ins/", shares.stand_ins, name="standins"),
    path("stand-ins/<int:substitution>/end/", shares.end_stand_in, name="end_standin"),
    path("access/", shares.access, name="access"),
    path("access/<int:access>/end/", shares.end_access, name="end_access"),
    path("policy/", company.policy, name="policy"),
    path("policy/new/", company.new_policy, name="new_policy"),
    path("policy/<int:policy>/", company.policy_version, name="policy_version"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
    path("privacy/", privacy.index, name="privacy"),
    path("privacy/retention/", privacy.retention, name="privacy_retention"),
    path("privacy/processing/", privacy.processing, name="privacy_processing"),
    path("privacy/processing.json", privacy.processing_file, name="privacy_processing_file"),
    path("privacy/people/<str:customer>/", privacy.person, name="privacy_person"),
    path("privacy/people/<str:customer>/download/", privacy.download, name="privacy_download"),
    path("privacy/people/<str:customer>/erase/", privacy.erase, name="privacy_erase"),
    path("webhooks/", webhooks.index, name="webhooks"),
    path("webhooks/<int:webhook>/switch/", webhooks.switch, name="switch_webhook"),
    path("webhooks/<int:webhook>/remove/", webhooks.remove, name="remove_webhook"),
    path("map/", regions.index, name="map"),
    path("map/regions/", regions.bring, name="bring_regions"),
    path("map/regions/<int:batch>/replace/", regions.replace, name="replace_regions"),
    path("map/regions/<int:batch>/remove/", regions.remove, name="remove_regions"),
    path("about/", company.about, name="about"),
]
