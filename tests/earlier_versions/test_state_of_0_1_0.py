"""A database and a state folder of version 0.1.0 under the code of today: it migrates and keeps every row, hash and map.

`0.1.0.zip` was made by that version itself with fill_state.py and pack_state.py.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.earlier_versions.pack_state import DATABASE, lay_out

PACKED = Path(__file__).parent / "0.1.0.zip"
# Django keeps these itself: one row per model, per right of a model and per migration.
KEPT_BY_DJANGO = {"django_migrations", "django_content_type", "auth_permission", "sqlite_sequence"}
# Read anew from the stored headers, or told per project since; looked at in tests of their own.
TOLD_ANEW = {"archive_image": ("age_years", "warnings"), "deployments_deployedbundle": ("state", "replaced_id")}
Rows = dict[str, list[tuple[Any, ...]]]


def manage(state: Path, *words: str) -> str:
    """Output of a command of today's code over the state folder; its failure fails the test."""
    done = subprocess.run(
        [sys.executable, *words],
        env=os.environ | {"SIGHTLINE_HOME": str(state), "DATABASE_URL": f"sqlite:///{state / DATABASE}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows_of(state: Path, columns: dict[str, list[str]] | None = None) -> Rows:
    """Every row of every table, in the order of its columns; of the given columns when some are given."""
    with closing(sqlite3.connect(state / DATABASE)) as database:
        columns = columns or columns_of(state)
        return {
            table: sorted(
                database.execute(f'select {", ".join(map(quoted, names))} from "{table}"').fetchall(),
                key=repr,
            )
            for table, names in columns.items()
        }


def quoted(name: str) -> str:
    return f'"{name}"'


def columns_of(state: Path) -> dict[str, list[str]]:
    with closing(sqlite3.connect(state / DATABASE)) as database:
        tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        return {
            table: [
                row[1]
                for row in database.execute(f'pragma table_info("{table}")')
                if row[1] not in TOLD_ANEW.get(table, ())
            ]
            for (table,) in tables
            if table not in KEPT_BY_DJANGO
        }


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows, Rows]:
    """The state folder after `migrate`, and its rows before and after."""
    state = tmp_path_factory.mktemp("state")
    lay_out(PACKED, state)
    columns, before = columns_of(state), rows_of(state)
    manage(state, "manage.py", "migrate", "--no-input")
    return state, before, rows_of(state, columns)


def test_every_row_of_every_table_is_kept(migrated: tuple[Path, Rows, Rows]) -> None:
    _, before, after = migrated
    assert sum(map(len, before.values())) > 500
    assert {table for table in before if before[table] != after[table]} == set()


def test_the_model_in_service_is_that_of_each_project(migrated: tuple[Path, Rows, Rows], tmp_path: Path) -> None:
    lay_out(PACKED, tmp_path)
    with (
        closing(sqlite3.connect(tmp_path / DATABASE)) as before,
        closing(sqlite3.connect(migrated[0] / DATABASE)) as now,
    ):
        (served,) = before.execute("select bundle_id from deployments_deployedbundle where state = 'active'").fetchone()
        projects = now.execute("select active_bundle from archive_project").fetchall()
        last = now.execute(
            "select bundle_id from deployments_servicechange c where number ="
            " (select max(number) from deployments_servicechange where project_id = c.project_id)"
        ).fetchall()
    assert set(projects) == set(last) == {(served,)}
    assert len(projects) == len(last)


def test_what_the_stored_headers_say_is_read_anew(migrated: tuple[Path, Rows, Rows]) -> None:
    """Ages and views are what they were; one phantom without a window is declared as a detector's raw image."""
    with closing(sqlite3.connect(migrated[0] / DATABASE)) as database:
        rows = database.execute(
            "select patient_age, age_years, view, view_position, warnings from archive_image"
        ).fetchall()
    assert len(rows) == 15
    assert [age for text, age, *_ in rows if age != int(text.strip("Y"))] == []
    assert all(view == position for _, _, view, position, _ in rows)
    assert sorted(warnings for *_, warnings in rows if warnings != "[]") == ['["no_window", "for_processing"]']


def test_the_hash_chains_of_studies_and_of_the_record_hold(migrated: tuple[Path, Rows, Rows]) -> None:
    state = migrated[0]
    studies = manage(state, "manage.py", "verify_studies")
    assert [line.partition(": ")[2] for line in studies.splitlines()] == [
        "0 links, 0 faults",
        "38 links, 0 faults",
        "5 links, 0 faults",
    ]
    assert " events, head " in manage(state, "manage.py", "verify_audit")


def test_pages_results_reviews_and_maps_are_served(migrated: tuple[Path, Rows, Rows]) -> None:
    seen = json.loads(manage(migrated[0], "-m", "tests.earlier_versions.look_at_state").splitlines()[-1])
    assert seen == {
        "images": 15,
        "results": 14,
        "maps": 26,  # the gate refused one phantom, that of a child: no maps were made of it
        "reviews": 5,
        "studies": {"Read and locked": "locked", "Under way": "open"},
        "pages": {"/": 200, "/failures/": 200, "/models/": 200, "/operations/": 200, "/studies/": 200, "results": 200},
    }


def test_a_job_that_waited_under_the_earlier_version_is_run(tmp_path: Path) -> None:
    lay_out(PACKED, tmp_path)
    manage(tmp_path, "manage.py", "migrate", "--no-input")
    environment = os.environ | {"SIGHTLINE_HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / DATABASE}"}
    command = [sys.executable, "manage.py", "worker", "--name", "today"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            states: list[str] = []
            for _ in range(400):
                with closing(sqlite3.connect(tmp_path / DATABASE, timeout=30)) as database:
                    states = [state for (state,) in database.execute("select distinct state from predictions_job")]
                if states == ["succeeded"]:
                    break
                time.sleep(0.5)
        finally:
            worker.terminate()
    assert states == ["succeeded"]
