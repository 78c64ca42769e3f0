"""The portal's settings: one file, read from the environment, refused at the start when wrong.

Every variable is listed in docs/operations.md. Nothing is needed for a demo on SQLite; a real
installation sets at least SECRET_KEY, FIELD_KEYS, ALLOWED_HOSTS and PUBLIC_URL.
"""

import hashlib
import re
import sys
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def read_flag(name: str, default: bool) -> bool:
    """A misspelt boolean stops the start: `DEBUG=ture` must never quietly mean no."""
    word = env.str(name, default="1" if default else "0").strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be one of 1/true/yes/on or 0/false/no/off, not {word!r}.")


def read_number(name: str, default: int, low: int, high: int) -> int:
    text = env.str(name, default=str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


# --- Who we are -------------------------------------------------------------------------------
DEMO = read_flag("DEMO", False)  # demo logins, throw-away keys, plain http
DEBUG = read_flag("DEBUG", False)
LOCAL_ONLY = DEMO or DEBUG or TESTING
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if not SECRET_KEY:
    if not LOCAL_ONLY:
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it, or set DEMO=1 for a demo on this machine.")
    SECRET_KEY = "demo-only-key-never-for-real-people"  # noqa: S105

# Personal columns have keys of their own, newest first, so that SECRET_KEY can be changed without them.
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])
if not FIELD_KEYS:
    if not LOCAL_ONLY:
        raise ImproperlyConfigured(
            "FIELD_KEYS is not set: comma-separated Fernet keys for the encrypted columns, newest first."
        )
    FIELD_KEYS = [urlsafe_b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()]
for key in FIELD_KEYS:
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured("FIELD_KEYS must hold url-safe base64 Fernet keys of 32 bytes.") from error

PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")  # what invites and messages link to
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in {"http", "https"} or not _public.netloc:
    raise ImproperlyConfigured(f"PUBLIC_URL must look like https://portal.example.org, not {PUBLIC_URL!r}.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if LOCAL_ONLY else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: the host names this portal answers to.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])

# --- Rooms --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "compound.admin_config.PortalAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "simple_history",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "residents",
    "rounds",
    "notices",
    "testing_rounds",
    "lifts",
    "supplies",
    "sharing",
    "buying",
    "care",
    "medicine",
    "shifts",
    "sanitation",
    "clock",
    "money",
    "reports",
    "compound",
]

MIDDLEWARE = [
    "compound.logs.request_lines",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "compound.middleware.marks_go_straight_in",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "compound.middleware.chinese_unless_chosen",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "compound.middleware.sessions_end",
    "compound.second_factor.second_factor_first",
    "compound.limits.not_too_often",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
    "compound.middleware.personal_pages_are_not_stored",
]

ROOT_URLCONF = "compound.urls"
WSGI_APPLICATION = "compound.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compound.context.portal",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Where things are kept ----------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")
if urlsplit(DATABASE_URL).scheme not in {"sqlite", "postgres", "postgresql"}:
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://.")
DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "compound.sqlite"
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    }
    # Opening takes as long as ten statements, and closing the last one copies the whole log back.
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL and urlsplit(REDIS_URL).scheme not in {"redis", "rediss", "unix"}:
    raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")

# --- Work in the background (docs/operations.md, "Processes") -------------------------------------
# Without Redis the beat process itself runs each task: eager, no broker. The database holds every plan,
# so a lost message only delays work until the next tick.
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_EAGER_PROPAGATES = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# --- People and sessions ------------------------------------------------------------------------
AUTH_USER_MODEL = "residents.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "today"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Five wrong passwords, fifteen minutes; counted as residents/lockout.py says. Nothing typed is kept or logged.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = "residents.lockout.counted_by"
AXES_USERNAME_CALLABLE = "residents.lockout.account_tried"
AXES_CLIENT_IP_CALLABLE = "residents.lockout.client_address"
AXES_CLIENT_STR_CALLABLE = "residents.lockout.somebody"
AXES_LOCKOUT_CALLABLE = "residents.lockout.tell_to_wait"
AXES_SENSITIVE_PARAMETERS = ["username", "password", "next", "csrfmiddlewaretoken", "ip_address"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # unlocked where users are
AXES_VERBOSE = False
# A code from a phone beside the password, for stewards, officers and administrators (compound/second_factor.py).
REQUIRE_TOTP = read_flag("REQUIRE_TOTP", not LOCAL_ONLY)
# Wrong codes are counted in compound/limits.py. Django-otp's own brake doubles without end: it would keep people out.
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
SIMPLE_HISTORY_REVERT_DISABLED = True  # turning back would skip the look at what is there now
ADMIN_PATH = env.str("ADMIN_PATH", default="admin/")
if not re.fullmatch(r"([a-z0-9-]+/)+", ADMIN_PATH):
    raise ImproperlyConfigured(f"ADMIN_PATH must look like office-7f3a/, not {ADMIN_PATH!r}.")
SESSION_LIFETIME = timedelta(hours=12)  # from the login on, however busy
ADMIN_IDLE = timedelta(minutes=30)
RATE_LIMITS = read_flag("RATE_LIMITS", True)  # compound/limits.py; off only to measure
SESSION_COOKIE_AGE = int(SESSION_LIFETIME.total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
INVITE_LIFETIME = timedelta(hours=read_number("INVITE_HOURS", 48, 1, 24 * 14))

# --- Languages and time -------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese (simplified)")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- Files, limits ------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL_ONLY  # the demo needs no collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL_ONLY
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
ROSTER_MAX_BYTES = 10 * 1024 * 1024
ROSTER_MAX_ROWS = 20_000

# --- Messages going out -------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="portal@localhost")
WEBHOOK_HOSTS = env.list("WEBHOOK_HOSTS", default=[])  # hosts called besides those of the chat services' bots
APPRISE_SCHEMAS = env.list("APPRISE_SCHEMAS", default=[])  # other services, such as bark or ntfys; none: off

# --- Locks on the doors -------------------------------------------------------------------------
HTTPS = _public.scheme == "https"
if not HTTPS and not LOCAL_ONLY:
    raise ImproperlyConfigured("PUBLIC_URL must begin with https:// outside a demo: phones need it to work offline.")
SECURE_SSL_REDIRECT = HTTPS and read_flag("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked over plain http from inside
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
BEHIND_PROXY = read_flag("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Pictures of handovers (supplies/photos.py): no part of what the web server serves -----------------
PHOTO_DIR = Path(env.str("PHOTO_DIR", default=str(VAR_DIR / "photos")))
PHOTO_DAYS = read_number("PHOTO_DAYS", 14, 1, 90)

# --- What is written down (compound/logs.py) ------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", default="line" if LOCAL_ONLY else "json")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured(f"LOG_FORMAT must be json or line, not {LOG_FORMAT!r}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "compound.logs.Discreet"}},
    "formatters": {"line": {"()": "compound.logs.Line"}, "json": {"()": "compound.logs.Json"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["discreet"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        **{name: {"level": "INFO"} for name in ("residents", "rounds", "notices", "compound")},
        # A demo's terminal is for people; its every request would bury what they should read.
        "compound.requests": {"level": "WARNING" if LOCAL_ONLY and LOG_FORMAT == "line" else "INFO"},
        # Django's own handlers quote addresses and mail whole requests: everything goes through ours instead.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}

if TESTING:
    WHITENOISE_AUTOREFRESH = True  # every test has a client, and each would list all static files before its first page
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    CELERY_TASK_ALWAYS_EAGER = True
    CELERY_TASK_EAGER_PROPAGATES = True
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
