"""What django-allauth asks of us: nobody signs up, the lock comes first, every text is our own."""

from __future__ import annotations

import base64
import logging
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthError
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jiuzhou.web.accounts.company import Provider, check_nonce, company_app
from jiuzhou.web.accounts.forms import told, wrong
from jiuzhou.web.accounts.lock import address_of, forget_attempts
from jiuzhou.web.accounts.mail import send_letter
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.store.models import User

_SAID = {
    "email_password_mismatch": "accounts.mismatch",
    "incorrect_password": "accounts.password_wrong",
    "incorrect_code": "accounts.code_wrong",
    "too_many_login_attempts": "accounts.too_many",
    "rate_limited": "accounts.too_many",
}
_NOTED = {"mfa/email/totp_activated": "factor_on", "mfa/email/recovery_codes_generated": "codes_new"}


class AccountAdapter(DefaultAccountAdapter):
    """Log-in by address and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return that nobody signs up: an administrator invites."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return the person of these credentials, active and not locked."""
        found = authenticate(request, **credentials)
        return found if isinstance(found, User) else None

    def reauthenticate(self, user: User, password: str) -> bool:
        """Return whether ``password`` is the person's, counting the attempt."""
        found = self.authenticate(context.request, email=user.email, password=password)
        if found is None or found.pk != user.pk:
            return False
        forget_attempts(user.email)
        return True

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Return whether the person must say who they are once more: not in the first minutes of a session."""
        live = getattr(context.request, "live", None)
        return live is None or (timezone.now() - live.began_at).total_seconds() > settings.FRESH_SECONDS

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Return the log-in page: it is not said that somebody is shut out."""
        return redirect(settings.LOGIN_URL)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address as our own proxies tell it."""
        return address_of(request)

    def validation_error(self, code: str, *values: Any) -> ValidationError:
        """Return the error in our own words."""
        lock = getattr(context.request, "lock", None)
        if lock is not None:
            return ValidationError(told(lock.message(timezone.now())), code="locked")
        return wrong(_SAID.get(code, "accounts.refused"))

    def add_message(self, *given: Any, **more: Any) -> None:
        """Say nothing: our pages say what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: our letters are in ``accounts.mail``."""

    def send_notification_mail(self, template_prefix: str, user: User, *given: Any, **more: Any) -> None:
        """Tell the person, and the ledger, what changed at the second factor."""
        kind = _NOTED.get(template_prefix)
        if kind is None:
            return
        send_letter(kind, user.email, user.language, name=user.name)
        record(Origin(user.organisation_id, user.pk, "page"), f"login.{kind}", "user", str(user.pk))


class FactorAdapter(DefaultMFAAdapter):
    """The second factor; its secrets lie encrypted in the database."""

    def get_totp_issuer(self) -> str:
        """Return the name under which an authenticator keeps the account."""
        return "Jiuzhou 九州"

    def encrypt(self, text: str) -> str:
        """Return ``text`` as only this installation reads it."""
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what ``encrypt`` hid, under this key or one that went before."""
        return _vault().decrypt(encrypted_text.encode()).decode()

    def validation_error(self, code: str, *values: Any) -> ValidationError:
        """Return the error in our own words."""
        return wrong(_SAID.get(code, "accounts.refused"))


class CompanyAdapter(DefaultSocialAccountAdapter):
    """
    Log-in through the company's identity provider (OpenID Connect).

    It signs in a person who is already there, found by a verified address. It makes nobody, joins nothing to an account
    and gives no role; the second factor is asked for as at any log-in.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return that nobody comes to be by signing in elsewhere."""
        return False

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """Return the one provider there is."""
        return Provider(request, app=company_app())

    def get_requests_session(self) -> Any:
        """Return what asks the provider: for at most five seconds, and never somewhere else than it was told."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Sign in the person of the verified address, or say that there is none; allauth's own way ends here."""
        check_nonce(sociallogin)
        verified = [item.email for item in sociallogin.email_addresses if item.verified is True]
        if len(verified) != 1:
            raise ImmediateHttpResponse(self._refused(request, "unverified", 403))
        user = User.objects.filter(email__iexact=str(verified[0])).first()
        if user is None or not user.is_active:
            if user is not None:
                record(Origin(user.organisation_id, None, "page"), "login.failure", "user", str(user.pk))
            raise ImmediateHttpResponse(self._refused(request, "nobody", 403))
        record_authentication(request, user, "socialaccount", provider=sociallogin.account.provider)
        login = Login(user=user, redirect_url=sociallogin.get_redirect_url(request))
        raise ImmediateHttpResponse(perform_login(request, login))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: str = "", exception: Any = None, extra_context: Any = None
    ) -> None:
        """Say that the log-in did not come to its end; the cause is for the log."""
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("socialaccount_login_cancelled"))
        raise ImmediateHttpResponse(self.broken(request, exception))

    def broken(self, request: HttpRequest, error: Exception | None) -> HttpResponse:
        """Return the page that says so."""
        _log.warning("the company's log-in did not come to its end: %r", str(error or "no such state")[:300])
        return self._refused(request, "broken", 502 if isinstance(error, OSError) else 400)

    def _refused(self, request: HttpRequest, why: str, status: int) -> HttpResponse:
        return render(
            request, "socialaccount/authentication_error.html", {"why": f"accounts.company_{why}"}, status=status
        )


_log = logging.getLogger(__name__)


def _vault() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(sha256(f"factor:{key}".encode()).digest())) for key in keys])
