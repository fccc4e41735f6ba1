"""
The company's identity provider (OpenID Connect): django-allauth's way there and back, kept to the standard.

Beyond what allauth does itself, the provider must call itself by the issuer that was configured, the answer must carry
a signed ``id_token`` for us that holds the nonce of this very log-in, and user info must be of the same subject.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView, OAuth2View
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from requests import RequestException

from jiuzhou.web.problems import NotFoundError

PROVIDER = "sso"
SCOPES = ("openid", "profile", "email")
SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by the provider's private key; never a shared secret, never none."""

_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_CLAIMS = ("iss", "sub", "aud", "exp", "iat")
_LEEWAY_SECONDS = 60
_OWN_HOSTS = ("127.0.0.1", "localhost", "::1")


class Provider(OpenIDConnectProvider):
    """The one provider of this installation, as the environment names it."""

    def get_oauth2_adapter(self, request: HttpRequest) -> Exchange:
        """Return what talks to the provider."""
        return Exchange(request, PROVIDER)

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **more: Any
    ) -> HttpResponse:
        """Return the way to the provider; the nonce stays in the session, beside the state."""
        nonce = secrets.token_urlsafe(24)
        # What the address of the log-in asks for beyond this is not passed on.
        answer: HttpResponse = super().redirect(
            request, "login", next_url, data, scope=SCOPES, auth_params={"nonce": nonce}, nonce=nonce
        )
        return answer

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        """Return a name of the subject that always fits its column; nothing is looked up by it."""
        return sha256(str(data["id_token"]["sub"]).encode()).hexdigest()


class Exchange(OpenIDConnectOAuth2Adapter):
    """What is asked of the provider, and whether its answers hold."""

    @property
    def openid_config(self) -> Mapping[str, Any]:
        """What the provider says of itself, at the address of its issuer."""
        if not hasattr(self, "_openid_config"):
            found = self._asked(f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration")
            _check_issuer(found)
            self._openid_config = found
        return self._openid_config

    def get_access_token_data(self, request: HttpRequest, app: SocialApp, client: Any, **more: Any) -> Any:
        """Return what the provider gives for the code."""
        try:
            return super().get_access_token_data(request, app, client, **more)
        except (LookupError, TypeError) as error:
            raise OAuth2Error("the provider's answer to the code is none") from error

    def parse_token(self, data: Mapping[str, Any]) -> SocialToken:
        """Return the key to the user info, which is used once and not kept."""
        return SocialToken(token=str(data["access_token"]))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **more: Any) -> Any:
        """Return who comes back, once the signed token holds."""
        claims = self._claims(str(more["response"].get("id_token") or ""))
        told: Mapping[str, Any] = claims
        if not {"email", "email_verified"} <= set(claims):
            told = self._asked(str(self.openid_config.get("userinfo_endpoint")), bearer=token.token)
            if told.get("sub") != claims["sub"]:
                raise OAuth2Error("user info of somebody else")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": told, "id_token": claims})

    def _claims(self, id_token: str) -> dict[str, Any]:
        try:
            named = jwt.get_unverified_header(id_token).get("kid")
            keys = jwt.PyJWKSet.from_dict(dict(self._asked(self.openid_config["jwks_uri"]))).keys
            fitting = [key for key in keys if named in (None, key.key_id)]
            if len(fitting) != 1:
                raise OAuth2Error("no one key fits the id_token")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                fitting[0],
                algorithms=list(SIGNED_BY),
                audience=settings.OIDC_CLIENT,
                issuer=self.openid_config["issuer"],
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_CLAIMS)},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"id_token: {error}") from error
        if claims.get("azp", settings.OIDC_CLIENT) != settings.OIDC_CLIENT:
            raise OAuth2Error("id_token: made for another client")
        return claims

    def _asked(self, address: str, *, bearer: str = "") -> Mapping[str, Any]:
        if not _is_safe(address):
            raise OAuth2Error("the provider has no such address, or one without HTTPS")
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        with get_adapter().get_requests_session() as session:
            answer = session.get(address, headers=headers)
            answer.raise_for_status()
            told = answer.json()
        if not isinstance(told, dict):
            raise OAuth2Error("the provider's answer is no object")
        return told


def company_app() -> SocialApp:
    """
    Return our own standing with the provider.

    Raises
    ------
    NotFoundError
        If no provider is configured.
    """
    if not settings.OIDC_ISSUER:
        raise NotFoundError
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=PROVIDER,
        name="OpenID Connect",
        client_id=settings.OIDC_CLIENT,
        secret=settings.OIDC_SECRET,
        settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True},
    )


def log_in_address() -> str:
    """Return where the company's log-in begins; empty without a provider."""
    return reverse("openid_connect_login", args=[PROVIDER]) if settings.OIDC_ISSUER else ""


def is_usable() -> bool:
    """Return whether the provider's settings are complete and reached by HTTPS only."""
    return bool(settings.OIDC_CLIENT and settings.OIDC_SECRET) and _is_safe(settings.OIDC_ISSUER)


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider, by a page of ours: a form's own redirect may not leave (``form-action 'self'``)."""
    answer = _exchanged(OAuth2LoginView, request, provider_id)
    if answer.status_code != 302:
        return answer
    return render(request, "socialaccount/leave.html", {"address": answer["Location"]})


def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in whoever comes back from the provider, or say why not."""
    return _exchanged(OAuth2CallbackView, request, provider_id)


def check_nonce(login: Any) -> None:
    """
    Go on only if the answer belongs to the log-in that this session began.

    Raises
    ------
    OAuth2Error
        If it does not.
    """
    due, given = str(login.state.get("nonce", "")), login.account.extra_data["id_token"].get("nonce")
    if not due or not isinstance(given, str) or not secrets.compare_digest(due.encode(), given.encode()):
        raise OAuth2Error("id_token: made for another log-in")


def _exchanged(view: type[OAuth2View], request: HttpRequest, provider_id: str) -> HttpResponse:
    company_app()
    if provider_id != PROVIDER:
        raise NotFoundError
    try:
        answer: HttpResponse = view.adapter_view(Exchange(request, provider_id))(request)
    except (OAuth2Error, RequestException) as error:
        return get_adapter().broken(request, error)  # type: ignore[no-any-return]
    return answer


def _check_issuer(told: Mapping[str, Any]) -> None:
    if str(told.get("issuer", "")).rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
        raise OAuth2Error("the provider calls itself by another issuer")
    if any(not _is_safe(str(told.get(name, ""))) for name in _NEEDED):
        raise OAuth2Error("the provider lacks an address, or has one without HTTPS")


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _OWN_HOSTS)
