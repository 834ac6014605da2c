"""Corrections share an answer; what undo had stored as "cannot judge" becomes a withdrawal, by a row of its own."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import migrations

NOTE = "undo had stored this as cannot judge"


def chain_answers(apps: Any, schema_editor: Any) -> None:
    """Rows of one chain of corrections get the id of its first row; after an undo another chain begins."""
    reviews = apps.get_model("reviews", "CaseReview").objects
    answers: dict[uuid.UUID, uuid.UUID] = {}
    undone: set[uuid.UUID] = set()
    for row in in_order(reviews):
        follows = row.replaces_id is not None and row.replaces_id not in undone
        answers[row.pk] = answers[row.replaces_id] if follows else row.pk
        reviews.filter(pk=row.pk).update(answer=answers[row.pk])
        if is_undo(row):
            undone.add(row.pk)
    for row in list(reviews.filter(pk__in=undone)):
        withdraw(reviews, row, answers[row.pk])


def in_order(reviews: Any) -> Iterator[Any]:
    """Every row after the one that it replaces: clocks may have gone back."""
    waiting: dict[uuid.UUID, Any] = {}
    seen: set[uuid.UUID] = set()
    for row in reviews.order_by("created_at", "pk").iterator():
        if row.replaces_id is not None and row.replaces_id not in seen:
            waiting[row.replaces_id] = row
            continue
        while row is not None:
            seen.add(row.pk)
            yield row
            row = waiting.pop(row.pk, None)


def is_undo(row: Any) -> bool:
    """The page's undo sent exactly this; a reader's own "cannot judge" has no note, for its button asks for none."""
    return (row.verdict, row.note, row.confidence) == ("cannot_judge", "withdrawn", None) and row.replaces_id is not None


def withdraw(reviews: Any, row: Any, answer: uuid.UUID) -> None:
    """A withdrawal at the time of the undo. A row is replaced once: where an answer followed, nothing is replaced."""
    kept = (
        "image_id", "image_sha256", "prediction_id", "bundle_id", "finding", "reader_id", "scheme_version",
        "model_decision", "model_probability", "model_threshold", "request_sha256",
    )  # fmt: skip
    made = reviews.create(
        **{name: getattr(row, name) for name in kept},
        verdict="withdrawn",
        note=NOTE,
        answer=answer,
        replaces_id=None if reviews.filter(replaces_id=row.pk).exists() else row.pk,
        idempotency_key=f"undo-{row.pk}",
    )
    reviews.filter(pk=made.pk).update(created_at=row.created_at)


class Migration(migrations.Migration):
    dependencies = [('reviews', '0002_answer')]

    operations = [migrations.RunPython(chain_answers, migrations.RunPython.noop)]
