"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

# Whose temporary it is: of other hosts that share the folder nothing is known here.
_MAKER = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in platform.node()) or "host"


@contextlib.contextmanager
def replaced_file(path: Path) -> Iterator[TextIO]:
    """A text file (UTF-8, newlines as written) that takes the place of `path` only when the block ends well."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as handle:
            yield handle
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """An empty folder that gets the name `path` only when the block ends well; one that is there by then is kept, as
    another process has just made the same."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    temporary = path.with_name(f".{path.name}.{_MAKER}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        with contextlib.suppress(OSError):
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Removes what processes of this host that are no more have left half made."""
    for left in parent.glob(f".*.{_MAKER}.*"):
        process = left.name.rpartition(".")[2]
        if process.isdecimal() and not Path("/proc", process).exists() and Path("/proc").is_dir():
            shutil.rmtree(left, ignore_errors=True)
