"""Wall-clock times and UTC moments convert both ways, for whole columns; the oracle is zoneinfo row by row."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.moments import MOMENT, local_days, to_local, to_utc

ZONES = ["Asia/Shanghai", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "UTC"]
naive_times = st.lists(
    st.one_of(st.none(), st.datetimes(datetime(1985, 1, 1), datetime(2050, 1, 1))),  # noqa: DTZ001 wall clocks
    max_size=20,
)


@given(naive_times, st.sampled_from(ZONES))
def test_a_column_converts_as_its_rows_do(times: list[datetime | None], zone: str) -> None:
    moments = to_utc(pa.array(times, pa.timestamp("us")), zone)

    expected = [time and time.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for time in times]
    assert [moment.as_py() and moment.as_py().astimezone(UTC) for moment in moments] == expected
    local = to_local(pa.array(expected, MOMENT), zone)
    assert local.to_pylist() == [
        moment and moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in expected
    ]


def test_a_day_is_the_day_of_the_people_who_live_it() -> None:
    late_evening_utc = pa.array([datetime(2026, 3, 1, 17, tzinfo=UTC)], MOMENT)

    assert str(local_days(late_evening_utc, "Asia/Shanghai")[0]) == "2026-03-02"
    assert str(local_days(late_evening_utc, "America/New_York")[0]) == "2026-03-01"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Africa/Casablanca", "Australia/Lord_Howe", "America/St_Johns"])
def test_clock_changes_of_any_zone_are_kept_to_the_quarter_of_an_hour(zone: str) -> None:
    moments = [datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=47 * step) for step in range(20_000)]
    local = to_local(pa.array(moments, MOMENT), zone).to_pylist()
    assert local == [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
