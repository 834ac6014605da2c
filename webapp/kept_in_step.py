"""Rows that follow from other rows, which the database itself keeps in step by triggers: whoever writes, in whatever way.

A list of a hundred thousand cases cannot ask each of them for its state, nor a quota add up every file. What they need is stored
beside, and the triggers write it in the transaction that changes what it follows from, so that neither a kill nor two writers
at once part the two. SQLite and PostgreSQL read the same statements.

`migrate` takes the triggers away while it changes tables (SQLite rebuilds a table to alter it, and would lose or trip over
them) and afterwards lays them anew and fills the rows. A trigger's name in the database ends with a hash of what it does, so that
one of another version counts as missing, and `migrate` replaces it though no table changes. `manage.py recount` tells whether the
rows differ from what they follow from; `/readyz` names triggers that are missing.
"""
# ruff: noqa: S608 -- statements are put together from names and queries of our own code alone

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Trigger:
    """Runs `statements` after `event` (INSERT, DELETE, UPDATE OF columns) on a row of `table`, where `when` holds.

    They name the row as NEW and OLD. locked: a query of the rows that PostgreSQL locks before, so that two transactions
    that touch the same one follow each other, and the second reads what the first has written; SQLite has one writer.
    """

    name: str
    table: str
    event: str
    statements: tuple[str, ...]
    when: str = ""
    locked: str = ""


@dataclass(frozen=True)
class KeptRows:
    """All rows of `table`, in its `columns`, as the query `expected` gives them; its triggers see to it."""

    table: str
    columns: tuple[str, ...]
    expected: str
    triggers: tuple[Trigger, ...]


_kept: dict[str, KeptRows] = {}


def laid_name(rows: KeptRows, trigger: Trigger) -> str:
    """The trigger's name in the database. PostgreSQL cuts names off after 63 characters."""
    text = repr((trigger, rows.columns, rows.expected))
    return f"{trigger.name}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def keep_in_step(app: AppConfig, rows: KeptRows) -> None:
    """Registers the rows; to be called in the `ready` of the app that owns the table."""
    _kept[rows.table] = rows
    pre_migrate.connect(_before_migrate, sender=app, dispatch_uid=f"{rows.table} before")
    post_migrate.connect(_after_migrate, sender=app, dispatch_uid=f"{rows.table} after")


def all_kept() -> list[KeptRows]:
    return list(_kept.values())


def differing(rows: KeptRows, using: str = "default") -> int:
    """How many rows are missing, superfluous or not as they should be; a changed row counts twice. Walks everything."""
    columns = ", ".join(rows.columns)
    present = f"SELECT {columns} FROM {rows.table}"
    halves = (f"{rows.expected} EXCEPT {present}", f"{present} EXCEPT {rows.expected}")
    both = " UNION ALL ".join(f"SELECT * FROM ({half}) AS half_{place}" for place, half in enumerate(halves))
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({both}) AS differing")
        return int(cursor.fetchone()[0])


def fill(rows: KeptRows, using: str = "default") -> None:
    """Writes all rows anew. Writers wait meanwhile, readers see the old ones until it is done."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {rows.table} IN EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {rows.table}")
        cursor.execute(f"INSERT INTO {rows.table} ({', '.join(rows.columns)}) {rows.expected}")


def missing_triggers(using: str = "default") -> list[str]:
    """Names of those that are registered and not in the database: gone, or laid by another version with another text."""
    present = set(_present(connections[using]))
    return [name for rows in all_kept() for one in rows.triggers if (name := laid_name(rows, one)) not in present]


def missing_words(using: str = "default") -> str:
    """Which triggers are missing and what mends it, in a sentence; empty when none is."""
    missing = missing_triggers(using)
    return f"triggers are missing: {', '.join(missing)}; `manage.py migrate` lays them anew" if missing else ""


def _present(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of all triggers of the database."""
    of_sqlite, of_postgresql = "SELECT name FROM sqlite_master WHERE type = 'trigger'", "SELECT tgname FROM pg_trigger"
    with connection.cursor() as cursor:
        cursor.execute(of_sqlite if connection.vendor == "sqlite" else of_postgresql)
        return [row[0] for row in cursor.fetchall()]


def _before_migrate(sender: AppConfig, using: str, plan: Iterable[Any] = (), **_: Any) -> None:
    if plan:
        for rows in _of(sender):
            _drop(rows, connections[using])


def _after_migrate(sender: AppConfig, using: str, **_: Any) -> None:
    missing, tables = set(missing_triggers(using)), set(connections[using].introspection.table_names())
    for rows in _of(sender):
        needed = {rows.table, *(one.table for one in rows.triggers)}
        if missing & {laid_name(rows, one) for one in rows.triggers} and needed <= tables:
            with transaction.atomic(using=using):
                _drop(rows, connections[using])
                _lay(rows, connections[using])
                fill(rows, using)


def _of(app: AppConfig) -> list[KeptRows]:
    tables = {model._meta.db_table for model in apps.get_app_config(app.label).get_models()}
    return [rows for table, rows in _kept.items() if table in tables]


def _drop(rows: KeptRows, connection: BaseDatabaseWrapper) -> None:
    """Those of other versions too, whose names end with another hash or, before names had one, with none."""
    names = "|".join(re.escape(one.name) for one in rows.triggers)
    ours = [name for name in _present(connection) if re.fullmatch(f"({names})(_[0-9a-f]{{8}})?", name)]
    with connection.cursor() as cursor:
        for name in ours:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _lay(rows: KeptRows, connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for one in rows.triggers:
            name = laid_name(rows, one)
            body = "; ".join(one.statements) + ";"
            head = f"CREATE TRIGGER {name} AFTER {one.event} ON {one.table} FOR EACH ROW"
            head += f" WHEN ({one.when})" if one.when else ""
            if connection.vendor == "postgresql":
                lock = f"PERFORM 1 FROM {one.locked} FOR UPDATE; " if one.locked else ""
                cursor.execute(
                    f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN {lock}{body} RETURN NULL; END $$"
                )
                cursor.execute(f"{head} EXECUTE FUNCTION {name}()")
            else:
                cursor.execute(f"{head} BEGIN {body} END")
