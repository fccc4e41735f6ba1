"""Messages become sentences in both languages."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhou.adapters import texts
from jiuzhou.kernel.message import Message, say


def spoken(template: str, lang: texts.Lang, **params: object) -> str:
    return texts._Words(lang).vformat(template, (), params)


@pytest.mark.parametrize(
    ("template", "value", "zh", "en"),
    [
        ("{x:count}", 12345, "12,345", "12,345"),
        ("{x:percent}", 0.1234, "12.3%", "12.3%"),
        ("{x:percent}", -0.05, "−5%", "−5%"),
        ("{x:percent}", 0.99984, "99.9%", "99.9%"),
        ("{x:percent}", 1.0, "100%", "100%"),
        ("{x:money}", Decimal(123456789), "1.2亿", "123.5M"),
        ("{x:money}", Decimal("57000.5"), "5.7万", "57K"),
        ("{x:number}", 3.14159, "3.14", "3.14"),
        ("{x:percent}", -7.95486964218204e33, "−7.95e+33", "−7.95e+33"),
        ("{x:money}", Decimal(10) ** 30, "1e+30", "1e+30"),
        ("{x:day}", date(2026, 3, 5), "2026年3月5日", "Mar 5, 2026"),
        ("{x:day}", "2026-03-05", "2026年3月5日", "Mar 5, 2026"),
        ("{x}", ("甲", "乙"), "甲、乙", "甲, 乙"),
        ("{x}", None, "—", "—"),
        ("{x:count} {x:day/days}", 1, "1 day", "1 day"),
        ("{x:count} {x:day/days}", 0, "0 days", "0 days"),
        ("{x:count} {x:day/days}", 1_234, "1,234 days", "1,234 days"),
    ],
)
def test_a_value_is_said_as_its_language_says_it(template: str, value: object, zh: str, en: str) -> None:
    assert spoken(template, "zh", x=value) == zh
    assert spoken(template, "en", x=value) == en


def test_a_message_inside_a_message_speaks_the_same_language() -> None:
    inner = say("kernel.no_day")
    outer = Message("kernel.unknown_zone", {"zone": inner})

    assert "as_of" in texts.render(outer, "zh")
    assert "没有订单" in texts.render(outer, "zh")
    assert "has no orders" in texts.render(outer, "en")
