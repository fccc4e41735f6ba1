"""Addresses looked up at a service: each once, no more than was said, and an outage leaves all else as it was."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from jiuzhou.adapters.books import read_book
from jiuzhou.adapters.collecting import collect_into
from jiuzhou.adapters.geocoded import KEY, Gazette, answers_of
from jiuzhou.cli.main import main
from jiuzhou.geo.divisions import maps_available
from jiuzhou.kernel.errors import InputError

pytestmark = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")

CUSTOMERS = """customer_id,name,address,lon,lat
A,甲,江苏省苏州市人民路1号,,
B,乙,江苏省苏州市人民路1号,,
C,丙,江苏省南京市中山路2号,118.78,32.05
D,丁,无人知道的地方,,
E,戊,,,
"""


class Service:
    """A map service that knows one address, and what it was asked."""

    def __init__(self, *, fails_after: int = 99) -> None:
        self.asked: list[str] = []
        self._fails_after = fails_after

    def __call__(self, host: str, path: str, headers: Mapping[str, str]) -> bytes:
        if len(self.asked) >= self._fails_after:
            raise InputError("adapters.geocoder_unreachable", host=host)
        self.asked.append(parse_qs(urlsplit(path).query)["address"][0])
        known = "人民路1号" in self.asked[-1]
        geocodes = [{"location": "120.62,31.32", "level": "门牌号"}] if known else []
        return json.dumps({"status": "1", "geocodes": geocodes}).encode()


class Clock:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


def gazette(folder: Path, service: Service, *, limit: int = 1000, clock: Clock | None = None) -> Gazette:
    clock = clock or Clock()
    path = answers_of(folder / "book")
    return Gazette("amap", "key", path, limit=limit, fetch=service, clock=clock, pause=clock.pause)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(CUSTOMERS, "utf-8")
    return path


def doubts(folder: Path) -> list[str]:
    path = folder / "book" / "doubts" / "customers.csv"
    return path.read_text("utf-8-sig").splitlines()[1:] if path.exists() else []


def test_a_customer_without_coordinates_gets_those_of_the_address(tmp_path: Path, source: Path) -> None:
    service = Service()

    collect_into(tmp_path / "book", source, find=gazette(tmp_path, service), lang="en")

    rows = {row["customer_id"]: row for row in read_book(tmp_path / "book").table("customers").to_pylist()}
    assert service.asked == ["江苏省苏州市人民路1号", "无人知道的地方"]
    for code in "AB":
        found = {name: rows[code][name] for name in ("lon", "lat", "crs", "location_quality")}
        assert found == {"lon": 120.62, "lat": 31.32, "crs": "gcj02", "location_quality": "exact"}
    assert (rows["C"]["lon"], rows["C"]["crs"]) == (118.78, None)
    assert (rows["D"]["lon"], rows["E"]["lon"]) == (None, None)
    assert [line for line in doubts(tmp_path) if "does not know this address" in line]


def test_no_address_is_asked_about_twice(tmp_path: Path, source: Path) -> None:
    collect_into(tmp_path / "book", source, find=gazette(tmp_path, Service()))
    again, service = tmp_path / "again", Service()

    second = gazette(tmp_path, service)
    collect_into(again, source, find=second)

    assert service.asked == []
    assert (second.asked, second.remembered, second.found, second.open) == (0, 2, 1, 0)
    first = read_book(tmp_path / "book").table("customers")
    assert first.equals(read_book(again).table("customers"))
    assert answers_of(tmp_path / "book").stat().st_mode & 0o077 == 0


def test_no_more_is_asked_than_was_said_and_not_too_fast(tmp_path: Path, source: Path) -> None:
    service, clock = Service(), Clock()
    one = gazette(tmp_path, service, limit=1, clock=clock)

    found = one(["江苏省苏州市人民路1号", "别的地方", "又一个地方"])
    other = gazette(tmp_path, service, clock=clock)
    other(["别的地方", "又一个地方"])

    assert list(found) == ["江苏省苏州市人民路1号"]
    assert one.open == 2
    assert len(clock.waited) == 1
    assert clock.waited[0] == pytest.approx(0.35)


def test_an_outage_leaves_the_book_as_it_was_with_a_doubt_for_each_row(tmp_path: Path, source: Path) -> None:
    service = Service(fails_after=0)
    out = gazette(tmp_path, service)

    collect_into(tmp_path / "book", source, find=out, lang="en")
    collect_into(tmp_path / "plain", source)

    table = read_book(tmp_path / "book").table("customers")
    plain = read_book(tmp_path / "plain").table("customers")
    assert table.select(plain.column_names).equals(plain)
    assert sum("was not asked about this address" in line for line in doubts(tmp_path)) == 3
    assert [note.code for note in out.notes] == ["adapters.geocoded", "adapters.geocoding_ended"]
    assert out.asked == 1


def test_half_a_line_that_a_kill_left_is_passed_over(tmp_path: Path) -> None:
    path = answers_of(tmp_path / "book")
    path.write_text('{"service": "amap", "address": "甲地"}\n{"service": "am', "utf-8")

    assert gazette(tmp_path, Service())(["甲地"]) == {"甲地": None}


def test_a_file_of_answers_that_is_none_is_refused(tmp_path: Path) -> None:
    answers_of(tmp_path / "book").write_text("[1]\n", "utf-8")

    with pytest.raises(InputError, match="geocoder_answers"):
        gazette(tmp_path, Service())


def test_the_command_needs_a_key_from_the_environment(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(KEY, raising=False)

    with pytest.raises(SystemExit) as ended:
        main(["collect", str(source), "--out", str(tmp_path / "book"), "--geocode", "amap"])

    assert ended.value.code == 2
    assert KEY in capsys.readouterr().err
    assert not (tmp_path / "book").exists()
