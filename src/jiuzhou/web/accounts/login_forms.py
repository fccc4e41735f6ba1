"""The forms of log-in and second factor: allauth's, with our labels, our sentences and our lock."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm as AllauthLogin
from allauth.account.forms import ReauthenticateForm as AllauthAgain
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm as AllauthCode
from allauth.mfa.base.forms import ReauthenticateForm as AllauthCodeAgain
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthSetUp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from jiuzhou.web.accounts.forms import code_field, email_field, password_field, told
from jiuzhou.web.accounts.lock import address_of, code_of, forget_attempts, try_attempt
from jiuzhou.web.ledger.audit import Origin, record


class LoginForm(AllauthLogin):
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"] = email_field()
        self.fields["password"] = password_field()

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        user = get_adapter().authenticate(self.request, **credentials)
        if user is None:
            raise get_adapter().validation_error("email_password_mismatch")
        # The password was right: its failures are over, those of the second factor are counted apart.
        forget_attempts(user.email)
        self._login = Login(user=user, email=user.email)
        self.user = user
        given: dict[str, Any] = self.cleaned_data
        return given


class PasswordAgainForm(AllauthAgain):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = password_field()


class _Counted:
    """Counts attempts at the second factor as attempts at a password are."""

    user: Any
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field()  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """Return the code if it is right and the account is not locked."""
        account = code_of(self.user.email)
        lock = try_attempt(account, address_of(context.request), timezone.now())
        if lock is not None:
            raise ValidationError(told(lock.message(timezone.now())), code="locked")
        try:
            code = str(super().clean_code())  # type: ignore[misc]
        except ValidationError:
            record(Origin(self.user.organisation_id, None, "page"), "login.code_failure", "user", str(self.user.pk))
            raise
        if not _first_use(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        forget_attempts(account)
        return code


def _first_use(factor: Authenticator, code: str) -> bool:
    # allauth remembers used codes in the process and for half a minute; the counter in the database is for all workers
    # and for good: neither a code nor an older one opens twice.
    if factor.type != Authenticator.Type.TOTP:
        return True
    secret = decrypt(factor.data["secret"])
    shown = {format_hotp_value(hotp_value(secret, number)): number for number in yield_hotp_counters_from_time()}
    number = shown.get("".join(code.split()), -1)
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=factor.pk)
        if number <= row.data.get("counter", -1):
            return False
        row.data["counter"] = number
        row.save(update_fields=["data"])
    return True


class CodeForm(_Counted, AllauthCode):
    """The second factor at log-in."""


class CodeAgainForm(_Counted, AllauthCodeAgain):
    """The second factor once more, before something that matters."""


class SetUpForm(AllauthSetUp):
    """The first code of a new authenticator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = code_field("accounts.code_first")
