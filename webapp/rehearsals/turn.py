"""The `rehearse` job: some cases a turn, until other work waits or some seconds have passed; then the next turn is queued, behind
all other work. What a turn found is stored in the transaction that ends it: a killed worker costs one turn, and no case counts
twice. First the reference set, then the verdict, then the maps of new misses and the reviewed cases (replay.py)."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from webapp.archive.models import Image
from webapp.archive.storage import IntegrityMismatch
from webapp.change_plans.reference_labels import ReferenceLabel, reference_labels
from webapp.change_plans.two_persons import PlanRefused
from webapp.rehearsals.answering import Turn, shelf
from webapp.rehearsals.ask import LOWEST, REHEARSE, job_key
from webapp.rehearsals.case_run import Boxes
from webapp.rehearsals.decide import Judged, judged, store_verdict
from webapp.rehearsals.models import CaseOutput, Rehearsal, RehearsalStop
from webapp.rehearsals.replay import queue_replay, replay_turn
from webapp.work.jobs.claim import Claim
from webapp.work.jobs.create import create_job
from webapp.work.jobs.kinds import JobRefused, Result
from webapp.work.jobs.lease import JobCancelled, Lease, LeaseLost

CHANGED = "Image {code} no longer has the stored bytes that {set} was locked with; nothing was judged."


def run_rehearsal(claim: Claim, lease: Lease) -> Result:
    """One turn. Raises JobRefused where the rehearsal is gone or a bundle cannot be run; the job may be tried again then."""
    rehearsal = (
        Rehearsal.objects.select_related("project", "plan", "reference_set")
        .filter(pk=claim.job.payload.get("rehearsal"))
        .first()
    )
    if rehearsal is None:
        raise JobRefused("rehearsal_missing", "The rehearsal of this job no longer exists.")
    if hasattr(rehearsal, "stop"):
        return Result()
    turn = Turn(rehearsal, claim, lease)
    if hasattr(rehearsal, "verdict"):
        return replay_turn(turn)
    return _reference_turn(turn)


def _reference_turn(turn: Turn) -> Result:
    rehearsal = turn.rehearsal
    labels = reference_labels(rehearsal.reference_set)
    waiting = missing(rehearsal, labels)
    if not waiting:
        shelf.clear()
        try:
            found = judged(rehearsal, labels)
        except PlanRefused as refused:
            return Result(write=partial(_stop, rehearsal, refused.code, f"{refused.text} Nothing was judged."))
        return Result(write=partial(_end, rehearsal, found))
    try:
        rows = _some(turn, labels, waiting)
    except IntegrityMismatch:
        text = CHANGED.format(code=waiting[0][0].code, set=rehearsal.reference_set.code)
        return Result(write=partial(_stop, rehearsal, "image_changed", text))
    return Result(write=partial(_store, rehearsal, rows))


def missing(rehearsal: Rehearsal, labels: Sequence[ReferenceLabel]) -> list[tuple[Image, str]]:
    """(image, bundle id) that have no output yet; both bundles of an image one after the other."""
    there = set(rehearsal.outputs.values_list("image_id", "bundle_id"))  # type: ignore[attr-defined]
    images = {label.image.pk: label.image for label in labels}
    pairs = [(image, bundle_id) for image in images.values() for bundle_id in rehearsal.bundles]
    return [(image, bundle_id) for image, bundle_id in pairs if (image.pk, bundle_id) not in there]


def _some(turn: Turn, labels: Sequence[ReferenceLabel], waiting: Sequence[tuple[Image, str]]) -> list[CaseOutput]:
    """At least one output. A fault after the first is left to the next turn, which meets it first."""
    boxes = _boxes(labels)
    chosen = dict(turn.rehearsal.reference_set.images.values_list("image_id", "stored_sha256"))  # type: ignore[attr-defined]
    rows: list[CaseOutput] = []
    for image, bundle_id in waiting:
        try:
            rows.append(turn.output(image, bundle_id, boxes[image.pk], chosen[image.pk]))
        except (LeaseLost, JobCancelled):
            raise
        except Exception:
            if not rows:
                raise
            break
        if turn.is_over:
            break
    return rows


def _boxes(labels: Sequence[ReferenceLabel]) -> dict[UUID, Boxes]:
    found: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for label in labels:
        if label.label == 1 and label.boxes:
            found[label.image.pk][label.finding] = label.boxes
    return found  # type: ignore[return-value]


def _store(rehearsal: Rehearsal, rows: Sequence[CaseOutput]) -> None:
    CaseOutput.objects.bulk_create(rows)
    turn = rehearsal.outputs.count()  # type: ignore[attr-defined]
    create_job(REHEARSE, {"rehearsal": str(rehearsal.pk)}, job_key(rehearsal, turn), LOWEST)


def _end(rehearsal: Rehearsal, found: Judged) -> None:
    store_verdict(rehearsal, found)
    queue_replay(rehearsal)


def _stop(rehearsal: Rehearsal, code: str, text: str) -> None:
    RehearsalStop(rehearsal=rehearsal, code=code, text=text).save()
