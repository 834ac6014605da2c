"""The copied database is the migrated one: a changed migration is run, never passed over for what was kept before."""

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.migrated_database import state_of_migrations


@pytest.mark.django_db
def test_no_migration_is_left_to_run() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_each_change_of_a_migration_is_another_state(tmp_path: Path) -> None:
    first = tmp_path / "webapp" / "archive" / "migrations" / "0001_initial.py"
    first.parent.mkdir(parents=True)
    first.write_text("a = 1")
    states = [state_of_migrations(tmp_path)]
    first.write_text("a = 2")
    states.append(state_of_migrations(tmp_path))
    first.rename(first.with_name("0001_begin.py"))
    states.append(state_of_migrations(tmp_path))
    (first.parent / "0002_more.py").write_text("")
    states.append(state_of_migrations(tmp_path))
    assert len(set(states)) == 4
