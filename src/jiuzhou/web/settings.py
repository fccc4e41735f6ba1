"""
Deployment, from at most 15 environment variables; business choices are policy, not settings.

``DATABASE_URL`` names a PostgreSQL; without it everything lies in the data folder ``JIUZHOU_HOME``, in SQLite with
settings under which an acknowledged write survives a power cut (``docs/decisions/``).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF


def _flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("1", "true", "yes", "on")


def _words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def _kept_secret(folder: Path, name: str) -> str:
    # Made once and kept beside the data, readable by its owner only; a server for many gives its own by environment.
    # Where there is no data folder nothing is served, and nothing is written.
    path = folder / name
    if not folder.is_dir():
        return secrets.token_urlsafe(64)
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text("utf-8").strip()


def _database(url: str, home: Path) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "jiuzhou.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                    "PRAGMA secure_delete=ON; PRAGMA cache_size=-65536; PRAGMA journal_size_limit=67108864"
                ),
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


HOME = Path(os.environ.get("JIUZHOU_HOME", "jiuzhou-data")).resolve()
HTTPS = _flag("JIUZHOU_HTTPS")
_OUTBOUND = _words("JIUZHOU_OUTBOUND")
OUTBOUND = bool(_OUTBOUND) and _OUTBOUND[0].lower() not in ("0", "false", "no", "off")
OUTBOUND_PLAIN = "http" in _OUTBOUND
OUTBOUND_HOSTS = [word.lower() for word in _OUTBOUND if "." in word]
TILES = os.environ.get("JIUZHOU_TILES", "")
TILES_NOTE = os.environ.get("JIUZHOU_TILES_NOTE", "")
GEOCODER = os.environ.get("JIUZHOU_GEOCODER", "")
TRUSTED_PROXIES = int(os.environ.get("JIUZHOU_PROXIES", "0"))
MAIL = os.environ.get("JIUZHOU_MAIL", "")
OIDC_ISSUER = os.environ.get("JIUZHOU_OIDC_ISSUER", "")
OIDC_CLIENT = os.environ.get("JIUZHOU_OIDC_CLIENT", "")
OIDC_SECRET = os.environ.get("JIUZHOU_OIDC_SECRET", "")

SECRET_KEY = os.environ.get("JIUZHOU_SECRET_KEY") or _kept_secret(HOME, "secret.key")
SECRET_KEY_FALLBACKS = _words("JIUZHOU_OLD_SECRET_KEYS")
AUDIT_KEY = os.environ.get("JIUZHOU_AUDIT_KEY") or _kept_secret(HOME, "audit.key")

DEBUG = False
ALLOWED_HOSTS = _words("JIUZHOU_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

DATABASES = {"default": _database(os.environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Our templates come before those of the packages that bring the same names.
INSTALLED_APPS = [
    "jiuzhou.web.places",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "jiuzhou.web.store",
    "jiuzhou.web.accounts",
]

MIDDLEWARE = [
    "jiuzhou.web.accounts.middleware.HeaderMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jiuzhou.web.accounts.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jiuzhou.web.accounts.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jiuzhou.web.urls"
WSGI_APPLICATION = "jiuzhou.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "jiuzhou.web.places.shell.shell",
            ],
        },
    }
]

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "jiuzhou.web.accounts.passwords.LongEnough"},
    {"NAME": "jiuzhou.web.accounts.passwords.NotCommon"},
    {"NAME": "jiuzhou.web.accounts.passwords.NotOneself"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
FRESH_SECONDS = 600

AXES_HANDLER = "jiuzhou.web.accounts.lock.LockHandler"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

ACCOUNT_ADAPTER = "jiuzhou.web.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "jiuzhou.web.accounts.login_forms.LoginForm",
    "reauthenticate": "jiuzhou.web.accounts.login_forms.PasswordAgainForm",
}
MFA_ADAPTER = "jiuzhou.web.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "jiuzhou.web.accounts.login_forms.CodeForm",
    "reauthenticate": "jiuzhou.web.accounts.login_forms.CodeAgainForm",
    "activate_totp": "jiuzhou.web.accounts.login_forms.SetUpForm",
}
SOCIALACCOUNT_ADAPTER = "jiuzhou.web.accounts.adapter.CompanyAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "jiuzhou-session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 7 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "jiuzhou-csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "jiuzhou.web.accounts.refusals.no_token"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

PASSWORD_RESET_TIMEOUT = 3600
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL else 'dummy'}.EmailBackend"
EMAIL_HOST = urlsplit(MAIL).hostname or ""
EMAIL_PORT = urlsplit(MAIL).port or (465 if MAIL.startswith("smtps:") else 587)
EMAIL_HOST_USER = unquote(urlsplit(MAIL).username or "")
EMAIL_HOST_PASSWORD = unquote(urlsplit(MAIL).password or "")
EMAIL_USE_SSL = MAIL.startswith("smtps:")
EMAIL_USE_TLS = bool(MAIL) and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = dict(parse_qsl(urlsplit(MAIL).query)).get("from", EMAIL_HOST_USER)

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["jiuzhou.web.accounts.uploads.DiskUploadHandler"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [folder for folder in (Path(__file__).parent / "static",) if folder.is_dir()]
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/assets/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
