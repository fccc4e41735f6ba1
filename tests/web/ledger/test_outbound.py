"""An address that somebody typed in never leads back into the network we stand in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from jiuzhou.kernel.errors import InputError
from jiuzhou.web.ledger import outbound
from jiuzhou.web.ledger.outbound import TroubleError, is_public, post, target_of

REFUSED_AS_WRITTEN = (
    *("https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://0/", "https://0.0.0.0/"),
    *("https://0177.0.0.1/", "https://0177.1/", "https://017700000001/", "https://0x7f.0.0.1/", "https://0x7f000001/"),
    *("https://2130706433/", "https://3232235777/", "https://127.0.0.01/", "https://127.000.000.001/"),
    *("https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/"),
    *("https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/", "https://100.64.0.1/"),
    *("https://198.18.0.1/", "https://192.0.2.1/", "https://224.0.0.1/", "https://255.255.255.255/"),
    *("https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/"),
    *(
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b:1::a00:1]/",
        "https://[2002:7f00:1::]/",
    ),
    *("https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/"),
    *("https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fec0::1]/", "https://[ff02::1]/"),
    *("https://localhost/", "https://localhost./", "https://LOCALHOST/", "https://a.localhost/", "https://printer/"),
    *("https://printer.local/", "https://db.internal/", "https://metadata.google.internal/", "https://x.corp/"),
    *("https://example.com./", "https://1.2.3.4.5/", "https://example.123/", "https://ex ample.com/"),
    *("https://user:pass@example.com/", "https://example.com@127.0.0.1/", "https://example.com:80@10.0.0.1/"),
    *("https://example.com#@10.0.0.1/", "https://example.com\\@10.0.0.1/", "https://example.com%00.evil.com/"),
    *("https://example.com/\r\nX: y", "https://example.com/\tx", "https://１２７.0.0.1/", "https://①②⑦.0.0.1/"),
    *("https://ｌocalhost/", "https://exämple.com/", "https://127。0。0。1/", "https:///etc/passwd", "https://"),
    *("http://example.com/", "file:///etc/passwd", "ftp://example.com/", "gopher://example.com:25/", "//example.com/"),
    *("javascript:alert(1)", "data:text/plain,x", "dict://127.0.0.1:11211/", "https://example.com:22/"),
    *(
        "https://example.com:6379/",
        "https://example.com:99999/",
        "https://example.com:x/",
        "https://[::1",
        "https://-a.com/",
    ),
    "https://example.com/" + "a" * 500,
)
REFUSED_WHEN_RESOLVED = (
    *(("127.0.0.1",), ("10.1.2.3",), ("169.254.169.254",), ("::1",), ("::ffff:10.0.0.1",), ("fd00::1",)),
    *(("fe80::1%eth0",), ("64:ff9b::a00:1",), ("2002:a00:1::",), ("0.0.0.0",), ("224.0.0.251",), ("nonsense",)),
    *(("8.8.8.8", "10.0.0.1"), ("2606:4700::1111", "::1"), ("100.100.100.200",), ("192.0.0.192",)),
)
PUBLIC = "93.184.216.34"


def never(address: str, port: int) -> socket.socket:
    raise AssertionError(f"connected to {address}")


@pytest.mark.parametrize("url", REFUSED_AS_WRITTEN)
def test_an_address_in_disguise_is_refused_as_it_is_written(url: str) -> None:
    with pytest.raises(InputError, match=r"ledger\.(bad_url|url_not_https|url_not_public|url_port)"):
        target_of(url)


@pytest.mark.parametrize("addresses", REFUSED_WHEN_RESOLVED)
def test_a_name_that_leads_inside_is_refused_before_any_connection(addresses: Sequence[str]) -> None:
    with pytest.raises(TroubleError, match="not_public"):
        post(target_of("https://hooks.example.com/"), b"", {}, resolve=lambda *_: addresses, connect=never)


def test_public_addresses_are_public() -> None:
    assert is_public(PUBLIC)
    assert is_public("2606:4700:4700::1111")


def test_an_honest_address_is_taken_apart() -> None:
    target = target_of("https://Hooks.Example.com:8443/a/b?c=d")
    assert (target.host, target.port, target.path) == ("hooks.example.com", 8443, "/a/b?c=d")
    assert target_of("http://example.com/", plain=True).port == 80
    assert target_of("https://8.8.8.8/").host == "8.8.8.8"


def test_only_listed_hosts_where_there_is_a_list() -> None:
    assert target_of("https://a.example.com/", hosts=["a.example.com"]).host == "a.example.com"
    with pytest.raises(InputError, match=r"ledger\.url_not_listed"):
        target_of("https://b.example.com/", hosts=["a.example.com"])


@contextmanager
def receiver(answer: bytes, *, slowly: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine that says ``answer``, byte by byte where ``slowly``; its port and what it heard."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        try:
            channel, _ = server.accept()
        except OSError:
            return
        with channel:
            channel.settimeout(5)
            try:
                heard.append(channel.recv(65536))
                for piece in [answer[i : i + 1] for i in range(len(answer))] if slowly else [answer]:
                    channel.sendall(piece)
                    if slowly and ended.wait(slowly):
                        break
            except OSError:
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1], heard
    finally:
        ended.set()
        server.close()
        thread.join(10)


def sent(answer: bytes, *, slowly: float = 0.0, body: bytes = b"{}") -> tuple[int, bytes]:
    names: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        names.append(host)
        return [PUBLIC] if len(names) == 1 else ["127.0.0.1"]

    with receiver(answer, slowly=slowly) as (port, heard):

        def connect(address: str, _port: int) -> socket.socket:
            assert address == PUBLIC, "connected to something that was not checked"
            return socket.create_connection(("127.0.0.1", port), timeout=5)

        status = post(
            target_of("http://hooks.example.com/x", plain=True), body, {"A": "b"}, resolve=resolve, connect=connect
        )
        assert names == ["hooks.example.com"], "resolved more than once"
    return status, heard[0]


def test_the_connection_goes_to_the_checked_address_under_the_name_that_was_given() -> None:
    status, heard = sent(b"HTTP/1.1 204 No Content\r\n\r\n")

    assert status == 204
    assert heard.startswith(b"POST /x HTTP/1.1\r\nHost: hooks.example.com\r\nA: b\r\nContent-Length: 2\r\n")
    assert heard.endswith(b"\r\n\r\n{}")


def test_a_redirect_is_only_a_status() -> None:
    status, _ = sent(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n")
    assert status == 302


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 9999 x\r\n", b"x" * 5000])
def test_what_is_no_http_is_trouble(answer: bytes) -> None:
    with pytest.raises(TroubleError, match="no_http"):
        sent(answer)


def test_a_receiver_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "DEADLINE_SECONDS", 0.4)
    with pytest.raises(TroubleError):
        sent(b"HTTP/1.1 200 OK" + b" " * 900, slowly=0.05)


def test_a_header_cannot_carry_another() -> None:
    with receiver(b"") as (port, heard), pytest.raises(TroubleError, match="no_http"):
        post(
            target_of("http://hooks.example.com/", plain=True),
            b"",
            {"A": "b\r\nC: d"},
            resolve=lambda *_: [PUBLIC],
            connect=lambda *_: socket.create_connection(("127.0.0.1", port), timeout=5),
        )
    assert heard in ([], [b""])


def test_an_unknown_certificate_is_trouble() -> None:
    with receiver(b"this is not TLS" * 10) as (port, _), pytest.raises(TroubleError, match="no_tls"):
        post(
            target_of("https://hooks.example.com/"),
            b"",
            {},
            resolve=lambda *_: [PUBLIC],
            connect=lambda *_: socket.create_connection(("127.0.0.1", port), timeout=5),
        )
