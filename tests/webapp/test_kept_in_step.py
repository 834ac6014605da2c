"""Rows that the database keeps beside others: what finds a difference, and what mends it."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting, review_body
from webapp import kept_in_step
from webapp.kept_in_step import KeptRows, Trigger, all_kept, laid_name, missing_triggers
from webapp.reviews.record_review import record_review
from webapp.viewer.models import WorklistEntry
from webapp.work.models import Job

pytestmark = pytest.mark.django_db


def recount(*arguments: str) -> str:
    told = StringIO()
    call_command("recount", *arguments, stdout=told)
    return told.getvalue()


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def the_name_in_the_database(name: str) -> str:
    """Of the trigger that entry_rows.py or quota.py calls so."""
    return next(laid_name(rows, one) for rows in all_kept() for one in rows.triggers if one.name == name)


def drop_trigger(name: str) -> None:
    laid = the_name_in_the_database(name)
    run_sql(f"DROP FUNCTION {laid}() CASCADE" if connection.vendor == "postgresql" else f"DROP TRIGGER {laid}")


def present_triggers() -> list[str]:
    table, column = ("pg_trigger", "tgname") if connection.vendor == "postgresql" else ("sqlite_master", "name")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} LIKE 'worklist_%'")
        return sorted(row[0] for row in cursor.fetchall())


def test_every_trigger_lies_in_the_database() -> None:
    assert missing_triggers() == []


def test_no_name_is_longer_than_postgresql_keeps() -> None:
    assert max(len(laid_name(rows, one)) for rows in all_kept() for one in rows.triggers) <= 63


def test_a_difference_is_told_and_mended() -> None:
    make_result(make_image())
    assert "viewer_worklistentry: 0 rows differ" in recount()
    run_sql("UPDATE viewer_worklistentry SET state = 'read'")
    with pytest.raises(CommandError, match="differed: viewer_worklistentry"):
        recount("--check")
    assert WorklistEntry.objects.get().state == "read"
    with pytest.raises(CommandError, match="differed and written anew: viewer_worklistentry"):
        recount()
    assert WorklistEntry.objects.get().state == "to_read"
    recount()


def test_a_missing_trigger_is_told_and_laid_anew_with_its_rows() -> None:
    drop_trigger("worklist_image_added")
    make_image()
    assert not WorklistEntry.objects.exists()
    with pytest.raises(CommandError, match=r"triggers are missing: .*worklist_image_added"):
        recount("--check")
    call_command("migrate", verbosity=0)
    assert missing_triggers() == []
    assert WorklistEntry.objects.get().state == "no_model"


def of_an_earlier_version(rows: KeptRows) -> KeptRows:
    """The same rows by triggers of another text: they take images without a result for failed."""

    def earlier(one: Trigger) -> Trigger:
        return replace(one, statements=tuple(text.replace("'no_model'", "'failed'") for text in one.statements))

    return replace(rows, triggers=tuple(earlier(one) for one in rows.triggers))


def without_hash(rows: KeptRows, one: Trigger) -> str:
    return one.name


@pytest.mark.parametrize("named", [laid_name, without_hash])
def test_a_trigger_whose_text_has_changed_is_told_and_laid_anew_without_a_migration(
    named: Callable[[KeptRows, Trigger], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    present = present_triggers()
    with monkeypatch.context() as earlier:
        earlier.setattr(kept_in_step, "laid_name", named)
        earlier.setattr(kept_in_step, "_kept", {rows.table: of_an_earlier_version(rows) for rows in all_kept()})
        call_command("migrate", verbosity=0)
        make_image()
        assert WorklistEntry.objects.get().state == "failed"
        assert present_triggers() != present
    with pytest.raises(CommandError, match=r"triggers are missing: .*worklist_image_added"):
        recount("--check")
    call_command("migrate", verbosity=0)
    make_image()
    assert [entry.state for entry in WorklistEntry.objects.all()] == ["no_model"] * 2
    assert present_triggers() == present


def test_a_changed_query_is_laid_and_filled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    make_image()
    with monkeypatch.context() as later:
        changed = {
            rows.table: replace(rows, expected=rows.expected.replace("'no_model'", "'failed'")) for rows in all_kept()
        }
        later.setattr(kept_in_step, "_kept", changed)
        call_command("migrate", verbosity=0)
        assert WorklistEntry.objects.get().state == "failed"
    call_command("migrate", verbosity=0)
    assert WorklistEntry.objects.get().state == "no_model"


def test_readiness_names_a_missing_trigger(client: Client, storage: Path) -> None:
    assert client.get("/readyz").status_code == 200
    drop_trigger("worklist_image_added")
    answer = client.get("/readyz")
    laid = the_name_in_the_database("worklist_image_added")
    assert (answer.status_code, answer.json()["problems"]) == (
        503,
        [f"triggers are missing: {laid}; `manage.py migrate` lays them anew"],
    )


def test_what_is_rolled_back_leaves_nothing() -> None:
    with transaction.atomic():
        make_image()
        transaction.set_rollback(True)
    assert not WorklistEntry.objects.exists()


def test_an_image_that_is_deleted_takes_its_entry_along() -> None:
    image = make_image()
    run_sql(f"DELETE FROM archive_image WHERE id = '{image.pk.hex}'")
    assert not WorklistEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_transactions_on_one_case_the_second_reads_what_the_first_wrote() -> None:
    image, reader = make_image(), make_user("alice")
    make_result(image)
    job = make_waiting(image, "running").job
    has_reviewed = threading.Event()

    def end_the_job() -> None:
        has_reviewed.wait(10)
        Job.objects.filter(pk=job.pk).update(state="failed")  # type: ignore[union-attr]
        connection.close()

    other = threading.Thread(target=end_the_job)
    other.start()
    with transaction.atomic():
        record_review(reader, image, review_body())
        has_reviewed.set()
        time.sleep(0.7)  # the other one has begun by now, and waits
    other.join(30)
    assert WorklistEntry.objects.get().state == "read"
