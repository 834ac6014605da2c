"""A second writer that holds the database of the tests."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection


@contextmanager
def another_writer() -> Iterator[None]:
    """A connection of its own holds the write lock until the block ends; the tests' own gives up after a tenth of a second."""
    if connection.vendor != "sqlite":
        pytest.skip("holds the lock of an SQLite file; this test database is not SQLite")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 100")
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
    finally:
        other.close()
