"""
Points for addresses from a map service, with the user's own key. Nothing here runs unless somebody asks for it.

Addresses of customers leave the machine, so that a service is chosen by name, only its listed host is called, over
https, without redirects or proxies, with a deadline; neither key nor address is in any error.
"""

from __future__ import annotations

import http.client
import json
import math
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from jiuzhou.kernel.errors import InputError

HOSTS: Mapping[str, str] = {
    "amap": "restapi.amap.com",
    "tencent": "apis.map.qq.com",
    "nominatim": "nominatim.openstreetmap.org",
}
"""Services by name, and the one host that each is asked at."""

SECONDS = 5.0
LARGEST_ANSWER = 1 << 20
LONGEST_ADDRESS = 300

Fetch = Callable[[str, str, Mapping[str, str]], bytes]
"""Takes host, path with query, and headers; returns the body of the answer."""

_AMAP_QUALITIES = {
    **dict.fromkeys(("门牌号", "门址", "单元号", "楼栋号", "兴趣点", "住宅区", "公交地铁站点"), "exact"),
    **dict.fromkeys(("道路", "道路交叉路口", "村庄", "热点商圈", "开发区"), "street"),
    **dict.fromkeys(("乡镇", "区县"), "district"),
}
_TENCENT_EXACT, _TENCENT_STREET, _TENCENT_DISTRICT = 9, 4, 2
_RANK_EXACT, _RANK_STREET, _RANK_DISTRICT = 28, 26, 14


@dataclass(frozen=True, slots=True)
class GeocodedPoint:
    """
    Where a service says an address is.

    Attributes
    ----------
    lon, lat
        Degrees in the system ``crs``.
    crs
        ``gcj02`` or ``wgs84``.
    quality
        ``exact``, ``street``, ``district`` or ``city``: choices of the Book's ``location_quality``.
    """

    lon: float
    lat: float
    crs: str
    quality: str


class Geocoder(Protocol):
    """Something that finds addresses."""

    def __call__(self, address: str) -> GeocodedPoint | None:
        """Return where ``address`` is, or None where the service does not know it."""


def geocoder_of(service: str, key: str, *, fetch: Fetch | None = None) -> Geocoder:
    """
    Return the geocoder of a service.

    Parameters
    ----------
    service
        One of ``HOSTS``.
    key
        The user's own key; for ``nominatim`` the name of the application and an address of whom to ask about it, as
        its rules of use demand.
    fetch
        How a host is asked; ``fetch_https`` unless something else is given.

    Raises
    ------
    InputError
        ``adapters.geocoder_unknown`` or ``adapters.geocoder_without_key``; the geocoder itself raises
        ``adapters.geocoder_unreachable``, ``adapters.geocoder_refused`` or ``adapters.geocoder_unreadable``.
    """
    if service not in _SERVICES:
        raise InputError("adapters.geocoder_unknown", service=service, known=tuple(HOSTS))
    if not key.strip() or not key.isprintable() or not key.isascii():
        raise InputError("adapters.geocoder_without_key", service=service)
    ask, read = _SERVICES[service]
    chosen = fetch or fetch_https

    def geocode(address: str) -> GeocodedPoint | None:
        text = " ".join(address.split())[:LONGEST_ADDRESS]
        if not text:
            return None
        path, headers = ask(text, key)
        try:
            answer = json.loads(chosen(HOSTS[service], path, headers))
        except (ValueError, RecursionError):
            raise InputError("adapters.geocoder_unreadable", service=service) from None
        try:
            return _checked(read(answer))
        except _RefusalError as refusal:
            raise InputError("adapters.geocoder_refused", service=service, reason=refusal.reason) from None
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise InputError("adapters.geocoder_unreadable", service=service) from None

    return geocode


