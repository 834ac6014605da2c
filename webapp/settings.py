"""Settings. The embedded default (SQLite, files, Celery over filesystem://) and a large installation differ only here.

Environment: SIGHTLINE_HOME, SIGHTLINE_SECRET_KEY, SIGHTLINE_DEBUG, SIGHTLINE_HOSTS, SIGHTLINE_HTTPS, SIGHTLINE_DEMO,
SIGHTLINE_DEMO_PASSWORD, SIGHTLINE_IDLE_MINUTES, SIGHTLINE_QUOTA_GIB, SIGHTLINE_USER_QUOTA_GIB, SIGHTLINE_QUARANTINE_DAYS,
DATABASE_URL, CELERY_BROKER_URL, SIGHTLINE_LEASE_SECONDS, SIGHTLINE_WORKER_THREADS, SIGHTLINE_WORKER_MEMORY_MB,
SIGHTLINE_BATCH, SIGHTLINE_HUNG_SECONDS, SIGHTLINE_SUBMIT_UNDO_SECONDS, SIGHTLINE_LOG_LEVEL, SIGHTLINE_LOG_FORMAT,
SIGHTLINE_METRICS_TOKEN, SIGHTLINE_DICOM_TOLERANCES_OFF, SIGHTLINE_DISK_RESERVE_MIB, SIGHTLINE_BALLAST_MIB,
SIGHTLINE_PROXIES, SIGHTLINE_KEEP_ALIVE_SECONDS,
SIGHTLINE_UPLOADS_PER_PERSON, SIGHTLINE_UPLOADS_PER_ADDRESS, SIGHTLINE_UPLOADS_MINUTE_PER_PERSON,
SIGHTLINE_UPLOADS_MINUTE_PER_ADDRESS, SIGHTLINE_UPLOAD_SLOWEST_KIB, SIGHTLINE_UPLOAD_MINUTES, SIGHTLINE_SENTINEL_SHARE,
SIGHTLINE_TRAINING_WORKER, SIGHTLINE_TRAINING_DATA, SIGHTLINE_TRAINING_GPUS, SIGHTLINE_TRAINING_HOURS,
SIGHTLINE_TEST_CLOCK (tests only).
"""

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from webapp.environment import env_bool, env_folders, env_int, env_networks, env_optional_int, env_percent, kept_secret
from webapp.work.broker import broker_options

BASE_DIR = Path(__file__).resolve().parent.parent
SIGHTLINE_HOME = Path(os.environ.get("SIGHTLINE_HOME", BASE_DIR / "var")).resolve()
SIGHTLINE_HOME.mkdir(parents=True, exist_ok=True)

