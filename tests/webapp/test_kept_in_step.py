"""Rows that the database keeps beside others: what finds a difference, and what mends it."""

import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting, review_body
from webapp.kept_in_step import missing_triggers
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


def test_every_trigger_lies_in_the_database() -> None:
    assert missing_triggers() == []


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
    is_postgresql = connection.vendor == "postgresql"
    run_sql(f"DROP {'FUNCTION worklist_image_added() CASCADE' if is_postgresql else 'TRIGGER worklist_image_added'}")
    make_image()
    assert not WorklistEntry.objects.exists()
    with pytest.raises(CommandError, match="triggers are missing: worklist_image_added"):
        recount("--check")
    call_command("migrate", verbosity=0)
    assert missing_triggers() == []
    assert WorklistEntry.objects.get().state == "no_model"


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
