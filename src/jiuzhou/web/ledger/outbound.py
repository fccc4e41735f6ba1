"""
Calls to addresses that people typed in, made so that they cannot be turned against the network we stand in.

The name is resolved once, every address it has must be public, and the connection goes to the very address that was
checked. Redirects are not followed, nothing of the answer but its status is read, and nothing of an error is passed on
but one of a few codes.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urlsplit

from jiuzhou.kernel.errors import InputError

CONNECT_SECONDS = 5.0
DEADLINE_SECONDS = 10.0
LONGEST_URL = 500
_LONGEST_STATUS_LINE = 1024
_PORTS = frozenset({80, 443, 8080, 8443})
_VISIBLE = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_TOP = re.compile(r"[a-z][a-z0-9-]{1,62}")
_PRIVATE_TOPS = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "test", "invalid", "onion"}
)

_FORBIDDEN = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # IPv6: local, documentation, discard, and everything that carries an IPv4 address inside it
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32"),
        *("2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int], socket.socket]


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: where to connect, and what to say there."""

    scheme: str
    host: str
    port: int
    path: str


class TroubleError(Exception):
    """A call that failed; ``code`` is all that may be known of it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def target_of(url: str, *, plain: bool = False, hosts: Sequence[str] = ()) -> Target:
    """
    Return what ``url`` names.

    Parameters
    ----------
    plain
        Whether ``http`` is allowed beside ``https``.
    hosts
        The only hosts that are allowed; all public ones where empty.

    Raises
    ------
    InputError
        If it is not an address we would call: another scheme, a password in it, an address in any disguise, a name
        that can only be local.
    """
    if len(url) > LONGEST_URL or not _VISIBLE.fullmatch(url):
        raise InputError("ledger.bad_url")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise InputError("ledger.bad_url") from error
    if parts.scheme not in (("https", "http") if plain else ("https",)):
        raise InputError("ledger.url_not_https")
    if "@" in parts.netloc or parts.fragment or not host or "%" in parts.netloc:
        raise InputError("ledger.bad_url")
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in _PORTS:
        raise InputError("ledger.url_port")
    if not _is_public_name(host):
        raise InputError("ledger.url_not_public")
    if hosts and host not in hosts:
        raise InputError("ledger.url_not_listed")
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def is_public(address: str) -> bool:
    """Return whether an IP address, as the resolver gave it, lies outside every private or special range."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(parsed in network for network in _FORBIDDEN if network.version == parsed.version):
        return False
    return parsed.is_global and not parsed.is_multicast


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of ``host``."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise TroubleError("unknown_host") from error
    return [str(item[4][0]) for item in found]


def connect(address: str, port: int) -> socket.socket:
    """Return a connection to an address that was checked."""
    return socket.create_connection((address, port), timeout=CONNECT_SECONDS)


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolve: Resolve = resolve,
    connect: Connect = connect,
) -> int:
    """
    Send ``body`` to ``target``; return the status of the answer, of which nothing else is read.

    Raises
    ------
    TroubleError
        ``unknown_host``, ``not_public``, ``no_connection``, ``no_tls``, ``too_slow`` or ``no_http``.
    """
    addresses = resolve(target.host, target.port)
    if not addresses:
        raise TroubleError("unknown_host")
    if not all(is_public(address) for address in addresses):
        raise TroubleError("not_public")
    try:
        plain = connect(addresses[0], target.port)
    except OSError as error:
        raise TroubleError("no_connection") from error
    # Each read has its own time-out; the timer is for one who sends a byte now and then for ever.
    late = Timer(DEADLINE_SECONDS, _cut, (plain,))
    late.daemon = True
    late.start()
    try:
        return _spoken(plain, target, body, headers)
    except ssl.SSLError as error:
        raise TroubleError("no_tls") from error
    except OSError as error:
        raise TroubleError("too_slow" if isinstance(error, TimeoutError) else "no_connection") from error
    finally:
        late.cancel()
        plain.close()


def _is_public_name(host: str) -> bool:
    if ":" in host:
        return is_public(host)
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    if all(label.isdigit() for label in labels):
        # Only the one way of writing an IPv4 address: four decimal numbers without leading zeros.
        return is_public(host) and host == str(ipaddress.ip_address(host))
    return len(labels) > 1 and bool(_TOP.fullmatch(labels[-1])) and labels[-1] not in _PRIVATE_TOPS


def _spoken(plain: socket.socket, target: Target, body: bytes, headers: Mapping[str, str]) -> int:
    default = 443 if target.scheme == "https" else 80
    written = f"[{target.host}]" if ":" in target.host else target.host
    host = written if target.port == default else f"{written}:{target.port}"
    told = {"Host": host, **headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    if any("\r" in line or "\n" in line for line in lines):
        raise TroubleError("no_http")
    channel: socket.socket = plain
    if target.scheme == "https":
        channel = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    with channel:
        channel.sendall("\r\n".join(lines).encode("ascii") + body)
        return _status(channel)


def _status(channel: socket.socket) -> int:
    heard = b""
    while b"\n" not in heard and len(heard) < _LONGEST_STATUS_LINE:
        piece = channel.recv(_LONGEST_STATUS_LINE)
        if not piece:
            break
        heard += piece
    found = re.match(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b", heard)
    if found is None:
        raise TroubleError("no_http")
    return int(found[1])


def _cut(channel: socket.socket) -> None:
    with suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)
