"""A transaction that waits less for a locked database than a person's work does."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def impatient_transaction(seconds: float) -> Iterator[None]:
    """Like `transaction.atomic()`, but gives up with OperationalError after `seconds` of waiting for another's lock."""
    milliseconds = round(1000 * seconds)
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:  # until the end of the transaction
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{milliseconds}ms"])
            yield
        return
    usual = _set_busy_timeout(milliseconds)  # before BEGIN IMMEDIATE, which is what waits
    try:
        with transaction.atomic():
            yield
    finally:
        _set_busy_timeout(usual)


def _set_busy_timeout(milliseconds: int) -> int:
    """Sets SQLite's patience of this thread's connection; gives what it was."""
    with connection.cursor() as cursor:
        before = int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout = {milliseconds:d}")
    return before
