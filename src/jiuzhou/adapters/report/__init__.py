"""The bilingual report: one self-contained page that shows what a pass of the loop found."""

from jiuzhou.adapters.report.page import ReportPage, page_of
from jiuzhou.adapters.report.render import render_report

__all__ = ["ReportPage", "page_of", "render_report"]