DEBUG = env_bool("SIGHTLINE_DEBUG", False)
ALLOWED_HOSTS = [host for host in os.environ.get("SIGHTLINE_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host]
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "testserver"}
if DEBUG and not set(ALLOWED_HOSTS) <= LOCAL_HOSTS:
    raise ImproperlyConfigured(f"SIGHTLINE_DEBUG is on with public hosts {sorted(set(ALLOWED_HOSTS) - LOCAL_HOSTS)}")
SECRET_KEY = os.environ.get("SIGHTLINE_SECRET_KEY") or kept_secret(SIGHTLINE_HOME / "secret-key.txt")
# Demo people share one password: a server that answers to public names has them only when it is told so.
SIGHTLINE_DEMO = env_bool("SIGHTLINE_DEMO", default=set(ALLOWED_HOSTS) <= LOCAL_HOSTS)
# Washout takes weeks: a browser test writes the days that the studies' clock is ahead into this file. Tests only: no server with
# a public name or without demo people starts with it.
STUDY_CLOCK_FILE = SIGHTLINE_HOME / "study-clock-days.txt" if env_bool("SIGHTLINE_TEST_CLOCK", False) else None
if STUDY_CLOCK_FILE and not (SIGHTLINE_DEMO and set(ALLOWED_HOSTS) <= LOCAL_HOSTS):
    raise ImproperlyConfigured("SIGHTLINE_TEST_CLOCK is for tests: it needs SIGHTLINE_DEMO and local hosts only")
SIGHTLINE_VERSION = "0.1.0"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "webapp.accounts",
    "webapp.display_check",
    "webapp.audit",
    "webapp.work",
    "webapp.archive",
    "webapp.predictions",
    "webapp.reveal",
    "webapp.reviews",
    "webapp.operating_points",
    "webapp.probes",
    "reader_study",
    "webapp.withholding",  # before sentinel reads: no look before the model is taken while there is no model to show
    "webapp.sentinel",  # after studies: where both hide an image, people are told of the study
    "webapp.later_truth",
    "webapp.training_set",
    "webapp.deployments",
    "webapp.change_plans",
    "webapp.retraining",
    "webapp.site_calibration",
    "webapp.rehearsals",
    "webapp.silent_trials",
    "webapp.watching",
    "webapp.papers",
    "webapp.stop_rules",
    "webapp.viewer",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "webapp.security_headers.SecurityHeadersMiddleware",
    "webapp.full_disk.FullDiskMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webapp.accounts.session_limits.SessionLimitsMiddleware",
    "webapp.audit.request_id.RequestIdMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "webapp" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- database -----------------------------------------------------------------------------------------------------
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{SIGHTLINE_HOME / 'sightline.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # synchronous=FULL: NORMAL may lose the last commits on power loss, and an answered upload must survive it.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # Tests use a file too: SQLite's in-memory mode has other locks than the ones that threads and processes meet here.
    DATABASES["default"]["TEST"] = {"NAME": str(SIGHTLINE_HOME / "test.sqlite3")}
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A process that is stopped inside a transaction keeps its rows locked: it loses them, and nobody waits for them for ever.
    limits = "-c idle_in_transaction_session_timeout=30s -c lock_timeout=20s"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", limits)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600  # absolute limit of a session
SESSION_IDLE_SECONDS = 60 * env_int("SIGHTLINE_IDLE_MINUTES", 30, minimum=1)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = env_bool("SIGHTLINE_HTTPS", False)
PROXIES = env_networks("SIGHTLINE_PROXIES")  # whose X-Forwarded-For is believed
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# A connection without a request is kept so long: longer than proxies keep theirs (60 s is usual), or they would send a request
# into a connection that is just being closed.
KEEP_ALIVE_SECONDS = env_int("SIGHTLINE_KEEP_ALIVE_SECONDS", 75, minimum=1)

# --- API ----------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.accounts.token_sign_in.PlainTokenAuthentication",  # first, so that a missing sign-in is answered 401 and not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "webapp.code_filters.FilteredSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "webapp.json_parser.PlainJSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
}
REST_KNOX = {"TOKEN_TTL": timedelta(hours=12), "AUTO_REFRESH": False, "TOKEN_LIMIT_PER_USER": 20}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sightline",
    "DESCRIPTION": "Clinical review of chest radiographs. Research use only — not for diagnosis.",
    "VERSION": SIGHTLINE_VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},  # its anchors are links within buttons
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "webapp.json_bodies.add_bodies"],
}

# --- files in and out ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
# Plotly's script comes with the package that draws the figures, so that both are of one version.
PLOTLY_FILES = Path(str(find_spec("plotly").origin)).parent / "package_data"  # type: ignore[union-attr]
STATICFILES_DIRS = [
    BASE_DIR / "webapp" / "static_src",
    ("site", BASE_DIR / "inference" / "style"),
    ("plotly", PLOTLY_FILES),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "webapp.deployments.static_storage.GzipStaticFilesStorage"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8}\..+$"  # the names that Vite hashes
STORE_DIR = SIGHTLINE_HOME / "store"
QUARANTINE_DIR = SIGHTLINE_HOME / "quarantine"
INCOMING_DIR = SIGHTLINE_HOME / "incoming"
FRAME_CACHE_DIR = SIGHTLINE_HOME / "frames"
MAP_DIR = SIGHTLINE_HOME / "maps"
BUNDLE_DIR = SIGHTLINE_HOME / "bundles"
DEIDENTIFICATION_DIR = SIGHTLINE_HOME / "deidentification-keys"  # one file per project, outside the database
FILE_UPLOAD_TEMP_DIR = INCOMING_DIR
INCOMING_DIR.mkdir(parents=True, exist_ok=True)
MAX_FILE_BYTES = 256 * 2**20
MAX_REQUEST_BYTES = 2 * 2**30
MAX_FILES_PER_REQUEST = 2000
UPLOAD_LIMITS = {  # of webapp.archive.upload.traffic; 0: none
    "at_once_per_person": env_int("SIGHTLINE_UPLOADS_PER_PERSON", 32),
    "at_once_per_address": env_int("SIGHTLINE_UPLOADS_PER_ADDRESS", 128),
    "minute_per_person": env_int("SIGHTLINE_UPLOADS_MINUTE_PER_PERSON", 3000),
    "minute_per_address": env_int("SIGHTLINE_UPLOADS_MINUTE_PER_ADDRESS", 12000),
    "slowest_kib": env_int("SIGHTLINE_UPLOAD_SLOWEST_KIB", 1),
    "longest_minutes": env_int("SIGHTLINE_UPLOAD_MINUTES", 240),
}
# Straight to disk: hundreds of radiographs in one request must not pass through memory.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGE_QUOTA_BYTES = env_int("SIGHTLINE_QUOTA_GIB", 500) * 2**30  # 0: no limit
USER_QUOTA_BYTES = env_int("SIGHTLINE_USER_QUOTA_GIB", 100) * 2**30
_reserve_mib = env_optional_int("SIGHTLINE_DISK_RESERVE_MIB")
DISK_RESERVE_BYTES = None if _reserve_mib is None else _reserve_mib * 2**20  # None: by the size of the volume; 0: none
_ballast_mib = env_optional_int("SIGHTLINE_BALLAST_MIB")
BALLAST_BYTES = None if _ballast_mib is None else _ballast_mib * 2**20  # None: as the reserve, at most 1 GiB; 0: none
DICOM_TOLERANCES_OFF = os.environ.get("SIGHTLINE_DICOM_TOLERANCES_OFF", "")  # names, with commas between
QUARANTINE_DAYS = env_int("SIGHTLINE_QUARANTINE_DAYS", 30, minimum=1)
DATA_UPLOAD_MAX_NUMBER_FILES = MAX_FILES_PER_REQUEST
DEMO_DIR = BASE_DIR / "webapp" / "demo"

