"""Settings read from the environment, refused loudly at start when a value makes no sense."""

import contextlib
import os
import re
import secrets
import tempfile
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

FOLDER_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


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
    try:
        number = int(value)
    except ValueError:
        number = minimum - 1
    if number < minimum:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number of at least {minimum}")
    return number


def env_optional_int(name: str, minimum: int = 0) -> int | None:
    """As `env_int`; None where nothing is set."""
    return env_int(name, minimum, minimum) if os.environ.get(name, "") else None


def env_percent(name: str, default: int) -> int:
    """Whole number from 0 to 100 from the variable `name`; raises ImproperlyConfigured otherwise."""
    number = env_int(name, default)
    if number > 100:
        raise ImproperlyConfigured(f"{name}={number} is not a whole number from 0 to 100")
    return number


def env_networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks (`10.0.0.5,192.168.7.0/24`) from the variable `name`; raises ImproperlyConfigured for others."""
    entries = [entry.strip() for entry in os.environ.get(name, "").split(",") if entry.strip()]
    try:
        return tuple(ip_network(entry) for entry in entries)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}; allowed are addresses and networks, commas between") from error


def kept_secret(path: Path, length: int = 48) -> str:
    """The secret kept in `path` (mode 0600), made on first use. Two processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_whole(path, secrets.token_urlsafe(length) + "\n")
    value = path.read_text().strip()
    if not value:
        raise ImproperlyConfigured(f"{path.name} is empty: delete it to have a new one made")
    return value


def _write_whole(path: Path, text: str) -> None:
    """Writes a new file that nobody ever sees half written; one that appears meanwhile stays as it is."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()


def env_folders(name: str) -> dict[str, Path]:
    """Folders by name (`rsna=/data/rsna,own=/data/own`) from the variable `name`; raises ImproperlyConfigured for others."""
    found: dict[str, Path] = {}
    for entry in filter(None, (part.strip() for part in os.environ.get(name, "").split(","))):
        key, _, folder = entry.partition("=")
        if not FOLDER_NAME.fullmatch(key) or not folder.startswith("/") or key in found:
            raise ImproperlyConfigured(
                f"{name}: {entry!r} is not NAME=/FOLDER with a name of its own of a-z, 0-9 and -, commas between"
            )
        found[key] = Path(folder)
    return found