def fetch_https(host: str, path: str, headers: Mapping[str, str]) -> bytes:
    """
    Return the body of a 200 answer of one of ``HOSTS``; redirects are not followed.

    Raises
    ------
    InputError
        ``adapters.geocoder_unreachable``: another host, no connection in time, another status, or too long an answer.
    """
    if host not in HOSTS.values():
        raise InputError("adapters.geocoder_unreachable", host=host)
    return body_of(
        http.client.HTTPSConnection(host, timeout=SECONDS, context=ssl.create_default_context()), path, headers
    )


def body_of(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> bytes:
    """Return the body of a 200 answer over a connection that is closed afterwards; raise as ``fetch_https``."""
    try:
        connection.request("GET", path, headers=dict(headers))
        with connection.getresponse() as answer:
            status, body = answer.status, answer.read(LARGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException):
        raise InputError("adapters.geocoder_unreachable", host=connection.host) from None
    finally:
        connection.close()
    if status != http.client.OK or len(body) > LARGEST_ANSWER:
        raise InputError("adapters.geocoder_unreachable", host=connection.host)
    return body


class _RefusalError(Exception):
    def __init__(self, reason: object) -> None:
        self.reason = str(reason)[:80]
        super().__init__()


def _ask_amap(address: str, key: str) -> tuple[str, Mapping[str, str]]:
    return "/v3/geocode/geo?" + urlencode({"address": address, "output": "JSON", "key": key}), {}


def _read_amap(answer: Any) -> GeocodedPoint | None:
    if str(answer["status"]) != "1":
        raise _RefusalError(answer.get("infocode", ""))
    if not answer["geocodes"]:
        return None
    first = answer["geocodes"][0]
    lon, lat = first["location"].split(",")
    return GeocodedPoint(float(lon), float(lat), "gcj02", _AMAP_QUALITIES.get(str(first.get("level")), "city"))


def _ask_tencent(address: str, key: str) -> tuple[str, Mapping[str, str]]:
    return "/ws/geocoder/v1/?" + urlencode({"address": address, "output": "json", "key": key}), {}


def _read_tencent(answer: Any) -> GeocodedPoint | None:
    unknown = 347  # the service's number for an address without a result
    if answer["status"] == unknown:
        return None
    if answer["status"] != 0:
        raise _RefusalError(answer["status"])
    spot, level = answer["result"]["location"], int(answer["result"].get("level", 0))
    steps = ((_TENCENT_EXACT, "exact"), (_TENCENT_STREET, "street"), (_TENCENT_DISTRICT, "district"))
    quality = next((quality for least, quality in steps if level >= least), "city")
    return GeocodedPoint(float(spot["lng"]), float(spot["lat"]), "gcj02", quality)


def _ask_nominatim(address: str, key: str) -> tuple[str, Mapping[str, str]]:
    return "/search?" + urlencode({"q": address, "format": "jsonv2", "limit": 1}), {"User-Agent": key}


def _read_nominatim(answer: Any) -> GeocodedPoint | None:
    if isinstance(answer, Mapping):
        raise _RefusalError(answer.get("error", ""))
    if not answer:
        return None
    rank = int(answer[0].get("place_rank", 0))
    steps = ((_RANK_EXACT, "exact"), (_RANK_STREET, "street"), (_RANK_DISTRICT, "district"))
    quality = next((quality for least, quality in steps if rank >= least), "city")
    return GeocodedPoint(float(answer[0]["lon"]), float(answer[0]["lat"]), "wgs84", quality)


def _checked(point: GeocodedPoint | None) -> GeocodedPoint | None:
    if point is not None and not (
        math.isfinite(point.lon + point.lat) and abs(point.lon) <= 180 and abs(point.lat) <= 90
    ):
        raise ValueError
    return point


_Ask = Callable[[str, str], tuple[str, Mapping[str, str]]]
_SERVICES: Mapping[str, tuple[_Ask, Callable[[Any], GeocodedPoint | None]]] = {
    "amap": (_ask_amap, _read_amap),
    "tencent": (_ask_tencent, _read_tencent),
    "nominatim": (_ask_nominatim, _read_nominatim),
}
