"""A small identity provider on this machine: discovery, authorize, token, keys, user info; each of them can bend."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

CLIENT, SECRET = "jiuzhou", "a-secret-of-the-client"


@cache
def a_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class FakeProvider:
    """
    The provider as a test sets it.

    ``told`` replaces claims of the id_token (``None`` leaves one out), ``user_info`` those of the user info,
    ``discovery`` what the provider says of itself; ``signs_with`` names the key, of which only ``"own"`` is published.
    """

    address: str = ""
    email: str = "rep@example.com"
    verified: object = True
    told: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    signs_with: str = "own"
    algorithm: str = "RS256"
    in_token: bool = True
    gives_token: bool = True
    is_down: bool = False
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        at = self.address
        return {
            "issuer": at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo",
            "jwks_uri": f"{at}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        } | self.discovery

    def keys(self) -> dict[str, Any]:
        known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(a_key("own").public_key()))
        return {"keys": [known | {"kid": "own", "use": "sig", "alg": "RS256"}]}

    def code_for(self, query: Mapping[str, str]) -> str:
        """What a person who signs in at the provider is sent back with."""
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert set(query["scope"].split()) == {"openid", "profile", "email"}
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = query
        return code

    def token_for(self, form: Mapping[str, str]) -> dict[str, Any] | None:
        query = self.codes.pop(form.get("code", ""), None)
        proof = sha256(form.get("code_verifier", "").encode()).digest()
        if (
            query is None
            or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET)
            or form.get("redirect_uri") != query["redirect_uri"]
            or base64.urlsafe_b64encode(proof).rstrip(b"=").decode() != query["code_challenge"]
        ):
            return None
        now = int(timezone.now().timestamp())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "42", "iat": now, "exp": now + 60, "nonce": query["nonce"]}
        if self.in_token:
            claims |= {"email": self.email, "email_verified": self.verified}
        claims = {name: value for name, value in (claims | self.told).items() if value is not None}
        key: Any = SECRET * 2 if self.algorithm.startswith("HS") else a_key(self.signs_with)
        key = None if self.algorithm == "none" else key
        signed = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "own"})
        return {
            "access_token": "bearer-1",
            "token_type": "Bearer",
            **({"id_token": signed} if self.gives_token else {}),
        }

    def info(self) -> dict[str, Any]:
        return {"sub": "42", "email": self.email, "email_verified": self.verified} | self.user_info


class Handler(BaseHTTPRequestHandler):
    provider: FakeProvider

    def do_GET(self) -> None:
        path, query = self._came()
        if path == "/.well-known/openid-configuration":
            self._answer(200, self.provider.configuration())
        elif path == "/keys":
            self._answer(200, self.provider.keys())
        elif path == "/authorize":
            back = urlencode({"code": self.provider.code_for(query), "state": query["state"]})
            self._answer(302, {}, Location=f"{query['redirect_uri']}?{back}")
        elif path == "/userinfo" and self.headers["Authorization"] == "Bearer bearer-1":
            self._answer(200, self.provider.info())
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        path, _ = self._came()
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = (
            self.provider.token_for({name: values[0] for name, values in form.items()}) if path == "/token" else None
        )
        self._answer(200 if token else 400, token or {"error": "invalid_grant"})

    def log_message(self, *given: object) -> None:
        """Say nothing."""

    def _came(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}

    def _answer(self, status: int, told: Mapping[str, Any], **headers: str) -> None:
        if self.provider.is_down:
            status, headers = 503, {}
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running_provider() -> Iterator[FakeProvider]:
    provider = FakeProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"provider": provider}))
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
