"""The empty database of the tests, migrated once for each state of the migrations and copied from then on.

Eighty migrations take seven seconds of processor time, and every process of tests would run them again. Whether they run is
found out all the same: the first process after a change has none to copy.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import django
import pytest
from django.db.backends.sqlite3.creation import DatabaseCreation

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / ".cache" / "migrated"
ROOMS = ("webapp", "reader_study")


def state_of_migrations(root: Path = REPOSITORY) -> str:
    """Changes with every byte and name of a migration of ours, and with Django's version, which brings migrations of its own."""
    state = hashlib.sha256(django.__version__.encode())
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("migrations/*.py")):
        state.update(f"\n{path.relative_to(root)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return state.hexdigest()[:32]


def copy_instead_of_migrating(patch: pytest.MonkeyPatch, folder: Path = FOLDER) -> None:
    """Test databases in SQLite files begin as a copy, on which `migrate` finds nothing left to do."""
    kept = folder / f"{state_of_migrations()}.sqlite3"
    make_file, create = DatabaseCreation._create_test_db, DatabaseCreation.create_test_db

    def lay(self: DatabaseCreation, *args: bool, **kwargs: bool) -> str:
        name = str(make_file(self, *args, **kwargs))
        if kept.is_file():
            shutil.copyfile(kept, name)
        return name

    def keep(self: DatabaseCreation, *args: bool, **kwargs: bool) -> str:
        name = str(create(self, *args, **kwargs))
        if not kept.is_file():
            _keep(Path(name), kept)
        return name

    patch.setattr(DatabaseCreation, "_create_test_db", lay)
    patch.setattr(DatabaseCreation, "create_test_db", keep)


def _keep(database: Path, kept: Path) -> None:
    """Whole or not at all, for two processes may be here at once; states of before are not wanted again."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    for old in kept.parent.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    part.replace(kept)
