"""A second writer that holds the database of the tests: nobody else writes, everybody reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def another_writer(patience_ms: int = 100) -> Iterator[None]:
    """A connection of its own holds the lock until the block ends; the tests' own gives up after `patience_ms`."""
    set_patience(patience_ms)
    with _sqlite_writer() if connection.vendor == "sqlite" else _postgresql_writer():
        yield


def set_patience(milliseconds: int) -> None:
    name, unit = ("PRAGMA busy_timeout", "") if connection.vendor == "sqlite" else ("SET lock_timeout", "ms")
    with connection.cursor() as cursor:
        cursor.execute(f"{name} = '{milliseconds}{unit}'")


def patience_ms() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'")
        return int(cursor.fetchone()[0])


@contextmanager
def _sqlite_writer() -> Iterator[None]:
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()


@contextmanager
def _postgresql_writer() -> Iterator[None]:
    other = connection.copy("other")
    try:
        with other.cursor() as cursor:
            tables = ", ".join(other.ops.quote_name(name) for name in other.introspection.table_names(cursor))
            other.set_autocommit(False)
            cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        yield
    finally:
        other.close()
