"""The Chinese calendar: lunar days, public holidays, working days and working hours."""

from jiuzhou.calendar.holidays import KNOWN_YEARS, holiday, is_exchanged, is_fallback
from jiuzhou.calendar.lunar import dragon_boat, mid_autumn, qingming, spring_festival
from jiuzhou.calendar.staff import company_calendar, owner_calendars
from jiuzhou.calendar.work import WorkCalendar

__all__ = [
    "KNOWN_YEARS",
    "WorkCalendar",
    "company_calendar",
    "dragon_boat",
    "holiday",
    "is_exchanged",
    "is_fallback",
    "mid_autumn",
    "owner_calendars",
    "qingming",
    "spring_festival",
]
