"""Addresses of the place Plan."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.plan import acts, compare, edits, exchange, pages, review

app_name = "plan"
urlpatterns = [
    path("", pages.index, name="index"),
    path("compare", compare.compare, name="compare"),
    path("compare/map", compare.compare_map, name="compare-map"),
    path("new", acts.new, name="new"),
    path("import", exchange.take_in, name="import"),
    path("<str:plan>/", pages.plan_page, name="plan"),
    path("<str:plan>/map", pages.plan_map, name="map"),
    path("<str:plan>/export", exchange.give_out, name="export"),
    path("<str:plan>/territories/<str:territory>", edits.territory_page, name="territory"),
    path("<str:plan>/territories/<str:territory>/rename", edits.rename, name="rename-territory"),
    path("<str:plan>/territories/<str:territory>/lock", edits.lock, name="lock-territory"),
    path("<str:plan>/territories/<str:territory>/move-all", edits.move_all, name="move-all"),
    path("<str:plan>/move", edits.move, name="move"),
    path("<str:plan>/undo", edits.undo, name="undo"),
    path("<str:plan>/redo", edits.redo, name="redo"),
    path("<str:plan>/revert", edits.revert, name="revert"),
    path("<str:plan>/rename", acts.rename, name="rename"),
    path("<str:plan>/submit", review.submit, name="submit"),
    path("<str:plan>/review", review.review, name="review"),
    path("<str:plan>/approve", review.approve, name="approve"),
    path("<str:plan>/return", review.send_back, name="return"),
    path("<str:plan>/withdraw", acts.withdraw, name="withdraw"),
    path("<str:plan>/publish", acts.publish, name="publish"),
    path("<str:plan>/archive", acts.archive, name="archive"),
    path("<str:plan>/restore", acts.restore, name="restore"),
    path("<str:plan>/fork", acts.fork, name="fork"),
    path("<str:plan>/roll-back", acts.roll_back, name="roll-back"),
    path("<str:plan>/remarks", review.remark, name="remark"),
    path("<str:plan>/remarks/<int:remark>", review.answer, name="answer"),
]
