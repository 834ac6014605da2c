"""Settings read from the environment, refused loudly at start when a value makes no sense."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env_bool(name: str, default: bool) -> bool:
    """True or False from the variable `name`; raises ImproperlyConfigured for any other spelling."""
    value = os.environ.get(name, "")
    if value == "":
        return default
    if value.lower() in {"1", "true", "yes"}:
        return True
    if value.lower() in {"0", "false", "no"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is not one of 1, true, yes, 0, false, no")


def env_int(name: str, default: int, minimum: int = 0) -> int:
    """Whole number >= minimum from the variable `name`; raises ImproperlyConfigured otherwise."""
    value = os.environ.get(name, "")
    if value == "":
        return default
    if not value.lstrip("-").isdigit() or int(value) < minimum:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number of at least {minimum}")
    return int(value)


def kept_secret(path: Path, length: int = 48) -> str:
    """The secret kept in `path` (mode 0600), made on first use. Two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        value = path.read_text().strip()
        if not value:
            raise ImproperlyConfigured(f"{path.name} is empty: delete it to have a new one made") from None
        return value
    value = secrets.token_urlsafe(length)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(value + "\n")
    return value
