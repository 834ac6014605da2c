"""Which brokers may wake the workers, and the options each needs (jobs.md §3).

`CELERY_BROKER_URL` is the only setting to change. Read by settings.py, so nothing here may import models.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from kombu.transport import TRANSPORT_ALIASES

POLL_SECONDS = 0.1  # kombu's default of 1 s makes 200 jobs of 0.2 s take 114 s instead of 36 s
LONGEST_TASK_SECONDS = 3600
# Without limits kombu retries a dead broker for ever while a person waits for the answer to an upload.
SHORT_RETRIES = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
ALLOWED_SCHEMES = ("filesystem", "redis", "rediss", "amqp", "amqps", "memory")


def broker_folders(home: Path) -> dict[str, Path]:
    """The folders of the filesystem broker below SIGHTLINE_HOME."""
    root = home / "broker"
    return {"messages": root / "messages", "control": root / "control", "processed": root / "processed"}


def broker_options(url: str, home: Path) -> dict[str, Any]:
    """`CELERY_BROKER_TRANSPORT_OPTIONS` for the scheme of `url`; empty for one that the system check will refuse."""
    scheme = broker_scheme(url)
    if scheme == "filesystem":
        folders = broker_folders(home)
        return {
            "data_folder_in": str(folders["messages"]),
            "data_folder_out": str(folders["messages"]),
            "control_folder": str(folders["control"]),
            "processed_folder": str(folders["processed"]),
            "store_processed": False,
            "polling_interval": POLL_SECONDS,
        }
    if scheme in ("redis", "rediss"):
        timeouts = {"socket_connect_timeout": 2, "socket_timeout": 5}
        return {"visibility_timeout": LONGEST_TASK_SECONDS, "unacked_restore_throttle": 1, **timeouts, **SHORT_RETRIES}
    if scheme in ("amqp", "amqps"):
        return dict(SHORT_RETRIES)
    return {"polling_interval": POLL_SECONDS} if scheme == "memory" else {}


def broker_scheme(url: str) -> str:
    """The part of the address before `://`, in lower case."""
    return url.partition("://")[0].lower()


def use_forgiving_folders() -> None:
    """Makes `filesystem://` mean our transport, which survives a missing folder (folder_transport.py)."""
    TRANSPORT_ALIASES["filesystem"] = "webapp.work.folder_transport:FolderTransport"


@register()
def check_broker(app_configs: object = None, **kwargs: object) -> list[CheckMessage]:
    """Refuses, at start, a broker that this application does not run on. The address may hold a password: not shown."""
    scheme = broker_scheme(settings.CELERY_BROKER_URL)
    if scheme in ALLOWED_SCHEMES:
        return []
    allowed = ", ".join(f"{name}://" for name in ALLOWED_SCHEMES)
    why = " (databases as brokers are slow and lose their options)" if scheme.startswith("sqla") else ""
    message = f"CELERY_BROKER_URL has scheme {scheme!r}{why}; allowed are {allowed}"
    return [Error(message, id="work.E001")]
