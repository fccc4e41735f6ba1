"""Map services, stood in for by a server of our own on this machine."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jiuzhou.adapters.geocoding import LARGEST_ANSWER, GeocodedPoint, body_of, fetch_https, geocoder_of
from jiuzhou.kernel.errors import InputError

KEY = "our-own-key"
SOMEWHERE = "江苏省苏州市姑苏区人民路1号"


class Service:
    """A server that gives one answer and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.location = 200, b"{}", ""
        self.asked: list[tuple[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append((self.path, self.headers["User-Agent"] or ""))
                self.send_response(service.status)
                if service.location:
                    self.send_header("Location", service.location)
                self.end_headers()
                self.wfile.write(service.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answers(self, value: Any) -> None:
        self.body = value if isinstance(value, bytes) else json.dumps(value).encode()

    def fetch(self, host: str, path: str, headers: Mapping[str, str]) -> bytes:
        return body_of(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5), path, headers)


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(
    ("name", "answer", "point"),
    [
        (
            "amap",
            {"status": "1", "geocodes": [{"location": "120.62,31.30", "level": "门牌号"}]},
            GeocodedPoint(120.62, 31.30, "gcj02", "exact"),
        ),
        (
            "amap",
            {"status": "1", "geocodes": [{"location": "120.62,31.30", "level": "区县"}]},
            GeocodedPoint(120.62, 31.30, "gcj02", "district"),
        ),
        ("amap", {"status": "1", "geocodes": []}, None),
        (
            "tencent",
            {"status": 0, "result": {"location": {"lng": 120.62, "lat": 31.3}, "level": 7}},
            GeocodedPoint(120.62, 31.3, "gcj02", "street"),
        ),
        ("tencent", {"status": 347}, None),
        (
            "nominatim",
            [{"lat": "31.30", "lon": "120.62", "place_rank": 12}],
            GeocodedPoint(120.62, 31.30, "wgs84", "city"),
        ),
        ("nominatim", [], None),
    ],
)
def test_a_service_s_answer_becomes_a_point_with_its_system_and_quality(
    service: Service, name: str, answer: Any, point: GeocodedPoint | None
) -> None:
    service.answers(answer)

    assert geocoder_of(name, KEY, fetch=service.fetch)(SOMEWHERE) == point
    path, agent = service.asked[0]
    asked = parse_qs(urlsplit(path).query)
    assert [SOMEWHERE] in asked.values()
    assert agent == KEY if name == "nominatim" else asked["key"] == [KEY]


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("amap", {"status": "0", "infocode": "10001"}, "adapters.geocoder_refused"),
        ("tencent", {"status": 311}, "adapters.geocoder_refused"),
        ("nominatim", {"error": "blocked"}, "adapters.geocoder_refused"),
        ("amap", {"status": "1", "geocodes": [{"location": "nowhere"}]}, "adapters.geocoder_unreadable"),
        ("tencent", {"status": 0, "result": {"location": {"lng": 500, "lat": 31}}}, "adapters.geocoder_unreadable"),
        ("nominatim", [{"lat": "NaN", "lon": "1"}], "adapters.geocoder_unreadable"),
        ("nominatim", 7, "adapters.geocoder_unreadable"),
        ("amap", b"<html>", "adapters.geocoder_unreadable"),
        ("amap", b"\xff\xfe", "adapters.geocoder_unreadable"),
        ("amap", b"[" * 100_000, "adapters.geocoder_unreadable"),
        ("amap", b" " * (LARGEST_ANSWER + 1), "adapters.geocoder_unreachable"),
    ],
)
def test_a_refusal_or_nonsense_is_one_error_without_key_or_address(
    service: Service, name: str, answer: Any, code: str
) -> None:
    service.answers(answer)

    with pytest.raises(InputError) as refused:
        geocoder_of(name, KEY, fetch=service.fetch)(SOMEWHERE)

    assert refused.value.code == code
    assert KEY not in str(refused.value)
    assert SOMEWHERE not in str(refused.value)


def test_a_redirect_is_not_followed(service: Service) -> None:
    service.status, service.location = 302, f"http://127.0.0.1:{service.port}/elsewhere"

    with pytest.raises(InputError) as refused:
        geocoder_of("amap", KEY, fetch=service.fetch)(SOMEWHERE)

    assert refused.value.code == "adapters.geocoder_unreachable"
    assert len(service.asked) == 1


def test_only_the_listed_hosts_are_asked() -> None:
    with pytest.raises(InputError) as refused:
        fetch_https("127.0.0.1", "/", {})

    assert refused.value.code == "adapters.geocoder_unreachable"


@pytest.mark.parametrize(
    ("name", "key", "code"),
    [
        ("google", KEY, "adapters.geocoder_unknown"),
        ("amap", " ", "adapters.geocoder_without_key"),
        ("nominatim", "a\r\nHost: b", "adapters.geocoder_without_key"),
    ],
)
def test_an_unknown_service_and_a_bad_key_are_refused_before_anything_is_asked(name: str, key: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        geocoder_of(name, key)

    assert refused.value.code == code


def test_an_empty_address_is_not_asked_for(service: Service) -> None:
    assert geocoder_of("amap", KEY, fetch=service.fetch)("  ") is None
    assert service.asked == []