# --- mail ---------------------------------------------------------------------------------------------------------
STOP_RULE_MAIL = [one for one in os.environ.get("SIGHTLINE_STOP_RULE_MAIL", "").replace(" ", "").split(",") if one]
EMAIL_HOST = os.environ.get("SIGHTLINE_MAIL_HOST", "localhost")
EMAIL_PORT = env_int("SIGHTLINE_MAIL_PORT", 25, minimum=1)
EMAIL_TIMEOUT = 20  # seconds, of a server that does not answer
DEFAULT_FROM_EMAIL = os.environ.get("SIGHTLINE_MAIL_FROM", "sightline@localhost")

# --- jobs ---------------------------------------------------------------------------------------------------------
JOB_LEASE_SECONDS = env_int("SIGHTLINE_LEASE_SECONDS", 30, minimum=1)
JOB_MAX_ATTEMPTS = 3
WORKER_THREADS = env_int("SIGHTLINE_WORKER_THREADS", 0)  # 0: ONNX Runtime chooses
WORKER_HUNG_SECONDS = env_int("SIGHTLINE_HUNG_SECONDS", 60, minimum=5)  # silent for so long: killed and replaced
WORKER_DIR = SIGHTLINE_HOME / "workers"  # signs of life
RUN_DIR = SIGHTLINE_HOME / "runs"  # the model that each worker runs at the moment
WORKER_BATCH = env_int("SIGHTLINE_BATCH", 4, minimum=1)  # images that a worker explains in one run of the model
SUBMIT_UNDO_SECONDS = env_int("SIGHTLINE_SUBMIT_UNDO_SECONDS", 5)  # a study reading can be taken back for so long
SENTINEL_SHARE = env_percent("SIGHTLINE_SENTINEL_SHARE", 5)  # of a new project; /admin/ changes it
WORKER_MEMORY_MB = env_int("SIGHTLINE_WORKER_MEMORY_MB", 8192, minimum=256)  # a worker above it is replaced
TRAINING_WORKER = env_bool(
    "SIGHTLINE_TRAINING_WORKER", True
)  # `serve` starts one where the training extra is installed
TRAINING_DIR = SIGHTLINE_HOME / "trainings"  # a run folder each
TRAINING_DATA = env_folders("SIGHTLINE_TRAINING_DATA")  # name -> folder that may be trained on
TRAINING_GPUS = [
    gpu for gpu in os.environ.get("SIGHTLINE_TRAINING_GPUS", "").split(",") if gpu
]  # none: on the processor
TRAINING_HOURS = env_int("SIGHTLINE_TRAINING_HOURS", 48, minimum=1)  # the longest that one may take
METRICS_TOKEN = os.environ.get(
    "SIGHTLINE_METRICS_TOKEN", ""
)  # lets a collector read /metrics without a person's account
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, SIGHTLINE_HOME)
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker without a broker polls the rows, and stays
CELERY_TASK_DEFAULT_QUEUE = "wake"
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- language, time, logs -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
LOG_FORMATS = {"plain": "webapp.json_lines.PlainLines", "json": "webapp.json_lines.JsonLines"}
LOG_FORMAT = os.environ.get("SIGHTLINE_LOG_FORMAT") or "plain"
if LOG_FORMAT not in LOG_FORMATS:
    raise ImproperlyConfigured(f"SIGHTLINE_LOG_FORMAT={LOG_FORMAT!r} is not one of {', '.join(LOG_FORMATS)}")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {name: {"()": formatter} for name, formatter in LOG_FORMATS.items()},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    # Django's own handlers would write the same lines a second time, with the messages of exceptions.
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
    "root": {"handlers": ["stderr"], "level": os.environ.get("SIGHTLINE_LOG_LEVEL", "INFO")},
}
